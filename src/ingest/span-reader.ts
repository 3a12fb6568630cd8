/**
 * What a format's reader is given and what it offers.
 */
import type { Failure } from '../base/result.ts';
import type { ColumnMapping, headerKey } from '../trace/column-mapping.ts';
import type { LedgerBuilder, LedgerExample } from '../trace/ledger.ts';
import type { SpanTable } from './span-table.ts';
import type { TraceLabels } from './trace-labels.ts';

export interface ReaderContext {
  /** Named in failures and ledger examples. */
  readonly fileName: string;
  /** Takes the spans. */
  readonly table: SpanTable;
  /** Takes what could not be read as a span; every span goes to one of the two. */
  readonly ledger: LedgerBuilder;
  /** See ImportOptions in {@link file://./import.ts}. */
  readonly authorsRules: boolean;
}

/** What some formats need besides. */
export interface ContentContext extends ReaderContext {
  /** How the columns of tables are to be read, by {@link headerKey}. */
  readonly mappings: ReadonlyMap<string, ColumnMapping>;
  /** Takes labels that come in a file of their own. */
  readonly labels: TraceLabels;
}

/** What has been read of one file. */
export interface ReadSpans {
  /** Spans met so far, usable or not. */
  spansRead(): number;
  /** Where the span with this number in {@link SpanTable}'s line column stands. */
  locate(line: number): LedgerExample;
}

/** Reads one file, chunk by chunk. A failure ends the reading. */
export interface SpanReader extends ReadSpans {
  /** @param chunk any cut of the unpacked file; not kept after the call */
  read(chunk: Uint8Array): Failure | null;
  /** The file is at its end. */
  finish(): Failure | null;
}

/** An unpacked file whose bytes can be had in any order. */
export interface PlacedBytes {
  readonly size: number;
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

/** Reads one file of a format that does not stand in the order in which it is read. */
export interface PlacedReader extends ReadSpans {
  /** Yields between two pieces of work, so that a cancel is heard; returns what ended it early. */
  readPlaced(bytes: PlacedBytes): AsyncGenerator<void, Failure | null>;
}

export const isPlaced = (reader: SpanReader | PlacedReader): reader is PlacedReader =>
  'readPlaced' in reader;

/** A name or an id longer than this is not one. */
export const MAX_NAME_BYTES = 64 * 1024;

/** 31 years in microseconds: no span lasts longer, and sums of such durations stay finite. */
const MAX_DURATION_US = 1e15;

export const isDuration = (us: number): boolean => us >= 0 && us <= MAX_DURATION_US;
