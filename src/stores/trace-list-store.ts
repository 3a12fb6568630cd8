/**
 * The list of scored traces: how it is sorted and narrowed, and the rows that are left, which the
 * worker finds. The list before stays until the next is there; a later choice overtakes an earlier.
 * Ranks under other variants and top reasons, which a list can begin without, come one by one.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { BY_SCORE, NO_FILTER, type TraceFilter, type TraceSort } from '../inspect/trace-query.ts';
import type { TableScores, TraceColumns } from '../inspect/trace-table.ts';
import { type ScoreTerms, VARIANTS, type Variant } from '../scoring/score-terms.ts';
import { type TopReason, topReasonReader } from '../scoring/top-reason.ts';
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
  readonly late: LateColumns;
  /** Rows of {@link ChosenScores.rows}, in the order of the list. */
  readonly order: Uint32Array;
}

/** Columns that come after the list has begun; null of a detector without terms. */
export type LateColumns = {
  /** [R] under each named variant: 1 is the highest score; equal scores share the better rank. */
  readonly ranks: Partial<Readonly<Record<Variant, Uint32Array>>>;
  /** Of a row of the terms, valid until the next call; null until it is known what is usual. */
  readonly reasonOf: ((row: number) => TopReason) | null;
} | null;

/** What narrows the list beside the labels, which the inspect store's filter chooses. */
export type NarrowFilter = Omit<TraceFilter, 'label'>;

export interface TraceListState {
  readonly filter: NarrowFilter;
  readonly sort: TraceSort;
  readonly list: TraceList | null;
  readonly failure: JobFailure | null;
  /** Whether the list that was chosen last is still to come. */
  readonly busy: boolean;

  narrow(change: Partial<NarrowFilter>): Promise<void>;
  sortBy(sort: TraceSort): Promise<void>;
}

export interface TraceListDeps {
  readonly client: WorkerClient;
  readonly inspect: StoreApi<Pick<InspectState, 'chosen' | 'filter'>>;
}

export function createTraceListStore(deps: TraceListDeps): StoreApi<TraceListState> {
  const { client, inspect } = deps;
  let arranged = 0;
  /** What the worker has, and what its table is of. */
  let sent: ScoreOutcome | null = null;
  let asked: ChosenScores | null = null;
  let tabulated: Omit<TraceList, 'order'> | null = null;

  const store = createStore<TraceListState>((set, get) => {
    const arrange = async (): Promise<void> => {
      arranged += 1;
      const mine = arranged;
      // once the table is there that is asked for, its list is
      if (tabulated === null || tabulated.of !== asked) return;
      const { sort } = get();
      const filter = { ...get().filter, ...ofLabel(inspect.getState().filter, get().filter) };
      set({ busy: true });
      const found = await client.start('arrange', { filter, sort }).result;
      if (mine !== arranged) return;
      if (found.ok) {
        set({ list: { ...tabulated, order: found.value }, failure: null, busy: false });
      } else set({ failure: found.error, busy: false });
    };
    return {
      filter: NO_FILTER,
      sort: BY_SCORE,
      list: null,
      failure: null,
      busy: false,

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
    asked = chosen;
    const { of, rows, test, report, corrections } = chosen;
    const sentBefore = sent === of;
    sent = of;
    store.setState({ busy: true });
    const made = await client.start('tabulate', {
      of: sentBefore ? null : tableScores(of),
      rows,
      scores: test,
      threshold: report.atThreshold.threshold,
      corrections,
    }).result;
    if (asked !== chosen) return;
    if (!made.ok) {
      sent = null;
      asked = tabulated?.of ?? null;
      store.setState({ failure: made.error, busy: false });
      return;
    }
    const known = tabulated?.of.of === of && tabulated.of.file === chosen.file;
    const ranks = known ? (tabulated?.late?.ranks ?? {}) : {};
    const late = of.kind === 'terms' ? { ranks, reasonOf: null } : null;
    tabulated = { of: chosen, columns: made.value, late };
    await store.getState().narrow({});
    if (of.kind === 'terms') await complete(chosen, of.test);
    // what takes longest to sort by is got ready before a person asks
    for (const key of ['reason', 'trace'] as const) {
      if (asked === chosen) await client.start('prepareSort', { key }).result;
    }
  };

  /** One job after another, so that what a person asks for meanwhile waits for one at most. */
  const complete = async (chosen: ChosenScores, terms: ScoreTerms): Promise<void> => {
    for (const variant of VARIANTS) {
      if (asked !== chosen) return;
      if (tabulated?.late?.ranks[variant] !== undefined) continue;
      const ranks = await client.start('ranks', { variant }).result;
      if (asked !== chosen || !ranks.ok || ranks.value === null) return;
      add({ ranks: { ...tabulated?.late?.ranks, [variant]: ranks.value } });
    }
    if (asked !== chosen) return;
    const usual = await client.start('usualParts', null).result;
    if (asked !== chosen || !usual.ok || usual.value === null) return;
    add({ reasonOf: topReasonReader(usual.value, terms, chosen.corrections) });
  };

  const add = (change: Partial<NonNullable<LateColumns>>): void => {
    if (tabulated === null || tabulated.late === null) return;
    tabulated = { ...tabulated, late: { ...tabulated.late, ...change } };
    const { list } = store.getState();
    if (list?.of === tabulated.of) store.setState({ list: { ...list, late: tabulated.late } });
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
  return {
    kind,
    val: withoutDetail(val),
    test: withoutDetail(test),
    variants: variants as Record<Variant, Float64Array>,
  };
}

/** Half of the bytes to copy, and no table needs it. */
function withoutDetail({ detail: _, ...terms }: ScoreTerms): ScoreTerms {
  return terms;
}

const ofLabel = (
  shown: LabelFilter,
  { flagged }: NarrowFilter,
): Pick<TraceFilter, 'label' | 'flagged'> => {
  if (shown === 'flagged') return { label: null, flagged: true };
  return { label: shown === 'all' ? null : shown, flagged };
};
