/**
 * Any CSV table of one span per row, by a mapping of its columns. A header that nobody has mapped
 * fails with the table's first rows, so that a person can be asked.
 */
import type { Failure } from '../../base/result.ts';
import { cellText, createCsvReader, type RowLayout } from '../csv-spans.ts';
import { PREVIEW_ROWS } from '../guess-mapping.ts';
import { mappedLayout } from '../mapped-spans.ts';
import type { ContentContext, SpanReader } from '../span-reader.ts';
import { FALLBACK, type TraceFormat } from '../trace-format.ts';
import { tableFailure, tableMapping } from '../unmapped-table.ts';

export const tableCsv: TraceFormat = {
  id: 'csv',
  label: 'CSV',
  writer: null,
  gives: 'spans',
  recognise: ({ header }) =>
    header && { sure: FALLBACK, why: 'its first line has cells, as that of a table' },
  open: readTableCsv,
};

/** A cell shown to a person is cut here. */
const LONGEST_PREVIEW = 120;

function readTableCsv(context: ContentContext): SpanReader {
  const { fileName } = context;
  /** Of a table that nobody has mapped, while its first rows are gathered. */
  let asked: { readonly header: readonly string[]; readonly where: string } | null = null;
  const preview: string[][] = [];

  const reader = createCsvReader(context, (header, line) => {
    const known = tableMapping(header, context);
    if (known) return mappedLayout(known.mapping, context, known.options);
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
      preview.push(header.map((_, cell) => cellText(row, cell).slice(0, LONGEST_PREVIEW)));
    }
    return null;
  },
  traceIdOf: () => '',
});
