/**
 * A trace over the epochs of its run, from the weights that were kept on the way: every kept epoch
 * scores the test set once for its ranks, then explains the trace.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { assert } from '../../base/assert.ts';
import { ok, type Result } from '../../base/result.ts';
import type { KeptWeights } from '../../detectors/detector.ts';
import type { TraceExplanation } from '../../detectors/explanation.ts';
import { type ModelRef, modelRef } from '../../run/model-ref.ts';
import type { RunSettings } from '../../run/settings.ts';
import type { RunningJob, WorkerClient } from '../../worker/client.ts';
import type { JobFailure } from '../../worker/job-failure.ts';
import type { JobKind, Jobs } from '../../worker/protocol.ts';
import type { RunState } from '../run/run-store.ts';
import { type ChosenScores, type InspectState, shownDetector } from '../scores/inspect-store.ts';
import { createLatest } from '../shared/latest.ts';

export interface ReplayedEpoch {
  readonly epoch: number;
  /** nats, under the chosen corrections */
  readonly score: number;
  /** 1 is the highest score of the test traces at this epoch. */
  readonly rank: number;
  readonly flagged: boolean;
  readonly explanation: TraceExplanation;
}

export type ReplayPhase =
  | { readonly phase: 'none' }
  | { readonly phase: 'running'; readonly done: number; readonly total: number }
  | { readonly phase: 'failed'; readonly failure: JobFailure }
  | { readonly phase: 'done'; readonly trace: number; readonly epochs: readonly ReplayedEpoch[] };

export interface ReplayState {
  readonly replay: ReplayPhase;
  /** Epochs whose weights the shown detector has kept. */
  kept(): readonly KeptWeights[];
  start(trace: number): Promise<void>;
  cancel(): void;
}

/** What an epoch's scoring leaves behind: terms are too many to hold for every epoch. */
interface EpochScores {
  readonly scores: Float64Array;
  readonly threshold: number | null;
}

export interface ReplayDeps {
  readonly client: WorkerClient;
  readonly runs: StoreApi<RunState>;
  readonly inspect: StoreApi<InspectState>;
}

export function createReplayStore({ client, runs, inspect }: ReplayDeps): StoreApi<ReplayState> {
  const replays = createLatest();
  let job: RunningJob<JobKind> | null = null;
  /** By epoch, of the scores that are chosen now. */
  let scored = new Map<number, EpochScores>();

  const store = createStore<ReplayState>((set, get) => {
    const run = async <K extends JobKind>(
      kind: K,
      input: Jobs[K]['input'],
    ): Promise<Result<Jobs[K]['output'], JobFailure>> => {
      const started = client.start(kind, input);
      job = started as unknown as RunningJob<JobKind>;
      return started.result;
    };

    const scoreEpoch = async (
      of: ModelRef,
      settings: RunSettings,
      { corrections, rule, file }: ChosenScores,
    ): Promise<Result<EpochScores, JobFailure>> => {
      const outcome = await run('score', { of, settings });
      if (!outcome.ok) return outcome;
      assert(outcome.value.kind === 'terms', 'weights are kept of detectors with terms alone');
      const combined = await run('combine', { of, corrections, rule, file });
      if (!combined.ok) return combined;
      return ok({
        scores: combined.value.test,
        threshold: combined.value.report.atThreshold.threshold,
      });
    };

    const replayEpoch = async (
      model: ModelRef & { readonly epoch: number },
      settings: RunSettings,
      chosen: ChosenScores,
      trace: number,
    ): Promise<Result<ReplayedEpoch, JobFailure>> => {
      const { epoch } = model;
      const known = scored.get(epoch);
      const of = known === undefined ? await scoreEpoch(model, settings, chosen) : ok(known);
      if (!of.ok) return of;
      scored.set(epoch, of.value);
      const { scores, threshold } = of.value;
      const { corrections } = chosen;
      const explained = await run('explain', { of: model, trace, corrections });
      if (!explained.ok) return explained;
      const explanation = explained.value;
      assert(explanation.kind === 'terms', 'a detector with terms explains by them');
      const { score } = explanation.contributions.corrected;
      const row = chosen.rows.findIndex((at) => chosen.of.test.trace[at] === trace);
      const own = scores[row] ?? score;
      return ok({
        epoch,
        score: own,
        rank: 1 + scores.reduce((higher, other) => higher + (other > own ? 1 : 0), 0),
        flagged: threshold !== null && own > threshold,
        explanation,
      });
    };

    return {
      replay: { phase: 'none' },

      kept: () => shownDetector(runs.getState().training, inspect.getState().detector)?.kept ?? [],

      async start(trace) {
        const { training } = runs.getState();
        const { chosen, detector } = inspect.getState();
        const shown = shownDetector(training, detector);
        if (training.phase !== 'done' || shown === null || chosen === null) return;
        const latest = replays.begin();
        const kept = get().kept();
        const epochs: ReplayedEpoch[] = [];
        for (const { epoch } of kept) {
          set({ replay: { phase: 'running', done: epochs.length, total: kept.length } });
          const model = { ...modelRef(training.run, shown.detector), epoch };
          const replayed = await replayEpoch(model, training.run.settings, chosen, trace);
          if (!latest()) return;
          if (!replayed.ok) {
            set({ replay: { phase: 'failed', failure: replayed.error } });
            return;
          }
          epochs.push(replayed.value);
        }
        set({ replay: { phase: 'done', trace, epochs } });
      },

      cancel() {
        replays.cancel();
        job?.cancel();
        set({ replay: { phase: 'none' } });
      },
    };
  });

  inspect.subscribe(({ trace, chosen }, before) => {
    if (chosen !== before.chosen) scored = new Map();
    if (trace === before.trace && chosen === before.chosen) return;
    if (store.getState().replay.phase !== 'none') store.getState().cancel();
  });
  return store;
}
