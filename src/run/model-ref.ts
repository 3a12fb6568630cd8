/** A model by its run, as the page names it to the worker, and a run as it is handed over. */
import type { DetectorId } from '../detectors/catalog.ts';
import type { SavedWeights } from '../detectors/detector.ts';
import type { ScoreOutcome } from './outcome.ts';
import type { RunRecord } from './record.ts';
import type { RunSettings } from './settings.ts';

export interface ModelRef {
  readonly runId: string;
  readonly detector: DetectorId;
  /** Whose weights, of those kept on the way; null for the final ones. */
  readonly epoch: number | null;
}

/** What the worker needs of a run that it did not train. */
export interface OpenedRun {
  readonly runId: string;
  readonly settings: RunSettings;
  readonly models: readonly (Omit<ModelRef, 'runId'> & {
    readonly weights: SavedWeights;
    readonly scores: ScoreOutcome | null;
  })[];
}

/** The trained detector of a run, with its final weights. */
export const modelRef = (
  { id }: Pick<RunRecord, 'id'>,
  detector: DetectorId,
  epoch: number | null = null,
): ModelRef => ({ runId: id, detector, epoch });

export const openedRun = ({ id, settings, detectors }: RunRecord): OpenedRun => ({
  runId: id,
  settings,
  models: detectors.flatMap(({ detector, outcome, scores, kept }) => [
    { detector, epoch: null, weights: outcome.weights, scores },
    ...(kept ?? []).map(({ epoch, weights }) => ({ detector, epoch, weights, scores: null })),
  ]),
});
