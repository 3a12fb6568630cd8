/**
 * Order of many rows by a number: a stable radix sort, linear in rows, so that a million take tens
 * of milliseconds. In: keys, and the order so far, which ties keep. Out: row indices.
 */
const DIGIT_BITS = 11;
const DIGITS = 1 << DIGIT_BITS;
const PASSES = 3;

/**
 * @param keys       [rows]; NaN comes last either way
 * @param start      row indices, an order that ties keep
 * @param descending largest first
 */
export function orderBy(
  keys: ArrayLike<number>,
  start: Uint32Array,
  descending: boolean,
): Uint32Array {
  const { low, high } = sortableWords(keys, descending);
  return orderByWord(high, orderByWord(low, start));
}

/** The same of whole numbers from 0 to 2³² - 1. */
export function orderByCount(
  keys: ArrayLike<number>,
  start: Uint32Array,
  descending: boolean,
): Uint32Array {
  const words = new Uint32Array(keys.length);
  let most = 0;
  for (let i = 0; i < words.length; i++) if (keys[i]! > most) most = keys[i]!;
  // the complement by the most, so that small numbers stay small
  for (let i = 0; i < words.length; i++) words[i] = descending ? most - keys[i]! : keys[i]!;
  return orderByWord(words, start);
}

/**
 * Rows by one word each, the smallest first. Words move along with their rows, so that memory is
 * read in order.
 *
 * @param words [rows]
 * @returns     `start` itself where no row moves
 */
export function orderByWord(words: Uint32Array, start: Uint32Array): Uint32Array {
  const { length } = start;
  const counts = new Uint32Array(PASSES * DIGITS);
  let keys: Uint32Array = new Uint32Array(length);
  for (let i = 0; i < length; i++) {
    const word = words[start[i]!]!;
    keys[i] = word;
    counts[word & (DIGITS - 1)]!++;
    counts[DIGITS + ((word >>> DIGIT_BITS) & (DIGITS - 1))]!++;
    counts[2 * DIGITS + (word >>> (2 * DIGIT_BITS))]!++;
  }
  let rows = start;
  let spare: Uint32Array | null = null;
  let nextKeys: Uint32Array | null = null;
  for (let pass = 0; pass < PASSES; pass++) {
    const shift = pass * DIGIT_BITS;
    const places = counts.subarray(pass * DIGITS, (pass + 1) * DIGITS);
    // where all rows have one digit, none moves
    if (length === 0 || places[(keys[0]! >>> shift) & (DIGITS - 1)] === length) continue;
    let before = 0;
    for (let digit = 0; digit < DIGITS; digit++) {
      const count = places[digit]!;
      places[digit] = before;
      before += count;
    }
    const toRows: Uint32Array = spare ?? new Uint32Array(length);
    const toKeys: Uint32Array = nextKeys ?? new Uint32Array(length);
    for (let i = 0; i < length; i++) {
      const key = keys[i]!;
      const place = places[(key >>> shift) & (DIGITS - 1)]!++;
      toKeys[place] = key;
      toRows[place] = rows[i]!;
    }
    spare = rows === start ? null : rows;
    nextKeys = keys;
    rows = toRows;
    keys = toKeys;
  }
  return rows;
}

/** The bits of each key as two words that compare as the keys do. */
function sortableWords(
  keys: ArrayLike<number>,
  descending: boolean,
): { readonly low: Uint32Array; readonly high: Uint32Array } {
  const { length } = keys;
  const low = new Uint32Array(length);
  const high = new Uint32Array(length);
  const value = new Float64Array(1);
  const words = new Uint32Array(value.buffer);
  for (let i = 0; i < length; i++) {
    const key = keys[i]!;
    if (Number.isNaN(key)) {
      low[i] = 0xffffffff;
      high[i] = 0xffffffff;
      continue;
    }
    value[0] = key + 0; // -0 is 0
    const upper = words[1]!;
    const negative = upper >>> 31 === 1;
    // negative numbers count backwards, positive ones come after them
    const flip = negative !== descending ? 0xffffffff : 0;
    low[i] = words[0]! ^ flip;
    high[i] = upper ^ flip ^ (negative ? 0 : 0x80000000);
  }
  return { low, high };
}

/**
 * Indices of the values, the largest first; equal values in the order they have, NaN last.
 *
 * @returns [T] each index once
 */
export const descendingOrder = (values: Float64Array): Uint32Array =>
  orderBy(values, everyRow(values.length), true);

/** 0, 1, 2 and so on: the rows as they are. */
export function everyRow(count: number): Uint32Array {
  const rows = new Uint32Array(count);
  for (let row = 0; row < count; row++) rows[row] = row;
  return rows;
}
