/**
 * The table of scored traces that the page lists: held where a million rows are sorted and narrowed
 * beside the page, which gets row indices and the columns it lacks.
 */
import { everyRow } from '../base/order.ts';
import type { Sliced } from '../base/slices.ts';
import type { Variant } from '../scoring/corrections/list.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import { type Arrange, createArranger } from './arrange-traces.ts';
import { createKindBook, type KindTeller } from './kind-book.ts';
import { type NearestTrace, nearestTrace } from './nearest-trace.ts';
import { type ScoreHistograms, scoreHistograms } from './score-histograms.ts';
import { groupByKind, rowsOfKind } from './trace-kinds.ts';
import type { Arranged, TraceColumn, TraceQuery } from './trace-query.ts';
import {
  isFlagged,
  makeTraceTable,
  type TableScores,
  type TableSource,
  type TraceColumns,
  type TraceTable,
} from './trace-table.ts';

/** Rows of the table by trace. */
export interface Flags {
  /** [R] trace indices */
  readonly trace: Uint32Array;
  isFlagged(row: number): boolean;
}

export interface TraceTables {
  /** Makes the table, in the place of the one before. @param of what the scores were combined from */
  tabulate(traces: TraceSet, source: TableSource, of: TableScores): TraceColumns;
  /**
   * The rows of a list; null where no table was made, as from here on.
   *
   * @param tell what is odd about each of some traces: asked where kinds are, once per trace
   */
  arrange(traces: TraceSet, query: TraceQuery, tell: KindTeller): Promise<Arranged | null>;
  /** What `arrange` computes first for a column, where that is long work. */
  prepareSort(key: TraceColumn): Sliced<void>;
  ranks(variant: Variant | null): Uint32Array | null;
  histograms(traces: TraceSet): ScoreHistograms | null;
  usualParts(): Sliced<Float64Array | null>;
  nearest(traces: TraceSet, trace: number): NearestTrace | null;
  /** Which test traces have scores, and which of these are flagged; null of another dataset. */
  flags(traces: TraceSet): Flags | null;
  /** Forgets the table, whose dataset is gone. */
  forget(): void;
}

interface Held {
  readonly traces: TraceSet;
  readonly table: TraceTable;
  readonly arrange: Arrange;
}

export function createTraceTables(): TraceTables {
  let held: Held | null = null;
  let book = createKindBook();
  const hold = (traces: TraceSet, table: TraceTable): Held => {
    held = { traces, table, arrange: createArranger(traces, table) };
    return held;
  };
  return {
    tabulate(traces, source, of) {
      const before = held?.traces === traces ? held.table : null;
      return hold(traces, makeTraceTable(traces, source, of, before)).table.columns;
    },
    async arrange(traces, { filter, sort, grouped }, tell) {
      if (held === null) return null;
      const { traces: tabulated, table, arrange } = held;
      // labels may have come since
      const narrow = tabulated === traces ? arrange : hold(traces, table).arrange;
      const listed = narrow(filter, sort);
      if (!grouped && filter.kind === null) return { ...listed, kinds: null };
      const traceOf = table.source.trace;
      const kinds = await book.kindsOf(traces, listed.rows, traceOf, tell);
      const { kind } = filter;
      const rows = kind === null ? listed.rows : rowsOfKind(listed.rows, traceOf, kinds, kind);
      const inTheWay =
        rows.length > 0 || listed.rows.length === 0
          ? listed.inTheWay
          : [{ part: 'kind', traces: listed.rows.length } as const];
      return grouped
        ? { ...groupByKind(traces, rows, traceOf, kinds), inTheWay }
        : { rows, inTheWay, kinds: null };
    },
    *prepareSort(key) {
      if (held === null) return;
      const { onDemand } = held.table;
      if (key === 'reason') yield* onDemand.reasons.inSlices();
      if (key === 'trace') onDemand.idPlaces();
    },
    histograms: (traces) => (held === null ? null : scoreHistograms(traces, held.table)),
    ranks(variant) {
      if (held === null) return null;
      const { onDemand } = held.table;
      return variant === null ? onDemand.rank() : onDemand.ranks(variant);
    },
    *usualParts() {
      return held === null ? null : yield* held.table.onDemand.usual.inSlices();
    },
    nearest: (traces, trace) => (held === null ? null : nearestTrace(traces, held.table, trace)),
    flags(traces) {
      if (held?.traces !== traces) return null;
      const { source } = held.table;
      const { trace, seen = null } = source;
      if (seen === null) return { trace, isFlagged: (row) => isFlagged(source, row) };
      const rows = everyRow(trace.length).filter((row) => seen[row] === 0);
      return {
        trace: Uint32Array.from(rows, (row) => trace[row]!),
        isFlagged: (at) => isFlagged(source, rows[at]!),
      };
    },
    forget() {
      held = null;
      book = createKindBook();
    },
  };
}
