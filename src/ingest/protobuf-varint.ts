/** Varints of a message that may not be there to its end: lengths and tags, up to 32 bits. */
export interface Varint {
  readonly value: number;
  /** The byte behind it. */
  readonly next: number;
}

/**
 * @returns null if it goes on at `end` or is of more than 32 bits; in the latter case there are ten
 *          bytes or it is plain that there is no end to it
 */
export function peekVarint(bytes: Uint8Array, start: number, end: number): Varint | null {
  let value = 0;
  let scale = 1;
  for (let at = start; at < end && at < start + 5; at++) {
    const byte = bytes[at]!;
    value += (byte & 127) * scale;
    scale *= 128;
    if (byte < 128) return value <= 0xffffffff ? { value, next: at + 1 } : null;
  }
  return null;
}
