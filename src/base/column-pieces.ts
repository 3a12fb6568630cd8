/**
 * A record of columns in messages of bounded size: first its outline, which says how long each column
 * is, then the bytes of all columns, one after the other, cut wherever a piece is full.
 */
import { assert } from './assert.ts';

const COLUMNS = {
  Uint8Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
} as const;
type ColumnName = keyof typeof COLUMNS;

/** In the place of a column. */
export interface ColumnPlace {
  readonly column: ColumnName;
  /** Values, not bytes. */
  readonly length: number;
}

/** The same record without what its columns hold. */
export type Outline<T> = T extends ArrayBufferView
  ? ColumnPlace
  : T extends object
    ? { readonly [K in keyof T]: Outline<T[K]> }
    : T;

export function outlineOf<T>(record: T): Outline<T> {
  const outline = replaced(record, (value) => {
    if (!ArrayBuffer.isView(value)) return null;
    const column = value.constructor.name as ColumnName;
    assert(Object.hasOwn(COLUMNS, column), `a record with a ${column}`);
    const length = value.byteLength / COLUMNS[column].BYTES_PER_ELEMENT;
    return { column, length } satisfies ColumnPlace;
  });
  return outline as Outline<T>;
}

/**
 * A copy of the bytes from `first` on.
 *
 * @returns at most `maxBytes`; null after the last
 */
export function cutPiece(
  record: unknown,
  first: number,
  maxBytes: number,
): Uint8Array<ArrayBuffer> | null {
  const columns: ArrayBufferView[] = [];
  replaced(record, (value) => {
    if (ArrayBuffer.isView(value)) columns.push(value);
    return ArrayBuffer.isView(value) ? value : null;
  });
  const left = bytesOf(columns) - first;
  if (left <= 0) return null;
  const piece = new Uint8Array(Math.min(left, maxBytes));
  let at = 0;
  for (const part of partsOf(columns, first, piece.length)) {
    piece.set(part, at);
    at += part.length;
  }
  return piece;
}

export interface Assembly<T> {
  /** Bytes that have come: where the next piece begins. */
  filled(): number;
  whole(): boolean;
  /** Takes the piece that begins at {@link filled}. */
  add(piece: Uint8Array): void;
  /** With zeros where nothing has come yet. */
  readonly record: T;
}

export function createAssembly<T>(outline: Outline<T>): Assembly<T> {
  const columns: ArrayBufferView[] = [];
  const record = replaced(outline, (value) => {
    if (!isPlace(value)) return null;
    const column = new COLUMNS[value.column](value.length);
    columns.push(column);
    return column;
  });
  const total = bytesOf(columns);
  let filled = 0;
  return {
    record: record as T,
    filled: () => filled,
    whole: () => filled === total,
    add(piece) {
      assert(filled + piece.length <= total, 'a piece of another record');
      let at = 0;
      for (const part of partsOf(columns, filled, piece.length)) {
        part.set(piece.subarray(at, at + part.length));
        at += part.length;
      }
      filled += piece.length;
    },
  };
}

const isPlace = (value: object): value is ColumnPlace =>
  'column' in value && Object.hasOwn(COLUMNS, String(value.column));

const bytesOf = (columns: readonly ArrayBufferView[]): number =>
  columns.reduce((sum, { byteLength }) => sum + byteLength, 0);

/** Where bytes `first` and on lie, column by column. */
function* partsOf(
  columns: readonly ArrayBufferView[],
  first: number,
  length: number,
): Generator<Uint8Array> {
  let start = 0;
  for (const { buffer, byteOffset, byteLength } of columns) {
    const from = Math.max(first - start, 0);
    const to = Math.min(first + length - start, byteLength);
    if (from < to) yield new Uint8Array(buffer, byteOffset + from, to - from);
    start += byteLength;
  }
}

/**
 * Another record of the same form, in an order that both sides of the door have.
 *
 * @param change what comes in the place of an object, or null to look into it
 */
function replaced(value: unknown, change: (value: object) => object | null): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const changed = change(value);
  if (changed !== null) return changed;
  if (Array.isArray(value)) return value.map((part) => replaced(part, change));
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, replaced(part, change)]),
  );
}
