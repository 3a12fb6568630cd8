/**
 * The door of the room: files in, one TraceSet and its ledger out, streaming.
 */
import type { Failure, Result } from '../base/result.ts';
import type { Ledger } from '../trace/ledger.ts';
import type { TraceSet } from '../trace/trace-set.ts';

/** `simulated`: the built-in demo, whose spans come from no file; `prepared`: parts of a dataset. */
export type FormatId = 'tracevae-csv' | 'jaeger-json' | 'simulated' | 'prepared';

/** A file as the browser gives it; `File` satisfies it. */
export interface SourceFile {
  readonly name: string;
  readonly size: number;
  stream(): ReadableStream<Uint8Array>;
}

export interface ImportedFile {
  readonly name: string;
  /** Bytes as given (compressed, if it was). */
  readonly bytes: number;
  readonly format: FormatId;
  readonly container: 'plain' | 'gzip';
}

export interface ImportProgress {
  readonly file: string;
  readonly bytesRead: number;
  readonly bytesTotal: number;
  readonly spans: number;
  readonly seconds: number;
}

export interface ImportedTraces {
  readonly files: readonly ImportedFile[];
  readonly traces: TraceSet;
  readonly ledger: Ledger;
  /** Spans read from the files: those kept plus the ledger's losses. */
  readonly spansRead: number;
  /** Spans merged into the trees of {@link traces}. */
  readonly spansKept: number;
  readonly seconds: number;
}

export interface ImportOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ImportProgress) => void;
}

/** Cancelled runs are failures with this `what`, so that callers can tell them apart. */
export type ImportFailure = Failure & { readonly kind: 'cancelled' | 'unreadable' };

export type ImportFiles = (
  files: readonly SourceFile[],
  options: ImportOptions,
) => Promise<Result<ImportedTraces, ImportFailure>>;
