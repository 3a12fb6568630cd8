/** What a format is to {@link file://./write-spans.ts}: the text around traces and of each trace. */
import type { SpanColumns } from '../trace/span-columns.ts';
import { decodeString } from '../trace/string-column.ts';
import { traceIdHex } from './span-ids.ts';

/** Spans to be written. Ids are numbers of the dataset, so that the texts of ids play no part. */
export type WritableSpans = Omit<SpanColumns, 'spanIds' | 'spanIdCount'>;

export interface SpanFormat {
  /** @param columns the first spans, if there are any */
  head(columns: WritableSpans | undefined): string;
  /** Between two traces. */
  readonly between: string;
  readonly tail: string;
  /** Prepares what the traces of these columns have in common. */
  traceWriter(columns: WritableSpans): TraceWriter;
}

/** @param rows at least one */
export type TraceWriter = (trace: number, rows: Uint32Array) => string;

/** Names as JSON strings, and ids, of one piece of columns. */
export interface JsonTexts {
  readonly services: readonly string[];
  readonly operations: readonly string[];
  traceId(trace: number): string;
}

export const jsonTexts = (columns: WritableSpans): JsonTexts => ({
  services: columns.services.map((name) => JSON.stringify(name)),
  operations: columns.operations.map((name) => JSON.stringify(name)),
  traceId: (trace) => traceIdHex(decodeString(columns.traceIds, trace)),
});
