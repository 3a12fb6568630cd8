/**
 * Cells of a table that are held until they can be read as rows: the first rows, from which units are
 * told; tables that are written column by column; the row that is being read. One run of bytes for
 * all of them, and per cell where it stands, so that a row costs no string and no object.
 */
import { decodeUtf8, grown } from '../base/bytes.ts';
import type { CsvRow } from './csv-rows.ts';
import { MAX_NAME_BYTES } from './span-reader.ts';

/** Columns of a table; further ones are not kept. */
export const MAX_COLUMNS = 512;
/** A longer cell is cut here, which leaves it too long for a name. */
const MAX_CELL_BYTES = MAX_NAME_BYTES + 1;

export interface HeldCells {
  /** Rows of which a cell was set. */
  rowCount(): number;
  /** Of cells alone. */
  byteCount(): number;
  /** The last value of a cell counts. */
  set(column: number, row: number, bytes: Uint8Array, start: number, end: number): void;
  /**
   * A row as one of a CSV file; the object is used again for the next.
   *
   * @param columns whose cells are looked at
   * @param line    see {@link CsvRow.line}
   */
  rowAt(row: number, columns: readonly number[], line: number): CsvRow;
  /** Empty where the row has no such cell. */
  text(column: number, row: number): string;
  clearRow(row: number): void;
  /** Forgets all cells of these columns. */
  clear(columns: readonly number[]): void;
}

export function holdCells(): HeldCells {
  let bytes = new Uint8Array(1024);
  let filled = 0;
  let rowCount = 0;
  /** By column: [rows] where each cell stands; equal where there is none. */
  const starts: Uint32Array[] = [];
  const ends: Uint32Array[] = [];
  const row: CsvRow = {
    bytes,
    start: new Uint32Array(MAX_COLUMNS),
    end: new Uint32Array(MAX_COLUMNS),
    cellCount: 0,
    line: 0,
    fault: 'none',
    unterminated: false,
    decimalComma: false,
  };

  return {
    rowCount: () => rowCount,
    byteCount: () => filled,
    set: (column, at, from, start, end) => {
      const length = Math.min(end - start, MAX_CELL_BYTES);
      while (starts.length <= column) {
        starts.push(new Uint32Array(0));
        ends.push(new Uint32Array(0));
      }
      const columnStarts = grown(starts[column]!, at + 1);
      const columnEnds = grown(ends[column]!, at + 1);
      starts[column] = columnStarts;
      ends[column] = columnEnds;
      bytes = grown(bytes, filled + length);
      for (let i = 0; i < length; i++) bytes[filled + i] = from[start + i]!;
      columnStarts[at] = filled;
      filled += length;
      columnEnds[at] = filled;
      if (at >= rowCount) rowCount = at + 1;
    },
    rowAt: (at, columns, line) => {
      for (const column of columns) {
        row.start[column] = starts[column]?.[at] ?? 0;
        row.end[column] = ends[column]?.[at] ?? 0;
      }
      row.bytes = bytes;
      row.line = line;
      return row;
    },
    text: (column, at) =>
      decodeUtf8(bytes.subarray(starts[column]?.[at] ?? 0, ends[column]?.[at] ?? 0)),
    clearRow: (at) => {
      for (let column = 0; column < starts.length; column++) {
        if (at >= starts[column]!.length) continue;
        starts[column]![at] = 0;
        ends[column]![at] = 0;
      }
    },
    clear: (columns) => {
      for (const column of columns) {
        starts[column]?.fill(0, 0, rowCount);
        ends[column]?.fill(0, 0, rowCount);
      }
      filled = 0;
      rowCount = 0;
    },
  };
}
