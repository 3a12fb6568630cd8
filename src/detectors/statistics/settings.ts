/** Settings that several statistics share, and what an unseen structure adds. Plain data. */
import type { Measure } from '../../statistics/path-tails.ts';
import type { ChoiceSetting, NumberSetting, TermMeta } from '../shared/settings.ts';

/** What a structure that training did not have adds to a score. */
export type Unseen = 'fixed' | 'calibrated';

export interface UnseenConfig {
  readonly unseen: Unseen;
}

export interface MeasureConfig {
  readonly measure: Measure;
}

export const UNSEEN_SETTING = {
  key: 'unseen',
  label: 'unseen structure adds',
  help: 'calibrated: minus the log of the share of training traces whose structure no other has',
  options: [
    { value: 'fixed', label: '5 nats' },
    { value: 'calibrated', label: 'calibrated' },
  ],
} as const satisfies ChoiceSetting<UnseenConfig>;

export const MEASURE_SETTING = {
  key: 'measure',
  label: 'compares',
  help: 'durations, self times (less the calls that a node makes), or whichever is further out',
  options: [
    { value: 'both', label: 'both, the larger tail' },
    { value: 'duration', label: 'durations' },
    { value: 'self', label: 'self times' },
  ],
} as const satisfies ChoiceSetting<MeasureConfig>;

export const UNSEEN_TERM = { id: 'unseen', label: 'unseen structure' } as const satisfies TermMeta;

export interface ForestConfig {
  /** t of Liu et al. */
  readonly trees: number;
  /** psi: training rows that a tree is grown on. */
  readonly sample: number;
}

export const FOREST_SETTINGS = [
  {
    key: 'trees',
    label: 'trees',
    unit: 'trees',
    help: 'of each forest',
    min: 1,
    max: 1000,
    step: 1,
  },
  {
    key: 'sample',
    label: 'sample',
    unit: 'rows',
    help: 'training rows that a tree is grown on, drawn without replacement',
    min: 2,
    max: 4096,
    step: 1,
  },
] as const satisfies readonly NumberSetting<ForestConfig>[];
