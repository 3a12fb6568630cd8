/**
 * Values of a Parquet table as the cells of a CSV row, so that both are read by the same rules.
 * Timestamps become nanoseconds.
 */
import type { ParquetParsers } from 'hyparquet';
import { encodeUtf8, grown } from '../base/bytes.ts';
import type { CsvRow } from './csv-rows.ts';

export const PARSERS: Partial<ParquetParsers> = {
  timestampFromMilliseconds: (millis: bigint | null) => millis && millis * 1_000_000n,
  timestampFromMicroseconds: (micros: bigint | null) => micros && micros * 1000n,
  timestampFromNanoseconds: (nanos: bigint | null) => nanos,
  dateFromDays: (days: number | null) => days,
  jsonFromBytes: () => null,
};

export function valueText(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value);
    default:
      // Ids of a fixed length are bytes; what is nested is no cell of a span.
      return value instanceof Uint8Array
        ? Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('')
        : '';
  }
}

export type WriteRow = (values: readonly unknown[], line: number) => CsvRow;

/** Writes rows of some columns as CSV rows; the row is reused for the next. */
export function createRowWriter(cellCount: number, cells: readonly number[]): WriteRow {
  let scratch = new Uint8Array(1024);
  const start = new Uint32Array(cellCount);
  const end = new Uint32Array(cellCount);
  const row: CsvRow = {
    bytes: scratch,
    start,
    end,
    cellCount,
    line: 0,
    fault: 'none',
    unterminated: false,
    decimalComma: false,
  };
  return (values, line) => {
    let at = 0;
    for (let i = 0; i < cells.length; i++) {
      const bytes = encodeUtf8(valueText(values[i]));
      scratch = grown(scratch, at + bytes.length);
      scratch.set(bytes, at);
      start[cells[i]!] = at;
      at += bytes.length;
      end[cells[i]!] = at;
    }
    row.bytes = scratch;
    row.line = line;
    return row;
  };
}
