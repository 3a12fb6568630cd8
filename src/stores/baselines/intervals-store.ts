/** How sure the comparison of detectors is: bootstrap intervals over the test traces of the run. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Failure } from '../../base/result.ts';
import { type DetectorId, isStatistic } from '../../detectors/catalog.ts';
import type { Compared } from '../../judge/compare.ts';
import { modelRef } from '../../run/model-ref.ts';
import type { RunRecord } from '../../run/record.ts';
import type { WorkerClient } from '../../worker/client.ts';
import type { RunState } from '../run/run-store.ts';
import { createLatest } from '../shared/latest.ts';
import { mainReport } from './matrix-view.ts';

export type IntervalsPhase =
  | { readonly phase: 'idle' }
  | { readonly phase: 'running' }
  | { readonly phase: 'done'; readonly rows: readonly Compared<DetectorId>[] }
  | { readonly phase: 'failed'; readonly failure: Failure };

export interface IntervalsState {
  readonly intervals: IntervalsPhase;
  /** What the others are compared with; null: the best statistic, or the first that is no TraceVAE. */
  readonly baseline: DetectorId | null;
  /** Computes again where intervals are shown. */
  compareWith(baseline: DetectorId): Promise<void>;
  compute(): Promise<void>;
}

/** Detectors whose test traces are scored, and have labels of both kinds. */
export const comparable = ({ detectors }: Pick<RunRecord, 'detectors'>): DetectorId[] =>
  detectors
    .filter(({ scores }) => scores !== null && mainReport(scores).total.auroc !== null)
    .map(({ detector }) => detector);

export const baselineOf = (
  wanted: DetectorId | null,
  detectors: readonly DetectorId[],
): DetectorId | null =>
  detectors.find((detector) => detector === wanted) ??
  // a model that is not ahead of what needs no training is not worth it
  detectors.find(isStatistic) ??
  detectors.find((detector) => !detector.startsWith('tracevae')) ??
  detectors[0] ??
  null;

/** The statistic with the highest average precision on the run's own test traces. */
const bestStatistic = ({ detectors }: Pick<RunRecord, 'detectors'>): DetectorId | null => {
  let best: DetectorId | null = null;
  let highest = Number.NEGATIVE_INFINITY;
  for (const { detector, scores } of detectors) {
    if (!isStatistic(detector) || scores === null) continue;
    const { averagePrecision } = mainReport(scores).total;
    if (averagePrecision === null || averagePrecision <= highest) continue;
    [best, highest] = [detector, averagePrecision];
  }
  return best;
};

/** What the others are compared with, unless somebody wants another: the best statistic. */
export const comparedWith = (
  wanted: DetectorId | null,
  run: Pick<RunRecord, 'detectors'>,
): DetectorId | null => baselineOf(wanted ?? bestStatistic(run), comparable(run));

export function createIntervalsStore(
  client: WorkerClient,
  runs: StoreApi<RunState>,
): StoreApi<IntervalsState> {
  const questions = createLatest();

  const store = createStore<IntervalsState>((set, get) => ({
    intervals: { phase: 'idle' },
    baseline: null,

    async compareWith(baseline) {
      const shown = get().intervals.phase !== 'idle';
      set({ baseline });
      if (shown) await get().compute();
    },

    async compute() {
      const { training } = runs.getState();
      const isLatest = questions.begin();
      const detectors = training.phase === 'done' ? comparable(training.run) : [];
      const baseline =
        training.phase === 'done' ? comparedWith(get().baseline, training.run) : null;
      if (training.phase !== 'done' || baseline === null) {
        set({ intervals: { phase: 'idle' } });
        return;
      }
      set({ intervals: { phase: 'running' } });
      const of = modelRef(training.run, baseline);
      const made = await client.start('compare', { of, detectors }).result;
      if (!isLatest()) return;
      set({
        intervals: made.ok
          ? { phase: 'done', rows: made.value }
          : { phase: 'failed', failure: made.error },
      });
    },
  }));

  // what is shown belongs to the scores that it was computed from
  runs.subscribe(({ training }, before) => {
    if (scoresIn(training) === scoresIn(before.training)) return;
    questions.cancel();
    if (store.getState().intervals.phase !== 'idle')
      store.setState({ intervals: { phase: 'idle' } });
  });
  return store;
}

const scoresIn = (training: RunState['training']): unknown =>
  training.phase === 'done' ? training.run.detectors : null;
