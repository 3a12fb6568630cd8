/**
 * The files of an import, one after another, into one span table. One of few files that cannot be
 * read fails the import; one of many is left out.
 */
import { err, type Failure, ok, type Result } from '../base/result.ts';
import { createLedgerBuilder, type LedgerBuilder } from '../trace/ledger.ts';
import type { FilesToCome, ImportFailure } from './import.ts';
import type { ImportPace } from './import-pace.ts';
import { isForeign } from './not-traces.ts';
import { type FetchedFile, fetchAhead, MANY_FILES } from './read-ahead.ts';
import {
  cancelledImport,
  type FileRead,
  type PartContext,
  readPart,
  unreadable,
  unreadableFile,
} from './read-part.ts';
import { isAmongOthers, partsOf, type SourcePart } from './source-parts.ts';
import type { TraceFormat } from './trace-format.ts';
import type { TraceLabels } from './trace-labels.ts';
import type { UnreadFiles } from './unread-files.ts';
import { createUnreadFiles } from './unread-files.ts';

/** Files that a failure of all of them names. */
const MOST_NAMED = 20;

/** The file column of a span table has 16 bits. */
const MAX_FILES = 0xffff;

export interface FilesRead {
  readonly reads: readonly FileRead[];
  /** What the reading has to say; more may be added. */
  readonly notes: LedgerBuilder;
  readonly spansRead: number;
  /** Of many files, those that were left out. */
  readonly unread: readonly UnreadFiles[];
}

/** @param context its table takes the spans */
export async function readFiles(
  files: FilesToCome,
  context: PartContext,
  formats: readonly TraceFormat[],
  pace: ImportPace,
): Promise<Result<FilesRead, ImportFailure>> {
  const { names } = files;
  if (names.length === 0 || names.length > MAX_FILES) {
    return unreadable({
      what: `${names.length} files to import`,
      where: 'the import',
      advice: `Give 1 to ${MAX_FILES} files.`,
    });
  }
  try {
    return await readAll(files, context, formats, pace);
  } catch (error) {
    if (!isOutOfMemory(error)) throw error;
    return outOfMemory(names);
  }
}

export const outOfMemory = (names: readonly string[]): Result<never, ImportFailure> =>
  unreadable({
    what: 'more spans than there is memory for',
    where: listed(names),
    advice: 'Import fewer files at once, or a part of them.',
  });

async function readAll(
  files: FilesToCome,
  context: PartContext,
  formats: readonly TraceFormat[],
  pace: ImportPace,
): Promise<Result<FilesRead, ImportFailure>> {
  const { length: fileCount } = files.names;
  const bytesTotal = totalOf(files);
  const notes = createLedgerBuilder();
  const reads: FileRead[] = [];
  let firstSkipped: Failure | null = null;
  const unread = createUnreadFiles();
  let firstBroken: Failure | null = null;
  const leaveOut = (name: string, failure: Failure): void => {
    firstBroken ??= failure;
    notes.add('unreadable-file', 1, () => ({ file: name }));
    unread.add(failure);
  };
  let partCount = 0;
  let bytesBefore = 0;
  let spansRead = 0;
  for await (const fetched of fetchAhead(files)) {
    let partsBefore = 0;
    for await (const next of readableParts(fetched, notes)) {
      partCount += 1;
      if (!next.ok) {
        if (fileCount < MANY_FILES) return unreadable(next.error);
        leaveOut(fetched.file.name, next.error);
        continue;
      }
      const part = next.value;
      if (reads.length === MAX_FILES) return unreadable(tooManyFiles(part.name));
      const read = await readPart(part, context, formats, pace, (bytes, spans) =>
        pace.report({
          file: part.name,
          bytesRead: Math.min(bytesTotal(), bytesBefore + partsBefore + bytes),
          bytesTotal: bytesTotal(),
          spans: spansRead + spans,
        }),
      );
      partsBefore += part.bytes;
      if (!read.ok) {
        if (isForeign(read.error) && isAmongOthers(part)) {
          firstSkipped ??= read.error;
          notes.add('skipped-file', 1, () => ({ file: part.name }));
          if (mayBeOfMany(part, fileCount)) unread.add(read.error);
        } else if (read.error.kind === 'unreadable' && mayBeOfMany(part, fileCount)) {
          leaveOut(part.name, read.error);
        } else return read;
        continue;
      }
      notes.merge(read.value.ledger);
      if (read.value.format.gives === 'labels') continue;
      reads.push(read.value);
      spansRead += read.value.spansRead;
    }
    bytesBefore += fetched.file.size;
  }
  if (!(await pace.breathe())) return err(cancelledImport('while the files were read'));
  if (firstBroken && (partCount < MANY_FILES || reads.length === 0)) return unreadable(firstBroken);
  if (reads.length === 0) return nothingRead(context.labels, firstSkipped, files.names);

  return ok({
    reads,
    notes,
    spansRead,
    unread: partCount >= MANY_FILES ? unread.finish() : [],
  });
}

/** Bytes of all files, by the mean of those that have come. */
function totalOf({ names, here }: FilesToCome): () => number {
  let counted = 0;
  let bytes = 0;
  return () => {
    for (; counted < here.length; counted++) bytes += here[counted]!.size;
    return Math.round(bytes * (names.length / Math.max(1, counted)));
  };
}

/** Whether it is one of many files, as far as is known before the end of a tar archive. */
const mayBeOfMany = ({ container, filesInArchive }: SourcePart, fileCount: number): boolean =>
  fileCount >= MANY_FILES || (filesInArchive ?? 0) >= MANY_FILES || container === 'tar';

/** The parts of a file, where the browser can read it. */
export async function* readableParts(
  fetched: FetchedFile,
  notes: LedgerBuilder,
): AsyncGenerator<Result<SourcePart, Failure>> {
  const { name } = fetched.file;
  try {
    yield* partsOf(fetched, () => notes.add('left-out-rest', 1, () => ({ file: name })));
  } catch (error) {
    yield err(unreadableFile(fetched.file, error));
  }
}

const tooManyFiles = (where: string): Failure => ({
  what: `more than ${MAX_FILES} files to import`,
  where,
  advice: `Give at most ${MAX_FILES} files at once.`,
});

const listed = (names: readonly string[]): string =>
  names.length <= MOST_NAMED
    ? names.join(', ')
    : `${names.slice(0, MOST_NAMED).join(', ')} and ${names.length - MOST_NAMED} more`;

/** No file holds a span: labels alone, or nothing of ours in an archive or a folder. */
function nothingRead(
  labels: TraceLabels,
  firstSkipped: Failure | null,
  names: readonly string[],
): Result<never, ImportFailure> {
  if (labels.size === 0 && firstSkipped) return unreadable(firstSkipped);
  return err({
    kind: 'labels-only',
    what: 'labels without their traces',
    where: listed(names),
    advice: 'Drop the traces first, or both at once.',
  });
}

/** Engines say "Array buffer allocation failed" or "Invalid typed array length" as a RangeError. */
export const isOutOfMemory = (error: unknown): boolean =>
  error instanceof RangeError && !/call stack/i.test(error.message);
