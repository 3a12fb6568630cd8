/**
 * Spans as text in a format that other tools read, a piece at a time: memory does not follow the
 * number of traces.
 */
import { groupByTrace } from '../trace/group-by-trace.ts';
import { jaegerJson } from './jaeger-json.ts';
import { otlpJson, otlpJsonLines } from './otlp-json.ts';
import type { SpanFormat, WritableSpans } from './span-format.ts';
import { traceVaeCsv } from './tracevae-csv.ts';
import { zipkinJson } from './zipkin-json.ts';

const FORMATS = {
  'otlp-json': otlpJson,
  'otlp-jsonl': otlpJsonLines,
  'jaeger-json': jaegerJson,
  'zipkin-json': zipkinJson,
  'tracevae-csv': traceVaeCsv,
} as const satisfies Record<string, SpanFormat>;

export type ExportFormat = keyof typeof FORMATS;
export const EXPORT_FORMATS = Object.keys(FORMATS) as readonly ExportFormat[];

/** Characters of a piece, about. */
const PIECE_LENGTH = 64 * 1024;

/**
 * @param chunks spans in any order, all those of one trace in one chunk
 * @returns      pieces of the file; an empty one may be among them
 */
export function* writeSpans(
  format: ExportFormat,
  chunks: Iterable<WritableSpans>,
): Generator<string, void> {
  const { head, between, tail, traceWriter } = FORMATS[format];
  let piece: string | null = null;
  let separator = '';
  for (const columns of chunks) {
    piece ??= head(columns);
    const writeTrace = traceWriter(columns);
    const { rows, rowOffset } = groupByTrace(columns.trace, 0, columns.traceIds.offset.length - 1);
    for (let trace = 0; trace + 1 < rowOffset.length; trace++) {
      const traceRows = rows.subarray(rowOffset[trace]!, rowOffset[trace + 1]!);
      if (traceRows.length === 0) continue;
      piece += separator + writeTrace(trace, traceRows);
      separator = between;
      if (piece.length < PIECE_LENGTH) continue;
      yield piece;
      piece = '';
    }
  }
  yield (piece ?? head(undefined)) + tail;
}
