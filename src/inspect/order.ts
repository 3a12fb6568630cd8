/**
 * Order of many rows by a number: a stable radix sort, linear in rows, so that a million take tens
 * of milliseconds. In: keys, and the order so far, which ties keep. Out: row indices.
 */
const DIGIT_BITS = 16;
const DIGITS = 1 << DIGIT_BITS;

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
  const digits = sortableDigits(keys, descending);
  const counts = new Uint32Array(DIGITS);
  let from = start.slice();
  let to = new Uint32Array(start.length);
  for (let pass = 0; pass < 4; pass++) {
    counts.fill(0);
    for (let i = 0; i < from.length; i++) counts[digits[4 * from[i]! + pass]!]! += 1;
    const first = from[0];
    if (first === undefined || counts[digits[4 * first + pass]!] === from.length) continue;
    let before = 0;
    for (let digit = 0; digit < DIGITS; digit++) {
      const count = counts[digit]!;
      counts[digit] = before;
      before += count;
    }
    for (let i = 0; i < from.length; i++) {
      const row = from[i]!;
      const digit = digits[4 * row + pass]!;
      to[counts[digit]!] = row;
      counts[digit]! += 1;
    }
    [from, to] = [to, from];
  }
  return from;
}

/** Each key as four digits of 16 bits, lowest first, that compare as the keys do. */
function sortableDigits(keys: ArrayLike<number>, descending: boolean): Uint16Array {
  const values = new Float64Array(keys.length);
  // adding 0 makes one zero of the two
  for (let i = 0; i < values.length; i++) values[i] = keys[i]! + 0;
  const words = new Uint32Array(values.buffer);
  for (let i = 0; i < values.length; i++) {
    const [low, high] = [words[2 * i]!, words[2 * i + 1]!];
    if (Number.isNaN(keys[i]!)) {
      words[2 * i] = 0xffffffff;
      words[2 * i + 1] = 0xffffffff;
      continue;
    }
    const negative = high >>> 31 === 1;
    // negative numbers count backwards, positive ones come after them
    const flipLow = negative !== descending ? 0xffffffff : 0;
    words[2 * i] = low ^ flipLow;
    words[2 * i + 1] = high ^ flipLow ^ (negative ? 0 : 0x80000000);
  }
  return new Uint16Array(words.buffer);
}

/** A column of numbers made row by row: a plain loop, several times faster than `from`. */
export function numberColumn(length: number, of: (row: number) => number): Float64Array {
  const column = new Float64Array(length);
  for (let row = 0; row < length; row++) column[row] = of(row);
  return column;
}
