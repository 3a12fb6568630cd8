/**
 * Times as consoles print them, to the nanosecond: dates, or numbers of microseconds with a fraction.
 */
import { parseDecimal } from './csv-fields.ts';
import { parseTime } from './csv-times.ts';
import { type Nanoseconds, parseNanos } from './nanoseconds.ts';

const PER_SECOND = 1e9;
const ZERO = 48;
const MINUS = 45;
const POINT = 46;
const COMMA = 44;
/** Of "2023-06-02T11:55:21". */
const SECOND_CHARS = 19;

/** Digits of nanoseconds, or a date such as 2023-06-02T11:55:21.379895125-07:00; NaN if it is neither. */
export function parseClock(bytes: Uint8Array, start: number, end: number, into: Nanoseconds): void {
  const isDate = end - start > SECOND_CHARS && bytes[start + 4] === MINUS;
  if (!isDate) {
    parseNanos(bytes, start, end, into);
    return;
  }
  // The fraction apart from the rest: no double holds both.
  const point = start + SECOND_CHARS;
  let zone = point;
  if (bytes[point] === POINT || bytes[point] === COMMA) {
    zone += 1;
    while (zone < end && bytes[zone]! >= ZERO && bytes[zone]! <= ZERO + 9) zone += 1;
  }
  const whole = new Uint8Array(SECOND_CHARS + end - zone);
  whole.set(bytes.subarray(start, point));
  whole.set(bytes.subarray(zone, end), SECOND_CHARS);
  into.seconds = Math.round(parseTime(whole, 0, whole.length, 's') / 1e6);
  into.nanos = fraction(bytes, point + 1, zone, 9);
}

/** A decimal number of microseconds, not negative; NaN if it is not one. */
export function parseMicros(
  bytes: Uint8Array,
  start: number,
  end: number,
  into: Nanoseconds,
): void {
  let point = bytes.subarray(0, end).indexOf(POINT, start);
  if (point < 0) point = end;
  const micros = parseDecimal(bytes, start, point);
  const isTime = micros >= 0 && micros < 2 ** 53 && !Number.isNaN(parseDecimal(bytes, start, end));
  into.seconds = isTime ? Math.floor(micros / 1e6) : Number.NaN;
  into.nanos = isTime ? (micros % 1e6) * 1e3 + fraction(bytes, point + 1, end, 3) : 0;
}

/** The number that `width` digits behind a point are; those that are missing are zeros. */
function fraction(bytes: Uint8Array, start: number, end: number, width: number): number {
  let value = 0;
  for (let at = start; at < start + width; at++) {
    const digit = at < end ? bytes[at]! - ZERO : 0;
    value = value * 10 + (digit >= 0 && digit <= 9 ? digit : 0);
  }
  return value;
}

export function addNanos(a: Nanoseconds, b: Nanoseconds, into: Nanoseconds): void {
  const nanos = a.nanos + b.nanos;
  const carried = nanos >= PER_SECOND ? 1 : 0;
  into.seconds = a.seconds + b.seconds + carried;
  into.nanos = nanos - carried * PER_SECOND;
}
