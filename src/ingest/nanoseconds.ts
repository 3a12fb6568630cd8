/**
 * Nanoseconds since the epoch have 19 digits, more than a double holds: they are kept as seconds and
 * the rest, and only differences and microseconds leave.
 */
import type { Microseconds } from '../base/units.ts';
import { parseDecimal } from './csv-fields.ts';

const PER_SECOND = 1e9;
/** 2^64 has 20. */
const MAX_DIGITS = 20;
const ZERO = 48;

/** A point in time, reused; NaN where it is none. */
export interface Nanoseconds {
  /** Whole seconds. */
  seconds: number;
  /** 0 to 999,999,999. */
  nanos: number;
}

export const nanoseconds = (): Nanoseconds => ({ seconds: Number.NaN, nanos: 0 });

export const isZeroTime = ({ seconds, nanos }: Nanoseconds): boolean =>
  seconds === 0 && nanos === 0;

/** Microseconds since the epoch, to the quarter that a double has there. */
export const epochMicros = ({ seconds, nanos }: Nanoseconds): Microseconds =>
  seconds * 1e6 + nanos / 1e3;

/** Exact to the nanosecond for 104 days. */
export const microsBetween = (from: Nanoseconds, to: Nanoseconds): Microseconds =>
  (to.seconds - from.seconds) * 1e6 + (to.nanos - from.nanos) / 1e3;

/** A decimal number of nanoseconds; NaN if it is not one, or negative, or of over 20 digits. */
export function parseNanos(bytes: Uint8Array, start: number, end: number, into: Nanoseconds): void {
  let seconds = 0;
  let nanos = 0;
  const point = end - 9;
  for (let at = start; at < end; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9) {
      parseRareNanos(bytes, start, end, into);
      return;
    }
    if (at < point) seconds = seconds * 10 + digit;
    else nanos = nanos * 10 + digit;
  }
  into.seconds = end > start && end - start <= MAX_DIGITS ? seconds : Number.NaN;
  into.nanos = nanos;
}

/** With an exponent, as JavaScript writes what it could not hold: digits are lost already. */
function parseRareNanos(bytes: Uint8Array, start: number, end: number, into: Nanoseconds): void {
  const value = parseDecimal(bytes, start, end);
  const isTime = value >= 0 && value < 2 ** 64;
  into.seconds = isTime ? Math.floor(value / PER_SECOND) : Number.NaN;
  into.nanos = isTime ? value - into.seconds * PER_SECOND : 0;
}

/** From the two halves of a 64-bit number, by long division in steps that a double holds. */
export function fixedNanos(low: number, high: number, into: Nanoseconds): void {
  const upper = (high % PER_SECOND) * 65536 + (low >>> 16);
  const lower = (upper % PER_SECOND) * 65536 + (low & 0xffff);
  into.seconds =
    Math.floor(high / PER_SECOND) * 2 ** 32 +
    Math.floor(upper / PER_SECOND) * 65536 +
    Math.floor(lower / PER_SECOND);
  into.nanos = lower % PER_SECOND;
}
