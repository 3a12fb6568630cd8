/**
 * One run: its settings, training with live curves, scoring. Settings belong to the next run; what
 * a finished run used is kept with the run, so that a changed setting marks it stale.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Failure } from '../base/result.ts';
import { type DetectorId, detectorLabel } from '../detectors/catalog.ts';
import type { FitCheckpoint } from '../detectors/checkpoint.ts';
import type { ScoreProgress } from '../detectors/detector.ts';
import {
  type PresetId,
  TRACEVAE_PRESETS,
  type TraceVaeConfig,
  withEpochs,
  withMaxNodes,
} from '../detectors/tracevae/meta.ts';
import type { NotebookStorage } from '../storage/notebook-storage.ts';
import type { InterruptedRun, RunRecord } from '../storage/records.ts';
import type { RunEntry } from '../storage/run-entries.ts';
import type { RunningJob, WorkerClient } from '../worker/client.ts';
import type { JobFailure, ModelSource, TrainOutcome } from '../worker/protocol.ts';
import { createCheckpointWriter } from './checkpoint-writer.ts';
import type { DatasetState } from './dataset-store.ts';
import { DEFAULT_CHOICES, nextSettings, type RunChoices } from './run-choices.ts';
import {
  afterTrainEvent,
  endedRun,
  interruptedPhase,
  isRunning,
  plannedEpochs,
  type RunningPhase,
  startedRun,
  type TrainingPhase,
  withDetector,
} from './training-phase.ts';

export type ScoringPhase =
  | { readonly phase: 'idle' }
  | {
      readonly phase: 'running';
      readonly detector: DetectorId;
      readonly progress: ScoreProgress | null;
    }
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
  /** Scores what is scored already, for a run that kept less of it than this build does. */
  scoreAgain(): Promise<void>;
  cancelScoring(): void;
  /** Goes on with the training that a reload interrupted. */
  resumeInterrupted(): Promise<void>;
  discardInterrupted(): Promise<void>;
  /** Takes the weights of a diverged run's last good epoch for a finished run. */
  keepLastGood(): Promise<void>;
  /** Where a later detector failed: the run ends with those before it. */
  keepFinished(): Promise<void>;
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
  /** Hears of every run that was stored. */
  readonly onStored?: (entry: RunEntry) => void;
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
      if (saved.ok) deps.onStored?.(saved.value);
    };

    const writer = createCheckpointWriter({
      storage,
      now: deps.now,
      onSaved: (saved) => set({ storageFailure: saved.ok ? null : saved.error }),
    });

    /**
     * A detector that is trained: stored in the place of its checkpoint. Then the next one's turn,
     * or, after the last, the scores of all.
     */
    const finish = async (running: RunningPhase, outcome: TrainOutcome): Promise<void> => {
      const run = withDetector(running, outcome, deps.now(), peakHeap);
      const [detector] = run.pending;
      if (detector === undefined) set({ training: { phase: 'done', run } });
      await writer.settle();
      await saveRun(run);
      if (detector === undefined) await get().score();
      else await launch(startedRun({ ...running, detector, finished: run.detectors }), null);
    };

    /** @param from null to start at the first epoch */
    const launch = async (first: RunningPhase, from: FitCheckpoint | null): Promise<void> => {
      const { runId, datasetId, detector, settings, preset } = first;
      scoreJob?.cancel();
      trainJob?.cancel();
      set({ training: first, scoring: { phase: 'idle' } });
      let latest = first;
      const mine = client.start('train', { detector, settings, from }, (event) => {
        if (trainJob !== mine) return;
        noteHeap();
        updateRunning((running) => {
          latest = afterTrainEvent(running, event);
          return latest;
        });
        if (event.kind !== 'checkpoint') return;
        writer.offer({
          runId,
          datasetId,
          detector,
          savedAt: deps.now(),
          preset,
          settings,
          checkpoint: event.checkpoint,
          peakHeapBytes: peakHeap,
          incidents: latest.incidents,
        });
      });
      trainJob = mine;
      const result = await mine.result;
      if (trainJob !== mine) return;
      trainJob = null;
      if (result.ok) {
        await finish(latest, result.value);
      } else if (result.error.kind === 'cancelled') {
        set({ training: { phase: 'idle' } });
      } else {
        set({ training: { phase: 'failed', failure: result.error, ended: latest } });
      }
    };

    const scoreDetector = async (run: RunRecord, index: number): Promise<RunRecord | null> => {
      const { detector } = run.detectors[index]!;
      set({ scoring: { phase: 'running', detector, progress: null } });
      const mine = client.start('score', { model: modelSource(run, detector) }, (progress) => {
        noteHeap();
        set({ scoring: { phase: 'running', detector, progress } });
      });
      scoreJob = mine;
      const result = await mine.result;
      if (scoreJob !== mine) return null;
      scoreJob = null;
      if (!result.ok) {
        const cancelled = result.error.kind === 'cancelled';
        const failed: ScoringPhase = { phase: 'failed', failure: result.error };
        set({ scoring: cancelled ? { phase: 'idle' } : failed });
        return null;
      }
      const peak = Math.max(peakHeap ?? 0, run.peakHeapBytes ?? 0);
      return {
        ...run,
        detectors: run.detectors.with(index, { ...run.detectors[index]!, scores: result.value }),
        peakHeapBytes: peak === 0 ? null : peak,
      };
    };

    return {
      choices: DEFAULT_CHOICES,
      training: { phase: 'idle' },
      scoring: { phase: 'idle' },
      storageFailure: null,

      choosePreset(preset) {
        const { choices } = get();
        const { maxNodes, latencyScale, kernels, keepEvery } = choices.config;
        const sized = withMaxNodes(TRACEVAE_PRESETS[preset], maxNodes);
        const kept = { latencyScale, kernels, keepEvery };
        set({
          choices: {
            ...choices,
            preset,
            config: withEpochs({ ...sized, ...kept }, choices.epochs),
          },
        });
      },

      choose(change) {
        const choices = { ...get().choices, ...change };
        set({ choices: { ...choices, config: withEpochs(choices.config, choices.epochs) } });
      },

      configure(change) {
        const { choices } = get();
        const { maxNodes } = change;
        const sized =
          maxNodes === undefined ? choices.config : withMaxNodes(choices.config, maxNodes);
        set({ choices: { ...choices, config: { ...sized, ...change } } });
      },

      async train() {
        const current = dataset.getState().dataset;
        if (current === null) return;
        const { choices } = get();
        void writer.discard(current.id);
        peakHeap = null;
        const settings = nextSettings(choices, current.roles);
        const { preset, detectors } = choices;
        const identity = { runId: deps.newId(), datasetId: current.id, preset, settings };
        await launch(startedRun({ ...identity, detector: detectors[0]!, finished: [] }), null);
      },

      async resumeInterrupted() {
        const { training } = get();
        if (training.phase !== 'interrupted') return;
        peakHeap = training.peakHeapBytes;
        await launch(training.next, training.checkpoint);
      },

      async discardInterrupted() {
        const { training } = get();
        if (training.phase !== 'interrupted') return;
        const { previous, next } = training;
        set({ training: { phase: 'idle' } });
        const ended = previous === null ? null : { ...previous, pending: [] };
        get().restore(ended, null);
        await writer.discard(next.datasetId);
        if (ended !== null && previous!.pending.length > 0) {
          await saveRun(ended);
          await get().score();
        }
      },

      async keepLastGood() {
        const { training } = get();
        if (training.phase !== 'failed') return;
        const { failure, ended } = training;
        if (failure.lastGood === undefined) return;
        const { epoch, outcome } = failure.lastGood;
        const incident = `${failure.what} in ${failure.where}: these are the weights of epoch ${epoch}`;
        await finish({ ...ended, incidents: [...ended.incidents, incident] }, outcome);
      },

      async keepFinished() {
        const { training } = get();
        if (training.phase !== 'failed' || training.ended.finished.length === 0) return;
        const { failure, ended } = training;
        const { detector, finished } = ended;
        const last = finished.at(-1)!;
        const incident = `${detectorLabel(detector)} was not trained: ${failure.what}, ${failure.where}`;
        const said = { ...last, incidents: [...last.incidents, incident] };
        const run = endedRun(ended, finished.with(-1, said), deps.now(), peakHeap);
        set({ training: { phase: 'done', run } });
        await writer.discard(run.datasetId);
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
        scoreJob?.cancel();
        let { run } = training;
        for (const [index, { scores }] of run.detectors.entries()) {
          if (scores !== null) continue;
          const scored = await scoreDetector(run, index);
          if (scored === null) return;
          run = scored;
          set({ training: { phase: 'done', run } });
        }
        set({ scoring: { phase: 'done' } });
        await saveRun(run);
      },

      async scoreAgain() {
        const { training } = get();
        if (training.phase !== 'done') return;
        const detectors = training.run.detectors.map((trained) => ({ ...trained, scores: null }));
        set({ training: { phase: 'done', run: { ...training.run, detectors } } });
        await get().score();
      },

      cancelScoring: () => scoreJob?.cancel(),

      restore(run, interrupted) {
        const phase = interruptedPhase(run, interrupted);
        const stored = phase?.next ?? run;
        if (stored === null) return;
        const { settings, preset } = stored;
        const { detectors, config, seed, backend, limitTrain } = settings;
        const epochs = plannedEpochs(settings);
        const choices = { preset, detectors, config, epochs, seed, backend, limitTrain };
        if (phase !== null) {
          set({ choices, training: phase });
        } else if (run !== null) {
          const scored = run.detectors.every(({ scores }) => scores !== null);
          const scoring: ScoringPhase = { phase: scored ? 'done' : 'idle' };
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

/** What the worker needs to score or explain with a detector of this run, even after a reload. */
export const modelSource = (run: RunRecord, detector: DetectorId): ModelSource => ({
  detector,
  settings: run.settings,
  epoch: null,
  weights: run.detectors.find((trained) => trained.detector === detector)!.outcome.weights,
});
