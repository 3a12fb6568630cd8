/**
 * Labels in a CSV file without spans (traceId,label), for traces that are in other files.
 */
import { decodeUtf8 } from '../../base/bytes.ts';
import type { Failure } from '../../base/result.ts';
import { type CsvRow, createCsvRows } from '../csv-rows.ts';
import { headerOf } from '../csv-spans.ts';
import { readLabel } from '../label-words.ts';
import { type ContentContext, MAX_NAME_BYTES, type SpanReader } from '../span-reader.ts';
import { LIKELY, type TraceFormat } from '../trace-format.ts';

/** More columns than an id, a label and a remark or two are a table of something else. */
const MOST_COLUMNS = 4;
const LABEL_COLUMNS = ['label', 'anomaly', 'isanomaly', 'class', 'tracelabel'];

export const labelsCsv: TraceFormat = {
  id: 'labels-csv',
  label: 'labels',
  writer: null,
  gives: 'labels',
  recognise: ({ header }) =>
    header && header.length <= MOST_COLUMNS && labelColumns(header)
      ? { sure: LIKELY, why: 'it is a small table of trace ids and labels' }
      : null,
  open: readLabelsCsv,
};

/** Cells of the trace id and of its label, if that is what the table is about. */
function labelColumns(
  header: readonly string[],
): { readonly trace: number; readonly label: number } | null {
  const names = header.map((name) => name.toLowerCase().replace(/[^a-z0-9]/g, ''));
  const trace = names.findIndex((name) => name === 'traceid' || name === 'trace');
  const label = names.findIndex((name) => LABEL_COLUMNS.includes(name));
  const spans = names.some((name) => name === 'spanid' || name === 'span');
  return trace >= 0 && label >= 0 && !spans ? { trace, label } : null;
}

function readLabelsCsv({ fileName, ledger, labels }: ContentContext): SpanReader {
  let columns: { readonly trace: number; readonly label: number } | null = null;
  let cellCount = 0;
  let rowsRead = 0;
  labels.startFile(fileName);

  const readRow = (row: CsvRow, { trace, label }: { trace: number; label: number }): boolean => {
    const { bytes, start, end } = row;
    if (row.fault !== 'none' || row.cellCount !== cellCount) return false;
    const length = end[trace]! - start[trace]!;
    const code = readLabel(bytes, start[label]!, end[label]!);
    if (code === null || length === 0 || length > MAX_NAME_BYTES) return false;
    labels.set(bytes, start[trace]!, end[trace]!, code, row.line);
    return true;
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
