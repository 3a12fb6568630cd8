/**
 * Interning byte strings: equal bytes get one index, with no JavaScript string per lookup.
 * Open addressing over an arena; exact comparison. Ids can be interned as the numbers that they are:
 * tools write one id with its leading zeros and without them.
 */
import { encodeUtf8, grown } from '../base/bytes.ts';
import { decodeString, stringCount } from '../trace/string-column.ts';
import type { StringColumn } from '../trace/trace-set.ts';

/** Digits of an id that is written with leading zeros: 32 are 128 bits. */
const FEWEST_PADDED_DIGITS = 8;
const MOST_DIGITS = 32;
const ZERO = 48;
/** Makes a capital letter a small one; digits have it. */
const LOWER = 32;
/** More than the ids of one span: those of spans that were lost need not be kept. */
const MOST_WRITINGS = 256;

/** An id that was interned in another form before: with other leading zeros, or in other letters. */
export interface OtherWriting {
  readonly index: number;
  /** As {@link ByteInterner.formOf}. */
  readonly form: number;
}
/** Of what {@link ByteInterner.keepOnly} forgets. */
export const GONE = 0xffffffff;
/** Thousands of files have an interner each, of a few ids. */
const FIRST_SLOTS = 16;

export class ByteInterner {
  /** What {@link internId} met since this was last emptied, by whoever wants to know. */
  readonly otherWritings: OtherWriting[] = [];
  private arena = new Uint8Array(64);
  private offset = new Uint32Array(FIRST_SLOTS);
  private hashes = new Uint32Array(FIRST_SLOTS);
  /** Index + 1 by hash, 0 where free; a power of two, at most half full. */
  private slots = new Uint32Array(FIRST_SLOTS);
  private count = 0;
  private scopeStart = 0;

  get size(): number {
    return this.count;
  }

  /** What is known begins with this index. */
  get firstOfScope(): number {
    return this.scopeStart;
  }

  /** The index of `bytes[start..end)`, new or known. */
  intern(bytes: Uint8Array, start: number, end: number): number {
    const hash = hashBytes(bytes, start, end);
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    for (; this.slots[slot] !== 0; slot = (slot + 1) & mask) {
      const index = this.slots[slot]! - 1;
      if (this.hashes[index] === hash && this.equals(index, bytes, start, end)) return index;
    }
    return this.addAt(slot, bytes, start, end, hash);
  }

  /**
   * As {@link intern}, but hexadecimal ids that differ in leading zeros alone, or in capital letters,
   * have one index, and the text that came first.
   */
  internId(bytes: Uint8Array, start: number, end: number): number {
    const digits = digitsStart(bytes, start, end);
    const hash = hashDigits(bytes, digits, end);
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    for (; this.slots[slot] !== 0; slot = (slot + 1) & mask) {
      const index = this.slots[slot]! - 1;
      if (this.hashes[index] !== hash) continue;
      if (this.equals(index, bytes, start, end)) return index;
      if (!this.isSameNumber(index, bytes, start, digits, end)) continue;
      if (this.otherWritings.length === MOST_WRITINGS) this.otherWritings.length = 0;
      this.otherWritings.push({ index, form: formOf(bytes, start, end) });
      return index;
    }
    return this.addAt(slot, bytes, start, end, hash);
  }

  /** A number that is another for the same id in other letters or with other leading zeros. */
  formOf(index: number): number {
    return formOf(this.arena, this.offset[index]!, this.offset[index + 1]!);
  }

  /** As {@link find}, of what {@link internId} was given. */
  findId(bytes: Uint8Array, start: number, end: number): number {
    const digits = digitsStart(bytes, start, end);
    const hash = hashDigits(bytes, digits, end);
    const mask = this.slots.length - 1;
    for (let slot = hash & mask; this.slots[slot] !== 0; slot = (slot + 1) & mask) {
      const index = this.slots[slot]! - 1;
      if (this.hashes[index] !== hash) continue;
      if (this.equals(index, bytes, start, end)) return index;
      if (this.isSameNumber(index, bytes, start, digits, end)) return index;
    }
    return -1;
  }

  /** The index of `bytes[start..end)`, -1 if it was never interned. */
  find(bytes: Uint8Array, start: number, end: number): number {
    const hash = hashBytes(bytes, start, end);
    const mask = this.slots.length - 1;
    for (let slot = hash & mask; this.slots[slot] !== 0; slot = (slot + 1) & mask) {
      const index = this.slots[slot]! - 1;
      if (this.hashes[index] === hash && this.equals(index, bytes, start, end)) return index;
    }
    return -1;
  }

  internText(text: string): number {
    const bytes = encodeUtf8(text);
    return this.intern(bytes, 0, bytes.length);
  }

  /** Forgets what is known, keeps what is stored: equal bytes get a new index from here on. */
  startScope(): void {
    this.scopeStart = this.count;
    // A scope of a few ids does not pay for the slots of a large one before it.
    if (this.slots.length > FIRST_SLOTS) this.slots = new Uint32Array(FIRST_SLOTS);
    else this.slots.fill(0);
  }

  /**
   * Forgets all but some, which keep their order and are found as they were.
   *
   * @param isKept [size] 1 of what stays
   * @returns      [size] the index from now on, or {@link GONE}
   */
  keepOnly(isKept: Uint8Array): Uint32Array {
    const numbers = new Uint32Array(this.count).fill(GONE);
    let [kept, scopeStart, last, from] = [0, 0, 0, 0];
    for (let index = 0; index < this.count; index++) {
      const to = this.offset[index + 1]!;
      if (isKept[index] === 1) {
        this.arena.copyWithin(last, from, to);
        last += to - from;
        this.hashes[kept] = this.hashes[index]!;
        numbers[index] = kept;
        kept += 1;
        this.offset[kept] = last;
        if (index < this.scopeStart) scopeStart = kept;
      }
      from = to;
    }
    this.count = kept;
    this.scopeStart = scopeStart;
    let slots = FIRST_SLOTS;
    while (2 * (kept - scopeStart) > slots) slots *= 2;
    this.fillSlots(slots);
    return numbers;
  }

  /** All strings so far, without copying; what is interned later may or may not show. */
  column(): StringColumn {
    return {
      bytes: this.arena.subarray(0, this.offset[this.count]!),
      offset: this.offset.subarray(0, this.count + 1),
    };
  }

  /** Not to be changed, and not kept. */
  bytes(index: number): Uint8Array {
    return this.arena.subarray(this.offset[index]!, this.offset[index + 1]!);
  }

  text(index: number): string {
    return decodeString(this.column(), index);
  }

  texts(): string[] {
    const column = this.column();
    return Array.from({ length: stringCount(column) }, (_, i) => decodeString(column, i));
  }

  private equals(index: number, bytes: Uint8Array, start: number, end: number): boolean {
    const first = this.offset[index]!;
    if (this.offset[index + 1]! - first !== end - start) return false;
    for (let i = start, j = first; i < end; i++, j++) {
      if (this.arena[j] !== bytes[i]) return false;
    }
    return true;
  }

  /** @param digits where the leading zeros end */
  private isSameNumber(
    index: number,
    bytes: Uint8Array,
    start: number,
    digits: number,
    end: number,
  ): boolean {
    const first = this.offset[index]!;
    const zeros = this.offset[index + 1]! - (end - digits) - first;
    const longer = Math.max(end - start, zeros + end - digits);
    if (zeros < 0 || longer < FEWEST_PADDED_DIGITS || longer > MOST_DIGITS) return false;
    for (let i = 0; i < zeros; i++) if (this.arena[first + i] !== ZERO) return false;
    for (let i = digits, j = first + zeros; i < end; i++, j++) {
      if ((this.arena[j]! | LOWER) !== (bytes[i]! | LOWER) || !isHexDigit(bytes[i]!)) return false;
    }
    return true;
  }

  private addAt(slot: number, bytes: Uint8Array, start: number, end: number, hash: number): number {
    const index = this.append(bytes, start, end, hash);
    this.slots[slot] = index + 1;
    if (2 * (this.count - this.scopeStart) > this.slots.length) this.widen();
    return index;
  }

  private append(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const index = this.count;
    const first = this.offset[index]!;
    const last = first + (end - start);
    if (last > 0xffffffff) throw new RangeError('more than 4 GiB of distinct ids');
    // Looked at here: `grown` is asked by columns of every type, which makes its look at one slow.
    if (last > this.arena.length) this.arena = grown(this.arena, last);
    if (index + 2 > this.offset.length) this.offset = grown(this.offset, index + 2);
    if (index + 1 > this.hashes.length) this.hashes = grown(this.hashes, index + 1);
    // Ids are short: a loop beats subarray and set.
    for (let i = start, j = first; i < end; i++, j++) this.arena[j] = bytes[i]!;
    this.hashes[index] = hash;
    this.count = index + 1;
    this.offset[this.count] = last;
    return index;
  }

  private widen(): void {
    this.fillSlots(2 * this.slots.length);
  }

  private fillSlots(length: number): void {
    this.slots = new Uint32Array(length);
    const mask = this.slots.length - 1;
    for (let index = this.scopeStart; index < this.count; index++) {
      let slot = this.hashes[index]! & mask;
      while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
      this.slots[slot] = index + 1;
    }
  }
}

/** Where the leading zeros of an id end; nothing longer than 128 bits has any. */
function digitsStart(bytes: Uint8Array, start: number, end: number): number {
  let digits = start;
  if (end - start <= MOST_DIGITS) while (digits < end && bytes[digits] === ZERO) digits += 1;
  return digits;
}

const isHexDigit = (byte: number): boolean =>
  (byte >= 48 && byte <= 57) || (byte >= 97 && byte <= 102) || (byte >= 65 && byte <= 70);

/** Its length, and whether it has a capital letter. */
function formOf(bytes: Uint8Array, start: number, end: number): number {
  let capital = 0;
  for (let i = start; i < end; i++) if (bytes[i]! >= 65 && bytes[i]! <= 70) capital = 1;
  return 2 * (end - start) + capital;
}

/** FNV-1a, with the final mix of MurmurHash3 so that low bits depend on all. */
function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return mixed(hash);
}

/** As {@link hashBytes}, the same for capital and small letters. */
function hashDigits(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i]! | LOWER), 0x01000193);
  return mixed(hash);
}

function mixed(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
