/**
 * Copies of columns for the other side of the worker door, where they go by transfer. In: a record
 * of typed arrays, in records of their own or not. Out: an equal one.
 */
import { runThrough, type Sliced } from './slices.ts';

/** A pause after each column, for a page that must answer meanwhile. What is no column is shared. */
export function* copyInSteps<T>(record: T): Sliced<T> {
  if (isColumn(record)) {
    const copy = record.slice();
    yield;
    return copy as T;
  }
  if (!isRecord(record)) return record;
  const entries: [string, unknown][] = [];
  for (const [key, value] of Object.entries(record)) {
    entries.push([key, yield* copyInSteps(value)]);
  }
  return Object.fromEntries(entries) as T;
}

/** The copy at once. */
export const copyColumns = <T>(record: T): T => runThrough(copyInSteps(record));

/** What to transfer, of a copy that is not used any more on this side. */
export function buffersOf(record: unknown): ArrayBuffer[] {
  if (isColumn(record)) return [record.buffer as ArrayBuffer];
  return isRecord(record) ? Object.values(record).flatMap(buffersOf) : [];
}

type Column = ArrayBufferView & { slice(): ArrayBufferView };

const isColumn = (value: unknown): value is Column =>
  ArrayBuffer.isView(value) && !(value instanceof DataView);

const isRecord = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
