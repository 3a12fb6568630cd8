/**
 * Trace ids of a long input, each with a number, in 16 bytes: two hashes stand for the id, of which
 * leading zeros and capital letters do not count, as one id is written in several ways.
 */
const ZERO = 48;
/** Makes a capital letter a small one; digits have it. */
const LOWER = 32;
const FIRST_SLOTS = 1024;

export interface IdPositions {
  readonly size: number;
  /** @param file of the id: those of two files differ */
  set(bytes: Uint8Array, file: number, position: number): void;
  /** -1 of an id that is not there. */
  get(bytes: Uint8Array, file: number): number;
}

export function createIdPositions(): IdPositions {
  let size = 0;
  let first = new Uint32Array(FIRST_SLOTS);
  let second = new Uint32Array(FIRST_SLOTS);
  /** 1 + position, 0 where free. */
  let positions = new Float64Array(FIRST_SLOTS);

  const place = (a: number, b: number): number => {
    const mask = positions.length - 1;
    let slot = a & mask;
    while (positions[slot] !== 0 && (first[slot] !== a || second[slot] !== b)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  };
  const widen = (): void => {
    const [a, b, of] = [first, second, positions];
    first = new Uint32Array(2 * a.length);
    second = new Uint32Array(2 * a.length);
    positions = new Float64Array(2 * a.length);
    for (let i = 0; i < of.length; i++) {
      if (of[i] === 0) continue;
      const slot = place(a[i]!, b[i]!);
      first[slot] = a[i]!;
      second[slot] = b[i]!;
      positions[slot] = of[i]!;
    }
  };

  return {
    get size() {
      return size;
    },
    set: (bytes, file, position) => {
      const [a, b] = hashes(bytes, file);
      const slot = place(a, b);
      if (positions[slot] === 0) {
        first[slot] = a;
        second[slot] = b;
        size += 1;
      }
      positions[slot] = 1 + position;
      if (2 * size > positions.length) widen();
    },
    get: (bytes, file) => positions[place(...hashes(bytes, file))]! - 1,
  };
}

/** FNV-1a twice, from two beginnings, each with the final mix of MurmurHash3. */
function hashes(bytes: Uint8Array, file: number): readonly [number, number] {
  let at = 0;
  while (at < bytes.length && bytes[at] === ZERO) at += 1;
  let a = 0x811c9dc5 ^ file;
  let b = 0x9e3779b9 ^ file;
  for (; at < bytes.length; at++) {
    const byte = bytes[at]! | LOWER;
    a = Math.imul(a ^ byte, 0x01000193);
    b = Math.imul(b ^ byte, 0x5bd1e995);
    b ^= b >>> 13;
  }
  return [mixed(a), mixed(b)];
}

function mixed(hash: number): number {
  let bits = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
