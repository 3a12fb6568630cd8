/**
 * Parquet tables of one span a row (through hyparquet): the columns of otel_traces, or mapped by
 * hand as those of a CSV file are. Row groups are read one after another, and of these only the
 * columns that are used. Values become the text that a CSV file would have, so that both are read by
 * the same rules; timestamps become nanoseconds.
 */
import type { Compressors, FileMetaData, ParquetParsers, RowGroup, SchemaTree } from 'hyparquet';
import { encodeUtf8, grown } from '../base/bytes.ts';
import { err, type Failure, ok, type Result } from '../base/result.ts';
import { type ColumnMapping, headerKey, mappingFault } from '../trace/column-mapping.ts';
import type { LedgerExample } from '../trace/ledger.ts';
import { knownMapping, OTEL_TRACES } from './csv-formats.ts';
import type { CsvRow } from './csv-rows.ts';
import type { RowLayout } from './csv-spans.ts';
import { PREVIEW_ROWS } from './guess-mapping.ts';
import { tableFailure, type UnmappedFailure } from './mapped-csv.ts';
import { COMMON_ROOTS, mappedLayout } from './mapped-spans.ts';
import type { PlacedBytes } from './parquet-file.ts';
import { checkPages } from './parquet-pages.ts';
import { type ContentContext, MAX_NAME_BYTES } from './span-reader.ts';

/** Writers make groups of at most some million rows; their columns are in memory together. */
const MAX_GROUP_ROWS = 2 ** 24;
const MAX_GROUP_BYTES = 2 ** 31;
const MAX_PAGE_BYTES = 2 ** 28;
/** Rows turned into spans between two breaths. */
const ROWS_PER_STEP = 20_000;

export interface ParquetSpans {
  readonly spansRead: number;
  locate(row: number): LedgerExample;
}

/** @param breathe lets the worker hear a cancel; false if there was one, which ends the reading */
export async function readParquet(
  source: PlacedBytes,
  context: ContentContext,
  breathe: (spansRead: number) => Promise<boolean>,
): Promise<Result<ParquetSpans | 'cancelled', Failure>> {
  try {
    return await readTable(source, context, breathe);
  } catch (error) {
    // Whatever the library says about bytes that are not Parquet.
    return err({
      what: `a truncated or damaged Parquet file (${messageOf(error)})`,
      where: `${context.fileName}, ${source.size} bytes`,
      advice: 'Fetch or write the file again.',
    });
  }
}

const LONGEST_MESSAGE = 120;
const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).slice(0, LONGEST_MESSAGE);

async function readTable(
  source: PlacedBytes,
  context: ContentContext,
  breathe: (spansRead: number) => Promise<boolean>,
): Promise<Result<ParquetSpans | 'cancelled', Failure>> {
  const { fileName, ledger } = context;
  const { parquetMetadataAsync, parquetRead, parquetSchema } = await import('hyparquet');
  const file = {
    byteLength: source.size,
    slice: (start: number, end = source.size) => source.slice(start, end).arrayBuffer(),
  };
  const metadata = await parquetMetadataAsync(file, { geoparquet: false });
  const fields = parquetSchema(metadata).children.filter(
    ({ children, element }) => children.length === 0 && element.repetition_type !== 'REPEATED',
  );
  const header = fields.map(({ element }) => element.name);
  const compressors = boundedCompressors((await import('hyparquet-compressors')).compressors);

  const checkColumns = async (columns: readonly string[], group: RowGroup) => {
    for (const { meta_data: meta } of group.columns) {
      const name = meta?.path_in_schema[0];
      if (meta === undefined || name === undefined || !columns.includes(name)) continue;
      const field = fields.find(({ element }) => element.name === name);
      if (field === undefined) continue;
      // Some writers put the dictionary's place at 0 where there is none.
      const start = Number(meta.dictionary_page_offset || meta.data_page_offset);
      const chunk = await file.slice(start, start + Number(meta.total_compressed_size));
      const rowCount = Number(group.num_rows);
      checkPages(new Uint8Array(chunk), meta, field.element, rowCount, compressors);
    }
  };
  /** Rows of one group; the pages are known to hold what they say. */
  const readRows = async (columns: string[], rowStart: number, rowEnd: number) => {
    let rows: readonly (readonly unknown[])[] = [];
    await parquetRead({
      file,
      metadata,
      columns,
      rowStart,
      rowEnd,
      compressors,
      parsers: PARSERS,
      geoparquet: false,
      // Rows as objects would let a column named __proto__ into their prototypes.
      rowFormat: 'array',
      onComplete: (read) => {
        rows = read;
      },
    });
    return rows;
  };

  const fault = groupFault(metadata);
  if (fault) return err({ what: fault, where: fileName, advice: 'Write smaller row groups.' });
  const mapping = await findMapping(context, fields, header, async (count) => {
    const first = metadata.row_groups[0];
    if (first === undefined) return [];
    await checkColumns(header, first);
    return readRows(header, 0, Math.min(count, Number(first.num_rows)));
  });
  if ('what' in mapping) return err(mapping);

  const options = isOtel(header) ? OTEL_TRACES.options : { roots: COMMON_ROOTS };
  const layout = mappedLayout(inNanoseconds(mapping, fields), context, options);
  const cells = layout.used;
  const names = [...new Set(cells.map((cell) => header[cell]!))];
  const write = createRowWriter(
    header.length,
    names.map((name) => header.indexOf(name)),
  );
  const placeOf = (row: number): LedgerExample => ({ file: fileName, path: `row ${row}` });
  let spansRead = 0;
  let groupStart = 0;
  for (const group of metadata.row_groups) {
    await checkColumns(names, group);
    const rows = await readRows(names, groupStart, groupStart + Number(group.num_rows));
    for (let i = 0; i < rows.length; i++) {
      spansRead += 1;
      const row = write(rows[i]!, spansRead);
      const reason = isTooLong(row, layout) ? 'malformed-row' : layout.readSpan(row);
      if (reason) {
        ledger.add(reason, 1, () => {
          const traceId = layout.traceIdOf(row).slice(0, 200);
          return { ...placeOf(row.line), ...(traceId === '' ? {} : { traceId }) };
        });
      }
      if (i % ROWS_PER_STEP === 0 && !(await breathe(spansRead))) return ok('cancelled');
    }
    groupStart += Number(group.num_rows);
  }
  return ok({ spansRead, locate: placeOf });
}

const isOtel = (header: readonly string[]): boolean =>
  !('missing' in knownMapping(OTEL_TRACES, header));

/** As for a CSV file: a known layout, a mapping by hand, or a question with the first rows. */
async function findMapping(
  { fileName, mappings }: ContentContext,
  fields: readonly SchemaTree[],
  header: readonly string[],
  firstRows: (count: number) => Promise<readonly (readonly unknown[])[]>,
): Promise<ColumnMapping | Failure | UnmappedFailure> {
  const otel = knownMapping(OTEL_TRACES, header);
  if (!('missing' in otel)) return otel;
  const mapping = mappings.get(headerKey(header));
  if (mapping && mappingFault(mapping) === null) return mapping;
  const rows = await firstRows(PREVIEW_ROWS);
  const texts = rows.map((row) => row.map((value) => textOf(value).slice(0, LONGEST_MESSAGE)));
  const failure = tableFailure(fileName, header, texts, fileName);
  return 'table' in failure
    ? { ...failure, table: { ...failure.table, guess: inNanoseconds(failure.table.guess, fields) } }
    : failure;
}

/** Columns of a timestamp type come out in nanoseconds, whatever a person has said about them. */
function inNanoseconds(mapping: ColumnMapping, fields: readonly SchemaTree[]): ColumnMapping {
  const { start, end } = mapping.columns;
  const element = fields[start >= 0 ? start : end]?.element;
  const typed =
    element?.type === 'INT96' ||
    element?.logical_type?.type === 'TIMESTAMP' ||
    element?.converted_type?.startsWith('TIMESTAMP') === true;
  return typed ? { ...mapping, clockUnit: 'ns' } : mapping;
}

const PARSERS: Partial<ParquetParsers> = {
  timestampFromMilliseconds: (millis: bigint | null) => millis && millis * 1_000_000n,
  timestampFromMicroseconds: (micros: bigint | null) => micros && micros * 1000n,
  timestampFromNanoseconds: (nanos: bigint | null) => nanos,
  dateFromDays: (days: number | null) => days,
  jsonFromBytes: () => null,
};

function textOf(value: unknown): string {
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

/** Writes rows of some columns as CSV rows; the row is reused for the next. */
function createRowWriter(
  cellCount: number,
  cells: readonly number[],
): (values: readonly unknown[], line: number) => CsvRow {
  let scratch = new Uint8Array(1024);
  const start = new Uint32Array(cellCount);
  const end = new Uint32Array(cellCount);
  return (values, line) => {
    let at = 0;
    for (let i = 0; i < cells.length; i++) {
      const bytes = encodeUtf8(textOf(values[i]));
      scratch = grown(scratch, at + bytes.length);
      scratch.set(bytes, at);
      start[cells[i]!] = at;
      at += bytes.length;
      end[cells[i]!] = at;
    }
    return { bytes: scratch, start, end, cellCount, line, fault: 'none', unterminated: false };
  };
}

const isTooLong = ({ start, end }: CsvRow, { names }: RowLayout): boolean =>
  names.some((cell) => end[cell]! - start[cell]! > MAX_NAME_BYTES);

/** What a group claims is allocated before anything is read, so absurd claims end here. */
function groupFault({ row_groups: groups, num_rows }: FileMetaData): string | null {
  let rows = 0n;
  for (const group of groups) {
    rows += group.num_rows;
    const bytes = group.columns.reduce(
      (sum, { meta_data }) => sum + (meta_data?.total_uncompressed_size ?? 0n),
      0n,
    );
    if (group.num_rows < 0n || group.num_rows > MAX_GROUP_ROWS) {
      return `a Parquet file with a row group of ${group.num_rows} rows`;
    }
    if (bytes > MAX_GROUP_BYTES) return `a Parquet file with a row group of ${bytes} bytes`;
  }
  return rows === num_rows ? null : `a Parquet file of ${num_rows} rows with groups of ${rows}`;
}

/** A page unpacks to what it says, and to no more than a page may. */
const boundedCompressors = (compressors: Compressors): Compressors =>
  Object.fromEntries(
    Object.entries(compressors).map(([codec, unpack]) => [
      codec,
      (input: Uint8Array, length: number): Uint8Array => {
        if (length > MAX_PAGE_BYTES) throw new Error(`a page of ${length} bytes`);
        return unpack(input, length);
      },
    ]),
  );
