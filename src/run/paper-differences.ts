/**
 * What settings of TraceVAE differ in from the paper, and why, as one sentence. It is made of the
 * settings themselves, so that it says of any choice what is true of it.
 */
import {
  nodeEmbeddingFor,
  TRACEVAE_PRESETS,
  type TraceVaeConfig,
  type TraceVaeSettings,
  traceVaeConfig,
} from '../detectors/tracevae/meta.ts';
import { TRACEVAE_SETTINGS } from '../detectors/tracevae/meta-settings.ts';

/**
 * The paper, where it says something, else the authors' code. The preset `paper` has two settings
 * that are ours: the floor of the latency scale and the std limit of each operation.
 */
const { model, schedule, scoring } = TRACEVAE_PRESETS.paper;
const PAPER = traceVaeConfig({
  model: { ...model, latencyScale: 'authors' },
  schedule,
  scoring: { ...scoring, stdLimit: 'global' },
});

type Key = keyof TraceVaeConfig;

/** What a setting is in a sentence, and why, of values that are not the paper's. */
type Words = (own: TraceVaeConfig) => string | null;

const WORDS: Partial<Record<Key, Words>> = {
  units: ({ units }) =>
    units < PAPER.units
      ? `${units} units per head in the place of ${PAPER.units}, so that training takes minutes`
      : null,
  maxNodes: ({ maxNodes }) => `trees of up to ${maxNodes} nodes in the place of ${PAPER.maxNodes}`,
  structureDecoder: () =>
    'structures written by call paths, since the paper’s decoder costs N_max squared',
  latencyScale: () =>
    'a floor under each operation’s latency scale, so that one that hardly varies does not set the threshold',
  latencyTails: () =>
    'latencies far out fall as a power, so that no single call outweighs all others',
  latencyTarget: () => 'logarithms of latencies, so that a slow call counts by its ratio',
  statusTerm: () => 'calls that fail count, where training has errors, since their spans say so',
  stdLimit: () => 'σ p99 is each operation’s own, so that the noisiest does not set it for all',
  validateEvery: ({ validateEvery }) =>
    validateEvery < PAPER.validateEvery
      ? 'a validation after every epoch, to keep the weights of the best one'
      : null,
};

/** Follows from others, or moves no score. */
const NOT_TOLD: ReadonlySet<Key> = new Set([
  'ablation',
  'keepEvery',
  'epochsJoint',
  'epochsTime',
  'learningRateStepEpoch',
]);

/** Those with a reason first; the epochs, which are two numbers in a config, as one and last. */
function differencesOf(settings: TraceVaeSettings): string[] {
  const own = traceVaeConfig(settings);
  const paper: TraceVaeConfig = { ...PAPER, nodeEmbedding: nodeEmbeddingFor(own.maxNodes) };
  const keys = [...new Set([...Object.keys(WORDS), ...Object.keys(paper)])] as Key[];
  const told = keys
    .filter((key) => !NOT_TOLD.has(key) && String(own[key]) !== String(paper[key]))
    .map((key) => WORDS[key]?.(own) ?? plainWords(key, own, paper));
  const { epochs } = settings.schedule;
  return epochs === schedule.epochs
    ? told
    : [...told, `${epochs} epochs in the place of ${schedule.epochs}`];
}

/** "batch size 32 in the place of 64": of what somebody has chosen there is no reason to give. */
const plainWords = (key: Key, own: TraceVaeConfig, paper: TraceVaeConfig): string => {
  const label = TRACEVAE_SETTINGS.find((setting) => setting.key === key)?.label ?? key;
  return `${label} ${String(own[key])} in the place of ${String(paper[key])}`;
};

/** "Unlike in the paper: 16 units per head in the place of 500, so that training takes minutes; …." */
export function paperSentence(settings: TraceVaeSettings): string {
  const differences = differencesOf(settings);
  return differences.length === 0
    ? 'As in the paper.'
    : `Unlike in the paper: ${differences.join('; ')}.`;
}
