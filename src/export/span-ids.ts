/**
 * Ids for formats whose ids have a fixed size. Span ids are numbers of the dataset; trace ids keep
 * what they are where they are hexadecimal, or the two 64-bit numbers of the TraceVAE layout.
 */
import { encodeUtf8 } from '../base/bytes.ts';

/** 64 bits as hexadecimal digits. */
export const SPAN_ID_DIGITS = 16;
export const TRACE_ID_DIGITS = 32;

/** An index in a dictionary of span ids; never zeros, which mean "none". */
export const spanIdHex = (index: number): string =>
  (index + 1).toString(16).padStart(SPAN_ID_DIGITS, '0');

/** 128 bits, lower case: the id itself, its two halves, or else a hash of its text; never zeros. */
export function traceIdHex(id: string): string {
  const hex = ownHex(id);
  return hex === null || /^0*$/.test(hex) ? hashHex(id) : hex;
}

/** Null if the text has no 128 bits of its own. */
function ownHex(id: string): string | null {
  if (/^([0-9a-fA-F]{16}){1,2}$/.test(id)) return id.toLowerCase().padStart(TRACE_ID_DIGITS, '0');
  const halves = traceIdHalves(id);
  return halves?.map((half) => hex64(BigInt.asUintN(64, half))).join('') ?? null;
}

const hex64 = (value: bigint): string => value.toString(16).padStart(SPAN_ID_DIGITS, '0');

/** The two signed 64-bit numbers of the TraceVAE layout, high first. */
export function traceIdDecimals(id: string): readonly [high: string, low: string] {
  const halves = traceIdHalves(id);
  if (halves) return [`${halves[0]}`, `${halves[1]}`];
  const hex = traceIdHex(id);
  const signed = (digits: string): string => `${BigInt.asIntN(64, BigInt(`0x${digits}`))}`;
  return [signed(hex.slice(0, SPAN_ID_DIGITS)), signed(hex.slice(SPAN_ID_DIGITS))];
}

/** Of "high:low" in decimal digits; null if it is something else. */
function traceIdHalves(id: string): readonly [bigint, bigint] | null {
  const match = /^(-?\d{1,20}):(-?\d{1,20})$/.exec(id);
  if (!match) return null;
  const [high, low] = [BigInt(match[1]!), BigInt(match[2]!)];
  const fits = (half: bigint): boolean => half >= -(2n ** 63n) && half < 2n ** 64n;
  return fits(high) && fits(low) ? [high, low] : null;
}

/** 128 bits of FNV-1a, in four parts of 32 bits with different beginnings, each mixed at the end. */
function hashHex(text: string): string {
  const bytes = encodeUtf8(text);
  return [0x811c9dc5, 0x9e3779b9, 0x85ebca6b, 0xc2b2ae35]
    .map((seed) => {
      let hash = seed;
      for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
      hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
      hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
      return ((hash ^ (hash >>> 16)) >>> 0).toString(16).padStart(8, '0');
    })
    .join('');
}
