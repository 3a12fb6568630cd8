/** Where a training run stands, and how an event of the worker moves it. */
import { assertNever } from '../../base/assert.ts';
import type { Failure } from '../../base/result.ts';
import { type DetectorId, trainingOrder } from '../../detectors/catalog.ts';
import type { FitCheckpoint } from '../../detectors/checkpoint.ts';
import type { KeptWeights } from '../../detectors/detector.ts';
import type { CurvePoint, FitProgress } from '../../detectors/fit-progress.ts';
import type { PresetId } from '../../detectors/tracevae/meta.ts';
import type { BackendInfo, TrainOutcome } from '../../run/outcome.ts';
import {
  type DetectorFailure,
  type DetectorRun,
  type InterruptedRun,
  RUN_FORMAT,
  type RunRecord,
  type SeedResult,
} from '../../run/record.ts';
import type { RunSettings } from '../../run/settings.ts';
import type { JobFailure } from '../../worker/job-failure.ts';
import type { TrainEvent } from '../../worker/protocol.ts';

export interface RunningPhase {
  readonly phase: 'running' | 'paused';
  readonly runId: string;
  readonly datasetId: string;
  /** In training now. */
  readonly detector: DetectorId;
  /** Trained before it, in this run. */
  readonly finished: readonly DetectorRun[];
  /** Of this run, those that could not be trained. */
  readonly failed: readonly DetectorFailure[];
  /** Of the run that it goes on with: other seeds. */
  readonly repeats: readonly SeedResult[];
  readonly preset: PresetId;
  readonly settings: RunSettings;
  readonly backend: BackendInfo | null;
  /** Both backends are tried, so that the faster one trains. */
  readonly racing: boolean;
  readonly progress: FitProgress | null;
  readonly curve: readonly CurvePoint[];
  /** Mean batch loss against the epoch as a fraction, while the epoch runs. */
  readonly liveLoss: readonly { readonly epoch: number; readonly loss: number }[];
  readonly restarts: number;
  /** Weights of earlier epochs, where the settings ask for them. */
  readonly kept: readonly KeptWeights[];
  /** What happened on the way, in sentences. */
  readonly incidents: readonly string[];
}

export type TrainingPhase =
  | { readonly phase: 'idle' }
  | RunningPhase
  /** Found after a reload. */
  | InterruptedPhase
  | { readonly phase: 'failed'; readonly failure: JobFailure; readonly ended: RunningPhase }
  | { readonly phase: 'done'; readonly run: RunRecord };

export interface InterruptedPhase {
  readonly phase: 'interrupted';
  /** Where to go on: with the detector's checkpoint, or with its first epoch. */
  readonly next: RunningPhase;
  readonly checkpoint: FitCheckpoint | null;
  readonly peakHeapBytes: number | null;
  /** A run to come back to when this one is discarded: what it has finished, or the run before. */
  readonly previous: RunRecord | null;
}

export const isRunning = (training: TrainingPhase): training is RunningPhase =>
  training.phase === 'running' || training.phase === 'paused';

const LIVE_POINTS = 2000;

export const plannedEpochs = ({ schedule }: RunSettings): number => schedule.epochs;

export type RunIdentity = Pick<
  RunningPhase,
  'runId' | 'datasetId' | 'preset' | 'settings' | 'detector'
> &
  Partial<Pick<RunningPhase, 'finished' | 'failed' | 'repeats'>>;

export const startedRun = (identity: RunIdentity): RunningPhase => ({
  finished: [],
  failed: [],
  repeats: [],
  ...identity,
  phase: 'running',
  backend: null,
  racing: false,
  progress: null,
  curve: [],
  liveLoss: [],
  restarts: 0,
  kept: [],
  incidents: [],
});

/** What storage holds of a run that did not end, as a phase; null where it did end. */
export function interruptedPhase(
  run: RunRecord | null,
  interrupted: InterruptedRun | null,
): InterruptedPhase | null {
  const [pending] = run?.pending ?? [];
  if (interrupted !== null) {
    const { detector, runId, datasetId, preset, settings, checkpoint, incidents } = interrupted;
    const before = run?.id === runId ? { finished: run.detectors, ...partsOf(run) } : {};
    const next = startedRun({ runId, datasetId, preset, settings, detector, ...before });
    const { curve, attempt } = checkpoint;
    return {
      phase: 'interrupted',
      next: { ...next, curve, restarts: attempt, incidents },
      checkpoint,
      peakHeapBytes: interrupted.peakHeapBytes,
      previous: run,
    };
  }
  if (run === null || pending === undefined) return null;
  const { id, datasetId, preset, settings, detectors } = run;
  const identity = { runId: id, datasetId, preset, settings, detector: pending };
  return {
    phase: 'interrupted',
    next: startedRun({ ...identity, finished: detectors, ...partsOf(run) }),
    checkpoint: null,
    peakHeapBytes: run.peakHeapBytes,
    previous: run,
  };
}

const partsOf = ({ failed, repeats }: RunRecord) => ({ failed, repeats });

/**
 * A run that ends with these detectors.
 *
 * @param savedAt milliseconds since the epoch
 */
export function endedRun(
  { runId, datasetId, preset, settings, failed, repeats }: RunningPhase,
  detectors: readonly DetectorRun[],
  savedAt: number,
  peakHeapBytes: number | null,
): RunRecord {
  return {
    formatVersion: RUN_FORMAT,
    id: runId,
    datasetId,
    savedAt,
    preset,
    settings,
    detectors,
    pending: [],
    failed,
    repeats,
    peakHeapBytes,
  };
}

/** A run with one detector more; the others of its settings are still to be trained. */
export function withDetector(
  running: RunningPhase,
  outcome: TrainOutcome,
  savedAt: number,
  peakHeapBytes: number | null,
): RunRecord {
  const { detector, curve, restarts, kept, incidents } = running;
  const trained: DetectorRun = {
    detector,
    outcome,
    curve,
    scores: null,
    restarts,
    kept,
    incidents,
  };
  // what is trained first is not what stands first
  const place = (one: DetectorRun): number => running.settings.detectors.indexOf(one.detector);
  const detectors = [...running.finished, trained].sort((a, b) => place(a) - place(b));
  const run = endedRun(running, detectors, savedAt, peakHeapBytes);
  // Stop ends the whole run
  return outcome.stopped ? run : { ...run, pending: pendingOf(run) };
}

/** A run whose detector in training failed, which keeps none of the others from their turn. */
export function withoutDetector(
  running: RunningPhase,
  { what, where, advice }: Failure,
  savedAt: number,
  peakHeapBytes: number | null,
): RunRecord {
  const { detector, settings } = running;
  const failure = {
    detector,
    seed: settings.seed,
    stage: 'training',
    what,
    where,
    advice,
  } as const;
  const run = endedRun(running, running.finished, savedAt, peakHeapBytes);
  const failed = { ...run, failed: [...run.failed, failure] };
  return { ...failed, pending: pendingOf(failed) };
}

/** Neither trained nor failed, the next one first. */
const pendingOf = ({ settings, detectors, failed }: RunRecord): readonly DetectorId[] =>
  trainingOrder(settings.detectors).filter(
    (id) =>
      !detectors.some(({ detector }) => detector === id) &&
      !failed.some(
        ({ detector, seed, stage }) =>
          detector === id && seed === settings.seed && stage === 'training',
      ),
  );

export function afterTrainEvent(running: RunningPhase, event: TrainEvent): RunningPhase {
  switch (event.kind) {
    case 'racing':
      return { ...running, racing: true };
    case 'raced':
      return running;
    case 'backend':
      return { ...running, racing: false, backend: event.info };
    case 'progress': {
      const { progress } = event;
      if (progress.loss === null) return { ...running, progress };
      const epoch = progress.epoch - 1 + progress.batch / progress.batches;
      const live = [...running.liveLoss, { epoch, loss: progress.loss }];
      return { ...running, progress, liveLoss: live.slice(-LIVE_POINTS) };
    }
    case 'epoch':
      return { ...running, curve: [...running.curve, event.point] };
    case 'weights':
      return { ...running, kept: [...running.kept, event.kept] };
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
        kept: running.kept.filter((kept) => kept.epoch <= epoch),
        incidents: [...running.incidents, incident],
      };
    }
    case 'note':
      return { ...running, incidents: [...running.incidents, event.text] };
    case 'restart':
      return { ...running, curve: [], liveLoss: [], kept: [], restarts: event.attempt };
    default:
      return assertNever(event);
  }
}
