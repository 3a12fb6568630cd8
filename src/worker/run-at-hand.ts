/**
 * The run that the worker holds, which the page names by its id: weights, std limits and scores of
 * its detectors, and of the epochs that were kept on the way. One model at a time is on the backend,
 * restored from its weights on demand. Training and scoring fill it; after a reload, or when another
 * run is shown, the page hands it over once.
 */
import { err, ok, type Result } from '../base/result.ts';
import { isStatistic } from '../detectors/catalog.ts';
import type { DetectorData, DetectorModel, SavedWeights } from '../detectors/detector.ts';
import { DETECTORS } from '../detectors/registry.ts';
import { detectorSets } from '../run/detector-sets.ts';
import { isFirstLook } from '../run/first-look.ts';
import type { ModelRef } from '../run/model-ref.ts';
import type { OpenedRun } from '../run/opened-run.ts';
import type { ScoreOutcome } from '../run/outcome.ts';
import type { RunSettings } from '../run/settings.ts';
import type { KeptStds } from '../scoring/std-limits.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import type { Device } from './device.ts';
import { type JobFailure, noDataset, notAtHand } from './job-failure.ts';

/** A model on the backend, with the traces that it was trained on and is tested with. */
export interface LiveModel {
  readonly settings: RunSettings;
  readonly data: DetectorData;
  readonly test: Uint32Array;
  readonly model: DetectorModel;
  /** Of its scores; null before it is scored, and of a detector without terms. */
  readonly stds: KeptStds | null;
}

interface HeldModel {
  readonly weights: SavedWeights;
  readonly stds: KeptStds | null;
  readonly scores: ScoreOutcome | null;
}

interface HeldRun {
  settings: RunSettings;
  readonly models: Map<string, HeldModel>;
}

/** A model that can be asked, and the traces that it was restored with. */
interface OpenModel {
  readonly key: string;
  readonly set: TraceSet;
  readonly trained: LiveModel;
}

export interface RunAtHand {
  /** Takes a run that the page has read back, in the place of the one before. */
  open(run: OpenedRun): void;
  /** A training begins: of another run, or of one more detector of this one. */
  begin(runId: string, settings: RunSettings): void;
  /** Settings of scoring can change after training. */
  setSettings(runId: string, settings: RunSettings): void;
  /** A model that was trained just now stays on the backend. */
  keep(of: ModelRef, trained: Omit<LiveModel, 'settings' | 'stds'>, weights: SavedWeights): void;
  keepWeights(of: ModelRef, weights: SavedWeights): void;
  keepScores(of: ModelRef, scores: ScoreOutcome): void;
  /** The model, restored where another one is on the backend. */
  model(of: ModelRef): Promise<Result<LiveModel, JobFailure>>;
  /** null where it was not scored, or is of another run. */
  scores(of: ModelRef): ScoreOutcome | null;
  settings(of: ModelRef): RunSettings | null;
  /** Forgets the run, whose dataset is gone. @returns what ends its model */
  forget(): () => void;
  /** Ends the model on the backend, which is left or needed for something else. */
  dropModel(): void;
}

const keyOf = ({ detector, epoch }: ModelRef): string => `${detector} ${epoch}`;

/** What std limits are told from when the rest of the scores is gone. */
function stdsOf(scores: ScoreOutcome | null): KeptStds | null {
  if (scores?.kind !== 'terms') return null;
  const { stdLimits, detail } = scores.val;
  if (detail === undefined) return { stdLimits };
  const { logStd, operation } = detail.nodes;
  return { stdLimits, detail: { nodes: { logStd, operation } } };
}

export function createRunAtHand(device: Device, traces: () => TraceSet | null): RunAtHand {
  const runs = new Map<string, HeldRun>();
  let live: OpenModel | null = null;
  /** Of a statistic, which needs no backend, and is asked while one is busy. */
  let statistic: OpenModel | null = null;

  /** One run, and the first look next to it. */
  const hold = (runId: string, run: HeldRun): void => {
    for (const other of runs.keys()) {
      if (isFirstLook(other) === isFirstLook(runId)) runs.delete(other);
    }
    runs.set(runId, run);
    statistic = null;
  };
  const runOf = ({ runId }: Pick<ModelRef, 'runId'>) => runs.get(runId) ?? null;
  const heldModel = (of: ModelRef): HeldModel | null => runOf(of)?.models.get(keyOf(of)) ?? null;
  const liveKey = (of: ModelRef): string => `${of.runId} ${keyOf(of)}`;
  const dropModel = (): void => {
    live?.trained.model.dispose();
    live = null;
  };

  const restored = (
    of: ModelRef,
    settings: RunSettings,
    set: TraceSet,
    weights: SavedWeights,
  ): OpenModel => {
    const { data, test, operationCount } = detectorSets(set, settings);
    const model = DETECTORS[of.detector].restore(settings, operationCount, weights);
    return { key: liveKey(of), set, trained: { settings, data, test, model, stds: null } };
  };

  const statisticOf = (of: ModelRef, { settings }: HeldRun): Result<LiveModel, JobFailure> => {
    const held = heldModel(of);
    const set = traces();
    if (set === null) return err(noDataset);
    if (held === null) return err(notAtHand);
    if (statistic?.key !== liveKey(of) || statistic.set !== set) {
      statistic = restored(of, settings, set, held.weights);
    }
    return ok({ ...statistic.trained, settings });
  };

  return {
    dropModel,

    open({ runId, settings, models }) {
      const opened = models.map(({ detector, epoch, weights, scores }) => {
        return [
          keyOf({ runId, detector, epoch }),
          { weights, scores, stds: stdsOf(scores) },
        ] as const;
      });
      hold(runId, { settings, models: new Map(opened) });
    },

    begin(runId, settings) {
      dropModel();
      hold(runId, { settings, models: runOf({ runId })?.models ?? new Map() });
    },

    setSettings(runId, settings) {
      const run = runOf({ runId });
      if (run !== null) run.settings = settings;
    },

    keep(of, trained, weights) {
      const run = runOf(of);
      const set = traces();
      if (run === null || set === null || trained.data.traces !== set) {
        // its dataset or its run is gone
        trained.model.dispose();
        return;
      }
      dropModel();
      const { settings } = run;
      run.models.set(keyOf(of), { weights, scores: null, stds: null });
      live = { key: liveKey(of), set, trained: { ...trained, settings, stds: null } };
    },

    keepWeights(of, weights) {
      runOf(of)?.models.set(keyOf(of), { weights, scores: null, stds: null });
    },

    keepScores(of, scores) {
      const run = runOf(of);
      const model = heldModel(of);
      if (run === null || model === null) return;
      // terms are too many to hold for every epoch
      for (const [key, other] of run.models) {
        if (of.epoch !== null && !key.endsWith(' null')) {
          run.models.set(key, { ...other, scores: null });
        }
      }
      run.models.set(keyOf(of), { ...model, scores, stds: stdsOf(scores) });
    },

    async model(of) {
      const asked = runOf(of);
      if (asked === null) return err(notAtHand);
      if (isStatistic(of.detector)) return statisticOf(of, asked);
      await device.take(asked.settings.machine.backend);
      // another run or dataset may have come meanwhile
      const run = runOf(of);
      const weights = heldModel(of)?.weights;
      const set = traces();
      if (set === null) return err(noDataset);
      if (run === null || weights === undefined) return err(notAtHand);
      const { settings } = run;
      if (live === null || live.key !== liveKey(of) || live.set !== set) {
        dropModel();
        live = restored(of, settings, set, weights);
      }
      return ok({ ...live.trained, settings, stds: heldModel(of)?.stds ?? null });
    },

    scores: (of) => heldModel(of)?.scores ?? null,
    settings: (of) => runOf(of)?.settings ?? null,

    forget() {
      const left = live;
      runs.clear();
      live = null;
      statistic = null;
      return () => left?.trained.model.dispose();
    },
  };
}
