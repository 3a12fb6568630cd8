/**
 * The comparison of detectors: all of them in one run, then the same with further seeds, one after
 * another in a worker of their own, so that the page's worker stays free for whoever looks at a
 * trace meanwhile. Results are kept with the run as they come.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Failure, Result } from '../../base/result.ts';
import { err, ok } from '../../base/result.ts';
import { COMPARED, type DetectorId } from '../../detectors/catalog.ts';
import type { StartingModel } from '../../detectors/detector.ts';
import type { CurvePoint, FitProgress } from '../../detectors/fit-progress.ts';
import { modelRef } from '../../run/model-ref.ts';
import type { DetectorFailure, RunRecord, SeedResult } from '../../run/record.ts';
import type { BackgroundWorker, RunningJob, WorkerClient } from '../../worker/client.ts';
import type { JobFailure } from '../../worker/job-failure.ts';
import type { DatasetState } from '../dataset/dataset-store.ts';
import type { RunStoreDeps } from '../run/run-state.ts';
import type { RunState } from '../run/run-store.ts';
import { startOf } from '../run/start-of.ts';
import { afterTrainEvent, startedRun } from '../run/training-phase.ts';
import { createLatest } from '../shared/latest.ts';
import { mainReport, missingRepeats } from './matrix-view.ts';

export type RepeatPhase =
  | { readonly phase: 'idle' }
  | {
      readonly phase: 'running';
      readonly detector: DetectorId;
      readonly seed: number;
      /** 0 to 1, of this detector's training, then 1. */
      readonly share: number;
      /** Its epochs so far. */
      readonly curve: readonly CurvePoint[];
      /** Trainings that come after it. */
      readonly left: number;
    }
  | { readonly phase: 'failed'; readonly failure: Failure };

export interface MatrixState {
  /** From the run's own seed on. */
  readonly seeds: number;
  readonly repeats: RepeatPhase;
  setSeeds(seeds: number): void;
  /** Trains and scores what is missing: detectors of the run, then its further seeds. */
  runAll(): Promise<void>;
  /** Trains and scores the detectors of the finished run with further seeds, those that it lacks. */
  repeatWith(seeds: readonly number[]): Promise<void>;
  /** Ends the further seeds; those that are finished stay. */
  cancel(): void;
}

export interface MatrixDeps {
  readonly runs: StoreApi<RunState>;
  readonly dataset: StoreApi<DatasetState>;
  readonly background: () => BackgroundWorker;
  readonly keptModel?: RunStoreDeps['keptModel'];
}

export function createMatrixStore({
  runs,
  dataset,
  background,
  keptModel,
}: MatrixDeps): StoreApi<MatrixState> {
  const starts = createLatest();
  let worker: BackgroundWorker | null = null;

  const end = (): void => {
    starts.cancel();
    worker?.close();
    worker = null;
  };

  /** The run that is at hand now, with everything that was added to it. */
  const currentRun = (): RunRecord | null => {
    const { training } = runs.getState();
    return training.phase === 'done' ? training.run : null;
  };

  const store = createStore<MatrixState>((set, get) => {
    const repeat = async (run: RunRecord, seeds: readonly number[]): Promise<void> => {
      const traces = dataset.getState().dataset?.imported.traces;
      const wanted = missingRepeats(run, seeds);
      if (traces === undefined || wanted.length === 0) return;
      end();
      const isLatest = starts.begin();
      worker = background();
      const { client } = worker;
      const opened = await client.start('open', { traces }).result;
      if (!isLatest()) return;
      if (!opened.ok) {
        end();
        set({ repeats: { phase: 'failed', failure: opened.error } });
        return;
      }
      for (const [i, { detector, seed }] of wanted.entries()) {
        const left = wanted.length - i - 1;
        const onProgress = (share: number, curve: readonly CurvePoint[]): void => {
          if (!isLatest()) return;
          set({ repeats: { phase: 'running', detector, seed, share, curve, left } });
        };
        onProgress(0, []);
        const start = await startOf(keptModel, run.settings, detector);
        const one = { run, detector, seed, start: start.ok ? start.value : {} };
        const result = await trainAndScore(client, one, onProgress);
        if (!isLatest() || currentRun()?.id !== run.id) return;
        await runs.getState().addRepeat(run.id, result.ok ? result.value : result.error);
      }
      end();
      set({ repeats: { phase: 'idle' } });
    };

    return {
      seeds: 1,
      repeats: { phase: 'idle' },
      setSeeds: (seeds) => set({ seeds }),

      async runAll() {
        get().cancel();
        await runs.getState().trainBeside(COMPARED);
        const run = currentRun();
        if (run === null) return;
        const more = Math.max(0, get().seeds - 1);
        await repeat(
          run,
          Array.from({ length: more }, (_, i) => run.settings.seed + 1 + i),
        );
      },

      async repeatWith(seeds) {
        get().cancel();
        const run = currentRun();
        if (run !== null) await repeat(run, seeds);
      },

      cancel() {
        end();
        set({ repeats: { phase: 'idle' } });
      },
    };
  });

  // A new run, or another dataset, takes the place of what the seeds belong to.
  runs.subscribe((_, before) => {
    if (store.getState().repeats.phase !== 'running') return;
    const was = before.training.phase === 'done' ? before.training.run.id : null;
    if (currentRun()?.id !== was) store.getState().cancel();
  });
  return store;
}

interface Repeat {
  readonly run: RunRecord;
  readonly detector: DetectorId;
  readonly seed: number;
  /** What the run began with. */
  readonly start: { readonly start?: StartingModel };
}

/** One detector with one seed. What it learnt is dropped; its metrics stay. */
async function trainAndScore(
  client: WorkerClient,
  { run, detector, seed, start }: Repeat,
  onProgress: (share: number, curve: readonly CurvePoint[]) => void,
): Promise<Result<SeedResult, DetectorFailure>> {
  const settings = { ...run.settings, seed };
  const failed = (stage: DetectorFailure['stage'], { what, where, advice }: JobFailure) =>
    err({ detector, seed, stage, what, where, advice });

  const { id: runId, datasetId, preset } = run;
  let running = startedRun({ runId, datasetId, preset, settings, detector });
  const training: RunningJob<'train'> = client.start(
    'train',
    { runId, detector, settings, from: null, ...start },
    (event) => {
      running = afterTrainEvent(running, event);
      onProgress(shareDone(running.progress), running.curve);
    },
  );
  const trained = await training.result;
  if (!trained.ok) return failed('training', trained.error);
  onProgress(1, running.curve);
  const { trainSeconds } = trained.value;
  const of = modelRef(run, detector);
  const scored = await client.start('score', { of, settings }).result;
  if (!scored.ok) return failed('scoring', scored.error);
  return ok({
    detector,
    seed,
    report: mainReport(scored.value),
    trainSeconds,
    scoreTracesPerSecond: scored.value.scoreTracesPerSecond,
  });
}

const shareDone = (progress: FitProgress | null): number =>
  progress === null
    ? 0
    : (progress.epoch - 1 + progress.batch / progress.batches) / progress.epochs;
