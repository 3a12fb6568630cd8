/**
 * Places of trace ids among each other by their bytes. Eight bytes at a time, the ones that all ids
 * of a range share passed over, are one number; ranges of equal numbers are ordered by what follows.
 */
import { everyRow, orderByCount, orderByWord } from '../base/order.ts';
import type { StringColumn } from '../trace/trace-set.ts';

/** Rows from `from` up to `to` of the order so far, whose ids are alike up to byte `depth`. */
interface Range {
  readonly from: number;
  readonly to: number;
  readonly depth: number;
}

/** Ranges up to this length are ordered by comparing. */
const FEW = 24;
const KEY_BYTES = 8;

/**
 * @param traces [R] indices of the ids
 * @returns      [R] place of each row, from 0; rows of equal ids share one
 */
export function idPlaces(ids: StringColumn, traces: Uint32Array): Uint32Array {
  const order = everyRow(traces.length);
  /** [R] 1 where an id equals the one before it in the order */
  const same = new Uint8Array(traces.length);
  const open: Range[] = [{ from: 0, to: traces.length, depth: 0 }];
  for (let range = open.pop(); range !== undefined; range = open.pop()) {
    if (range.to - range.from <= FEW) orderFew(ids, traces, order, same, range);
    else orderMany(ids, traces, order, same, range, open);
  }
  const places = new Uint32Array(traces.length);
  let place = 0;
  for (let i = 0; i < order.length; i++) {
    if (same[i] === 0) place = i;
    places[order[i]!] = place;
  }
  return places;
}

function orderFew(
  ids: StringColumn,
  traces: Uint32Array,
  order: Uint32Array,
  same: Uint8Array,
  { from, to, depth }: Range,
): void {
  for (let i = from + 1; i < to; i++) {
    const row = order[i]!;
    let at = i;
    while (at > from && compareIds(ids, traces[order[at - 1]!]!, traces[row]!, depth) > 0) {
      order[at] = order[at - 1]!;
      at--;
    }
    order[at] = row;
  }
  for (let i = from + 1; i < to; i++) {
    if (compareIds(ids, traces[order[i - 1]!]!, traces[order[i]!]!, depth) === 0) same[i] = 1;
  }
}

function compareIds({ bytes, offset }: StringColumn, a: number, b: number, depth: number): number {
  const [endA, endB] = [offset[a + 1]!, offset[b + 1]!];
  let i = offset[a]! + depth;
  let j = offset[b]! + depth;
  for (; i < endA && j < endB; i++, j++) {
    if (bytes[i] !== bytes[j]) return bytes[i]! - bytes[j]!;
  }
  return endA - offset[a]! - (endB - offset[b]!);
}

function orderMany(
  ids: StringColumn,
  traces: Uint32Array,
  order: Uint32Array,
  same: Uint8Array,
  { from, to, depth }: Range,
  open: Range[],
): void {
  const { bytes, offset } = ids;
  const rows = order.slice(from, to);
  const { shared, longest } = sharedBytes(ids, traces, rows, depth);
  if (shared >= longest) {
    orderByLength(ids, traces, rows, same.subarray(from, to));
    order.set(rows, from);
    return;
  }
  const high = new Uint32Array(rows.length);
  const low = new Uint32Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const trace = traces[rows[i]!]!;
    const first = offset[trace]! + shared;
    const end = offset[trace + 1]!;
    if (first + KEY_BYTES <= end) {
      high[i] = wordAt(bytes, first);
      low[i] = wordAt(bytes, first + 4);
    } else {
      // past its end an id counts as zeros; one that has them comes after it, by its length
      high[i] = wordUpTo(bytes, first, end);
      low[i] = wordUpTo(bytes, first + 4, end);
    }
  }
  const moved = orderByWord(high, orderByWord(low, everyRow(rows.length)));
  for (let i = 0; i < moved.length; i++) order[from + i] = rows[moved[i]!]!;
  let start = 0;
  for (let i = 1; i <= moved.length; i++) {
    const alike =
      i < moved.length &&
      high[moved[i]!] === high[moved[start]!] &&
      low[moved[i]!] === low[moved[start]!];
    if (alike) continue;
    if (i - start > 1) open.push({ from: from + start, to: from + i, depth: shared + KEY_BYTES });
    start = i;
  }
}

/** Up to which byte the ids are alike, and the length of the longest. */
function sharedBytes(
  { bytes, offset }: StringColumn,
  traces: Uint32Array,
  rows: Uint32Array,
  depth: number,
): { readonly shared: number; readonly longest: number } {
  const first = offset[traces[rows[0]!]!]!;
  let shared = Number.POSITIVE_INFINITY;
  let longest = 0;
  for (let i = 0; i < rows.length; i++) {
    const trace = traces[rows[i]!]!;
    const start = offset[trace]!;
    const length = offset[trace + 1]! - start;
    if (length > longest) longest = length;
    // an id that has ended shares no byte after its end
    shared = Math.min(shared, Math.max(depth, length));
    for (let at = depth; at < shared; at++) {
      if (bytes[start + at] !== bytes[first + at]) shared = at;
    }
  }
  return { shared, longest };
}

/** Of ids that are alike but for zeros at their end. */
function orderByLength(
  { offset }: StringColumn,
  traces: Uint32Array,
  rows: Uint32Array,
  same: Uint8Array,
): void {
  const lengths = new Uint32Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const trace = traces[rows[i]!]!;
    lengths[i] = offset[trace + 1]! - offset[trace]!;
  }
  const moved = orderByCount(lengths, everyRow(rows.length), false);
  const before = rows.slice();
  for (let i = 0; i < moved.length; i++) {
    rows[i] = before[moved[i]!]!;
    if (i > 0 && lengths[moved[i]!] === lengths[moved[i - 1]!]) same[i] = 1;
  }
}

const wordAt = (bytes: Uint8Array, at: number): number =>
  ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;

function wordUpTo(bytes: Uint8Array, first: number, end: number): number {
  let word = 0;
  for (let i = 0; i < 4; i++) {
    const byte = first + i < end ? bytes[first + i]! : 0;
    word = ((word << 8) | byte) >>> 0;
  }
  return word;
}
