/**
 * The list of scored traces: how it is sorted and narrowed, and the rows that are left, which the
 * worker finds. The list before stays until the next is there; a later choice overtakes an earlier.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { BY_SCORE, NO_FILTER, type TraceFilter, type TraceSort } from '../inspect/trace-query.ts';
import type { TableScores, TraceColumns } from '../inspect/trace-table.ts';
import { VARIANTS, type Variant } from '../scoring/score-terms.ts';
import type { WorkerClient } from '../worker/client.ts';
import type { JobFailure, ScoreOutcome } from '../worker/protocol.ts';
import type { ChosenScores, InspectState, LabelFilter } from './inspect-store.ts';

export {
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

/** What narrows the list beside the labels, which the inspect store's filter chooses. */
export type NarrowFilter = Omit<TraceFilter, 'label'>;

export interface TraceListState {
  readonly filter: NarrowFilter;
  readonly sort: TraceSort;
  readonly list: TraceList | null;
  readonly failure: JobFailure | null;

  narrow(change: Partial<NarrowFilter>): Promise<void>;
  sortBy(sort: TraceSort): Promise<void>;
}

export interface TraceListDeps {
  readonly client: WorkerClient;
  readonly inspect: StoreApi<Pick<InspectState, 'chosen' | 'filter'>>;
}

export function createTraceListStore(deps: TraceListDeps): StoreApi<TraceListState> {
  const { client, inspect } = deps;
  let request = 0;
  /** What the worker has. */
  let sent: ScoreOutcome | null = null;
  let tabulated: { readonly of: ChosenScores; readonly columns: TraceColumns } | null = null;

  const store = createStore<TraceListState>((set, get) => {
    const arrange = async (): Promise<void> => {
      request += 1;
      const mine = request;
      if (tabulated === null) return;
      const { sort } = get();
      const filter = { ...get().filter, ...ofLabel(inspect.getState().filter, get().filter) };
      const arranged = await client.start('arrange', { filter, sort }).result;
      if (mine !== request) return;
      if (arranged.ok) set({ list: { ...tabulated, order: arranged.value }, failure: null });
      else set({ failure: arranged.error });
    };
    return {
      filter: NO_FILTER,
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
    request += 1;
    const mine = request;
    const { of, rows, test, report, corrections } = chosen;
    const sentBefore = sent === of;
    sent = of;
    const made = await client.start('tabulate', {
      of: sentBefore ? null : tableScores(of),
      rows,
      scores: test,
      threshold: report.atThreshold.threshold,
      corrections,
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

  inspect.subscribe(({ chosen, filter }, before) => {
    if (chosen !== before.chosen && chosen !== null) void tabulate(chosen);
    else if (filter !== before.filter) void store.getState().narrow({});
  });
  return store;
}

/** What the worker makes a table of. */
function tableScores(of: ScoreOutcome): TableScores {
  if (of.kind === 'plain') return { kind: 'plain', test: of.test };
  const { kind, val, test, scores } = of;
  const variants = Object.fromEntries(VARIANTS.map((v) => [v, scores[v].test]));
  return { kind, val, test, variants: variants as Record<Variant, Float64Array> };
}

const ofLabel = (
  shown: LabelFilter,
  { flagged }: NarrowFilter,
): Pick<TraceFilter, 'label' | 'flagged'> => {
  if (shown === 'flagged') return { label: null, flagged: true };
  return { label: shown === 'all' ? null : shown, flagged };
};
