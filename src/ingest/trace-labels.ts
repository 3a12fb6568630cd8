/**
 * Labels that come in a file of their own (traceId,label) and are set on traces by id.
 */
import { decodeUtf8, grown } from '../base/bytes.ts';
import type { Failure } from '../base/result.ts';
import type { LedgerBuilder } from '../trace/ledger.ts';
import { decodeString } from '../trace/string-column.ts';
import { type TraceSet, traceCount } from '../trace/trace-set.ts';
import { ByteInterner } from './byte-interner.ts';
import { labelColumns } from './csv-formats.ts';
import { type CsvRow, createCsvRows } from './csv-rows.ts';
import { headerOf } from './csv-spans.ts';
import { readLabel } from './label-words.ts';
import { type ContentContext, MAX_NAME_BYTES, type SpanReader } from './span-reader.ts';

/** Labels by trace id; the last word on an id counts. */
export class TraceLabels {
  private readonly ids = new ByteInterner();
  private readonly fileNames: string[] = [];
  private label = new Uint8Array(64);
  private line = new Uint32Array(64);
  private file = new Uint16Array(64);

  get size(): number {
    return this.ids.size;
  }

  startFile(fileName: string): void {
    this.fileNames.push(fileName);
  }

  /** @param label index into LABELS */
  set(bytes: Uint8Array, start: number, end: number, label: number, line: number): void {
    const id = this.ids.intern(bytes, start, end);
    this.label = grown(this.label, id + 1);
    this.line = grown(this.line, id + 1);
    this.file = grown(this.file, id + 1);
    this.label[id] = label;
    this.line[id] = line;
    this.file[id] = this.fileNames.length - 1;
  }

  /** The same traces, labelled; ids that none of them has go into the ledger. */
  applyTo(traces: TraceSet, ledger: LedgerBuilder): TraceSet {
    if (this.size === 0) return traces;
    const label = traces.label.slice();
    const matched = new Uint8Array(this.size);
    const { bytes, offset } = traces.traceIds;
    for (let trace = 0; trace < traceCount(traces); trace++) {
      const id = this.ids.find(bytes, offset[trace]!, offset[trace + 1]!);
      if (id < 0) continue;
      label[trace] = this.label[id]!;
      matched[id] = 1;
    }
    const column = this.ids.column();
    for (let id = 0; id < matched.length; id++) {
      if (matched[id] === 1) continue;
      ledger.add('unmatched-label', 1, () => ({
        file: this.fileNames[this.file[id]!] ?? '',
        line: this.line[id]!,
        traceId: decodeString(column, id).slice(0, 200),
      }));
    }
    return { ...traces, label };
  }
}

export function readLabelsCsv({ fileName, ledger, labels }: ContentContext): SpanReader {
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
