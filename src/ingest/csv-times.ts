/**
 * Times and durations in CSV cells: numbers of some unit since the epoch, or written dates. Clocks
 * in nanoseconds have 19 digits, which no double holds, so differences are taken before rounding.
 */
import { decodeUtf8 } from '../base/bytes.ts';
import type { Microseconds } from '../base/units.ts';
import type { TimeUnit } from '../trace/column-mapping.ts';
import { parseDecimal, parseLocalDecimal, parseTimestamp } from './csv-fields.ts';
import { parseWrittenDuration } from './written-durations.ts';

/** Power of ten from a unit to microseconds. */
const SCALE: Readonly<Record<TimeUnit, number>> = { s: 6, ms: 3, us: 0, ns: -3 };

const LOW_DIGITS = 9;
const LOW = 10 ** LOW_DIGITS;
/** Up to here {@link parseDecimal} is exact by itself. */
const EXACT_DIGITS = 15;
const MAX_DIGITS = 24;
const PLUS = 43;
const MINUS = 45;

/**
 * A length of time: a number of the unit, or one that names its own, "120 ms".
 *
 * @param decimalComma see {@link parseLocalDecimal}
 * @returns microseconds; NaN if the cell is neither
 */
export function parseSpanOfTime(
  bytes: Uint8Array,
  start: number,
  end: number,
  unit: TimeUnit,
  decimalComma = false,
): Microseconds {
  const number = parseDecimal(bytes, start, end, SCALE[unit]);
  if (!Number.isNaN(number) || start === end) return number;
  const text = decodeUtf8(bytes.subarray(start, end));
  const local = parseLocalDecimal(text, decimalComma, SCALE[unit]);
  return Number.isNaN(local) ? parseWrittenDuration(text, decimalComma) : local;
}

/**
 * A point in time: a number of the unit, or a date as {@link parseTimestamp} reads it, with an
 * offset from UTC if need be.
 *
 * @returns microseconds since the epoch; NaN if it is neither
 */
export function parseTime(
  bytes: Uint8Array,
  start: number,
  end: number,
  unit: TimeUnit,
  decimalComma = false,
): Microseconds {
  if (isLongInteger(bytes, start, end)) {
    const split = end - LOW_DIGITS;
    const whole = parseDecimal(bytes, start, split) * LOW + parseDecimal(bytes, split, end);
    return scaled(whole, unit);
  }
  const number = parseDecimal(bytes, start, end, SCALE[unit]);
  if (!Number.isNaN(number) || start === end) return number;
  const date = parseDate(bytes, start, end);
  return Number.isNaN(date)
    ? parseLocalDecimal(decodeUtf8(bytes.subarray(start, end)), decimalComma, SCALE[unit])
    : date;
}

/**
 * The time from one cell to another, exact for numbers of any length.
 *
 * @returns microseconds, negative where the end is before the start; NaN if one of them is no time
 */
export function parseInterval(
  bytes: Uint8Array,
  from: readonly [start: number, end: number],
  to: readonly [start: number, end: number],
  unit: TimeUnit,
  decimalComma = false,
): Microseconds {
  if (!isLongInteger(bytes, ...from) || !isLongInteger(bytes, ...to)) {
    return (
      parseTime(bytes, ...to, unit, decimalComma) - parseTime(bytes, ...from, unit, decimalComma)
    );
  }
  const high = (cell: readonly [number, number]): number =>
    parseDecimal(bytes, cell[0], cell[1] - LOW_DIGITS);
  const low = (cell: readonly [number, number]): number =>
    parseDecimal(bytes, cell[1] - LOW_DIGITS, cell[1]);
  return scaled((high(to) - high(from)) * LOW + (low(to) - low(from)), unit);
}

/** Division by an exact power of ten rounds once; multiplication by its reciprocal would not. */
const scaled = (value: number, unit: TimeUnit): number =>
  SCALE[unit] < 0 ? value / 10 ** -SCALE[unit] : value * 10 ** SCALE[unit];

function isLongInteger(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start <= EXACT_DIGITS || end - start > MAX_DIGITS) return false;
  for (let at = start; at < end; at++) if (bytes[at]! < 48 || bytes[at]! > 57) return false;
  return true;
}

/** "2022-08-22T07:53:20.5+08:00", "2022-08-22 07:53:20,5+00", "2022-08-22 07:53:20 UTC" */
function parseDate(bytes: Uint8Array, start: number, end: number): Microseconds {
  if (end - start < 19) return Number.NaN;
  if (bytes[end - 4] === 32 && bytes[end - 1] === 67) end -= 4;
  const plain = parseTimestamp(bytes, start, end);
  if (!Number.isNaN(plain)) return plain;
  const sign = [end - 3, end - 5, end - 6].find((at) => bytes[at] === PLUS || bytes[at] === MINUS);
  if (sign === undefined || sign < start + 19) return Number.NaN;
  const hours = parseDecimal(bytes, sign + 1, sign + 3);
  const minutes = hours * 60 + (end - sign > 3 ? parseDecimal(bytes, end - 2, end) : 0);
  const local = parseTimestamp(bytes, start, sign);
  return local - (bytes[sign] === PLUS ? 1 : -1) * minutes * 6e7;
}
