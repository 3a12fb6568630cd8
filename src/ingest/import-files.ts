/**
 * Importing files (see {@link file://./import.ts}): each is read into one span table, then traces
 * are assembled. One of few files that cannot be read fails the import; one of many is left out.
 */
import { err, type Failure, ok, type Result } from '../base/result.ts';
import {
  type AssembledTraces,
  type AssembleOptions,
  assembleInSteps,
  type Locate,
} from '../trace/assemble.ts';
import { headerKey } from '../trace/column-mapping.ts';
import { createLedgerBuilder, type LedgerBuilder, mergeLedgers } from '../trace/ledger.ts';
import { countFacts } from '../trace/span-facts.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import { allHere } from './files-to-come.ts';
import { FORMATS } from './formats/list.ts';
import type {
  FilesToCome,
  ImportedTraces,
  ImportFailure,
  ImportFiles,
  ImportOptions,
  LabelledTraces,
  SourceFile,
} from './import.ts';
import { createImportPace, type ImportPace } from './import-pace.ts';
import { isForeign } from './not-traces.ts';
import { type FetchedFile, fetchAhead, MANY_FILES } from './read-ahead.ts';
import {
  cancelledImport,
  type FileRead,
  readPart,
  unreadable,
  unreadableFile,
} from './read-part.ts';
import { isAmongOthers, partsOf, type SourcePart } from './source-parts.ts';
import { SpanTable } from './span-table.ts';
import { TraceLabels } from './trace-labels.ts';
import { createUnreadFiles } from './unread-files.ts';

/** Files that a failure of all of them names. */
const MOST_NAMED = 20;

/** The file column of {@link SpanTable} has 16 bits. */
const MAX_FILES = 0xffff;

export const importFiles: ImportFiles = async (given, options) => {
  const files = 'names' in given ? given : allHere(given);
  const { names } = files;
  if (names.length === 0 || names.length > MAX_FILES) {
    return unreadable({
      what: `${names.length} files to import`,
      where: 'the import',
      advice: `Give 1 to ${MAX_FILES} files.`,
    });
  }
  try {
    return await importAll(files, createImportPace(options), options);
  } catch (error) {
    if (!isOutOfMemory(error)) throw error;
    return unreadable({
      what: 'more spans than there is memory for',
      where: listed(names),
      advice: 'Import fewer files at once, or a part of them.',
    });
  }
};

async function importAll(
  files: FilesToCome,
  pace: ImportPace,
  {
    mappings = [],
    authorsRules = true,
    orphans,
    keptAttributes,
    firstOperations = [],
    formats = FORMATS,
    onSpans,
  }: ImportOptions,
): Promise<Result<ImportedTraces, ImportFailure>> {
  const { length: fileCount } = files.names;
  const bytesTotal = totalOf(files);
  const context = {
    table: new SpanTable(keptAttributes),
    labels: new TraceLabels(),
    mappings: new Map(mappings.map((mapping) => [headerKey(mapping.header), mapping])),
    authorsRules,
  };
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

  const rule = orphans ?? (authorsRules ? 'own-tree' : 'attach');
  const leftOut = unread.finish();
  const assembled = await assemble(context.table, reads, pace, { orphans: rule, firstOperations });
  if (!assembled) return err(cancelledImport('while the trees were put together'));
  const traces = context.labels.applyTo(assembled.traces, notes);
  noteOverflows(context.table, notes);
  onSpans?.(assembled.spans);
  return ok({
    files: reads.map(({ file }) => file),
    formatLabels: Object.fromEntries(reads.map(({ format }) => [format.id, format.label])),
    traces,
    ledger: mergeLedgers(notes.finish(), assembled.ledger),
    spansRead,
    spansKept: assembled.spansKept,
    seconds: pace.seconds(),
    facts: countFacts(assembled.spans.facts, assembled.callPairs),
    ...(authorsRules ? {} : { authorsRules }),
    ...(assembled.orphans.orphans > 0 ? { orphans: { rule, ...assembled.orphans } } : {}),
    ...(partCount >= MANY_FILES && leftOut.length > 0 ? { unread: leftOut } : {}),
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

/** Sets the labels of label files on traces that came before them. */
export async function labelTraces(
  files: readonly SourceFile[],
  traces: TraceSet,
  signal: AbortSignal,
): Promise<Result<LabelledTraces, ImportFailure>> {
  const pace = createImportPace({ signal, onProgress: () => undefined });
  const context = {
    table: new SpanTable(),
    labels: new TraceLabels(),
    mappings: new Map(),
    authorsRules: true,
  };
  const notes = createLedgerBuilder();
  for await (const fetched of fetchAhead(allHere(files))) {
    for await (const next of readableParts(fetched, notes)) {
      if (!next.ok) return unreadable(next.error);
      const part = next.value;
      const read = await readPart(part, context, FORMATS, pace, () => undefined);
      if (read.ok) notes.merge(read.value.ledger);
      else if (!isForeign(read.error) || !isAmongOthers(part)) return read;
    }
  }
  const { label, rootCause } = context.labels.applyTo(traces, notes);
  return ok({ label, ...(rootCause && { rootCause }), ledger: notes.finish() });
}

/** The parts of a file, where the browser can read it. */
async function* readableParts(
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

/** Null if it was cancelled. */
async function assemble(
  table: SpanTable,
  files: readonly FileRead[],
  pace: ImportPace,
  options: AssembleOptions,
): Promise<AssembledTraces | null> {
  const locate: Locate = (file, line) => files[file]!.locate(line);
  const steps = assembleInSteps(table.columns(), locate, options);
  for (;;) {
    if (!(await pace.breathe())) return null;
    const step = steps.next();
    if (step.done) return step.value;
  }
}

function noteOverflows({ facts, length }: SpanTable, notes: LedgerBuilder): void {
  for (const { name, spans } of facts.overflows(length)) {
    notes.add('too-many-values', spans, () => ({ file: '', path: name }));
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
const isOutOfMemory = (error: unknown): boolean =>
  error instanceof RangeError && !/call stack/i.test(error.message);
