/**
 * The table of scored traces that the page lists: held here, so that a million rows are sorted and
 * narrowed beside the page, which gets row indices and the few columns it lacks.
 */
import { arrangeTraces } from '../inspect/arrange-traces.ts';
import { type NearestTrace, nearestTrace } from '../inspect/nearest-trace.ts';
import { type OverRepresented, overRepresented } from '../inspect/over-represented.ts';
import {
  makeTraceTable,
  type TableScores,
  type TraceColumns,
  type TraceTable,
} from '../inspect/trace-table.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import type { Jobs } from './protocol.ts';

export interface TraceTables {
  tabulate(traces: TraceSet, input: Jobs['tabulate']['input']): TraceColumns;
  arrange(traces: TraceSet, input: Jobs['arrange']['input']): Uint32Array;
  nearest(traces: TraceSet, trace: number): NearestTrace | null;
  overRepresented(traces: TraceSet): OverRepresented;
}

export function createTraceTables(): TraceTables {
  let of: TableScores | null = null;
  let table: TraceTable | null = null;
  const made = (): TraceTable => {
    if (table === null) throw new Error('no traces were tabulated');
    return table;
  };
  return {
    tabulate(traces, { of: sent, ...choice }) {
      of = sent ?? of;
      if (of === null) throw new Error('no scores were given to tabulate');
      table = makeTraceTable(traces, { ...choice, of });
      return table.columns;
    },
    arrange(traces, { filter, sort }) {
      return arrangeTraces(traces, made(), filter, sort);
    },
    nearest: (traces, trace) => nearestTrace(traces, made(), trace),
    overRepresented: (traces) => overRepresented(traces, made()),
  };
}
