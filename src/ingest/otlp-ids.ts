/**
 * Ids of OTLP as lower-case hexadecimal digits: 16 bytes a trace, 8 bytes a span.
 *
 * Formats: hexadecimal in either case (the OTLP specification's JSON), base64 (protobuf's own JSON
 * mapping, which older exporters write), raw bytes (protobuf). An id of zeros is none.
 */
import { grown } from '../base/bytes.ts';

export const TRACE_ID_BYTES = 16;
export const SPAN_ID_BYTES = 8;

const ZERO = 48;
const EQUALS_SIGN = 61;
const HEX = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
/** A hexadecimal digit of either case in lower case; 0 where it is none. */
const LOWER_HEX = new Uint8Array(256);
for (const digit of HEX) {
  LOWER_HEX[digit] = digit;
  LOWER_HEX[String.fromCharCode(digit).toUpperCase().charCodeAt(0)] = digit;
}
/** Value of a base64 digit, standard or URL-safe; 255 where it is none. */
const BASE64 = new Uint8Array(256).fill(255);
for (const [value, digit] of Array.from(
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
).entries()) {
  BASE64[digit.charCodeAt(0)] = value;
}
BASE64['-'.charCodeAt(0)] = 62;
BASE64['_'.charCodeAt(0)] = 63;

export interface OtlpIds {
  /**
   * @param idBytes {@link TRACE_ID_BYTES} or {@link SPAN_ID_BYTES}
   * @returns length of the id, now at the start of {@link text}; 0 if there is none
   */
  fromText(bytes: Uint8Array, start: number, end: number, idBytes: number): number;
  fromBytes(bytes: Uint8Array, start: number, end: number): number;
  /** Valid until the next id. */
  text(): Uint8Array;
}

export function createOtlpIds(): OtlpIds {
  let text = new Uint8Array(64);
  const decoded = new Uint8Array(TRACE_ID_BYTES);

  const fromBytes = (bytes: Uint8Array, start: number, end: number): number => {
    text = grown(text, 2 * (end - start));
    let length = 0;
    let any = 0;
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!;
      any |= byte;
      text[length++] = HEX[byte >> 4]!;
      text[length++] = HEX[byte & 15]!;
    }
    return any === 0 ? 0 : length;
  };

  const fromText: OtlpIds['fromText'] = (bytes, start, end, idBytes) => {
    text = grown(text, end - start);
    let isHex = true;
    let isZero = true;
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!;
      const digit = LOWER_HEX[byte]!;
      if (digit === 0) isHex = false;
      if (byte !== ZERO) isZero = false;
      text[at - start] = digit;
    }
    if (isZero) return 0;
    if (isHex) return end - start;
    const length = decodeBase64(bytes, start, end, decoded);
    if (length === idBytes) return fromBytes(decoded, 0, length);
    // Some other id: it stays as it is, case and all.
    text.set(bytes.subarray(start, end));
    return end - start;
  };

  return { fromText, fromBytes, text: () => text };
}

/** Number of bytes, -1 if it is no base64 or more than `into` holds. */
function decodeBase64(bytes: Uint8Array, start: number, end: number, into: Uint8Array): number {
  let last = end;
  while (last > start && end - last < 2 && bytes[last - 1] === EQUALS_SIGN) last -= 1;
  const length = Math.floor(((last - start) * 3) / 4);
  if (length > into.length || (last - start) % 4 === 1) return -1;
  let bits = 0;
  let held = 0;
  let at = 0;
  for (let i = start; i < last; i++) {
    const value = BASE64[bytes[i]!]!;
    if (value === 255) return -1;
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    into[at++] = (held >> bits) & 255;
  }
  return at;
}
