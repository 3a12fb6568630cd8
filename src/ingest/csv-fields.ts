/**
 * Cells of a CSV file, from bytes to numbers, with no string in between where it can be helped.
 */
import { decodeUtf8 } from '../base/bytes.ts';
import type { Microseconds } from '../base/units.ts';

const ZERO = 48;
const SPACE = 32;
const POINT = 46;
const COMMA = 44;
const isDigit = (byte: number): boolean => byte >= ZERO && byte <= 57;

/** Exact powers of ten: up to 10^22 a double holds them without rounding. */
const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));
const NUMBER = /^ *[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)? *$/;

/**
 * A decimal number times a power of ten, correctly rounded: 300.4795 ms at `scale` 3 is exactly
 * 300479.5 us, where 300.4795 * 1000 would be rounded twice.
 *
 * @param scale power of ten, -15 to 9
 * @returns NaN if the cell is not a finite decimal number
 */
export function parseDecimal(bytes: Uint8Array, start: number, end: number, scale = 0): number {
  let at = start;
  let digits = 0;
  let mantissa = 0;
  let decimals = 0;
  let point = false;
  const negative = bytes[at] === 45 && at < end;
  if (negative) at += 1;
  for (; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === 46 && !point) point = true;
    else if (isDigit(byte)) {
      mantissa = mantissa * 10 + (byte - ZERO);
      digits += 1;
      if (point) decimals += 1;
    } else break;
  }
  // Up to 2^53 the mantissa is exact, as of microseconds since the epoch, and so one multiplication
  // or division rounds once.
  if (at === end && digits > 0 && digits <= 16 && mantissa <= Number.MAX_SAFE_INTEGER) {
    const exponent = scale - decimals;
    const value =
      exponent < 0 ? mantissa / POWERS_OF_TEN[-exponent]! : mantissa * POWERS_OF_TEN[exponent]!;
    return negative ? -value : value;
  }
  return parseRareDecimal(decodeUtf8(bytes.subarray(start, end)), scale);
}

/** Exponents, padding, more digits than a double holds. */
function parseRareDecimal(text: string, scale: number): number {
  if (!NUMBER.test(text)) return Number.NaN;
  const [mantissa, exponent = '0'] = text.trim().toLowerCase().split('e');
  const value = Number(`${mantissa}e${Number(exponent) + scale}`);
  return Number.isFinite(value) ? value : Number.NaN;
}

/**
 * A cell that {@link parseDecimal} does not read, as spreadsheets write numbers: with a decimal comma,
 * or with thousands set apart. "1,234" is a thousand and more in a table with commas between its
 * cells, which is written where the decimal point is a point; elsewhere it is little more than one.
 *
 * @returns NaN if it is no number
 */
export const parseLocalDecimal = (text: string, decimalComma: boolean, scale = 0): number =>
  parseRareDecimal(plainDecimal(text, decimalComma), scale);

/** The number as programs write it, where the text is one that {@link parseLocalDecimal} reads. */
export function plainDecimal(text: string, decimalComma: boolean): string {
  const apart = text.trim().replace(/(?<=\d)[ \u00a0\u202f'’](?=\d{3}(?!\d))/g, '');
  const written = (decimalComma ? COMMA_FIRST : POINT_FIRST).find(([each]) => each.test(apart));
  if (written) return apart.replaceAll(written[1], '').replace(',', '.');
  return NUMBER.test(apart) ? apart : text;
}

/** Ways of writing a number, and what sets its thousands apart. */
type Written = readonly [pattern: RegExp, thousands: string];
const POINT_THOUSANDS: Written = [
  /^[+-]?\d{1,3}(\.\d{3})+,\d+$|^[+-]?[1-9]\d{0,2}(\.\d{3}){2,}$/,
  '.',
];
const COMMA_THOUSANDS: Written = [/^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$/, ','];
const COMMA_DECIMALS: Written = [/^[+-]?\d*,\d+([eE][+-]?\d+)?$/, ' '];
const COMMA_FIRST: readonly Written[] = [POINT_THOUSANDS, COMMA_DECIMALS, COMMA_THOUSANDS];
const POINT_FIRST: readonly Written[] = [POINT_THOUSANDS, COMMA_THOUSANDS, COMMA_DECIMALS];

/** Empty, or a number that is 0: how the TraceVAE layout says "no". */
export const isZero = (bytes: Uint8Array, start: number, end: number): boolean =>
  end === start || parseDecimal(bytes, start, end) === 0;

/** A cell of nothing but spaces counts as empty. */
export function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] !== SPACE) return false;
  return true;
}

/**
 * "2022-08-22 07:53:20", with a T and a fraction behind a point or a comma if need be, read as UTC.
 *
 * @returns microseconds since the epoch; NaN if it is not a time
 */
export function parseTimestamp(bytes: Uint8Array, start: number, end: number): Microseconds {
  if (end - start < 19) return Number.NaN;
  const year = twoDigits(bytes, start) * 100 + twoDigits(bytes, start + 2);
  const month = twoDigits(bytes, start + 5);
  const day = twoDigits(bytes, start + 8);
  const hour = twoDigits(bytes, start + 11);
  const minute = twoDigits(bytes, start + 14);
  const second = twoDigits(bytes, start + 17);
  const valid = month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour < 24 && minute < 60;
  if (!valid || !(second <= 60)) return Number.NaN;
  const wholeUs = (Date.UTC(year, month - 1, day, hour, minute) / 1000 + second) * 1e6;

  const zulu = bytes[end - 1] === 90 ? 1 : 0;
  if (end - zulu === start + 19) return wholeUs;
  const point = bytes[start + 19];
  if (point !== POINT && point !== COMMA) return Number.NaN;
  const from = start + 20;
  const to = end - zulu;
  for (let at = from; at < to; at++) if (!isDigit(bytes[at]!)) return Number.NaN;
  // "595700" behind the point is 0.5957 s, so scaled by 10^(6 - 6) it is microseconds.
  return wholeUs + parseDecimal(bytes, from, to, 6 - (to - from));
}

/** NaN where they are not digits. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = bytes[at]!;
  const ones = bytes[at + 1]!;
  return isDigit(tens) && isDigit(ones) ? (tens - ZERO) * 10 + (ones - ZERO) : Number.NaN;
}
