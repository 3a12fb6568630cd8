/**
 * The door of the room: files in, one TraceSet and its ledger out, streaming.
 */
import type { Failure, Result } from '../base/result.ts';
import type { ColumnMapping, UnmappedTable } from '../trace/column-mapping.ts';
import type { Ledger } from '../trace/ledger.ts';
import type { OrderedSpans } from '../trace/ordered-spans.ts';
import type { OrphanCounts, OrphanRule } from '../trace/orphans.ts';
import type { FactCounts } from '../trace/span-facts.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import type { OperationText } from '../trace/vocabulary.ts';
import type { TraceFormat } from './trace-format.ts';
import type { UnreadFiles } from './unread-files.ts';

/** A file as the browser gives it; `File` satisfies it. */
export interface SourceFile {
  readonly name: string;
  readonly size: number;
  /** Where it is no Blob itself but has one: many small ones are read together. */
  readonly blob?: Blob;
  /** All of it, where it has been read already. */
  readonly held?: Uint8Array;
  stream(): ReadableStream<Uint8Array>;
  /** Some of its bytes, for formats that are read from their end. */
  slice(
    start: number,
    end: number,
  ): { stream(): ReadableStream<Uint8Array>; arrayBuffer(): Promise<ArrayBuffer> };
}

/** Files that are read while the browser still looks the further ones up. */
export interface FilesToCome {
  /** Of all files; of one from a folder its path. */
  readonly names: readonly string[];
  /** In the order of {@link names}; grows until there is one for each. */
  readonly here: readonly SourceFile[];
  /** Resolves once there are more; to false where none will come, after a cancel. One call at a time. */
  more(): Promise<boolean>;
  /** Told of how many have been read: their bytes can go. */
  done(count: number): void;
}

export interface ImportedFile {
  readonly name: string;
  /** Bytes as given (compressed, if it was). */
  readonly bytes: number;
  /**
   * The id of a format in {@link file://./formats/list.ts}; `simulated` is the built-in demo, whose
   * spans come from no file, `prepared` are parts of a dataset.
   */
  readonly format: string;
  readonly container: 'plain' | 'gzip' | 'zstd' | 'xz' | 'zip' | 'tar';
}

export interface ImportProgress {
  readonly file: string;
  readonly bytesRead: number;
  /** Estimated from the files so far, while there are more to come. */
  readonly bytesTotal: number;
  readonly spans: number;
  readonly seconds: number;
}

export interface ImportedTraces {
  readonly files: readonly ImportedFile[];
  /** What people call the formats of {@link files}, by id. */
  readonly formatLabels: Readonly<Record<string, string>>;
  readonly traces: TraceSet;
  readonly ledger: Ledger;
  /** Spans read from the files: those kept plus the ledger's losses. */
  readonly spansRead: number;
  /** Spans merged into the trees of {@link traces}. */
  readonly spansKept: number;
  readonly seconds: number;
  /** false where they were switched off. */
  readonly authorsRules?: boolean;
  /** Calls whose caller was not recorded, and the rule that they were read by; absent without any. */
  readonly orphans?: OrphanCounts & { readonly rule: OrphanRule };
  /** What the spans carry; absent of datasets of earlier versions, and of traces without spans. */
  readonly facts?: FactCounts;
  /** Files that were left out because they could not be read; absent without any. */
  readonly unread?: readonly UnreadFiles[];
}

/** What a labels file changes in a dataset. */
export interface LabelledTraces extends Pick<TraceSet, 'label' | 'rootCause'> {
  /** Labels that could not be used. */
  readonly ledger: Ledger;
}

export interface ImportOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ImportProgress) => void;
  /** How tables whose headers are not known are to be read. */
  readonly mappings?: readonly ColumnMapping[];
  /**
   * The rules of the authors' loader, by default: calls of a database (DBhash not 0) are left out,
   * and a span whose parent is absent is the root of its own tree. Without them such calls stay, and
   * such a span goes below the first root of its trace.
   */
  readonly authorsRules?: boolean;
  /** What becomes of spans whose parent is absent, instead of what {@link authorsRules} says. */
  readonly orphans?: OrphanRule;
  /** Names of the attributes of spans that are kept, by default DEFAULT_ATTRIBUTES. */
  readonly keptAttributes?: readonly string[];
  /** Operations of a kept model, which have the first ids in their order. */
  readonly firstOperations?: readonly OperationText[];
  /** Instead of all that there are. */
  readonly formats?: readonly TraceFormat[];
  /** The spans behind the traces, once all files are in. */
  readonly onSpans?: (spans: OrderedSpans) => void;
}

export type ImportFailure =
  | (Failure & { readonly kind: 'cancelled' | 'unreadable' })
  /** Nobody has said what the columns of this table are; with a mapping it can be read. */
  | (Failure & { readonly kind: 'unmapped'; readonly table: UnmappedTable })
  /** Every file holds labels: they can be set on traces that are there already. */
  | (Failure & { readonly kind: 'labels-only' });

export type ImportFiles = (
  files: readonly SourceFile[] | FilesToCome,
  options: ImportOptions,
) => Promise<Result<ImportedTraces, ImportFailure>>;
