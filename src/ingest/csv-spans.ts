/**
 * What all CSV layouts of one span a row share: the header, broken and cut rows, the ledger's
 * examples. A layout adds which cells it needs and how a row becomes a span.
 */
import { decodeUtf8 } from '../base/bytes.ts';
import type { Failure } from '../base/result.ts';
import type { LedgerExample, Reason } from '../trace/ledger.ts';
import { isHeaderless, namesOf } from './column-names.ts';
import { type CsvRow, createCsvRows, MAX_CELLS } from './csv-rows.ts';
import { MAX_NAME_BYTES, type ReaderContext, type SpanReader } from './span-reader.ts';

/** How the rows below one header become spans. */
export interface RowLayout {
  /** Cells that are kept as names or ids; too long a one makes the row malformed. */
  readonly names: readonly number[];
  /** Cells that are read; if the last of a row is among them, a cut-off file can falsify it. */
  readonly used: readonly number[];
  /** Adds the row's span to the table, or says why not. */
  readSpan(row: CsvRow): Reason | null;
  /** Empty where the row names no trace. */
  traceIdOf(row: CsvRow): string;
  /** All rows have been read: for layouts that link spans afterwards. */
  finish?(): void;
}

interface OpenLayout extends RowLayout {
  /** Of the header, and so of every row. */
  readonly cellCount: number;
}

/** Longer ids are no help in the ledger. */
const LONGEST_EXAMPLE = 200;

/** @param openLayout reads the header, or says what is wrong with it */
export function createCsvReader(
  { fileName, ledger, table }: ReaderContext,
  openLayout: (header: readonly string[], line: number) => RowLayout | Failure,
): SpanReader {
  let layout: OpenLayout | null = null;
  let failure: Failure | null = null;
  let spansRead = 0;
  let bytesRead = 0;

  const onRow = (row: CsvRow): void => {
    if (failure) return;
    if (layout) {
      spansRead += 1;
      const reason = readRow(row, layout);
      if (reason) ledger.add(reason, 1, () => exampleOf(row, layout));
      else if (layout.finish === undefined) table.settle();
      return;
    }
    const firstRow = headerOf(row);
    const headerless = isHeaderless(firstRow);
    const opened = openLayout(headerless ? namesOf(firstRow) : firstRow, row.line);
    if ('what' in opened) {
      failure = opened;
      return;
    }
    layout = { ...opened, cellCount: row.cellCount };
    if (headerless) onRow(row);
  };
  const rows = createCsvRows(onRow);

  const readRow = (row: CsvRow, columns: OpenLayout): Reason | null => {
    if (row.fault === 'cut-off') return 'truncated-file';
    if (row.fault !== 'none') return 'malformed-row';
    if (row.cellCount !== columns.cellCount) {
      return row.unterminated && row.cellCount < columns.cellCount
        ? 'truncated-file'
        : 'malformed-row';
    }
    const reason = hasLongName(row, columns) ? 'malformed-row' : columns.readSpan(row);
    if (row.unterminated && reason === null && columns.used.includes(columns.cellCount - 1)) {
      ledger.add('unterminated-row', 1, () => exampleOf(row, columns));
    }
    return reason;
  };

  const exampleOf = (row: CsvRow, columns: OpenLayout | null): LedgerExample => {
    // A row without its end is where the file was cut: at its last byte.
    const place = {
      file: fileName,
      line: row.line,
      ...(row.unterminated ? { byte: bytesRead } : {}),
    };
    if (!columns || row.fault !== 'none' || row.cellCount !== columns.cellCount) return place;
    const traceId = columns.traceIdOf(row);
    return traceId === '' || traceId.length > LONGEST_EXAMPLE ? place : { ...place, traceId };
  };

  return {
    read: (chunk) => {
      bytesRead += chunk.length;
      rows.push(chunk);
      return failure;
    },
    finish: () => {
      rows.finish();
      layout?.finish?.();
      return failure;
    },
    spansRead: () => spansRead,
    locate: (line) => ({ file: fileName, line }),
  };
}

export const hasLongName = ({ start, end }: CsvRow, { names }: RowLayout): boolean =>
  names.some((cell) => end[cell]! - start[cell]! > MAX_NAME_BYTES);

/** Cells as text, without the padding that people leave in headers. */
export const headerOf = (row: CsvRow): string[] =>
  Array.from({ length: Math.min(row.cellCount, MAX_CELLS) }, (_, cell) =>
    cellText(row, cell).trim(),
  );

export const cellText = ({ bytes, start, end }: CsvRow, cell: number): string =>
  decodeUtf8(bytes.subarray(start[cell]!, end[cell]!));
