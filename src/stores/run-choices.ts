/** What the next run is made with, as the Training cell's controls hold it. */
import {
  BASELINES,
  type BaselineConfigs,
  baselineConfigs,
  DETECTOR_IDS,
  type DetectorId,
} from '../detectors/catalog.ts';
import {
  type PresetId,
  TRACEVAE_PRESETS,
  type TraceVaeConfig,
  withEpochs,
} from '../detectors/tracevae/meta.ts';
import type { BackendPreference, RunSettings } from '../worker/protocol.ts';

export interface RunChoices {
  /** At least one, in the order of the catalog. */
  readonly detectors: readonly DetectorId[];
  readonly preset: PresetId;
  readonly config: TraceVaeConfig;
  /** Of all baselines, chosen or not. */
  readonly baselines: BaselineConfigs;
  readonly epochs: number;
  readonly seed: number;
  readonly backend: BackendPreference;
  readonly limitTrain: number | null;
}

export const DEFAULT_PRESET: PresetId = 'tiny';
/** The paper's 40 + 20 (section 6.2). */
export const DEFAULT_EPOCHS = 60;

export const DEFAULT_CHOICES: RunChoices = {
  detectors: ['tracevae'],
  preset: DEFAULT_PRESET,
  config: withEpochs(TRACEVAE_PRESETS[DEFAULT_PRESET], DEFAULT_EPOCHS),
  baselines: baselineConfigs(DEFAULT_PRESET),
  epochs: DEFAULT_EPOCHS,
  seed: 1,
  backend: 'auto',
  limitTrain: null,
};

/** The settings that Start would use now. */
export const nextSettings = (choices: RunChoices, roles: RunSettings['roles']): RunSettings => ({
  detectors: choices.detectors,
  config: choices.config,
  baselines: Object.fromEntries(
    BASELINES.filter(({ id }) => choices.detectors.includes(id)).map(({ id }) => [
      id,
      choices.baselines[id],
    ]),
  ),
  seed: choices.seed,
  backend: choices.backend,
  roles,
  limitTrain: choices.limitTrain,
});

/** With or without a detector; the last one stays. */
export function toggleDetector(
  chosen: readonly DetectorId[],
  detector: DetectorId,
): readonly DetectorId[] {
  const rest = chosen.filter((id) => id !== detector);
  const next = rest.length === chosen.length ? [...chosen, detector] : rest;
  return next.length === 0 ? chosen : DETECTOR_IDS.filter((id) => next.includes(id));
}

/** These detectors beside those that are chosen, in the order of the catalog. */
export const withDetectors = (
  chosen: readonly DetectorId[],
  more: readonly DetectorId[],
): readonly DetectorId[] => DETECTOR_IDS.filter((id) => chosen.includes(id) || more.includes(id));

/** Whether a run with `settings` can take in the detectors that `next` has beside: all else is equal. */
export function extendsRun(settings: RunSettings, next: RunSettings): boolean {
  const bare = (of: RunSettings): string => JSON.stringify({ ...of, detectors: [], baselines: {} });
  return (
    bare(settings) === bare(next) &&
    BASELINES.every(({ id }) => {
      const before = settings.baselines[id];
      return before === undefined || JSON.stringify(before) === JSON.stringify(next.baselines[id]);
    })
  );
}
