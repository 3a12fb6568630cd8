/**
 * Statistics that need no training: ids, labels and settings. Plain data, safe on the page and in
 * the worker.
 */
import type { BaselineMeta, GivesScore } from '../shared/settings.ts';
import {
  FOREST_SETTINGS,
  type ForestConfig,
  MEASURE_SETTING,
  type MeasureConfig,
  UNSEEN_SETTING,
  UNSEEN_TERM,
  type UnseenConfig,
} from './settings.ts';

/** The same at every preset: nothing grows with the size of a network. */
const atAllPresets = <Config>(config: Config) =>
  ({ notebook: config, tiny: config, small: config, paper: config }) as const;

const GIVES = {
  kind: 'score',
  decision: null,
  structure: true,
} as const satisfies Partial<GivesScore>;
const IN_NATS = { ...GIVES, unit: 'nats' } as const;

export type NoConfig = Readonly<Record<never, never>>;

export const DURATION_META: BaselineMeta<'duration', NoConfig> = {
  id: 'duration',
  label: 'Duration',
  says: 'the duration of the root span; nothing is learnt',
  presets: atAllPresets({}),
  settings: [],
  gives: { ...GIVES, unit: 'ms', terms: [] },
  stopsEarly: false,
};

export const DURATION_GIVEN_STRUCTURE_META: BaselineMeta<'duration-given-structure', NoConfig> = {
  id: 'duration-given-structure',
  label: 'Duration given structure',
  says: 'how far out the duration is among training traces of the same structure, else of the same root',
  presets: atAllPresets({}),
  settings: [],
  gives: { ...IN_NATS, terms: [] },
  stopsEarly: false,
};

export interface OddestNodeConfig extends MeasureConfig, UnseenConfig {}

const ODDEST_NODE: OddestNodeConfig = { measure: 'both', unseen: 'calibrated' };

export const ODDEST_NODE_META: BaselineMeta<'oddest-node', OddestNodeConfig> = {
  id: 'oddest-node',
  label: 'Oddest node',
  says: 'how far out the oddest node is among training traces with its call path',
  presets: atAllPresets(ODDEST_NODE),
  settings: [MEASURE_SETTING, UNSEEN_SETTING],
  gives: { ...IN_NATS, terms: [{ id: 'tail', label: 'oddest node' }, UNSEEN_TERM] },
  stopsEarly: false,
};

export interface OddestNodesConfig extends OddestNodeConfig {
  /** Nodes whose tails are summed, at most. */
  readonly k: number;
}

export const ODDEST_NODES_META: BaselineMeta<'oddest-nodes', OddestNodesConfig> = {
  id: 'oddest-nodes',
  label: 'Oddest nodes',
  says: 'the sum over the k oddest nodes',
  presets: atAllPresets({ ...ODDEST_NODE, k: 5 }),
  settings: [
    {
      key: 'k',
      label: 'k',
      unit: 'nodes',
      help: 'nodes whose tails are summed; all where a trace has fewer',
      min: 1,
      max: 100,
      step: 1,
    },
    MEASURE_SETTING,
    UNSEEN_SETTING,
  ],
  gives: { ...IN_NATS, terms: [{ id: 'tail', label: 'oddest nodes' }, UNSEEN_TERM] },
  stopsEarly: false,
};

export const UNSEEN_STRUCTURE_META: BaselineMeta<'unseen-structure', UnseenConfig> = {
  id: 'unseen-structure',
  label: 'Unseen structure',
  says: 'whether training had the call paths of the trace, and the structure that they make',
  presets: atAllPresets({ unseen: 'calibrated' }),
  settings: [UNSEEN_SETTING],
  gives: {
    ...IN_NATS,
    terms: [
      { id: 'path', label: 'unseen call path' },
      { id: 'structure', label: 'known paths, unseen together' },
    ],
  },
  stopsEarly: false,
};

const FOREST: ForestConfig = { trees: 100, sample: 256 };

export const ISOLATION_FOREST_META: BaselineMeta<'isolation-forest', ForestConfig> = {
  id: 'isolation-forest',
  label: 'Isolation forest',
  says: 'an isolation forest per operation over durations; the oddest node',
  presets: atAllPresets(FOREST),
  settings: FOREST_SETTINGS,
  gives: { ...GIVES, unit: '', terms: [] },
  stopsEarly: false,
};

export const ISOLATION_FOREST_TRACES_META: BaselineMeta<'isolation-forest-traces', ForestConfig> = {
  id: 'isolation-forest-traces',
  label: 'Isolation forest of traces',
  says: 'an isolation forest over duration, self times, nodes and depth of whole traces',
  presets: atAllPresets(FOREST),
  settings: FOREST_SETTINGS,
  gives: { ...GIVES, unit: '', terms: [] },
  stopsEarly: false,
};

const WAYS = [
  { id: 'whole', label: 'slow as a whole' },
  { id: 'place', label: 'slow in one place' },
  { id: 'structure', label: 'structure not seen in training' },
  { id: 'in-time', label: 'slow with the minute before it' },
];

export const HISTORY_META: BaselineMeta<'history', NoConfig> = {
  id: 'history',
  label: 'History',
  says: 'slow as a whole, slow in one place, a structure never seen, or a service slow for a minute, each calibrated on validation traces; the rarest counts',
  presets: atAllPresets({}),
  settings: [],
  gives: {
    ...IN_NATS,
    surprise: true,
    terms: WAYS,
  },
  stopsEarly: false,
};

export const RIDGE_META: BaselineMeta<'ridge-self-times', UnseenConfig> = {
  id: 'ridge-self-times',
  label: 'Ridge of self times',
  says: 'the node whose self time exceeds most what those of the others predict, by structure',
  presets: atAllPresets({ unseen: 'calibrated' }),
  settings: [UNSEEN_SETTING],
  gives: { ...IN_NATS, terms: [{ id: 'tail', label: 'worst predicted node' }, UNSEEN_TERM] },
  stopsEarly: false,
};

export const MAHALANOBIS_META: BaselineMeta<'mahalanobis-self-times', UnseenConfig> = {
  id: 'mahalanobis-self-times',
  label: 'Mahalanobis of self times',
  says: 'the Mahalanobis distance of all self times from those of the same structure',
  presets: atAllPresets({ unseen: 'calibrated' }),
  settings: [UNSEEN_SETTING],
  gives: { ...IN_NATS, terms: [{ id: 'tail', label: 'distance of all self times' }, UNSEEN_TERM] },
  stopsEarly: false,
};

/** In the order of the page. */
export const STATISTICS = [
  HISTORY_META,
  DURATION_META,
  DURATION_GIVEN_STRUCTURE_META,
  ODDEST_NODE_META,
  ODDEST_NODES_META,
  RIDGE_META,
  MAHALANOBIS_META,
  UNSEEN_STRUCTURE_META,
  ISOLATION_FOREST_META,
  ISOLATION_FOREST_TRACES_META,
] as const;
