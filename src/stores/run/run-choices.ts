/** What the next run is made with, as the Training cell's controls hold it. */
import {
  BASELINES,
  type BaselineConfigs,
  baselineConfigs,
  DEFAULT_DETECTORS,
  DETECTOR_IDS,
  type DetectorId,
} from '../../detectors/catalog.ts';
import { type PresetId, TRACEVAE_PRESETS } from '../../detectors/tracevae/meta.ts';
import type { RunRecord } from '../../run/record.ts';
import type { RunSettings, SettingsParts } from '../../run/settings.ts';

export interface RunChoices extends SettingsParts {
  /** At least one, in the order of the catalog. */
  readonly detectors: readonly DetectorId[];
  readonly preset: PresetId;
  /** Of all baselines, chosen or not. */
  readonly baselines: BaselineConfigs;
  readonly seed: number;
  readonly limitTrain: number | null;
}

export const DEFAULT_PRESET: PresetId = 'tiny';

export const DEFAULT_CHOICES: RunChoices = {
  detectors: DEFAULT_DETECTORS,
  preset: DEFAULT_PRESET,
  ...TRACEVAE_PRESETS[DEFAULT_PRESET],
  machine: { backend: 'auto' },
  baselines: baselineConfigs(DEFAULT_PRESET),
  seed: 1,
  limitTrain: null,
};

/** The settings that Start would use now. */
export const nextSettings = (choices: RunChoices, roles: RunSettings['roles']): RunSettings => ({
  detectors: choices.detectors,
  model: choices.model,
  schedule: choices.schedule,
  scoring: choices.scoring,
  machine: choices.machine,
  baselines: Object.fromEntries(
    BASELINES.filter(({ id }) => choices.detectors.includes(id)).map(({ id }) => [
      id,
      choices.baselines[id],
    ]),
  ),
  seed: choices.seed,
  roles,
  limitTrain: choices.limitTrain,
});

/** The choices that a run was made with. */
export const choicesOf = ({
  preset,
  settings,
}: Pick<RunRecord, 'preset' | 'settings'>): RunChoices => ({
  detectors: settings.detectors,
  preset,
  model: settings.model,
  schedule: settings.schedule,
  scoring: settings.scoring,
  machine: settings.machine,
  baselines: { ...baselineConfigs(preset), ...settings.baselines },
  seed: settings.seed,
  limitTrain: settings.limitTrain,
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
