/** What a trained model leaves behind, the same in the worker and in Node. */
import type { FitCheckpoint } from '../detectors/checkpoint.ts';
import type { DetectorData, DetectorModel } from '../detectors/detector.ts';
import type { BackendInfo, TrainOutcome } from './outcome.ts';

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

export async function trainOutcome(
  model: DetectorModel,
  data: DetectorData,
  {
    seconds,
    epochs,
    info,
    stopped,
  }: TrainTime & { readonly info: BackendInfo; readonly stopped: boolean },
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
