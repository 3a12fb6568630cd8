/**
 * Files as a stream of traces: spans leave the table as soon as their traces are complete, so that
 * memory follows the traces that are open and not the input. What comes out are columns of whole
 * traces, to be assembled by whoever takes them, in an order that follows from the input alone.
 */
import { type Failure, ok, type Result } from '../base/result.ts';
import type { Ledger } from '../trace/ledger.ts';
import type { SpanColumns } from '../trace/span-columns.ts';
import { allHere } from './files-to-come.ts';
import { FORMATS } from './formats/list.ts';
import type { ImportedFile, ImportFailure, SourceFile } from './import.ts';
import { createImportPace, type ImportPace } from './import-pace.ts';
import type { FilesRead } from './read-files.ts';
import { readFiles } from './read-files.ts';
import { unreadable } from './read-part.ts';
import { SpanTable } from './span-table.ts';
import { type Completeness, createTraceCutter, noteLastSpans, ONE_BATCH } from './trace-cutter.ts';
import type { TraceFormat } from './trace-format.ts';
import { TraceLabels } from './trace-labels.ts';

export interface StreamOptions {
  readonly signal: AbortSignal;
  /** Whether the files can be read twice: then traces are complete with their last span. */
  readonly canReadTwice: boolean;
  /** Else, and while little is read: spans of other traces after which a trace is complete. */
  readonly quietSpans: number;
  /** Id of the one format that files may have; null: it is told from what they hold. */
  readonly format?: string | null;
  /** Whether all traces come at once, at the end: then memory follows the input. */
  readonly isOneBatch?: boolean;
  /** Takes the next traces; resolves once there is room for more. */
  readonly take: (spans: SpanColumns) => Promise<void>;
}

export interface StreamedFiles {
  readonly files: readonly ImportedFile[];
  /** Of the reading; what assembling finds is told by whoever does it. */
  readonly ledger: Ledger;
  readonly spansRead: number;
  /** Traces that came back after they were handed on, and the spans that came too late. */
  readonly late: { readonly traces: number; readonly spans: number };
}

/** Smaller inputs are held: reading them twice is not worth it. */
const HELD_BYTES = 8 * 1024 * 1024;

export async function streamFiles(
  files: readonly SourceFile[],
  { signal, canReadTwice, quietSpans, format = null, isOneBatch = false, take }: StreamOptions,
): Promise<Result<StreamedFiles, ImportFailure>> {
  const formats = FORMATS.filter(({ id }) => format === null || id === format);
  if (formats.length === 0) return unreadable(unknownFormat(format!));
  const pace = createImportPace({ signal, onProgress: () => {} });
  const completeness = await completenessOf(files, formats, pace, canReadTwice, quietSpans);
  if (!completeness.ok) return completeness;

  const table = new SpanTable([]);
  const cutter = createTraceCutter(table, completeness.value, isOneBatch ? ONE_BATCH : undefined);
  const handOver = async (): Promise<void> => {
    for (let next = cutter.ready.shift(); next !== undefined; next = cutter.ready.shift()) {
      await take(next);
    }
  };
  const read = await readInto(table, files, formats, {
    ...pace,
    breathe: async () => {
      await handOver();
      return pace.breathe();
    },
  });
  if (!read.ok) return read;
  await handOver();
  for (const batch of cutter.finish()) await take(batch);

  const late = cutter.late();
  const { reads, notes, spansRead } = read.value;
  if (late.spans > 0) notes.add('late-span', late.spans, () => ({ file: files[0]!.name }));
  return ok({ files: reads.map(({ file }) => file), ledger: notes.finish(), spansRead, late });
}

async function completenessOf(
  files: readonly SourceFile[],
  formats: readonly TraceFormat[],
  pace: ImportPace,
  canReadTwice: boolean,
  spans: number,
): Promise<Result<Completeness, ImportFailure>> {
  if (!canReadTwice) return ok({ kind: 'quiet', spans });
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  if (bytes <= HELD_BYTES) return ok({ kind: 'quiet', spans: Number.POSITIVE_INFINITY });
  const table = new SpanTable([]);
  const noted = noteLastSpans(table);
  const read = await readInto(table, files, formats, pace);
  return read.ok ? ok({ kind: 'known', last: noted.finish() }) : read;
}

const readInto = (
  table: SpanTable,
  files: readonly SourceFile[],
  formats: readonly TraceFormat[],
  pace: ImportPace,
): Promise<Result<FilesRead, ImportFailure>> =>
  readFiles(
    allHere(files),
    { table, labels: new TraceLabels(), mappings: new Map(), authorsRules: true },
    formats,
    pace,
  );

const unknownFormat = (format: string): Failure => ({
  what: `there is no format "${format}"`,
  where: '--format',
  advice: `use one of: ${FORMATS.filter(({ gives }) => gives === 'spans')
    .map(({ id }) => id)
    .join(', ')}`,
});
