/**
 * A table of spans out of JSON, however it is written (see {@link file://./json-table-place.ts}): cells with the names
 * of their columns in, spans out, through the same mapping of columns as those of a CSV file. The
 * first rows are held, because from them the columns, the units and a question are told; from there on
 * a row at a time.
 */
import { encodeUtf8 } from '../base/bytes.ts';
import type { Failure } from '../base/result.ts';
import { EVIDENCE_ROWS } from '../trace/column-units.ts';
import type { CsvRow } from './csv-rows.ts';
import { hasLongName, type RowLayout } from './csv-spans.ts';
import { holdCells, MAX_COLUMNS } from './held-cells.ts';
import type { KnownTable } from './known-table.ts';
import { mappedLayout } from './mapped-spans.ts';
import type { SpanLog } from './span-log.ts';
import type { ContentContext } from './span-reader.ts';
import { doubtFailure, tableFailure, tableMapping } from './unmapped-table.ts';

/** Of the first rows: where they hold more, fewer rows have to do. */
const MOST_EVIDENCE_BYTES = 16 * 1024 * 1024;
/** Of a table whose columns' names come last, or that is written column by column. */
const MOST_HELD_BYTES = 512 * 1024 * 1024;
/** A cell shown to a person is cut here. */
const LONGEST_PREVIEW = 120;
/** A longer key is no column's name. */
const LONGEST_NAME = 256;
const [TRUE, FALSE] = [encodeUtf8('true'), encodeUtf8('false')] as const;
const NONE = -1;

/** Of a file without a row. */
export const NO_ROW = 'JSON, but no row of a table in it';

export interface JsonTable {
  /** The column of this name, from 0; -1 where there are too many, or the name is none. */
  column(name: string): number;
  /** Names the columns in their order, for rows that are lists. */
  nameColumns(names: readonly string[]): void;
  /** Whether its cells are looked at; all are until the columns are told. */
  wants(column: number): boolean;
  /** A cell of the row that is being read. */
  put(column: number, bytes: Uint8Array, start: number, end: number): void;
  putTruth(column: number, value: boolean): void;
  putTruthAt(column: number, row: number, value: boolean): Failure | null;
  /** @param ordinal of the row in the file, from 1; {@link dropRow} instead where it was broken */
  endRow(ordinal: number): Failure | null;
  dropRow(): void;
  /** A cell of any row, for tables that are written column by column: before {@link finish}. */
  putAt(column: number, row: number, bytes: Uint8Array, start: number, end: number): Failure | null;
  /** No more rows. @param startRow numbers rows that were put by {@link putAt} */
  finish(startRow?: () => number): Failure | null;
}

export interface JsonTableOptions {
  /** Layouts that this place of tables is known to have, before all others. */
  readonly known?: readonly KnownTable[];
  /** Whether the names of columns come apart from the cells, by {@link JsonTable.nameColumns}. */
  readonly isNamedApart?: boolean;
  /** Told of the columns that are looked at from here on. */
  readonly onOpen?: (used: readonly number[]) => void;
}

export function createJsonTable(
  context: ContentContext,
  log: SpanLog,
  { known = [], isNamedApart = false, onOpen }: JsonTableOptions = {},
): JsonTable {
  const { fileName, ledger } = context;
  const header: string[] = [];
  const columns = new Map<string, number>();
  let isNamed = !isNamedApart;
  let held = holdCells();
  /** Rows held, and of each its ordinal. */
  const ordinals: number[] = [];
  let layout: RowLayout | null = null;
  let used: readonly number[] = [];

  const column = (name: string): number => {
    const found = columns.get(name);
    if (found !== undefined) return found;
    if (header.length === MAX_COLUMNS || name.length > LONGEST_NAME) return NONE;
    columns.set(name, header.length);
    header.push(name);
    return header.length - 1;
  };

  const readRow = (row: CsvRow, spans: RowLayout, ordinal: number): void => {
    const reason = hasLongName(row, spans) ? 'malformed-row' : spans.readSpan(row);
    if (reason === null) return;
    ledger.add(reason, 1, () => {
      const traceId = spans.traceIdOf(row).slice(0, 200);
      return { ...log.locate(ordinal), ...(traceId === '' ? {} : { traceId }) };
    });
  };

  /** Tells what the columns are; null where that is known, or nothing can be told. */
  const open = (rowCount: number): Failure | null => {
    const evidence = Array.from({ length: Math.min(rowCount, EVIDENCE_ROWS) }, (_, row) =>
      header.map((_, cell) => held.text(cell, row).slice(0, LONGEST_PREVIEW)),
    );
    const mapped = tableMapping(header, context, known);
    if (mapped === null) return tableFailure(context, header, evidence, fileName);
    const { mapping, options, answered } = mapped;
    const doubt = answered ? null : doubtFailure(context, mapping, evidence, fileName);
    if (doubt) return doubt;
    layout = mappedLayout(mapping, context, options, log.locate);
    used = [...new Set(layout.used)];
    return null;
  };
  /** The rows that were held, once it is known what they are. */
  const readHeld = (spans: RowLayout, ordinalOf: (row: number) => number, rows: number): void => {
    for (let row = 0; row < rows; row++) {
      const ordinal = ordinalOf(row);
      readRow(held.rowAt(row, used, ordinal), spans, ordinal);
    }
    held = holdCells();
    ordinals.length = 0;
  };
  const openAndRead = (): Failure | null => {
    const failure = open(ordinals.length);
    if (failure) return failure;
    readHeld(layout!, (row) => ordinals[row]!, ordinals.length);
    onOpen?.(used);
    return null;
  };

  const put: JsonTable['put'] = (cell, bytes, start, end) =>
    held.set(cell, layout ? 0 : ordinals.length, bytes, start, end);
  const putAt: JsonTable['putAt'] = (cell, row, bytes, start, end) => {
    held.set(cell, row, bytes, start, end);
    return held.byteCount() > MOST_HELD_BYTES ? tooMuchHeld(fileName) : null;
  };

  return {
    column,
    nameColumns: (names) => {
      isNamed = true;
      names.slice(0, MAX_COLUMNS).forEach((name, cell) => {
        header[cell] = name;
      });
    },
    wants: (cell) => cell >= 0 && cell < MAX_COLUMNS && (layout === null || used.includes(cell)),
    put,
    putTruth: (cell, value) => put(cell, value ? TRUE : FALSE, 0, value ? 4 : 5),
    endRow: (ordinal) => {
      if (layout) {
        readRow(held.rowAt(0, used, ordinal), layout, ordinal);
        held.clear(used);
        context.table.settle();
        return null;
      }
      ordinals.push(ordinal);
      if (!isNamed) return held.byteCount() > MOST_HELD_BYTES ? tooMuchHeld(fileName) : null;
      const isEnough = ordinals.length === EVIDENCE_ROWS || held.byteCount() > MOST_EVIDENCE_BYTES;
      return isEnough ? openAndRead() : null;
    },
    dropRow: () => {
      if (layout) held.clear(used);
      else held.clearRow(ordinals.length);
    },
    putAt,
    putTruthAt: (cell, row, value) => putAt(cell, row, value ? TRUE : FALSE, 0, value ? 4 : 5),
    finish: (startRow) => {
      if (layout) return null;
      if (startRow === undefined) return ordinals.length === 0 ? null : openAndRead();
      const rows = held.rowCount();
      if (rows === 0) return null;
      const failure = open(rows);
      if (failure === null) readHeld(layout!, startRow, rows);
      return failure;
    },
  };
}

const tooMuchHeld = (where: string): Failure => ({
  what: `a table of more than ${MOST_HELD_BYTES} bytes that can only be read as a whole`,
  where,
  advice: 'Write it a row at a time: as JSON lines, CSV or Parquet.',
});
