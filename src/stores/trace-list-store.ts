/**
 * The list of scored traces: how it is sorted and narrowed, and the rows that are left, which the
 * worker finds. The list before stays until the next is there; a later choice overtakes an earlier.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import {
  BY_SCORE,
  FLAGGED_ONLY,
  type TraceFilter,
  type TraceSort,
} from '../inspect/trace-query.ts';
import type { TraceColumns } from '../inspect/trace-table.ts';
import type { WorkerClient } from '../worker/client.ts';
import type { JobFailure, ScoreOutcome } from '../worker/protocol.ts';
import type { ChosenScores } from './inspect-store.ts';
import type { RunState } from './run-store.ts';

export {
  FLAGGED_ONLY,
  NO_FILTER,
  type TraceColumn,
  type TraceFilter,
  type TraceSort,
} from '../inspect/trace-query.ts';

export interface TraceList {
  readonly of: ChosenScores;
  readonly columns: TraceColumns;
  /** Rows of {@link ChosenScores.rows}, in the order of the list. */
  readonly order: Uint32Array;
}

export interface TraceListState {
  readonly filter: TraceFilter;
  readonly sort: TraceSort;
  readonly list: TraceList | null;
  readonly failure: JobFailure | null;

  narrow(change: Partial<TraceFilter>): Promise<void>;
  sortBy(sort: TraceSort): Promise<void>;
}

export interface TraceListDeps {
  readonly client: WorkerClient;
  readonly runs: StoreApi<RunState>;
  readonly inspect: StoreApi<{ readonly chosen: ChosenScores | null }>;
}

export function createTraceListStore(deps: TraceListDeps): StoreApi<TraceListState> {
  const { client, runs, inspect } = deps;
  let request = 0;
  /** Whose terms the worker has. */
  let sent: ScoreOutcome | null = null;
  let tabulated: { readonly of: ChosenScores; readonly columns: TraceColumns } | null = null;

  const store = createStore<TraceListState>((set, get) => {
    const arrange = async (): Promise<void> => {
      request += 1;
      const mine = request;
      if (tabulated === null) return;
      const { filter, sort } = get();
      const arranged = await client.start('arrange', { filter, sort }).result;
      if (mine !== request) return;
      if (arranged.ok) set({ list: { ...tabulated, order: arranged.value }, failure: null });
      else set({ failure: arranged.error });
    };
    return {
      filter: FLAGGED_ONLY,
      sort: BY_SCORE,
      list: null,
      failure: null,

      narrow(change) {
        set({ filter: { ...get().filter, ...change } });
        return arrange();
      },
      sortBy(sort) {
        set({ sort });
        return arrange();
      },
    };
  });

  const tabulate = async (chosen: ChosenScores): Promise<void> => {
    const { training } = runs.getState();
    if (training.phase !== 'done') return;
    request += 1;
    const mine = request;
    const { of, rows, test, report, corrections } = chosen;
    const terms = sent === of ? null : { val: of.val, test: of.test };
    sent = of;
    const made = await client.start('tabulate', {
      terms,
      rows,
      scores: test,
      threshold: report.atThreshold.threshold,
      corrections,
      stdLimit: training.run.settings.config.stdLimit,
    }).result;
    if (mine !== request) return;
    if (!made.ok) {
      sent = null;
      store.setState({ failure: made.error });
      return;
    }
    tabulated = { of: chosen, columns: made.value };
    await store.getState().narrow({});
  };

  inspect.subscribe(({ chosen }, before) => {
    if (chosen === before.chosen || chosen === null) return;
    void tabulate(chosen);
  });
  return store;
}
