/**
 * Order of many rows by a number: a stable radix sort, linear in rows, so that a million take tens
 * of milliseconds. In: keys, and the order so far, which ties keep. Out: row indices.
 */
const DIGIT_BITS = 11;
const DIGITS = 1 << DIGIT_BITS;
const PASSES = 3;

/** So many rows are put in order one by one rather than by all their bits. */
const FEW_ROWS = 100;

/**
 * By the keys rounded to single precision, which orders nearly all; then each run of rows that are
 * equal when rounded.
 *
 * @param keys       [rows]; NaN comes last either way
 * @param start      row indices, an order that ties keep
 * @param descending largest first
 */
export function orderBy(
  keys: ArrayLike<number>,
  start: Uint32Array,
  descending: boolean,
): Uint32Array {
  const { rows, words } = sortRows(roundedWords(keys, start, descending), start);
  const order = rows === start ? start.slice() : rows;
  for (let from = 0, to = 1; from < order.length; from = to++) {
    while (to < order.length && words[to] === words[from]) to++;
    if (to - from === 1 || equalKeys(keys, order, from, to)) continue;
    if (to - from > FEW_ROWS) return orderByAllBits(keys, start, descending);
    insert(keys, order, from, to, descending);
  }
  return order;
}

function equalKeys(keys: ArrayLike<number>, order: Uint32Array, from: number, to: number): boolean {
  const first = keys[order[from]!]!;
  for (let i = from + 1; i < to; i++) if (keys[order[i]!]! !== first) return false;
  return true;
}

/** Insertion sort of a part of an order, in place; ties keep their order. */
function insert(
  keys: ArrayLike<number>,
  order: Uint32Array,
  from: number,
  to: number,
  descending: boolean,
): void {
  for (let i = from + 1; i < to; i++) {
    const row = order[i]!;
    const key = keys[row]!;
    let place = i;
    for (; place > from; place--) {
      const before = keys[order[place - 1]!]!;
      const moves = descending ? before < key : before > key;
      if (!moves) break;
      order[place] = order[place - 1]!;
    }
    order[place] = row;
  }
}

function orderByAllBits(
  keys: ArrayLike<number>,
  start: Uint32Array,
  descending: boolean,
): Uint32Array {
  const { rows } = sortRows(lowWords(keys, start, descending), start);
  return sortRows(highWords(keys, rows, descending), rows).rows;
}

/** The same of whole numbers from 0 to 2³² - 1. */
export function orderByCount(
  keys: ArrayLike<number>,
  start: Uint32Array,
  descending: boolean,
): Uint32Array {
  const words = new Uint32Array(start.length);
  let most = 0;
  for (let i = 0; i < words.length; i++) {
    words[i] = keys[start[i]!]!;
    if (words[i]! > most) most = words[i]!;
  }
  // the complement by the most, so that small numbers stay small
  if (descending) for (let i = 0; i < words.length; i++) words[i] = most - words[i]!;
  return sortRows(words, start).rows;
}

/**
 * Rows by one word each, the smallest first.
 *
 * @param words [rows]
 * @returns     `start` itself where no row moves
 */
export const orderByWord = (words: Uint32Array, start: Uint32Array): Uint32Array =>
  sortRows(
    Uint32Array.from(start, (row) => words[row]!),
    start,
  ).rows;

interface SortedRows {
  /** `start` itself where no row moves. */
  readonly rows: Uint32Array;
  /** of the rows, in their order */
  readonly words: Uint32Array;
}

/**
 * Words move along with their rows, so that memory is read in order.
 *
 * @param words one for each of `start`, in its order; written over
 */
function sortRows(words: Uint32Array, start: Uint32Array): SortedRows {
  const { length } = start;
  const counts = new Uint32Array(PASSES * DIGITS);
  for (let i = 0; i < length; i++) {
    const word = words[i]!;
    counts[word & (DIGITS - 1)]!++;
    counts[DIGITS + ((word >>> DIGIT_BITS) & (DIGITS - 1))]!++;
    counts[2 * DIGITS + (word >>> (2 * DIGIT_BITS))]!++;
  }
  let keys = words;
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
  return { rows, words: keys };
}

/** Comes after every number. */
const NAN_WORD = 0xffffffff;

/** The bits of each key in single precision, as words that compare as the rounded keys do. */
function roundedWords(
  keys: ArrayLike<number>,
  start: Uint32Array,
  descending: boolean,
): Uint32Array {
  const words = new Uint32Array(start.length);
  const value = new Float32Array(1);
  const bits = new Uint32Array(value.buffer);
  for (let i = 0; i < words.length; i++) {
    const key = keys[start[i]!]!;
    value[0] = key + 0; // -0 is 0
    const word = bits[0]!;
    words[i] = Number.isNaN(key) ? NAN_WORD : sortableWord(word, flipOf(word, descending));
  }
  return words;
}

/** The upper bits of each key, which compare as the keys do where they differ. */
const highWords = (keys: ArrayLike<number>, start: Uint32Array, descending: boolean): Uint32Array =>
  halfWords(keys, start, (_, high) => sortableWord(high, flipOf(high, descending)));

/** The lower bits of each key, which settle what the upper ones leave. */
const lowWords = (keys: ArrayLike<number>, start: Uint32Array, descending: boolean): Uint32Array =>
  halfWords(keys, start, (low, high) => low ^ flipOf(high, descending));

function halfWords(
  keys: ArrayLike<number>,
  start: Uint32Array,
  wordOf: (low: number, high: number) => number,
): Uint32Array {
  const words = new Uint32Array(start.length);
  const value = new Float64Array(1);
  const bits = new Uint32Array(value.buffer);
  for (let i = 0; i < words.length; i++) {
    const key = keys[start[i]!]!;
    value[0] = key + 0; // -0 is 0
    words[i] = Number.isNaN(key) ? NAN_WORD : wordOf(bits[0]!, bits[1]!);
  }
  return words;
}

/** Negative numbers count backwards, and so do all where the largest comes first. */
const flipOf = (word: number, descending: boolean): number =>
  isNegative(word) !== descending ? 0xffffffff : 0;

/** @param word with the sign: positive numbers come after negative ones */
const sortableWord = (word: number, flip: number): number =>
  word ^ flip ^ (isNegative(word) ? 0 : 0x80000000);

const isNegative = (word: number): boolean => word >>> 31 === 1;

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
