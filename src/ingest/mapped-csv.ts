/**
 * CSV files whose header says what their columns are: known layouts, and tables mapped by hand. A
 * header that nobody has mapped fails with the table's first rows, so that a person can be asked.
 */
import type { Failure } from '../base/result.ts';
import { headerKey, mappingFault, type UnmappedTable } from '../trace/column-mapping.ts';
import { knownMapping, NEZHA, OTEL_TRACES, SKYWALKING } from './csv-formats.ts';
import { createCsvReader, type RowLayout, textOf } from './csv-spans.ts';
import { FEWEST_COLUMNS, guessMapping, PREVIEW_ROWS } from './guess-mapping.ts';
import { COMMON_ROOTS, mappedLayout } from './mapped-spans.ts';
import type { ContentContext, ReaderContext, SpanReader } from './span-reader.ts';

const readKnown =
  (known: typeof SKYWALKING) =>
  (context: ReaderContext): SpanReader =>
    createCsvReader(context, (header, line) => {
      const mapping = knownMapping(known, header);
      return 'missing' in mapping
        ? missingColumns(mapping.missing, `${context.fileName}, line ${line}`)
        : mappedLayout(mapping, context, known.options);
    });

export const readSkywalkingCsv = readKnown(SKYWALKING);
export const readNezhaCsv = readKnown(NEZHA);

const missingColumns = (missing: readonly string[], where: string): Failure => ({
  what: `a CSV file without the column${missing.length > 1 ? 's' : ''} ${missing.join(', ')}`,
  where,
  advice: 'Export the traces again with all their columns, or give a file in another format.',
});

/** A failure that a mapping of the table's columns would mend. */
export type UnmappedFailure = Failure & { readonly table: UnmappedTable };

export const isUnmapped = (failure: Failure): failure is UnmappedFailure => 'table' in failure;

/** A cell shown to a person is cut here. */
const LONGEST_PREVIEW = 120;

export function readMappedCsv(context: ContentContext): SpanReader {
  const { fileName, mappings } = context;
  /** Of a table that nobody has mapped, while its first rows are gathered. */
  let asked: { readonly header: readonly string[]; readonly where: string } | null = null;
  const preview: string[][] = [];

  const reader = createCsvReader(context, (header, line) => {
    const otel = knownMapping(OTEL_TRACES, header);
    if (!('missing' in otel)) return mappedLayout(otel, context, OTEL_TRACES.options);
    const mapping = mappings.get(headerKey(header));
    if (mapping && mappingFault(mapping) === null)
      return mappedLayout(mapping, context, { roots: COMMON_ROOTS });
    asked = { header, where: `${fileName}, line ${line}` };
    return previewLayout(header, preview);
  });
  const ask = (): Failure | null =>
    asked && tableFailure(fileName, asked.header, preview, asked.where);

  return {
    ...reader,
    read: (chunk) => reader.read(chunk) ?? (preview.length === PREVIEW_ROWS ? ask() : null),
    finish: () => reader.finish() ?? ask(),
  };
}

/** Keeps the first rows as text and makes no spans. */
const previewLayout = (header: readonly string[], preview: string[][]): RowLayout => ({
  names: [],
  used: [],
  readSpan: (row) => {
    if (preview.length < PREVIEW_ROWS) {
      preview.push(header.map((_, cell) => textOf(row, cell).slice(0, LONGEST_PREVIEW)));
    }
    return null;
  },
  traceIdOf: () => '',
});

/** What is asked about a table, or why it is not even worth asking. */
export function tableFailure(
  fileName: string,
  header: readonly string[],
  rows: readonly (readonly string[])[],
  where: string,
): Failure | UnmappedFailure {
  if (header.length < FEWEST_COLUMNS) {
    return {
      what: `a table of ${header.length} columns, too few for traces`,
      where,
      advice: 'Spans need a trace id, a span id, a parent, an operation and a duration.',
    };
  }
  return {
    what: 'a table whose columns are not known',
    where,
    advice: 'Say which column is what, in the dialog that asks for it.',
    table: { fileName, header, rows, guess: guessMapping(header, rows) },
  };
}
