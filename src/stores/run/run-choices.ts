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
import type { ModelOfRun, RunSettings, SettingsParts } from '../../run/settings.ts';
import { labelCode, type TraceSet } from '../../trace/trace-set.ts';

export interface RunChoices extends SettingsParts {
  /** At least one, in the order of the catalog. */
  readonly detectors: readonly DetectorId[];
  readonly preset: PresetId;
  /** Of all baselines, chosen or not. */
  readonly baselines: BaselineConfigs;
  readonly seed: number;
  readonly limitTrain: number | null;
  /** Absent: training begins at random. */
  readonly startedFrom?: ModelOfRun | undefined;
}

export const DEFAULT_PRESET: PresetId = 'notebook';

export const DEFAULT_CHOICES: RunChoices = {
  detectors: DEFAULT_DETECTORS,
  preset: DEFAULT_PRESET,
  ...TRACEVAE_PRESETS[DEFAULT_PRESET],
  machine: { backend: 'auto' },
  baselines: baselineConfigs(DEFAULT_PRESET),
  seed: 1,
  limitTrain: null,
};

/** A dataset as far as the settings of a run depend on it. */
export interface DividedDataset {
  readonly roles: RunSettings['roles'];
  readonly imported: { readonly traces: Pick<TraceSet, 'label'> };
}

/** The settings that Start would use now. */
export const nextSettings = (choices: RunChoices, dataset: DividedDataset): RunSettings => ({
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
  roles: dataset.roles,
  limitTrain: choices.limitTrain,
  ...(choices.startedFrom && { startedFrom: choices.startedFrom }),
  ...(isUndivided(dataset) ? { scored: 'all' as const } : {}),
});

/** Neither roles nor labels say which traces are to be told apart: then all are. */
const isUndivided = ({ roles, imported }: DividedDataset): boolean =>
  roles.every((role) => role === 'split') && !isLabelled(imported.traces.label);

const UNLABELLED = labelCode('unlabelled');
const known = new WeakMap<Uint8Array, boolean>();

/** Asked at every change of the page, and told of as many traces as there are. */
function isLabelled(label: Uint8Array): boolean {
  const before = known.get(label);
  if (before !== undefined) return before;
  const labelled = label.some((code) => code !== UNLABELLED);
  known.set(label, labelled);
  return labelled;
}

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
  startedFrom: settings.startedFrom,
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
