/**
 * Reading and building a {@link StringColumn}: many short strings as one buffer.
 */
import { assert } from '../base/assert.ts';
import { decodeUtf8, encodeUtf8, grown } from '../base/bytes.ts';
import type { StringColumn } from './trace-set.ts';

export const stringCount = (column: StringColumn): number => column.offset.length - 1;

export function decodeString(column: StringColumn, index: number): string {
  assert(index >= 0 && index < stringCount(column), `string ${index} of ${stringCount(column)}`);
  return decodeUtf8(column.bytes.subarray(column.offset[index]!, column.offset[index + 1]!));
}

export interface StringColumnBuilder {
  append(text: string): void;
  /** Appends `bytes[start..end)`, which must be UTF-8. */
  appendBytes(bytes: Uint8Array, start: number, end: number): void;
  /** A column of exactly the strings so far; the builder may go on. */
  finish(): StringColumn;
}

export function createStringColumnBuilder(): StringColumnBuilder {
  let bytes = new Uint8Array(1024);
  let offset = new Uint32Array(64);
  let length = 0;

  const appendBytes = (source: Uint8Array, start: number, end: number): void => {
    const first = offset[length]!;
    const last = first + (end - start);
    if (last > 0xffffffff) throw new RangeError('string column over 4 GiB');
    bytes = grown(bytes, last);
    bytes.set(source.subarray(start, end), first);
    offset = grown(offset, length + 2);
    length += 1;
    offset[length] = last;
  };

  return {
    appendBytes,
    append: (text) => {
      const encoded = encodeUtf8(text);
      appendBytes(encoded, 0, encoded.length);
    },
    finish: () => ({
      bytes: bytes.slice(0, offset[length]!),
      offset: offset.slice(0, length + 1),
    }),
  };
}

export function stringColumn(texts: Iterable<string>): StringColumn {
  const builder = createStringColumnBuilder();
  for (const text of texts) builder.append(text);
  return builder.finish();
}

/**
 * The first string that is this text, by comparing bytes; nothing is decoded.
 *
 * @param among indices to look at, in this order
 * @returns     one of them, -1 where none is
 */
export function findString(
  { bytes, offset }: StringColumn,
  text: string,
  among: ArrayLike<number>,
): number {
  const wanted = encodeUtf8(text);
  for (let i = 0; i < among.length; i++) {
    const first = offset[among[i]!]!;
    if (offset[among[i]! + 1]! - first !== wanted.length) continue;
    let at = 0;
    while (at < wanted.length && bytes[first + at] === wanted[at]) at += 1;
    if (at === wanted.length) return among[i]!;
  }
  return -1;
}
