/**
 * Readers alone: a dataset is written in each format, and read back from memory, chunk by chunk,
 * into a span table. For comparison what the engine's own JSON.parse takes for the same bytes.
 */
import { EXPORT_FORMATS, type ExportFormat, writeSpans } from '../src/export/write-spans.ts';
import { createContentReader } from '../src/ingest/content-reader.ts';
import { FORMATS } from '../src/ingest/formats/list.ts';
import { SpanTable } from '../src/ingest/span-table.ts';
import { TraceLabels } from '../src/ingest/trace-labels.ts';
import { createLedgerBuilder } from '../src/trace/ledger.ts';
import type { SpanColumns } from '../src/trace/span-columns.ts';

const CHUNK_BYTES = 256 * 1024;

export interface ReaderSpeed {
  readonly format: ExportFormat;
  readonly megabytes: number;
  readonly spans: number;
  /** Of the processor: what runs beside it takes none. */
  readonly spansPerSecond: number;
  /** Lines or documents decoded and given to JSON.parse, nothing else; null for CSV. */
  readonly jsonParseSpansPerSecond: number | null;
}

/** @param files whole trace files, any format */
export function timeReaders(files: readonly Uint8Array[], runs = 3): ReaderSpeed[] {
  const columns = read(files);
  return EXPORT_FORMATS.map((format) => {
    const bytes = Buffer.from([...writeSpans(format, [columns])].join(''));
    const seconds = best(runs, () => read([bytes]));
    const parseSeconds = format === 'tracevae-csv' ? null : best(runs, () => parseAll(bytes));
    return {
      format,
      megabytes: bytes.length / 1e6,
      spans: columns.length,
      spansPerSecond: columns.length / seconds,
      jsonParseSpansPerSecond: parseSeconds && columns.length / parseSeconds,
    };
  });
}

export interface FileSpeed {
  readonly spans: number;
  /** Of the processor. */
  readonly spansPerSecond: number;
  /** Where no attribute of a span is kept, but its status and its kind. */
  readonly spansPerSecondWithoutAttributes: number;
}

/** Of a file in its own format, with all that its spans carry. @param file any format */
export function timeFile(file: Uint8Array, runs = 5): FileSpeed {
  const { length: spans } = read([file]);
  return {
    spans,
    spansPerSecond: spans / best(runs, () => read([file])),
    spansPerSecondWithoutAttributes: spans / best(runs, () => read([file], [])),
  };
}

function read(files: readonly Uint8Array[], keptAttributes?: readonly string[]): SpanColumns {
  const table = new SpanTable(keptAttributes);
  for (const bytes of files) {
    const content = createContentReader(
      {
        fileName: 'benchmark',
        table,
        ledger: createLedgerBuilder(),
        mappings: new Map(),
        labels: new TraceLabels(),
        authorsRules: true,
      },
      { formats: FORMATS, file: null },
    );
    table.startFile();
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
      const failure = content.push(bytes.subarray(at, at + CHUNK_BYTES));
      if (failure) throw new Error(failure.what);
    }
    const end = content.finish();
    if (!end.ok) throw new Error(end.error.what);
  }
  return table.columns();
}

/** A document a line where there are several, as a reader that parses would have to. */
function parseAll(bytes: Buffer): void {
  const text = bytes.toString();
  const isLines = text.indexOf('\n{"resourceSpans"') > 0;
  for (const document of isLines ? text.split('\n') : [text]) {
    if (document !== '') JSON.parse(document);
  }
}

function best(runs: number, work: () => void): number {
  const seconds = Array.from({ length: runs }, () => {
    const before = process.cpuUsage();
    work();
    return process.cpuUsage(before).user / 1e6;
  });
  return Math.min(...seconds);
}
