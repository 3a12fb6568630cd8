/** Where a training run stands, and how an event of the worker moves it. */
import { assertNever } from '../base/assert.ts';
import type { CurvePoint, FitProgress } from '../detectors/detector.ts';
import type { PresetId } from '../detectors/tracevae/meta.ts';
import type { InterruptedRun, RunRecord } from '../storage/records.ts';
import type { BackendInfo, JobFailure, RunSettings, TrainEvent } from '../worker/protocol.ts';

export interface RunningPhase {
  readonly phase: 'running' | 'paused';
  readonly preset: PresetId;
  readonly settings: RunSettings;
  readonly backend: BackendInfo | null;
  readonly progress: FitProgress | null;
  readonly curve: readonly CurvePoint[];
  /** Mean batch loss against the epoch as a fraction, while the epoch runs. */
  readonly liveLoss: readonly { readonly epoch: number; readonly loss: number }[];
  readonly restarts: number;
  /** What happened on the way, in sentences. */
  readonly incidents: readonly string[];
}

export type TrainingPhase =
  | { readonly phase: 'idle' }
  | RunningPhase
  /** Found after a reload. */
  | {
      readonly phase: 'interrupted';
      readonly interrupted: InterruptedRun;
      /** The finished run before it, which comes back when this one is discarded. */
      readonly previous: RunRecord | null;
    }
  | { readonly phase: 'failed'; readonly failure: JobFailure; readonly ended: RunningPhase }
  | { readonly phase: 'done'; readonly run: RunRecord };

export const isRunning = (training: TrainingPhase): training is RunningPhase =>
  training.phase === 'running' || training.phase === 'paused';

const LIVE_POINTS = 2000;

export const plannedEpochs = ({ config }: RunSettings): number =>
  config.epochsJoint + config.epochsTime;

export const startedRun = (preset: PresetId, settings: RunSettings): RunningPhase => ({
  phase: 'running',
  preset,
  settings,
  backend: null,
  progress: null,
  curve: [],
  liveLoss: [],
  restarts: 0,
  incidents: [],
});

export const resumedRun = ({
  preset,
  settings,
  checkpoint,
  incidents,
}: InterruptedRun): RunningPhase => ({
  ...startedRun(preset, settings),
  curve: checkpoint.curve,
  restarts: checkpoint.attempt,
  incidents,
});

export function afterTrainEvent(running: RunningPhase, event: TrainEvent): RunningPhase {
  switch (event.kind) {
    case 'backend':
      return { ...running, backend: event.info };
    case 'progress': {
      const { progress } = event;
      if (progress.loss === null) return { ...running, progress };
      const epoch = progress.epoch - 1 + progress.batch / progress.batches;
      const live = [...running.liveLoss, { epoch, loss: progress.loss }];
      return { ...running, progress, liveLoss: live.slice(-LIVE_POINTS) };
    }
    case 'epoch':
      return { ...running, curve: [...running.curve, event.point] };
    case 'checkpoint':
      return running;
    case 'recovered': {
      const { epoch, why, info } = event;
      const incident = `the GPU device was lost (${why || 'the browser does not say why'}); training went on ${epoch === 0 ? 'from the start' : `after epoch ${epoch}`} on ${info.backend === 'webgpu' ? 'a new device' : 'WASM'}`;
      return {
        ...running,
        backend: info,
        curve: running.curve.filter((point) => point.epoch <= epoch),
        liveLoss: running.liveLoss.filter((point) => point.epoch <= epoch),
        incidents: [...running.incidents, incident],
      };
    }
    case 'restart':
      return { ...running, curve: [], liveLoss: [], restarts: event.attempt };
    default:
      return assertNever(event);
  }
}
