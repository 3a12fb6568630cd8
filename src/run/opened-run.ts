/** A run as the page hands it over to the worker. */
import type { SavedWeights } from '../detectors/detector.ts';
import type { ModelRef } from './model-ref.ts';
import type { ScoreOutcome } from './outcome.ts';
import type { RunRecord } from './record.ts';
import type { RunSettings } from './settings.ts';

/** What the worker needs of a run that it did not train. */
export interface OpenedRun {
  readonly runId: string;
  readonly settings: RunSettings;
  readonly models: readonly (Omit<ModelRef, 'runId'> & {
    readonly weights: SavedWeights;
    readonly scores: ScoreOutcome | null;
  })[];
}

export const openedRun = ({ id, settings, detectors }: RunRecord): OpenedRun => ({
  runId: id,
  settings,
  models: detectors.flatMap(({ detector, outcome, scores, kept }) => [
    { detector, epoch: null, weights: outcome.weights, scores },
    ...(kept ?? []).map(({ epoch, weights }) => ({ detector, epoch, weights, scores: null })),
  ]),
});
