/**
 * The table of scored traces that the page lists: held here, so that a million rows are sorted and
 * narrowed beside the page, which gets row indices and the columns it lacks.
 */
import type { Sliced } from '../base/slices.ts';
import { type Arrange, createArranger } from '../inspect/arrange-traces.ts';
import { type NearestTrace, nearestTrace } from '../inspect/nearest-trace.ts';
import { type OverRepresented, overRepresented } from '../inspect/over-represented.ts';
import { type ScoreHistograms, scoreHistograms } from '../inspect/score-histograms.ts';
import type { TraceColumn } from '../inspect/trace-query.ts';
import {
  makeTraceTable,
  type TableScores,
  type TraceColumns,
  type TraceTable,
} from '../inspect/trace-table.ts';
import type { Variant } from '../scoring/corrections/list.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import type { Jobs } from './protocol.ts';

export interface TraceTables {
  /** Takes what tables under this number are made of, in the place of what it had. */
  give(input: Jobs['giveScores']['input']): void;
  tabulate(traces: TraceSet, input: Jobs['tabulate']['input']): TraceColumns;
  arrange(traces: TraceSet, input: Jobs['arrange']['input']): Uint32Array;
  /** What `arrange` computes first for a column, where that is long work. */
  prepareSort(key: TraceColumn): Sliced<void>;
  ranks(variant: Variant | null): Uint32Array | null;
  histograms(traces: TraceSet): ScoreHistograms;
  usualParts(): Sliced<Float64Array | null>;
  nearest(traces: TraceSet, trace: number): NearestTrace | null;
  overRepresented(traces: TraceSet): OverRepresented;
}

interface Held {
  readonly traces: TraceSet;
  readonly table: TraceTable;
  readonly arrange: Arrange;
}

export function createTraceTables(): TraceTables {
  let given: Jobs['giveScores']['input'] | null = null;
  let asked: { readonly number: number; readonly of: () => TableScores } | null = null;
  let held: Held | null = null;
  /** The same function for the same number. */
  const scoresOf = (number: number): (() => TableScores) => {
    if (asked?.number !== number) {
      const of = (): TableScores => {
        if (given?.number !== number) throw new Error(`no scores were given as number ${number}`);
        return given.of;
      };
      asked = { number, of };
    }
    return asked.of;
  };
  const made = (): Held => {
    if (held === null) throw new Error('no traces were tabulated');
    return held;
  };
  const hold = (traces: TraceSet, table: TraceTable): Held => {
    held = { traces, table, arrange: createArranger(traces, table) };
    return held;
  };
  return {
    give(input) {
      given = input;
    },
    tabulate(traces, { number, ...source }) {
      const before = held?.traces === traces ? held.table : null;
      const table = makeTraceTable(traces, source, scoresOf(number), before);
      return hold(traces, table).table.columns;
    },
    arrange(traces, { filter, sort }) {
      const { traces: tabulated, table, arrange } = made();
      // labels may have come since
      return (tabulated === traces ? arrange : hold(traces, table).arrange)(filter, sort);
    },
    *prepareSort(key) {
      const { onDemand } = made().table;
      if (key === 'reason') yield* onDemand.reasons.inSlices();
      if (key === 'trace') onDemand.idPlaces();
    },
    histograms: (traces) => scoreHistograms(traces, made().table),
    ranks(variant) {
      const { onDemand } = made().table;
      return variant === null ? onDemand.rank() : onDemand.ranks(variant);
    },
    usualParts: () => made().table.onDemand.usual.inSlices(),
    nearest: (traces, trace) => nearestTrace(traces, made().table, trace),
    overRepresented: (traces) => overRepresented(traces, made().table),
  };
}
