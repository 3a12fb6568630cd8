/**
 * Any CSV table of one span per row, by a mapping of its columns. A header that nobody has mapped
 * fails with the table's first rows, so that a person can be asked.
 */
import type { Failure } from '../../base/result.ts';
import { EVIDENCE_ROWS } from '../../trace/column-units.ts';
import { plainDecimal } from '../csv-fields.ts';
import { cellText, createCsvReader, type RowLayout } from '../csv-spans.ts';
import { foreignTable } from '../foreign-text.ts';
import { mappedLayout } from '../mapped-spans.ts';
import type { ContentContext, SpanReader } from '../span-reader.ts';
import { FALLBACK, type TraceFormat } from '../trace-format.ts';
import { doubtFailure, tableFailure, tableMapping } from '../unmapped-table.ts';

export const tableCsv: TraceFormat = {
  id: 'csv',
  label: 'CSV',
  writer: null,
  gives: 'spans',
  recognise: (head) =>
    head.header && foreignTable(head) === null
      ? { sure: FALLBACK, why: 'its first line has cells, as that of a table' }
      : null,
  open: readTableCsv,
};

/** A cell shown to a person is cut here. */
const LONGEST_PREVIEW = 120;

function readTableCsv(context: ContentContext): SpanReader {
  const { fileName } = context;
  /** Of the table's first rows, where nobody has mapped it, or the mapping may be doubted. */
  let question: ((rows: Rows) => Failure | null) | null = null;
  const first: string[][] = [];

  const reader = createCsvReader(context, (header, line) => {
    const known = tableMapping(header, context);
    const where = `${fileName}, line ${line}`;
    if (known === null) {
      question = (rows) => tableFailure(context, header, rows, where);
      return keepingFirst(header, first, previewLayout);
    }
    const { mapping } = known;
    const layout = mappedLayout(mapping, context, known.options);
    if (known.answered) return layout;
    question = (rows) => doubtFailure(context, mapping, rows, where);
    return keepingFirst(header, first, layout);
  });
  const ask = (): Failure | null => {
    const failure = question?.(first) ?? null;
    question = null;
    return failure;
  };

  return {
    ...reader,
    read: (chunk) => reader.read(chunk) ?? (first.length === EVIDENCE_ROWS ? ask() : null),
    finish: () => reader.finish() ?? ask(),
  };
}

type Rows = readonly (readonly string[])[];

/** Makes no spans. */
const previewLayout: RowLayout = {
  names: [],
  used: [],
  readSpan: () => null,
  traceIdOf: () => '',
};

/** The layout, and the first rows as text. */
const keepingFirst = (
  header: readonly string[],
  first: string[][],
  layout: RowLayout,
): RowLayout => ({
  ...layout,
  readSpan: (row) => {
    if (first.length < EVIDENCE_ROWS) {
      // As they are read: whoever tells units from them does not know what a comma is in this table.
      first.push(
        header.map((_, cell) =>
          plainDecimal(cellText(row, cell).slice(0, LONGEST_PREVIEW), row.decimalComma),
        ),
      );
    }
    return layout.readSpan(row);
  },
});
