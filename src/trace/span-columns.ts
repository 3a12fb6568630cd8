/**
 * Spans as columns: what every format is read into, and what merging reads.
 * One row a span, in file order; no object per span.
 */
import type { SpanFacts } from './span-facts.ts';
import type { StringColumn } from './trace-set.ts';

/** In {@link SpanColumns.parent}: the span is a root by its own file's word. */
export const NO_PARENT = 0xffffffff;

export interface SpanColumns {
  readonly length: number;
  /** Index into {@link traceIds}. Ids are distinct per file: two files never share a trace. */
  readonly trace: Uint32Array;
  /** Index into an id dictionary shared by span and parent. */
  readonly span: Uint32Array;
  /** The parent's span id in the same dictionary, or {@link NO_PARENT}. */
  readonly parent: Uint32Array;
  /** Number of distinct span ids in the dictionary. */
  readonly spanIdCount: number;
  /** The dictionary: span ids as the file writes them. */
  readonly spanIds: StringColumn;
  /** Index into {@link services}. */
  readonly service: Uint32Array;
  /** Index into {@link operations}: operation names without their service. */
  readonly operation: Uint32Array;
  /** Microseconds since the epoch; NaN where unknown. */
  readonly startUs: Float64Array;
  readonly durationUs: Float64Array;
  /** Index into LABELS, from the span's row; a trace takes its first span's. */
  readonly label: Uint8Array;
  /** Index of the file. */
  readonly file: Uint16Array;
  /** 1-based line, or ordinal of the span in a JSON file; for examples in the ledger. */
  readonly line: Uint32Array;
  readonly services: readonly string[];
  readonly operations: readonly string[];
  readonly traceIds: StringColumn;
  /** Status, kind and attributes; absent where no span has any. */
  readonly facts?: SpanFacts;
}
