/**
 * Tables of columns, cut into chunks of bounded size and joined again. A table has one value a row
 * in some columns, and lists: columns of values that a column of offsets cuts into one list a row.
 * Bounded, because IndexedDB copies what it is given while the page waits.
 */
import { err, ok, type Result } from '../base/result.ts';

export type Column =
  | Uint8Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;
export type Columns = Readonly<Record<string, Column>>;
type ColumnType = new (length: number) => Column;

export interface TableLayout {
  /** [rows] */
  readonly rows: Readonly<Record<string, ColumnType>>;
  /** By the name of the [rows + 1] offsets (Uint32): the columns that they cut. */
  readonly lists: Readonly<Record<string, Readonly<Record<string, ColumnType>>>>;
}

/** How large a table is: what joining it asks for. */
export interface TableSize {
  readonly rows: number;
  /** By the name of the offsets: values in each of the columns that they cut. */
  readonly values: Readonly<Record<string, number>>;
}

export interface Chunk {
  /** Row of the table that the chunk begins with. */
  readonly first: number;
  /** Rows `first` and on, in arrays of their own; offsets begin at 0. */
  readonly columns: Columns;
}

export function tableSize(layout: TableLayout, table: Columns, rows: number): TableSize {
  const ends = Object.keys(layout.lists).map((offset) => [offset, table[offset]![rows]!]);
  return { rows, values: Object.fromEntries(ends) };
}

/** Bytes of all columns; that of a chunk is the same sum over its rows. */
export const tableBytes = (layout: TableLayout, { rows, values }: TableSize): number =>
  rows * rowBytes(layout) +
  Object.entries(layout.lists).reduce(
    (sum, [offset, columns]) => sum + values[offset]! * widthOf(columns),
    0,
  );

/**
 * @param table    every column of the layout
 * @param maxBytes of a chunk, unless one row alone is larger
 */
export function* cutTable(
  layout: TableLayout,
  table: Columns,
  rows: number,
  maxBytes: number,
): Generator<Chunk> {
  for (let first = 0; first < rows; ) {
    const end = lastFitting(layout, table, first, rows, maxBytes);
    yield { first, columns: sliceRows(layout, table, first, end) };
    first = end;
  }
}

/** The largest end, after at least one row, with no more than `maxBytes`; by halving. */
function lastFitting(
  layout: TableLayout,
  table: Columns,
  first: number,
  rows: number,
  maxBytes: number,
): number {
  const bytes = (end: number): number => {
    const spans = Object.keys(layout.lists).map((offset) => {
      const column = table[offset]!;
      return [offset, column[end]! - column[first]!];
    });
    return tableBytes(layout, { rows: end - first, values: Object.fromEntries(spans) });
  };
  let fits = first + 1;
  let beyond = rows + 1;
  while (beyond - fits > 1) {
    const middle = (fits + beyond) >>> 1;
    if (bytes(middle) <= maxBytes) fits = middle;
    else beyond = middle;
  }
  return fits;
}

/** Copies, because storing a view stores the whole buffer under it. */
function sliceRows(layout: TableLayout, table: Columns, first: number, end: number): Columns {
  const columns: Record<string, Column> = {};
  for (const name of Object.keys(layout.rows)) columns[name] = table[name]!.slice(first, end);
  for (const [name, values] of Object.entries(layout.lists)) {
    const offset = table[name]!;
    const [start, stop] = [offset[first]!, offset[end]!];
    columns[name] = offset.slice(first, end + 1).map((value) => value - start);
    for (const value of Object.keys(values)) columns[value] = table[value]!.slice(start, stop);
  }
  return columns;
}

export interface TableJoiner {
  /** Chunks come in the order of their rows. @returns what is wrong with it, or null */
  add(chunk: Chunk): string | null;
  finish(): Result<Columns, string>;
}

export function createTableJoiner(layout: TableLayout, size: TableSize): TableJoiner {
  const table: Record<string, Column> = {};
  for (const [name, Type] of Object.entries(layout.rows)) table[name] = new Type(size.rows);
  const filled: Record<string, number> = {};
  for (const [name, values] of Object.entries(layout.lists)) {
    table[name] = new Uint32Array(size.rows + 1);
    filled[name] = 0;
    for (const [value, Type] of Object.entries(values)) {
      table[value] = new Type(size.values[name]!);
    }
  }
  let row = 0;

  /** @returns whether the column is what the layout says, and has room here */
  const put = (name: string, Type: ColumnType, column: unknown, at: number): boolean => {
    const into = table[name]!;
    if (!(column instanceof Type) || at + column.length > into.length) return false;
    into.set(column, at);
    return true;
  };

  return {
    add({ first, columns }) {
      if (first !== row) return `rows ${row} to ${first - 1} are missing`;
      let rows = -1;
      for (const [name, Type] of Object.entries(layout.rows)) {
        const column = columns[name];
        if (!put(name, Type, column, row)) return `${name} from row ${first} does not fit`;
        if (rows >= 0 && column!.length !== rows) return `${name} from row ${first} is cut short`;
        rows = column!.length;
      }
      for (const [name, values] of Object.entries(layout.lists)) {
        const offset = columns[name];
        const base = filled[name]!;
        if (!(offset instanceof Uint32Array)) return `${name} from row ${first} is missing`;
        if (rows < 0) rows = offset.length - 1;
        if (offset.length !== rows + 1) return `${name} from row ${first} is cut short`;
        const shifted = offset.map((value) => value + base);
        if (!put(name, Uint32Array, shifted, row)) return `${name} from row ${first} does not fit`;
        for (const [value, Type] of Object.entries(values)) {
          const column = columns[value];
          if (!put(value, Type, column, base)) return `${value} from row ${first} does not fit`;
          if (column!.length !== offset[rows]) return `${value} from row ${first} is cut short`;
        }
        filled[name] = base + offset[rows]!;
      }
      row += Math.max(rows, 0);
      return null;
    },

    finish: () => (row === size.rows ? ok(table) : err(`rows from ${row} on are missing`)),
  };
}

function rowBytes({ rows, lists }: TableLayout): number {
  return widthOf(rows) + Uint32Array.BYTES_PER_ELEMENT * Object.keys(lists).length;
}

/** Bytes of one value in each of the columns. */
const widthOf = (columns: Readonly<Record<string, ColumnType>>): number =>
  Object.values(columns).reduce(
    (sum, Type) => sum + (Type as unknown as typeof Uint8Array).BYTES_PER_ELEMENT,
    0,
  );
