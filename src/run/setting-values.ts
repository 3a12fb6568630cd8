/** The settings of a run by the names that the page shows: for run.json, comparisons and differences. */
import { BASELINES, detectorLabel } from '../detectors/catalog.ts';
import { type TraceVaeConfig, traceVaeConfig } from '../detectors/tracevae/meta.ts';
import { settingValue, TRACEVAE_SETTINGS } from '../detectors/tracevae/meta-settings.ts';
import type { RunSettings, SettingsPart } from './settings.ts';

/** Every hyper-parameter by the name that the page shows; a baseline's after the baseline's name. */
export function settingValues(
  settings: Pick<RunSettings, 'model' | 'schedule' | 'scoring' | 'baselines'>,
): Record<string, unknown> {
  const { model, scoring } = settings;
  const config = traceVaeConfig(settings);
  return {
    ...Object.fromEntries(
      TRACEVAE_SETTINGS.map((setting) => [setting.label, settingValue(settings, setting)]),
    ),
    ...Object.fromEntries(DERIVED.map(([label, key]) => [label, config[key]])),
    'node count hidden units': model.nodeCountHidden,
    'graph embedding hidden units': model.graphEmbeddingHidden,
    'z2 given z hidden units': model.z2GivenZHidden,
    'latency scale': model.latencyScale,
    'latency target': config.latencyTarget,
    'latency tails': model.latencyTails,
    'errors of calls': config.statusTerm,
    'std limit of': scoring.stdLimit,
    ...Object.fromEntries(BASELINES.flatMap((meta) => baselineValues(meta, settings.baselines))),
  };
}

/** What follows from the settings, told because a reader of the results would ask. */
const DERIVED: readonly (readonly [label: string, key: keyof TraceVaeConfig])[] = [
  ['structure decoder', 'structureDecoder'],
  ['node embedding', 'nodeEmbedding'],
  ['joint epochs', 'epochsJoint'],
  ['time epochs', 'epochsTime'],
  ['rate step after', 'learningRateStepEpoch'],
  ['validate every', 'validateEvery'],
];

function baselineValues(
  { id, label, settings }: (typeof BASELINES)[number],
  baselines: RunSettings['baselines'],
): (readonly [string, unknown])[] {
  const values = new Map<string, unknown>(Object.entries(baselines[id] ?? {}));
  return settings
    .filter(({ key }) => values.has(key))
    .map((setting) => [`${label}: ${setting.label}`, values.get(setting.key)]);
}

/** And what else decides a run: detectors, seed, backend, the traces that it takes. */
export const allSettingValues = (settings: RunSettings): Record<string, unknown> => ({
  detectors: settings.detectors.map(detectorLabel),
  seed: settings.seed,
  backend: settings.machine.backend,
  'training traces, at most': settings.limitTrain,
  'roles of the files': settings.roles,
  ...(settings.startedFrom && { 'starts from the model': settings.startedFrom.name }),
  ...settingValues(settings),
});

/** Names whose values need new scores of the same model, by their part of the settings. */
const SCORED: ReadonlySet<string> = new Set([
  ...TRACEVAE_SETTINGS.filter(({ part }) => part === ('scoring' satisfies SettingsPart)).map(
    ({ label }) => label,
  ),
  'std limit of',
]);

/** What another value of a setting asks for. */
export type Remedy = 'train' | 'score';

export const remedyOf = (name: string): Remedy => (SCORED.has(name) ? 'score' : 'train');

/** A value in a person's words. */
export const valueWords = (value: unknown): string =>
  value === null || value === undefined
    ? 'none'
    : Array.isArray(value)
      ? listWords(value.map(valueWords))
      : String(value);

/** Thousands of files may have one role. */
const LONGEST_REPEAT = 8;

function listWords(words: readonly string[]): string {
  const parts: string[] = [];
  for (let from = 0; from < words.length; ) {
    let end = from + 1;
    while (end < words.length && words[end] === words[from]) end += 1;
    if (end - from > LONGEST_REPEAT) parts.push(`${words[from]} × ${end - from}`);
    else parts.push(...words.slice(from, end));
    from = end;
  }
  return parts.join(', ');
}
