/**
 * Trace ids of 128 bits, of which a tool that knows 64 keeps the last ones: Zipkin takes both as one
 * trace where it is not strict. Here they are one where a span of either names a parent that only the
 * other has.
 */
import { NO_PARENT } from '../trace/span-columns.ts';
import type { SpanTable } from './span-table.ts';

/** Hexadecimal digits of 64 bits and of 128. */
const SHORT = 16;
const LONG = 32;

/**
 * Files spans under the long id that ends with theirs, where there is exactly one.
 *
 * @param firstRow of the file
 * @returns        the rows that were filed under another id
 */
export function joinShortTraceIds(table: SpanTable, firstRow: number): number[] {
  const { trace, span, parent, firstTrace } = table.linksFrom(firstRow);
  const longOf = longIds(table, firstTrace);
  if (longOf.size === 0) return [];
  const spansOf = new Map<number, Set<number>>();
  for (const id of [...longOf.keys(), ...longOf.values()]) spansOf.set(id, new Set());
  for (let row = 0; row < trace.length; row++) spansOf.get(trace[row]!)?.add(span[row]!);
  const shortOf = new Map([...longOf].map(([short, long]) => [long, short]));
  const joined = new Set<number>();
  for (let row = 0; row < trace.length; row++) {
    const own = trace[row]!;
    const other = longOf.get(own) ?? shortOf.get(own);
    if (other === undefined || parent[row] === NO_PARENT) continue;
    if (spansOf.get(own)!.has(parent[row]!) || !spansOf.get(other)!.has(parent[row]!)) continue;
    joined.add(longOf.has(own) ? own : other);
  }
  const rows: number[] = [];
  for (let row = 0; joined.size > 0 && row < trace.length; row++) {
    if (!joined.has(trace[row]!)) continue;
    trace[row] = longOf.get(trace[row]!)!;
    rows.push(firstRow + row);
  }
  return rows;
}

/** By short ids of the file, the only long one that ends with each. */
function longIds({ traceIds }: SpanTable, firstTrace: number): Map<number, number> {
  const shorts: number[] = [];
  const longs: number[] = [];
  for (let id = firstTrace; id < traceIds.size; id++) {
    const { length } = traceIds.bytes(id);
    if (length === SHORT) shorts.push(id);
    else if (length === LONG) longs.push(id);
  }
  const longOf = new Map<number, number>();
  if (shorts.length === 0 || longs.length === 0) return longOf;
  const byEnd = new Map<string, number[]>();
  for (const id of longs) {
    const end = traceIds.text(id).slice(-SHORT);
    byEnd.set(end, [...(byEnd.get(end) ?? []), id]);
  }
  for (const id of shorts) {
    const [only, another] = byEnd.get(traceIds.text(id)) ?? [];
    if (only !== undefined && another === undefined) longOf.set(id, only);
  }
  return longOf;
}
