/**
 * One run: its settings, training with live curves, scoring. Settings belong to the next run; what
 * a finished run used is kept with the run, so that a changed setting marks it stale.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { type Failure, ok, type Result } from '../base/result.ts';
import {
  type BaselineConfigs,
  type BaselineId,
  baselineConfigs,
  type DetectorId,
} from '../detectors/catalog.ts';
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
import type { DetectorFailure, InterruptedRun, RunRecord, SeedResult } from '../storage/records.ts';
import type { RunEntry } from '../storage/run-entries.ts';
import type { RunningJob, WorkerClient } from '../worker/client.ts';
import type { JobFailure, ModelSource, TrainOutcome } from '../worker/protocol.ts';
import { createCheckpointWriter } from './checkpoint-writer.ts';
import type { DatasetState } from './dataset-store.ts';
import {
  DEFAULT_CHOICES,
  extendsRun,
  nextSettings,
  type RunChoices,
  withDetectors,
} from './run-choices.ts';
import {
  afterTrainEvent,
  interruptedPhase,
  isRunning,
  plannedEpochs,
  type RunningPhase,
  startedRun,
  type TrainingPhase,
  withDetector,
  withoutDetector,
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
  choose(change: Partial<Omit<RunChoices, 'preset' | 'config' | 'baselines'>>): void;
  configure(change: Partial<TraceVaeConfig>): void;
  configureBaseline<Id extends BaselineId>(id: Id, change: Partial<BaselineConfigs[Id]>): void;
  train(): Promise<void>;
  /**
   * Trains these detectors beside the chosen ones. A finished run of the same settings keeps what
   * it has, and goes on with those that it lacks.
   */
  trainBeside(detectors: readonly DetectorId[]): Promise<void>;
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
  /** Adds what another seed gave to the run, if it is still the one at hand. */
  addRepeat(runId: string, result: SeedResult | DetectorFailure): Promise<void>;
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
      await goOn(running, withDetector(running, outcome, deps.now(), peakHeap));
    };

    const goOn = async (running: RunningPhase, run: RunRecord): Promise<void> => {
      const [detector] = run.pending;
      if (detector === undefined) set({ training: { phase: 'done', run } });
      await writer.settle();
      await saveRun(run);
      if (detector === undefined) {
        await get().score();
        return;
      }
      const { detectors: finished, failed } = run;
      await launch(startedRun({ ...running, detector, finished, failed }), null);
    };

    /** A detector among several that failed: the others have their turn, its reason is kept. */
    const fail = async (running: RunningPhase, failure: JobFailure): Promise<void> => {
      const { lastGood } = failure;
      if (lastGood !== undefined && running.settings.detectors.length > 1) {
        await finish(withLastGood(running, failure, lastGood.epoch), lastGood.outcome);
        return;
      }
      const run = withoutDetector(running, failure, deps.now(), peakHeap);
      if (run.detectors.length + run.pending.length > 0) await goOn(running, run);
      else set({ training: { phase: 'failed', failure, ended: running } });
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
        await fail(latest, result.error);
      }
    };

    /** @returns the run with the scores, the failure, or null where it was cancelled */
    const scoreDetector = async (
      run: RunRecord,
      index: number,
    ): Promise<Result<RunRecord, JobFailure> | null> => {
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
        if (result.error.kind !== 'cancelled') return result;
        set({ scoring: { phase: 'idle' } });
        return null;
      }
      const peak = Math.max(peakHeap ?? 0, run.peakHeapBytes ?? 0);
      return ok({
        ...run,
        detectors: run.detectors.with(index, { ...run.detectors[index]!, scores: result.value }),
        peakHeapBytes: peak === 0 ? null : peak,
      });
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
            baselines: baselineConfigs(preset),
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

      configureBaseline(id, change) {
        const { choices } = get();
        const baselines = { ...choices.baselines, [id]: { ...choices.baselines[id], ...change } };
        set({ choices: { ...choices, baselines } });
      },

      async trainBeside(detectors) {
        const current = dataset.getState().dataset;
        if (current === null) return;
        get().choose({ detectors: withDetectors(get().choices.detectors, detectors) });
        const { training, choices } = get();
        const settings = nextSettings(choices, current.roles);
        const run = training.phase === 'done' ? training.run : null;
        if (run?.datasetId !== current.id || !extendsRun(run.settings, settings)) {
          await get().train();
          return;
        }
        const known = new Set(run.detectors.map(({ detector }) => detector));
        const whole = withDetectors(settings.detectors, [...known]);
        const [detector] = whole.filter((id) => !known.has(id));
        if (detector === undefined) {
          await get().score();
          return;
        }
        peakHeap = run.peakHeapBytes;
        const next = startedRun({
          runId: run.id,
          datasetId: run.datasetId,
          preset: run.preset,
          settings: { ...settings, detectors: whole },
          detector,
          finished: run.detectors,
          // those that failed have another try
          failed: run.failed.filter(({ seed }) => seed !== settings.seed),
          repeats: run.repeats,
        });
        await launch(next, null);
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
        await launch(startedRun({ ...identity, detector: detectors[0]! }), null);
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
        const nothing = previous === null || previous.detectors.length === 0;
        const ended = nothing ? null : { ...previous, pending: [] };
        get().restore(ended, null);
        await writer.discard(next.datasetId);
        if (ended !== null && previous !== null && previous.pending.length > 0) {
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
        await finish(withLastGood(ended, failure, epoch), outcome);
      },

      async addRepeat(runId, result) {
        const { training } = get();
        if (training.phase !== 'done' || training.run.id !== runId) return;
        const { run } = training;
        const others = <T extends { detector: DetectorId; seed: number }>(list: readonly T[]) =>
          list.filter((of) => of.detector !== result.detector || of.seed !== result.seed);
        const [repeats, failed] = [others(run.repeats), others(run.failed)];
        const next =
          'stage' in result
            ? { ...run, repeats, failed: [...failed, result] }
            : { ...run, repeats: [...repeats, result], failed };
        set({ training: { phase: 'done', run: next } });
        await saveRun(next);
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
        let failure: JobFailure | null = null;
        for (const [index, { scores, detector }] of run.detectors.entries()) {
          if (scores !== null) continue;
          const scored = await scoreDetector(run, index);
          if (scored === null) return;
          const { seed } = run.settings;
          const earlier = run.failed.filter(
            (of) => of.detector !== detector || of.seed !== seed || of.stage !== 'scoring',
          );
          if (scored.ok) {
            run = { ...scored.value, failed: earlier };
          } else {
            failure = scored.error;
            const { what, where, advice } = failure;
            const said = { detector, seed, stage: 'scoring', what, where, advice } as const;
            run = { ...run, failed: [...earlier, said] };
          }
          set({ training: { phase: 'done', run } });
        }
        const noScores = run.detectors.every(({ scores }) => scores === null);
        set({
          scoring: failure !== null && noScores ? { phase: 'failed', failure } : { phase: 'done' },
        });
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
        const baselines = { ...baselineConfigs(preset), ...settings.baselines };
        const choices = { preset, detectors, config, baselines, epochs, seed, backend, limitTrain };
        if (phase !== null) {
          set({ choices, training: phase });
        } else if (run !== null) {
          const scored = run.detectors.some(({ scores }) => scores !== null);
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

/** The run of a training that diverged, with the weights of the epoch before. */
function withLastGood(ended: RunningPhase, { what, where }: Failure, epoch: number): RunningPhase {
  const incident = `${what} in ${where}: these are the weights of epoch ${epoch}`;
  return { ...ended, incidents: [...ended.incidents, incident] };
}
