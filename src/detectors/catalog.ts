/** Every detector by id: plain data, safe on the page. */
import { assert } from '../base/assert.ts';
import { BASELINES, DETECTOR_CATALOG } from './metas.ts';
import type { DetectorMeta, PresetId } from './shared/settings.ts';
import { STATISTICS } from './statistics/meta.ts';

export { BASELINES, DETECTOR_CATALOG };

type Baseline = (typeof BASELINES)[number];

export type BaselineId = Baseline['id'];
export type DetectorId = (typeof DETECTOR_CATALOG)[number]['id'];

/** Settings of the baselines, by id. */
export type BaselineConfigs = {
  readonly [Id in BaselineId]: Extract<Baseline, { readonly id: Id }>['presets'][PresetId];
};

export const DETECTOR_IDS: readonly DetectorId[] = DETECTOR_CATALOG.map(({ id }) => id);

/**
 * What a run is made of unless a person chooses otherwise: History, which needs no training and is
 * ahead on real faults, and TraceVAE.
 */
export const DEFAULT_DETECTORS: readonly DetectorId[] = ['history', 'tracevae'];

/** What a run shows unless another detector is chosen. */
export const SHOWN_FIRST: DetectorId = 'history';

/**
 * Of the detectors of a run: the chosen one; where it lacks that, the one that is shown first, else
 * the first.
 */
export const chosenAmong = <Of extends { readonly detector: DetectorId }>(
  detectors: readonly Of[],
  chosen: DetectorId = SHOWN_FIRST,
): Of | null =>
  detectors.find(({ detector }) => detector === chosen) ??
  detectors.find(({ detector }) => detector === SHOWN_FIRST) ??
  detectors[0] ??
  null;

/** What is compared: TraceVAE, the baselines of table 1's upper half, and statistics. */
export const COMPARED: readonly DetectorId[] = DETECTOR_IDS.filter(
  (id) => id === 'tracevae' || BASELINES.some((baseline) => baseline.id === id),
);

export function detectorMeta(id: DetectorId): DetectorMeta {
  const meta = DETECTOR_CATALOG.find((entry) => entry.id === id);
  assert(meta !== undefined, `no detector ${id}`);
  return meta;
}

/** Whether a detector is a statistic that needs no training. */
export const isStatistic = (id: DetectorId): boolean => STATISTICS.some((meta) => meta.id === id);

/** Detectors as the page groups them. */
export const DETECTOR_GROUPS: readonly {
  readonly title: string;
  readonly metas: readonly (DetectorMeta & { readonly id: DetectorId })[];
}[] = [
  { title: 'Detectors', metas: DETECTOR_CATALOG.filter(({ id }) => !isStatistic(id)) },
  { title: 'Statistics', metas: DETECTOR_CATALOG.filter(({ id }) => isStatistic(id)) },
];

/**
 * Detectors in the order in which they are trained: statistics first, as they take no time, then
 * the others as they come.
 */
export const trainingOrder = (detectors: readonly DetectorId[]): readonly DetectorId[] => [
  ...detectors.filter((id) => isStatistic(id)),
  ...detectors.filter((id) => !isStatistic(id)),
];

/** The name on the page, as table 1 and section 6.6 write it. */
export const detectorLabel = (id: DetectorId): string => detectorMeta(id).label;

/** Whether scores are -ln p, of which a share of false alarms can be told. */
export function isSurprise(id: DetectorId): boolean {
  const { gives } = detectorMeta(id);
  return gives.kind === 'score' && gives.surprise === true;
}

/** Unit of a detector's scores; empty where they are pure numbers. */
export function scoreUnit(id: DetectorId): string {
  const { gives } = detectorMeta(id);
  return gives.kind === 'terms' ? 'nats' : gives.unit;
}

/** Whether a detector is measured against structure anomalies. */
export function scoresStructure(id: DetectorId): boolean {
  const { gives } = detectorMeta(id);
  return gives.kind === 'terms' || gives.structure;
}

export const baselineConfigs = (preset: PresetId): BaselineConfigs =>
  // each id with the settings of its own meta, which a map over a union does not say
  Object.fromEntries(BASELINES.map(({ id, presets }) => [id, presets[preset]])) as BaselineConfigs;
