/** Columns of the list that say the same in every row, and the day that all rows share. */
import { rootOperation } from '../../inspect/trace-table.ts';
import { seenIn } from '../../run/measured.ts';
import { errorsOf, nodeCount, type TraceSet } from '../../trace/trace-set.ts';
import type { TraceColumn, TraceList } from './trace-list-store.ts';

/** @returns none of a list of fewer than two rows; a column that varies is left at its first change */
export function constantColumns(traces: TraceSet, { of, order }: TraceList): Set<TraceColumn> {
  const { trace: traceOf } = of.of.test;
  const { threshold } = of.report.atThreshold;
  const at = (row: number): number => traceOf[of.rows[row]!]!;
  const scores = of.of;
  const readers: readonly (readonly [TraceColumn, (row: number) => number])[] = [
    ['start', (row) => traces.startUs[at(row)]!],
    ['root', (row) => rootOperation(traces, at(row))],
    ['errors', (row) => errorsOf(traces, at(row)) ?? 0],
    ['flagged', (row) => (threshold !== null && of.test[row]! > threshold ? 1 : 0)],
    ['seen', (row) => seenIn(scores)?.[of.rows[row]!] ?? 0],
    ['label', (row) => traces.label[at(row)]!],
    ['nodes', (row) => nodeCount(traces, at(row))],
    ['structure', (row) => traces.structureOf[at(row)]!],
    ['mismatch', (row) => (scores.kind === 'terms' ? scores.test.mismatch[of.rows[row]!]! : 0)],
  ];
  const same = new Set<TraceColumn>();
  if (order.length < 2) return same;
  for (const [column, read] of readers) {
    const first = read(order[0]!);
    // NaN, of what is not known, is the same as itself
    if (order.every((row) => Object.is(read(row), first))) same.add(column);
  }
  return same;
}

/** @returns any time of it, ms since the epoch; null where rows are of several days, or of none */
export function sharedDay(traces: TraceSet, { of, order }: TraceList): number | null {
  const { trace: traceOf } = of.of.test;
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const row of order) {
    const startMs = traces.startUs[traceOf[of.rows[row]!]!]! / 1e3;
    if (Number.isNaN(startMs)) return null;
    if (startMs < first) first = startMs;
    if (startMs > last) last = startMs;
  }
  if (!(first <= last)) return null;
  return new Date(first).toDateString() === new Date(last).toDateString() ? first : null;
}
