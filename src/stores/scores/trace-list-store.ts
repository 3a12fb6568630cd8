/**
 * The list of scored traces: how it is sorted and narrowed, and the rows that are left, which the
 * worker finds. The list before stays until the next is there; a later choice overtakes an earlier.
 * Ranks under other variants and top reasons, which a list can begin without, come one by one.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { SplitOptions } from '../../features/splits.ts';
import type { ScoreHistograms } from '../../inspect/score-histograms.ts';
import {
  type Arranged,
  BY_SCORE,
  NO_FILTER,
  type TraceFilter,
  type TraceSort,
} from '../../inspect/trace-query.ts';
import type { TraceColumns } from '../../inspect/trace-table.ts';
import type { TermsOutcome } from '../../run/outcome.ts';
import { type Variant, variantsIn } from '../../scoring/corrections/list.ts';
import { limitsFor } from '../../scoring/corrections/stdlimit.ts';
import { type TopReason, topReasonReader } from '../../scoring/top-reason.ts';
import type { WorkerClient } from '../../worker/client.ts';
import type { JobFailure } from '../../worker/job-failure.ts';
import { createLatest } from '../shared/latest.ts';
import type { ChosenScores, InspectState, LabelFilter } from './inspect-store.ts';

export {
  NO_FILTER,
  type TraceColumn,
  type TraceFilter,
  type TraceSort,
} from '../../inspect/trace-query.ts';

export interface TraceList {
  readonly of: ChosenScores;
  readonly columns: TraceColumns;
  /** [R] under the chosen corrections: 1 is the highest score; null until it comes. */
  readonly rank: Uint32Array | null;
  readonly late: LateColumns;
  /** Of all rows, whatever the list is narrowed to; null until they come. */
  readonly histograms: ScoreHistograms | null;
  /** Rows of {@link ChosenScores.rows}, in the order of the list. */
  readonly order: Uint32Array;
  readonly inTheWay: Arranged['inTheWay'];
  /** Where the rows come kind by kind; null where they do not. */
  readonly kinds: Arranged['kinds'];
}

type ArrangedList = Pick<TraceList, 'order' | 'inTheWay' | 'kinds'>;

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
  /** Whether odd traces come kind by kind. */
  readonly grouped: boolean;
  readonly list: TraceList | null;
  readonly failure: JobFailure | null;
  /** Whether the list that was chosen last is still to come. */
  readonly busy: boolean;

  narrow(change: Partial<NarrowFilter>): Promise<void>;
  sortBy(sort: TraceSort): Promise<void>;
  group(grouped: boolean): Promise<void>;
  /** The traces of one kind, one by one. */
  listKind(key: string): Promise<void>;
}

export interface TraceListDeps {
  readonly client: WorkerClient;
  readonly inspect: StoreApi<Pick<InspectState, 'chosen' | 'filter'>>;
  /** What kinds are told against: the training part of the run that is shown, or null for all traces. */
  readonly split: () => SplitOptions | null;
}

export function createTraceListStore(deps: TraceListDeps): StoreApi<TraceListState> {
  const { client, inspect, split } = deps;
  const arranging = createLatest();
  let asked: ChosenScores | null = null;
  let tabulated: Omit<TraceList, keyof ArrangedList> | null = null;

  const store = createStore<TraceListState>((set, get) => {
    const arrange = async (): Promise<void> => {
      const latest = arranging.begin();
      // once the table is there that is asked for, its list is
      if (tabulated === null || tabulated.of !== asked) return;
      set({ busy: true });
      const { sort, grouped } = get();
      const filter = { ...get().filter, ...ofLabel(inspect.getState().filter, get().filter) };
      const found = await client.start('arrange', { filter, sort, grouped, split: split() }).result;
      if (!latest()) return;
      if (found.ok) {
        const { rows: order, inTheWay, kinds } = found.value;
        set({ list: { ...tabulated, order, inTheWay, kinds }, failure: null, busy: false });
      } else set({ failure: found.error, busy: false });
    };
    return {
      filter: NO_FILTER,
      sort: BY_SCORE,
      grouped: false,
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
      group(grouped) {
        set({ grouped });
        return arrange();
      },
      listKind(kind) {
        set({ grouped: false, filter: { ...get().filter, kind } });
        return arrange();
      },
    };
  });

  const tabulate = async (chosen: ChosenScores): Promise<void> => {
    asked = chosen;
    const { of, model, corrections, rule, file } = chosen;
    store.setState({ busy: true });
    const made = await client.start('tabulate', { of: model, corrections, rule, file }).result;
    if (asked !== chosen) return;
    if (!made.ok) {
      asked = tabulated?.of ?? null;
      store.setState({ failure: made.error, busy: false });
      return;
    }
    const known = tabulated?.of.of === of && tabulated.of.file === chosen.file;
    const ranks = known ? (tabulated?.late?.ranks ?? {}) : {};
    // those of the choice before stay until the next ones come
    const histograms = known ? (tabulated?.histograms ?? null) : null;
    const late = of.kind === 'terms' ? { ranks, reasonOf: null } : null;
    tabulated = { of: chosen, columns: made.value, rank: null, late, histograms };
    await store.getState().narrow({});
    if (asked !== chosen) return;
    const counted = await client.start('histograms', null).result;
    if (asked !== chosen) return;
    if (counted.ok) add({ histograms: counted.value });
    const rank = await client.start('ranks', { variant: null }).result;
    if (asked !== chosen) return;
    if (rank.ok) add({ rank: rank.value });
    if (of.kind === 'terms') await complete(chosen, of);
    // what takes longest to sort by is got ready before a person asks
    for (const key of ['reason', 'trace'] as const) {
      if (asked === chosen) await client.start('prepareSort', { key }).result;
    }
  };

  /** One job after another, so that what a person asks for meanwhile waits for one at most. */
  const complete = async (chosen: ChosenScores, of: TermsOutcome): Promise<void> => {
    for (const variant of variantsIn(of.scores)) {
      if (asked !== chosen) return;
      if (tabulated?.late?.ranks[variant] !== undefined) continue;
      const ranks = await client.start('ranks', { variant }).result;
      if (asked !== chosen || !ranks.ok || ranks.value === null) return;
      addLate({ ranks: { ...tabulated?.late?.ranks, [variant]: ranks.value } });
    }
    if (asked !== chosen) return;
    const usual = await client.start('usualParts', null).result;
    if (asked !== chosen || !usual.ok || usual.value === null) return;
    const { corrections } = chosen;
    const limits = limitsFor(of.val, corrections);
    addLate({ reasonOf: topReasonReader(usual.value, of.test, corrections, limits) });
  };

  const add = (change: Partial<Pick<TraceList, 'rank' | 'histograms' | 'late'>>): void => {
    if (tabulated === null) return;
    tabulated = { ...tabulated, ...change };
    const { list } = store.getState();
    if (list?.of === tabulated.of) store.setState({ list: { ...list, ...change } });
  };
  const addLate = (change: Partial<NonNullable<LateColumns>>): void => {
    const late = tabulated?.late ?? null;
    if (late !== null) add({ late: { ...late, ...change } });
  };

  inspect.subscribe(({ chosen, filter }, before) => {
    if (chosen !== before.chosen && chosen !== null) void tabulate(chosen);
    else if (filter !== before.filter) void store.getState().narrow({});
  });
  return store;
}

const ofLabel = (
  shown: LabelFilter,
  { flagged }: NarrowFilter,
): Pick<TraceFilter, 'label' | 'flagged'> => {
  if (shown === 'flagged') return { label: null, flagged: true };
  return { label: shown === 'all' ? null : shown, flagged };
};
