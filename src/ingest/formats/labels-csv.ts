/**
 * Labels in a CSV file without spans (traceId,label), for traces that are in other files.
 */
import { decodeUtf8 } from '../../base/bytes.ts';
import type { Failure } from '../../base/result.ts';
import { plainName } from '../column-names.ts';
import { type CsvRow, createCsvRows } from '../csv-rows.ts';
import { headerOf } from '../csv-spans.ts';
import { readLabel } from '../label-words.ts';
import { readRootCause, rootCauseCell } from '../root-causes.ts';
import { type ContentContext, MAX_NAME_BYTES, type SpanReader } from '../span-reader.ts';
import { type ReadRowLabel, tadBenchLabels } from '../tadbench-labels.ts';
import { LIKELY, type TraceFormat } from '../trace-format.ts';

/** More columns than an id, a label and a remark or two are a table of something else. */
const MOST_COLUMNS = 4;
/** TADBench's labels are five, and it names the source of a trace and counts its spans. */
const mostColumns = (header: readonly string[]): number =>
  tadBenchLabels(header) ? 8 : MOST_COLUMNS;
const LABEL_COLUMNS = ['label', 'anomaly', 'isanomaly', 'class', 'tracelabel'];

export const labelsCsv: TraceFormat = {
  id: 'labels-csv',
  label: 'labels',
  writer: null,
  gives: 'labels',
  recognise: ({ header }) =>
    header && header.length <= mostColumns(header) && labelColumns(header)
      ? { sure: LIKELY, why: 'it is a small table of trace ids and labels' }
      : null,
  open: readLabelsCsv,
};

interface LabelColumns {
  readonly trace: number;
  readonly label: ReadRowLabel;
  /** The cell of root causes, -1 without. */
  readonly cause: number;
}

/** The cell of the trace id and how its label is read, if that is what the table is about. */
function labelColumns(header: readonly string[]): LabelColumns | null {
  const names = header.map(plainName);
  const trace = names.findIndex((name) => name === 'traceid' || name === 'trace');
  const cell = names.findIndex((name) => LABEL_COLUMNS.includes(name));
  const spans = names.some((name) => name === 'spanid' || name === 'span');
  if (trace < 0 || spans) return null;
  const label =
    tadBenchLabels(header) ??
    (cell < 0 ? null : ({ bytes, start, end }) => readLabel(bytes, start[cell]!, end[cell]!));
  return label && { trace, label, cause: rootCauseCell(header) };
}

function readLabelsCsv({ fileName, ledger, labels }: ContentContext): SpanReader {
  let columns: LabelColumns | null = null;
  let cellCount = 0;
  let rowsRead = 0;
  labels.startFile(fileName);

  /** @returns whether all that it says was taken */
  const readRow = (row: CsvRow, { trace, label, cause }: LabelColumns): boolean => {
    const { bytes, start, end } = row;
    if (row.fault !== 'none' || row.cellCount !== cellCount) return false;
    const length = end[trace]! - start[trace]!;
    const code = label(row);
    if (code === null || length === 0 || length > MAX_NAME_BYTES) return false;
    const id = labels.set(bytes, start[trace]!, end[trace]!, code, row.line);
    if (cause < 0) return true;
    const text = readRootCause(row, cause);
    const [first, last] = text ?? [0, 0];
    labels.setCause(id, bytes, first, last);
    return text !== null;
  };
  const rows = createCsvRows((row) => {
    if (cellCount === 0) {
      cellCount = row.cellCount;
      columns = labelColumns(headerOf(row));
      return;
    }
    rowsRead += 1;
    if (columns !== null && readRow(row, columns)) return;
    ledger.add('unknown-label', 1, () => {
      const trace = columns?.trace ?? 0;
      const traceId =
        row.fault === 'none' && row.cellCount === cellCount
          ? decodeUtf8(row.bytes.subarray(row.start[trace]!, row.end[trace]!)).slice(0, 200)
          : '';
      return { file: fileName, line: row.line, ...(traceId === '' ? {} : { traceId }) };
    });
  });

  return {
    read: (chunk) => {
      rows.push(chunk);
      return null;
    },
    finish: () => {
      rows.finish();
      return rowsRead === 0 ? noLabel(fileName) : null;
    },
    spansRead: () => 0,
    locate: (line) => ({ file: fileName, line }),
  };
}

const noLabel = (fileName: string): Failure => ({
  what: 'a labels file without a single label',
  where: fileName,
  advice: 'Below its header every row should name a trace id and a label.',
});
