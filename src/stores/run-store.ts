/**
 * One run: its settings, training with live curves, scoring. Settings belong to the next run; what
 * a finished run used is kept with the run, so that a changed setting marks it stale.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Failure } from '../base/result.ts';
import type { FitCheckpoint } from '../detectors/checkpoint.ts';
import type { ScoreProgress } from '../detectors/detector.ts';
import {
  type PresetId,
  TRACEVAE_PRESETS,
  type TraceVaeConfig,
  withEpochs,
} from '../detectors/tracevae/meta.ts';
import type { NotebookStorage } from '../storage/notebook-storage.ts';
import { type InterruptedRun, RUN_FORMAT, type RunRecord } from '../storage/records.ts';
import type { RunningJob, WorkerClient } from '../worker/client.ts';
import type { JobFailure, ModelSource, TrainOutcome } from '../worker/protocol.ts';
import { createCheckpointWriter } from './checkpoint-writer.ts';
import type { DatasetState } from './dataset-store.ts';
import { DEFAULT_CHOICES, nextSettings, type RunChoices } from './run-choices.ts';
import {
  afterTrainEvent,
  isRunning,
  plannedEpochs,
  type RunningPhase,
  resumedRun,
  startedRun,
  type TrainingPhase,
} from './training-phase.ts';

export type ScoringPhase =
  | { readonly phase: 'idle' }
  | { readonly phase: 'running'; readonly progress: ScoreProgress | null }
  | { readonly phase: 'failed'; readonly failure: JobFailure }
  | { readonly phase: 'done' };

export interface RunState {
  readonly choices: RunChoices;
  readonly training: TrainingPhase;
  readonly scoring: ScoringPhase;
  readonly storageFailure: Failure | null;

  choosePreset(preset: PresetId): void;
  choose(change: Partial<Omit<RunChoices, 'preset' | 'config'>>): void;
  configure(change: Partial<TraceVaeConfig>): void;
  train(): Promise<void>;
  pause(): void;
  resume(): void;
  /** Ends training after this batch and keeps the weights. */
  stop(): void;
  score(): Promise<void>;
  cancelScoring(): void;
  /** Goes on with the training that a reload interrupted. */
  resumeInterrupted(): Promise<void>;
  discardInterrupted(): Promise<void>;
  /** Takes the weights of a diverged run's last good epoch for a finished run. */
  keepLastGood(): Promise<void>;
  /** Puts back what was stored: a finished run, or one that was interrupted after it. */
  restore(run: RunRecord | null, interrupted: InterruptedRun | null): void;
  /** Forgets the run of a dataset that is gone. */
  reset(): void;
}

export interface RunStoreDeps {
  readonly client: WorkerClient;
  readonly storage: NotebookStorage;
  readonly dataset: StoreApi<DatasetState>;
  readonly now: () => number;
  readonly newId: () => string;
  /** Bytes of JavaScript heap in use now, where the browser tells. */
  readonly heapBytes: () => number | null;
}

export function createRunStore(deps: RunStoreDeps): StoreApi<RunState> {
  const { client, storage, dataset } = deps;
  let trainJob: RunningJob<'train'> | null = null;
  let scoreJob: RunningJob<'score'> | null = null;
  let peakHeap: number | null = null;

  const noteHeap = (): void => {
    const bytes = deps.heapBytes();
    if (bytes !== null) peakHeap = Math.max(peakHeap ?? 0, bytes);
  };

  return createStore<RunState>((set, get) => {
    const updateRunning = (change: (running: RunningPhase) => TrainingPhase): void => {
      const { training } = get();
      if (isRunning(training)) set({ training: change(training) });
    };

    const saveRun = async (run: RunRecord): Promise<void> => {
      const saved = await storage.saveRun(run);
      set({ storageFailure: saved.ok ? null : saved.error });
    };

    const writer = createCheckpointWriter({
      storage,
      now: deps.now,
      onSaved: (saved) => set({ storageFailure: saved.ok ? null : saved.error }),
    });

    /** A run that is trained: stored in the place of its checkpoint, then scored. */
    const finish = async (
      ended: RunningPhase,
      datasetId: string,
      outcome: TrainOutcome,
    ): Promise<void> => {
      const { preset, settings, curve, restarts, incidents } = ended;
      const run: RunRecord = {
        formatVersion: RUN_FORMAT,
        id: deps.newId(),
        datasetId,
        savedAt: deps.now(),
        preset,
        settings,
        outcome,
        curve,
        scores: null,
        peakHeapBytes: peakHeap,
        restarts,
        incidents,
      };
      set({ training: { phase: 'done', run } });
      await writer.settle();
      await saveRun(run);
      await get().score();
    };

    /** @param from null to start at the first epoch */
    const launch = async (
      first: RunningPhase,
      datasetId: string,
      from: FitCheckpoint | null,
    ): Promise<void> => {
      const { settings, preset } = first;
      scoreJob?.cancel();
      trainJob?.cancel();
      set({ training: first, scoring: { phase: 'idle' } });
      let latest = first;
      const mine = client.start('train', { settings, from }, (event) => {
        if (trainJob !== mine) return;
        noteHeap();
        updateRunning((running) => {
          latest = afterTrainEvent(running, event);
          return latest;
        });
        if (event.kind !== 'checkpoint') return;
        const { checkpoint } = event;
        const { incidents } = latest;
        const savedAt = deps.now();
        const peakHeapBytes = peakHeap;
        writer.offer({
          datasetId,
          savedAt,
          preset,
          settings,
          checkpoint,
          peakHeapBytes,
          incidents,
        });
      });
      trainJob = mine;
      const result = await mine.result;
      if (trainJob !== mine) return;
      trainJob = null;
      if (result.ok) {
        await finish(latest, datasetId, result.value);
      } else if (result.error.kind === 'cancelled') {
        set({ training: { phase: 'idle' } });
      } else {
        set({ training: { phase: 'failed', failure: result.error, ended: latest } });
      }
    };

    return {
      choices: DEFAULT_CHOICES,
      training: { phase: 'idle' },
      scoring: { phase: 'idle' },
      storageFailure: null,

      choosePreset(preset) {
        const { choices } = get();
        const { maxNodes, latencyScale } = choices.config;
        const config = { ...TRACEVAE_PRESETS[preset], maxNodes, latencyScale };
        set({ choices: { ...choices, preset, config: withEpochs(config, choices.epochs) } });
      },

      choose(change) {
        const choices = { ...get().choices, ...change };
        set({ choices: { ...choices, config: withEpochs(choices.config, choices.epochs) } });
      },

      configure(change) {
        const { choices } = get();
        set({ choices: { ...choices, config: { ...choices.config, ...change } } });
      },

      async train() {
        const current = dataset.getState().dataset;
        if (current === null) return;
        const { choices } = get();
        void writer.discard();
        peakHeap = null;
        const settings = nextSettings(choices, current.roles);
        await launch(startedRun(choices.preset, settings), current.id, null);
      },

      async resumeInterrupted() {
        const { training } = get();
        if (training.phase !== 'interrupted') return;
        const { interrupted } = training;
        peakHeap = interrupted.peakHeapBytes;
        await launch(resumedRun(interrupted), interrupted.datasetId, interrupted.checkpoint);
      },

      async discardInterrupted() {
        const { training } = get();
        if (training.phase !== 'interrupted') return;
        set({ training: { phase: 'idle' } });
        get().restore(training.previous, null);
        await writer.discard();
      },

      async keepLastGood() {
        const { training } = get();
        const current = dataset.getState().dataset;
        if (training.phase !== 'failed' || current === null) return;
        const { failure, ended } = training;
        if (failure.lastGood === undefined) return;
        const { epoch, outcome } = failure.lastGood;
        const incident = `${failure.what} in ${failure.where}: these are the weights of epoch ${epoch}`;
        const incidents = [...ended.incidents, incident];
        await finish({ ...ended, incidents }, current.id, outcome);
      },

      pause() {
        trainJob?.pause();
        updateRunning((running) => ({ ...running, phase: 'paused' }));
      },

      resume() {
        trainJob?.resume();
        updateRunning((running) => ({ ...running, phase: 'running' }));
      },

      stop() {
        trainJob?.stop();
        updateRunning((running) => ({ ...running, phase: 'running' }));
      },

      async score() {
        const { training } = get();
        if (training.phase !== 'done') return;
        const { run } = training;
        scoreJob?.cancel();
        set({ scoring: { phase: 'running', progress: null } });
        const mine = client.start('score', { model: modelSource(run) }, (progress) => {
          noteHeap();
          set({ scoring: { phase: 'running', progress } });
        });
        scoreJob = mine;
        const result = await mine.result;
        if (scoreJob !== mine) return;
        scoreJob = null;
        if (!result.ok) {
          const cancelled = result.error.kind === 'cancelled';
          set({
            scoring: cancelled ? { phase: 'idle' } : { phase: 'failed', failure: result.error },
          });
          return;
        }
        const peak = Math.max(peakHeap ?? 0, run.peakHeapBytes ?? 0);
        const scored: RunRecord = {
          ...run,
          scores: result.value,
          peakHeapBytes: peak === 0 ? null : peak,
        };
        set({ training: { phase: 'done', run: scored }, scoring: { phase: 'done' } });
        await saveRun(scored);
      },

      cancelScoring: () => scoreJob?.cancel(),

      restore(run, interrupted) {
        const stored = interrupted ?? run;
        if (stored === null) return;
        const { config, seed, backend, limitTrain } = stored.settings;
        const epochs = plannedEpochs(stored.settings);
        const choices = { preset: stored.preset, config, epochs, seed, backend, limitTrain };
        if (interrupted !== null) {
          set({ choices, training: { phase: 'interrupted', interrupted, previous: run } });
        } else if (run !== null) {
          const scoring: ScoringPhase = { phase: run.scores === null ? 'idle' : 'done' };
          set({ choices, training: { phase: 'done', run }, scoring });
        }
      },

      reset() {
        trainJob?.cancel();
        scoreJob?.cancel();
        trainJob = null;
        scoreJob = null;
        void writer.settle();
        set({ training: { phase: 'idle' }, scoring: { phase: 'idle' } });
      },
    };
  });
}

/** What the worker needs to score or explain with this run, even after a reload. */
export const modelSource = (run: RunRecord): ModelSource => ({
  runKey: run.id,
  settings: run.settings,
  weights: run.outcome.weights,
});
