/**
 * The escapes of JSON strings (RFC 8259, section 7), from bytes to UTF-8 bytes.
 */
import { grown } from '../base/bytes.ts';

const BACKSLASH = 92;
const LETTER_U = 117;
/** By the letter behind the backslash: `"`, `\`, `/`, b, f, n, r, t. */
const SIMPLE = new Map(
  Object.entries({ '"': 34, '\\': 92, '/': 47, b: 8, f: 12, n: 10, r: 13, t: 9 }).map(
    ([letter, code]) => [letter.charCodeAt(0), code],
  ),
);

export interface JsonUnescape {
  /** @returns length of the text, now at the start of {@link bytes}; -1 if an escape is none */
  decode(source: Uint8Array, start: number, end: number): number;
  /** Valid until the next {@link decode}. */
  bytes(): Uint8Array;
}

export function createJsonUnescape(): JsonUnescape {
  let text = new Uint8Array(0);
  let length = 0;

  /** Half of a pair of surrogates alone becomes U+FFFD, as everywhere in UTF-8. */
  const putCodePoint = (point: number): void => {
    const code = point >= 0xd800 && point < 0xe000 ? 0xfffd : point;
    if (code < 0x80) text[length++] = code;
    else if (code < 0x800) {
      text[length++] = 0xc0 | (code >> 6);
      text[length++] = 0x80 | (code & 63);
    } else {
      if (code < 0x10000) text[length++] = 0xe0 | (code >> 12);
      else {
        text[length++] = 0xf0 | (code >> 18);
        text[length++] = 0x80 | ((code >> 12) & 63);
      }
      text[length++] = 0x80 | ((code >> 6) & 63);
      text[length++] = 0x80 | (code & 63);
    }
  };

  const decode = (source: Uint8Array, start: number, end: number): number => {
    // No escape is shorter than what it stands for.
    text = grown(text, end - start);
    length = 0;
    for (let at = start; at < end; at++) {
      const byte = source[at]!;
      if (byte !== BACKSLASH) {
        text[length++] = byte;
        continue;
      }
      at += 1;
      const letter = at < end ? source[at]! : -1;
      const simple = SIMPLE.get(letter);
      if (simple !== undefined) {
        text[length++] = simple;
        continue;
      }
      let code = letter === LETTER_U ? fourHexDigits(source, at + 1, end) : -1;
      if (code < 0) return -1;
      at += 4;
      const isPair = code >= 0xd800 && code < 0xdc00 && source[at + 1] === BACKSLASH;
      if (isPair && source[at + 2] === LETTER_U) {
        const low = fourHexDigits(source, at + 3, end);
        if (low >= 0xdc00 && low < 0xe000) {
          code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
          at += 6;
        }
      }
      putCodePoint(code);
    }
    return length;
  };

  return { decode, bytes: () => text };
}

/** -1 if they are not. */
function fourHexDigits(bytes: Uint8Array, start: number, end: number): number {
  if (start + 4 > end) return -1;
  let value = 0;
  for (let at = start; at < start + 4; at++) {
    const digit = hexDigit(bytes[at]!);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

/** The value of a hexadecimal digit in either case, -1 if it is none. */
function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
