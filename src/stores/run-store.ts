/**
 * One run: its settings, training with live curves, scoring. Settings belong to the next run; what
 * a finished run used is kept with the run, so that a changed setting marks it stale.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { assertNever } from '../base/assert.ts';
import type { Failure } from '../base/result.ts';
import type { CurvePoint, FitProgress, ScoreProgress } from '../detectors/detector.ts';
import {
  type PresetId,
  TRACEVAE_PRESETS,
  type TraceVaeConfig,
  withEpochs,
} from '../detectors/tracevae/meta.ts';
import type { NotebookStorage } from '../storage/notebook-storage.ts';
import { RUN_FORMAT, type RunRecord } from '../storage/records.ts';
import type { RunningJob, WorkerClient } from '../worker/client.ts';
import type {
  BackendInfo,
  BackendPreference,
  JobFailure,
  ModelSource,
  RunSettings,
} from '../worker/protocol.ts';
import type { DatasetState } from './dataset-store.ts';

/** What the Training cell's controls hold. */
export interface RunChoices {
  readonly preset: PresetId;
  readonly config: TraceVaeConfig;
  readonly epochs: number;
  readonly seed: number;
  readonly backend: BackendPreference;
  readonly limitTrain: number | null;
}

export type TrainingPhase =
  | { readonly phase: 'idle' }
  | {
      readonly phase: 'running' | 'paused';
      readonly settings: RunSettings;
      readonly backend: BackendInfo | null;
      readonly progress: FitProgress | null;
      readonly curve: readonly CurvePoint[];
      /** Mean batch loss against the epoch as a fraction, while the epoch runs. */
      readonly liveLoss: readonly { readonly epoch: number; readonly loss: number }[];
      readonly restarts: number;
    }
  | {
      readonly phase: 'failed';
      readonly failure: JobFailure;
      readonly curve: readonly CurvePoint[];
    }
  | { readonly phase: 'done'; readonly run: RunRecord };

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
  restore(run: RunRecord | null): void;
  /** Forgets the run of a dataset that is gone. */
  reset(): void;
}

export const DEFAULT_PRESET: PresetId = 'tiny';
/** The paper's 40 + 20 (section 6.2). */
export const DEFAULT_EPOCHS = 60;

const DEFAULT_CHOICES: RunChoices = {
  preset: DEFAULT_PRESET,
  config: withEpochs(TRACEVAE_PRESETS[DEFAULT_PRESET], DEFAULT_EPOCHS),
  epochs: DEFAULT_EPOCHS,
  seed: 1,
  backend: 'auto',
  limitTrain: null,
};

export interface RunStoreDeps {
  readonly client: WorkerClient;
  readonly storage: NotebookStorage;
  readonly dataset: StoreApi<DatasetState>;
  readonly now: () => number;
  readonly newId: () => string;
  /** Bytes of JavaScript heap in use now, where the browser tells. */
  readonly heapBytes: () => number | null;
}

const LIVE_POINTS = 2000;

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
    const updateRunning = (
      change: (running: Extract<TrainingPhase, { phase: 'running' | 'paused' }>) => TrainingPhase,
    ): void => {
      const { training } = get();
      if (training.phase === 'running' || training.phase === 'paused') {
        set({ training: change(training) });
      }
    };

    const saveRun = async (run: RunRecord): Promise<void> => {
      const saved = await storage.saveRun(run);
      set({ storageFailure: saved.ok ? null : saved.error });
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
        const settings = nextSettings(choices, current.roles);
        scoreJob?.cancel();
        trainJob?.cancel();
        peakHeap = null;
        set({
          training: {
            phase: 'running',
            settings,
            backend: null,
            progress: null,
            curve: [],
            liveLoss: [],
            restarts: 0,
          },
          scoring: { phase: 'idle' },
        });

        const mine = client.start('train', settings, (event) => {
          noteHeap();
          switch (event.kind) {
            case 'backend':
              updateRunning((running) => ({ ...running, backend: event.info }));
              break;
            case 'progress':
              updateRunning((running) => {
                const { progress } = event;
                if (progress.loss === null) return { ...running, progress };
                const epoch = progress.epoch - 1 + progress.batch / progress.batches;
                const live = [...running.liveLoss, { epoch, loss: progress.loss }];
                return { ...running, progress, liveLoss: live.slice(-LIVE_POINTS) };
              });
              break;
            case 'epoch':
              updateRunning((running) => ({ ...running, curve: [...running.curve, event.point] }));
              break;
            case 'checkpoint':
              break;
            case 'restart':
              updateRunning((running) => ({
                ...running,
                curve: [],
                liveLoss: [],
                restarts: event.attempt,
              }));
              break;
            default:
              assertNever(event);
          }
        });
        trainJob = mine;
        const result = await mine.result;
        if (trainJob !== mine) return;
        trainJob = null;
        const { training } = get();
        const running = training.phase === 'running' || training.phase === 'paused';
        const curve = running ? training.curve : [];
        if (!result.ok) {
          const cancelled = result.error.kind === 'cancelled';
          set({
            training: cancelled
              ? { phase: 'idle' }
              : { phase: 'failed', failure: result.error, curve },
          });
          return;
        }
        const run: RunRecord = {
          formatVersion: RUN_FORMAT,
          id: deps.newId(),
          datasetId: current.id,
          savedAt: deps.now(),
          preset: choices.preset,
          settings,
          outcome: result.value,
          curve,
          scores: null,
          peakHeapBytes: peakHeap,
          restarts: running ? training.restarts : 0,
        };
        set({ training: { phase: 'done', run } });
        await saveRun(run);
        await get().score();
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

      restore(run) {
        if (run === null) return;
        const { config, seed, backend, limitTrain } = run.settings;
        const epochs = config.epochsJoint + config.epochsTime;
        set({
          choices: { preset: run.preset, config, epochs, seed, backend, limitTrain },
          training: { phase: 'done', run },
          scoring: run.scores === null ? { phase: 'idle' } : { phase: 'done' },
        });
      },

      reset() {
        trainJob?.cancel();
        scoreJob?.cancel();
        trainJob = null;
        scoreJob = null;
        set({ training: { phase: 'idle' }, scoring: { phase: 'idle' } });
      },
    };
  });
}

/** The settings that Start would use now. */
export const nextSettings = (choices: RunChoices, roles: RunSettings['roles']): RunSettings => ({
  config: choices.config,
  seed: choices.seed,
  backend: choices.backend,
  roles,
  limitTrain: choices.limitTrain,
});

/** What the worker needs to score or explain with this run, even after a reload. */
export const modelSource = (run: RunRecord): ModelSource => ({
  runKey: run.id,
  settings: run.settings,
  weights: run.outcome.weights,
});
