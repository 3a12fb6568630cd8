/** Training the detectors of a run one after another, paused, stopped, interrupted and resumed. */
import type { Failure } from '../../base/result.ts';
import { isStatistic, trainingOrder } from '../../detectors/catalog.ts';
import type { FitCheckpoint } from '../../detectors/checkpoint.ts';
import type { StartingModel } from '../../detectors/detector.ts';
import type { TrainOutcome } from '../../run/outcome.ts';
import type { RunRecord } from '../../run/record.ts';
import { extendsRun } from '../../run/settings.ts';
import { keepsLastGood, lastGoodIncident } from '../../run/train-outcome.ts';
import type { RunningJob } from '../../worker/client.ts';
import type { JobFailure } from '../../worker/job-failure.ts';
import { type Hold, trainingOf } from '../shared/tabs.ts';
import { createCheckpointWriter } from './checkpoint-writer.ts';
import { nextSettings, withDetectors } from './run-choices.ts';
import type { RunParts, RunState } from './run-state.ts';
import { startOf, startWords } from './start-of.ts';
import {
  afterTrainEvent,
  isRunning,
  type RunningPhase,
  startedRun,
  type TrainingPhase,
  withDetector,
  withoutDetector,
} from './training-phase.ts';

export interface RunTraining
  extends Pick<
    RunState,
    | 'train'
    | 'trainFrom'
    | 'trainBeside'
    | 'pause'
    | 'resume'
    | 'stop'
    | 'lookElsewhere'
    | 'takeOver'
    | 'resumeInterrupted'
    | 'discardInterrupted'
    | 'keepLastGood'
  > {
  /** Ends the job, of which nobody hears any more. */
  forget(): void;
}

export function createRunTraining({ deps, set, get, peak, saveRun }: RunParts): RunTraining {
  const { client, storage, dataset } = deps;
  let trainJob: RunningJob<'train'> | null = null;
  /** This tab is the one that trains on a dataset. */
  let claimed: { readonly datasetId: string; readonly hold: Hold } | null = null;

  /** On its way; who asks meanwhile waits for the same answer. */
  let claiming: { readonly datasetId: string; readonly free: Promise<boolean> } | null = null;

  const letGo = (): void => {
    claimed?.hold.release();
    claimed = null;
  };

  /** @returns whether this tab may train on the dataset; at once where there are no other tabs */
  const claim = (datasetId: string, take: 'if-free' | 'over'): boolean | Promise<boolean> => {
    const { tabs } = deps;
    if (tabs === undefined || claimed?.datasetId === datasetId) return true;
    if (claiming?.datasetId === datasetId && take === 'if-free') return claiming.free;
    letGo();
    const lost = (): void => {
      if (claimed?.datasetId !== datasetId) return;
      claimed = null;
      trainJob?.cancel();
      trainJob = null;
      void writer.settle();
      set({ elsewhere: true, training: { phase: 'idle' } });
    };
    const name = trainingOf(datasetId);
    const ask = async (): Promise<boolean> => {
      let hold = await tabs.hold(name, take, lost);
      // what this tab has just let go may not be free at once
      if (hold === null && !(await tabs.heldElsewhere(name))) {
        hold = await tabs.hold(name, take, lost);
      }
      claiming = null;
      set({ elsewhere: hold === null });
      if (hold !== null) claimed = { datasetId, hold };
      return hold !== null;
    };
    const free = ask();
    claiming = { datasetId, free };
    return free;
  };

  const updateRunning = (change: (running: RunningPhase) => TrainingPhase): void => {
    const { training } = get();
    if (isRunning(training)) set({ training: change(training) });
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
    await goOn(running, withDetector(running, outcome, deps.now(), peak.value()));
  };

  const goOn = async (running: RunningPhase, run: RunRecord): Promise<void> => {
    const [detector] = run.pending;
    if (detector === undefined) set({ training: { phase: 'done', run } });
    await writer.settle();
    // statistics alone are learnt again in no time: while they are all, an interrupted training
    // that is discarded leaves the run before it
    const worthKeeping = run.detectors.some((trained) => !isStatistic(trained.detector));
    if (detector === undefined || worthKeeping) await saveRun(run);
    if (detector === undefined) {
      letGo();
      await get().score();
      return;
    }
    const { detectors: finished, failed } = run;
    await launch(startedRun({ ...running, detector, finished, failed }), null);
  };

  /** Training whose worker is gone waits for Resume at its last checkpoint. @returns whether it has one */
  const interrupt = async (running: RunningPhase, failure: JobFailure): Promise<boolean> => {
    await writer.settle();
    const { run, interrupted } = await storage.runsOf(running.datasetId);
    if (interrupted?.runId !== running.runId) return false;
    letGo();
    get().restore(run, interrupted);
    set({ storageFailure: failure });
    return true;
  };

  /** A detector among several that failed: the others have their turn, its reason is kept. */
  const fail = async (running: RunningPhase, failure: JobFailure): Promise<void> => {
    const workerGone = failure.kind === 'gone' || failure.kind === 'memory';
    if (workerGone && (await interrupt(running, failure))) return;
    const { lastGood } = failure;
    if (lastGood !== undefined && keepsLastGood(running.settings)) {
      await finish(withLastGood(running, failure, lastGood.epoch), lastGood.outcome);
      return;
    }
    const run = withoutDetector(running, failure, deps.now(), peak.value());
    if (run.detectors.length + run.pending.length > 0) await goOn(running, run);
    else {
      letGo();
      set({ training: { phase: 'failed', failure, ended: running } });
    }
  };

  /** @param from null to start at the first epoch */
  const launch = async (first: RunningPhase, from: FitCheckpoint | null): Promise<void> => {
    const { runId, datasetId, detector, settings, preset } = first;
    const free = claim(datasetId, 'if-free');
    if (free !== true && !(await free)) return;
    get().cancelScoring();
    trainJob?.cancel();
    set({ training: first, scoring: { phase: 'idle' } });
    let latest = first;
    let begin: { start?: StartingModel } = {};
    if (settings.startedFrom !== undefined && from === null) {
      const found = await startOf(deps.keptModel, settings, detector);
      if (get().training !== first) return;
      if (!found.ok) {
        await fail(first, found.error);
        return;
      }
      begin = found.value;
      const traces = dataset.getState().dataset?.imported.traces;
      if (begin.start !== undefined && traces !== undefined) {
        latest = { ...first, incidents: [...first.incidents, startWords(begin.start, traces)] };
        set({ training: latest });
      }
    }
    const known = deps.speeds && { speeds: deps.speeds.all() };
    const given = { runId, detector, settings, from, ...begin, ...known };
    const mine = client.start('train', given, (event) => {
      if (event.kind === 'raced') deps.speeds?.keep(event.key, event.speeds);
      if (trainJob !== mine) return;
      peak.note();
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
        peakHeapBytes: peak.value(),
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
      letGo();
      set({ training: { phase: 'idle' } });
    } else {
      await fail(latest, result.error);
    }
  };

  return {
    async trainBeside(detectors) {
      const current = dataset.getState().dataset;
      if (current === null) return;
      get().choose({ detectors: withDetectors(get().choices.detectors, detectors) });
      const { training, choices } = get();
      const settings = nextSettings(choices, current);
      const run = training.phase === 'done' ? training.run : null;
      if (run?.datasetId !== current.id || !extendsRun(run.settings, settings)) {
        await get().train();
        return;
      }
      const known = new Set(run.detectors.map(({ detector }) => detector));
      const whole = withDetectors(settings.detectors, [...known]);
      const [detector] = trainingOrder(whole).filter((id) => !known.has(id));
      if (detector === undefined) {
        await get().score();
        return;
      }
      peak.startAt(run.peakHeapBytes);
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
      const free = claim(current.id, 'if-free');
      if (free !== true && !(await free)) return;
      const { choices } = get();
      void writer.discard(current.id);
      peak.startAt(null);
      const settings = nextSettings(choices, current);
      const { preset, detectors } = choices;
      const identity = { runId: deps.newId(), datasetId: current.id, preset, settings };
      await launch(startedRun({ ...identity, detector: trainingOrder(detectors)[0]! }), null);
    },

    async trainFrom({ origin, settings }) {
      const { name, keptAt, dataHash } = origin;
      const { preset, machine } = get().choices;
      const startedFrom = { name, keptAt, dataHash };
      get().takeSettingsOf({ preset, settings: { ...settings, machine, startedFrom } });
      await get().train();
    },

    async lookElsewhere() {
      const id = dataset.getState().dataset?.id;
      if (id === undefined || deps.tabs === undefined) return;
      const elsewhere = await deps.tabs.heldElsewhere(trainingOf(id));
      if (dataset.getState().dataset?.id === id) set({ elsewhere });
    },

    async takeOver() {
      const id = dataset.getState().dataset?.id;
      if (id === undefined || !(await claim(id, 'over'))) return;
      const { run, interrupted } = await storage.runsOf(id);
      if (dataset.getState().dataset?.id !== id) return;
      get().restore(run, interrupted);
      await get().resumeInterrupted();
      if (trainJob === null) letGo();
    },

    async resumeInterrupted() {
      const { training } = get();
      if (training.phase !== 'interrupted') return;
      peak.startAt(training.peakHeapBytes);
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

    forget() {
      trainJob?.cancel();
      trainJob = null;
      letGo();
      void writer.settle();
    },
  };
}

/** The run of a training that diverged, with the weights of the epoch before. */
function withLastGood(ended: RunningPhase, failure: Failure, epoch: number): RunningPhase {
  return { ...ended, incidents: [...ended.incidents, lastGoodIncident(failure, epoch)] };
}
