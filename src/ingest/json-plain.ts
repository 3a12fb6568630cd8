/**
 * Ways through JSON that is all on one line and in the buffer, for what is read from its bytes. All of
 * them answer -1 where that is not so: then it is read token by token.
 */
import * as jsonBytes from './json-bytes.ts';

// Names of this module: see json-scanner.ts.
const { BACKSLASH, LINE_FEED, LIST_CLOSE, LIST_OPEN, OBJECT_CLOSE, OBJECT_OPEN, QUOTE, SPACE } =
  jsonBytes;
/** Brackets one within the other that a mask holds. */
const DEEPEST = 30;

export function skipSpaces(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] === SPACE) at += 1;
  return at;
}

/** The quote that ends the string whose quote is before `from`; -1 where it has an escape, too. */
export function plainEnd(bytes: Uint8Array, from: number, filled: number): number {
  for (let at = from; at < filled; at++) {
    const byte = bytes[at]!;
    if (byte > QUOTE && byte !== BACKSLASH) continue;
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH || byte === LINE_FEED) return -1;
  }
  return -1;
}

/** Behind the string whose quote is before `from`, whatever is in it. */
export function passString(bytes: Uint8Array, from: number, filled: number): number {
  for (let at = from; at < filled; at++) {
    const byte = bytes[at]!;
    if (byte > QUOTE && byte !== BACKSLASH) continue;
    if (byte === QUOTE) return at + 1;
    if (byte === BACKSLASH) at += 1;
    else if (byte === LINE_FEED) return -1;
  }
  return -1;
}

/** Behind the bracket of the object that is open at `from`. */
export function passObject(bytes: Uint8Array, from: number, filled: number): number {
  let open = 0;
  let depth = 1;
  for (let at = from; at < filled; at++) {
    const byte = bytes[at]!;
    if (byte === QUOTE) {
      at = passString(bytes, at + 1, filled) - 1;
      if (at < 0) return -1;
    } else if (byte === OBJECT_OPEN || byte === LIST_OPEN) {
      if (depth === DEEPEST) return -1;
      open = (open << 1) | (byte === LIST_OPEN ? 1 : 0);
      depth += 1;
    } else if (byte === OBJECT_CLOSE || byte === LIST_CLOSE) {
      if ((open & 1) !== (byte === LIST_CLOSE ? 1 : 0)) return -1;
      open >>>= 1;
      depth -= 1;
      if (depth === 0) return at + 1;
    } else if (byte === LINE_FEED) return -1;
  }
  return -1;
}
