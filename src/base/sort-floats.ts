/**
 * Sorts columns of floats digit after digit: in order as the engine's own sort of typed arrays, several
 * times as fast on the ten thousands of values that statistics sort. Whole numbers, as microseconds
 * are, by how far they are above the least; all others by their bits.
 */

/** With fewer values counting digits costs more than it saves. */
const FEWEST = 400;
/** Of a digit; three of them cover 32 bits. */
const BITS = 11;
const SIZES = 1 << BITS;
/** Values that agree in their upper 32 bits: more of them are left to the engine's sort. */
const MOST_AGREEING = 24;

/** @param values any but NaN; -0 goes before 0. Sorted in place, ascending. @returns the same values */
export type SortFloats = <A extends Float32Array | Float64Array>(values: A) => A;

/** Keys of float32 and float64, and values of float64, that a sort moves to and fro. */
interface Room {
  readonly keys: Uint32Array;
  readonly otherKeys: Uint32Array;
  readonly values: Float64Array;
}

/** @returns a sort that keeps its room, for many columns of about one length */
export function createFloatSort(): SortFloats {
  let room: Room | null = null;
  const roomFor = (length: number): Room => {
    if (room === null || room.keys.length < length) {
      const [keys, otherKeys] = [new Uint32Array(length), new Uint32Array(length)];
      room = { keys, otherKeys, values: new Float64Array(length) };
    }
    return room;
  };
  return (values) => {
    if (values.length < FEWEST) {
      values.sort();
      return values;
    }
    const whole = wholeNumbers(values);
    if (whole !== null) sortWhole(values, whole, roomFor(values.length));
    else if (values instanceof Float32Array) sort32(values, roomFor(values.length));
    else sort64(values, roomFor(values.length));
    return values;
  };
}

/** Of a column of whole numbers. */
interface Whole {
  readonly least: number;
  readonly most: number;
  /** Values of 0 that are -0. */
  readonly minusZeros: number;
}

/** @returns null where one of the values is none, or they are too far from each other for 32 bits */
function wholeNumbers(values: Float32Array | Float64Array): Whole | null {
  let [least, most, minusZeros] = [values[0]!, values[0]!, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value !== Math.floor(value)) return null;
    if (value < least) least = value;
    if (value > most) most = value;
    if (value === 0 && 1 / value < 0) minusZeros++;
  }
  return most - least < 2 ** 32 && Math.max(-least, most) < 2 ** 53
    ? { least, most, minusZeros }
    : null;
}

function sortWhole(
  values: Float32Array | Float64Array,
  { least, most, minusZeros }: Whole,
  { keys, otherKeys }: Room,
): void {
  const n = values.length;
  let [from, to] = [keys, otherKeys];
  for (let i = 0; i < n; i++) from[i] = values[i]! - least;
  const counts = new Uint32Array(SIZES);
  for (let shift = 0; shift < 32 && (most - least) / 2 ** shift >= 1; shift += BITS) {
    counts.fill(0);
    for (let i = 0; i < n; i++) counts[(from[i]! >>> shift) & (SIZES - 1)]!++;
    toStarts(counts);
    for (let i = 0; i < n; i++) {
      const key = from[i]!;
      to[counts[(key >>> shift) & (SIZES - 1)]!++] = key;
    }
    [from, to] = [to, from];
  }
  for (let i = 0; i < n; i++) values[i] = from[i]! + least;
  if (minusZeros === 0) return;
  const zeros = values.indexOf(0);
  values.fill(-0, zeros, zeros + minusZeros);
}

/** Bits of a float, upper 32 of a float64, as a whole number of 32 bits that rises with the value. */
const keyOf = (bits: number): number => (bits ^ ((bits >> 31) | 0x80000000)) >>> 0;
const bitsOf = (key: number): number => key ^ ((~(key | 0) >> 31) | 0x80000000);

function sort32(values: Float32Array, { keys, otherKeys }: Room): void {
  const n = values.length;
  const bits = new Int32Array(values.buffer, values.byteOffset, n);
  let [from, to] = [keys, otherKeys];
  for (let i = 0; i < n; i++) from[i] = keyOf(bits[i]!);
  const digits = countDigits(from, n);
  for (let digit = 0; digit < digits.length; digit++) {
    const next = digits[digit]!;
    if (next === null) continue;
    const shift = digit * BITS;
    for (let i = 0; i < n; i++) {
      const key = from[i]!;
      to[next[(key >>> shift) & (SIZES - 1)]!++] = key;
    }
    [from, to] = [to, from];
  }
  for (let i = 0; i < n; i++) bits[i] = bitsOf(from[i]!);
}

/** By the upper 32 bits; the few values that agree in them are then put in order one by one. */
function sort64(values: Float64Array, room: Room): void {
  const n = values.length;
  const bits = new Int32Array(values.buffer, values.byteOffset, 2 * n);
  let { keys, otherKeys } = room;
  for (let i = 0; i < n; i++) keys[i] = keyOf(bits[2 * i + 1]!);
  const digits = countDigits(keys, n);
  let [from, to] = [values, room.values];
  for (let digit = 0; digit < digits.length; digit++) {
    const next = digits[digit]!;
    if (next === null) continue;
    const shift = digit * BITS;
    for (let i = 0; i < n; i++) {
      const key = keys[i]!;
      const place = next[(key >>> shift) & (SIZES - 1)]!++;
      otherKeys[place] = key;
      to[place] = from[i]!;
    }
    [keys, otherKeys] = [otherKeys, keys];
    [from, to] = [to, from];
  }
  if (from !== values) values.set(from.subarray(0, n));
  for (let start = 0, end = 1; start < n; start = end, end++) {
    while (end < n && keys[end] === keys[start]) end++;
    if (end - start > 1) orderAgreeing(values, start, end);
  }
}

function orderAgreeing(values: Float64Array, start: number, end: number): void {
  let i = start + 1;
  // most agree because they are equal
  while (i < end && values[i]! >= values[i - 1]! && values[i] !== 0) i++;
  if (i === end) return;
  if (end - start > MOST_AGREEING || values[i] === 0) {
    values.subarray(start, end).sort();
    return;
  }
  for (; i < end; i++) {
    const value = values[i]!;
    let at = i;
    for (; at > start && values[at - 1]! > value; at--) values[at] = values[at - 1]!;
    values[at] = value;
  }
}

/** @returns of each digit: where its values begin, [sizes]; null where all keys have the same */
function countDigits(keys: Uint32Array, length: number): (Uint32Array | null)[] {
  const counts = [new Uint32Array(SIZES), new Uint32Array(SIZES), new Uint32Array(SIZES)] as const;
  const [low, middle, high] = counts;
  for (let i = 0; i < length; i++) {
    const key = keys[i]!;
    low[key & (SIZES - 1)]!++;
    middle[(key >>> BITS) & (SIZES - 1)]!++;
    high[key >>> (2 * BITS)]!++;
  }
  return counts.map((count) => {
    if (count.includes(length)) return null;
    toStarts(count);
    return count;
  });
}

/** Counts of sizes become places of the first of each. */
function toStarts(counts: Uint32Array): void {
  let before = 0;
  for (let size = 0; size < SIZES; size++) {
    const own = counts[size]!;
    counts[size] = before;
    before += own;
  }
}
