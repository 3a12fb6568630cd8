/**
 * Parquet tables of one span per row (through hyparquet): the columns of otel_traces, or mapped by
 * hand as those of a CSV file are. The footer stands at the end, so the file is read by place: row
 * groups one after another, and of these only the columns that are used.
 */
import type { FileMetaData, RowGroup, SchemaTree } from 'hyparquet';
import type { Failure } from '../../base/result.ts';
import type { ColumnMapping } from '../../trace/column-mapping.ts';
import { contradicts, EVIDENCE_ROWS } from '../../trace/column-units.ts';
import type { LedgerExample } from '../../trace/ledger.ts';
import { hasLongName, type RowLayout } from '../csv-spans.ts';
import { startsWith } from '../head.ts';
import { mappedLayout } from '../mapped-spans.ts';
import { boundedCompressors, groupFault } from '../parquet-bounds.ts';
import { checkPages } from '../parquet-pages.ts';
import { createRowWriter, PARSERS, valueText, type WriteRow } from '../parquet-rows.ts';
import type { ContentContext, PlacedBytes, PlacedReader } from '../span-reader.ts';
import { CERTAIN, type TraceFormat } from '../trace-format.ts';
import {
  doubtFailure,
  tableFailure,
  tableMapping,
  type UnmappedFailure,
} from '../unmapped-table.ts';

/** "PAR1" */
const MAGIC = [0x50, 0x41, 0x52, 0x31];
/** Rows turned into spans between two breaths. */
const ROWS_PER_STEP = 20_000;
const LONGEST_MESSAGE = 120;

export const parquet: TraceFormat = {
  id: 'parquet',
  label: 'Parquet',
  writer: null,
  gives: 'spans',
  recognise: (head) =>
    startsWith(head, MAGIC) ? { sure: CERTAIN, why: 'it begins with PAR1' } : null,
  open: readParquet,
};

function readParquet(context: ContentContext): PlacedReader {
  const { fileName, ledger } = context;
  const placeOf = (row: number): LedgerExample => ({ file: fileName, path: `row ${row}` });
  let spansRead = 0;

  const addSpans = (rows: Rows, write: WriteRow, layout: RowLayout): void => {
    for (const values of rows) {
      spansRead += 1;
      const row = write(values, spansRead);
      const reason = hasLongName(row, layout) ? 'malformed-row' : layout.readSpan(row);
      if (reason === null) continue;
      const { line } = row;
      ledger.add(reason, 1, () => {
        const traceId = layout.traceIdOf(row).slice(0, 200);
        return { ...placeOf(line), ...(traceId === '' ? {} : { traceId }) };
      });
    }
  };

  async function* readRows(bytes: PlacedBytes): AsyncGenerator<void, Failure | null> {
    const table = await openTable(bytes);
    const fault = groupFault(table.metadata);
    if (fault) return { what: fault, where: fileName, advice: 'Write smaller row groups.' };
    const found = await findLayout(table, context);
    if ('what' in found) return found;
    const { layout, doubted } = found;

    const { header } = table;
    const names = [...new Set(layout.used.map((cell) => header[cell]!))];
    const write = createRowWriter(
      header.length,
      names.map((name) => header.indexOf(name)),
    );
    let isFirst = true;
    for await (const rows of table.groups(names)) {
      if (isFirst && doubted && contradicts(doubted, namedTexts(rows, names, table))) {
        const first = textsOf(await table.firstRows(EVIDENCE_ROWS), table.fields);
        const doubt = doubtFailure(context, doubted, first, fileName);
        if (doubt) return doubt;
      }
      isFirst = false;
      for (let from = 0; from < rows.length; from += ROWS_PER_STEP) {
        addSpans(rows.slice(from, from + ROWS_PER_STEP), write, layout);
        context.table.settle();
        yield;
      }
    }
    return null;
  }

  return {
    readPlaced: async function* (bytes) {
      try {
        return yield* readRows(bytes);
      } catch (error) {
        // Whatever the library says about bytes that are not Parquet.
        const message = error instanceof Error ? error.message : String(error);
        return {
          what: `a truncated or damaged Parquet file (${message.slice(0, LONGEST_MESSAGE)})`,
          where: `${fileName}, ${bytes.size} bytes`,
          advice: 'Fetch or write the file again.',
        };
      }
    },
    spansRead: () => spansRead,
    locate: placeOf,
  };
}

type Rows = readonly (readonly unknown[])[];

/** A Parquet file whose footer has been read. */
interface OpenTable {
  readonly metadata: FileMetaData;
  /** Its flat columns, and their names. */
  readonly fields: readonly SchemaTree[];
  readonly header: readonly string[];
  /** Rows of the first group, at most `count`, of all columns. */
  firstRows(count: number): Promise<Rows>;
  /** Rows of each group, of these columns. */
  groups(columns: readonly string[]): AsyncGenerator<Rows>;
}

async function openTable(source: PlacedBytes): Promise<OpenTable> {
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
  const readRows = async (columns: readonly string[], rowStart: number, rowEnd: number) => {
    let rows: Rows = [];
    await parquetRead({
      file,
      metadata,
      columns: [...columns],
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

  return {
    metadata,
    fields,
    header,
    firstRows: async (count) => {
      const first = metadata.row_groups[0];
      if (first === undefined) return [];
      await checkColumns(header, first);
      return readRows(header, 0, Math.min(count, Number(first.num_rows)));
    },
    groups: async function* (columns) {
      let groupStart = 0;
      for (const group of metadata.row_groups) {
        const groupEnd = groupStart + Number(group.num_rows);
        await checkColumns(columns, group);
        yield await readRows(columns, groupStart, groupEnd);
        groupStart = groupEnd;
      }
    },
  };
}

/** As for a CSV file: a known layout, a mapping by hand, or a question with the first rows. */
async function findLayout(
  { header, fields, firstRows }: OpenTable,
  context: ContentContext,
): Promise<FoundLayout | Failure | UnmappedFailure> {
  const known = tableMapping(header, context);
  if (known) {
    const mapping = inNanoseconds(known.mapping, fields);
    const layout = mappedLayout(mapping, context, known.options);
    return { layout, doubted: known.answered ? null : known.mapping };
  }
  const { fileName } = context;
  const texts = textsOf(await firstRows(EVIDENCE_ROWS), fields);
  const failure = tableFailure(context, header, texts, fileName);
  return 'table' in failure
    ? { ...failure, table: { ...failure.table, guess: inNanoseconds(failure.table.guess, fields) } }
    : failure;
}

interface FoundLayout {
  readonly layout: RowLayout;
  /** The mapping that the first rows may contradict; null where a person has just answered. */
  readonly doubted: ColumnMapping | null;
}

/** Cells as text, for whoever is asked; those of a timestamp type as dates, as they need no unit. */
const textsOf = (rows: Rows, fields: readonly SchemaTree[]): string[][] =>
  rows.map((row) =>
    row.map((value, cell) =>
      typeof value === 'bigint' && isTimestamp(fields[cell])
        ? dateOf(value)
        : valueText(value).slice(0, LONGEST_MESSAGE),
    ),
  );

/** The first rows of some columns, as wide as the table. */
function namedTexts(
  rows: Rows,
  names: readonly string[],
  { header, fields }: OpenTable,
): readonly (readonly string[])[] {
  const cells = header.map((name) => names.indexOf(name));
  const wide = rows.slice(0, EVIDENCE_ROWS).map((row) => cells.map((at) => row[at]));
  return textsOf(wide, fields);
}

/** @param nanos since the epoch */
const dateOf = (nanos: bigint): string => {
  const fraction = String(nanos % 1_000_000_000n).padStart(9, '0');
  const date = new Date(Number(nanos / 1_000_000n));
  return Number.isNaN(date.getTime()) ? '' : `${date.toISOString().slice(0, 19)}.${fraction}Z`;
};

/** Columns of a timestamp type come out in nanoseconds, whatever a person has said about them. */
function inNanoseconds(mapping: ColumnMapping, fields: readonly SchemaTree[]): ColumnMapping {
  const { start, end } = mapping.columns;
  return isTimestamp(fields[start >= 0 ? start : end]) ? { ...mapping, clockUnit: 'ns' } : mapping;
}

const isTimestamp = (field: SchemaTree | undefined): boolean =>
  field?.element.type === 'INT96' ||
  field?.element.logical_type?.type === 'TIMESTAMP' ||
  field?.element.converted_type?.startsWith('TIMESTAMP') === true;
