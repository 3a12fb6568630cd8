/** What a training leaves behind, the same in the worker and in Node. */
import { err, type Failure, ok, type Result } from '../base/result.ts';
import type { FitCheckpoint } from '../detectors/checkpoint.ts';
import type {
  DetectorData,
  DetectorModel,
  FitFailure,
  FitResult,
  SavedWeights,
} from '../detectors/detector.ts';
import type { BackendInfo, TrainOutcome } from './outcome.ts';
import type { RunSettings } from './settings.ts';

/** How long training took, and how many epochs it was. */
export interface TrainTime {
  readonly seconds: number;
  readonly epochs: number;
}

export interface TrainClock {
  /** Hears the events of the training. */
  note(event: { readonly kind: string; readonly epoch?: number }): void;
  read(): TrainTime;
}

/** @param from where an interrupted training goes on: its epochs and their time count */
export function createTrainClock(from: FitCheckpoint | null): TrainClock {
  const before = (from?.curve ?? []).map(({ seconds }) => seconds);
  const secondsBefore = before.reduce((sum, seconds) => sum + seconds, 0);
  const started = performance.now();
  let epochs = before.length;
  return {
    note(event) {
      if (event.kind === 'epoch') epochs++;
      if (event.kind === 'recovered') epochs = event.epoch ?? 0;
    },
    read: () => ({ epochs, seconds: secondsBefore + (performance.now() - started) / 1e3 }),
  };
}

/** Why training left no model. */
export type TrainFailure = Omit<FitFailure, 'lastGood'>;

export interface Trained {
  readonly model: DetectorModel;
  readonly outcome: TrainOutcome;
  /** null, or why training diverged and which epoch's weights the model has. */
  readonly diverged: { readonly failure: TrainFailure; readonly epoch: number } | null;
}

interface TrainFacts {
  readonly data: DetectorData;
  readonly time: TrainTime;
  readonly info: BackendInfo;
  readonly stopped: boolean;
  /** The detector's model of stored weights. */
  readonly restore: (weights: SavedWeights) => DetectorModel;
}

/**
 * The model of a fit that ended, with what is stored of it. A training that diverged leaves the
 * model of its last good epoch, if there was one.
 *
 * @returns the model is the caller's to dispose of
 */
export async function finishTraining(
  fitted: Awaited<FitResult>,
  facts: TrainFacts,
): Promise<Result<Trained, TrainFailure>> {
  if (fitted.ok) {
    const model = fitted.value;
    return ok({ model, outcome: await outcomeOf(model, facts), diverged: null });
  }
  const { lastGood, ...failure } = fitted.error;
  if (lastGood === undefined) return err(failure);
  const { epoch, weights } = lastGood;
  const model = facts.restore(weights);
  return ok({ model, outcome: await outcomeOf(model, facts), diverged: { failure, epoch } });
}

/**
 * Whether a detector that diverged stays in the run with the weights of its last good epoch. Where
 * it is the only one, whoever trains it decides.
 */
export const keepsLastGood = ({ detectors }: RunSettings): boolean => detectors.length > 1;

/** What a run says of a detector that diverged and has the weights of an earlier epoch. */
export const lastGoodIncident = ({ what, where }: Failure, epoch: number): string =>
  `${what} in ${where}: these are the weights of epoch ${epoch}`;

async function outcomeOf(
  model: DetectorModel,
  { data, time: { seconds, epochs }, info, stopped }: TrainFacts,
): Promise<TrainOutcome> {
  return {
    weights: await model.saveWeights(),
    parameterCount: model.parameterCount,
    backend: info,
    stopped,
    trainSeconds: seconds,
    trainTracesPerSecond: (epochs * data.train.length) / seconds,
    flooredOperations: data.scale.floored,
  };
}
