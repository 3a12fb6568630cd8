/**
 * Importing files (see {@link file://./import.ts}): each is read into one span table, then traces
 * are assembled. Either all files come in or none: one that cannot be read fails the import.
 */
import { err, type Failure, ok, type Result } from '../base/result.ts';
import { type AssembledTraces, assembleInSteps } from '../trace/assemble.ts';
import {
  createLedgerBuilder,
  type Ledger,
  type LedgerExample,
  lostSpans,
  mergeLedgers,
  REASONS,
} from '../trace/ledger.ts';
import { createContentReader } from './content-reader.ts';
import type {
  ImportedFile,
  ImportedTraces,
  ImportFailure,
  ImportFiles,
  ImportOptions,
  SourceFile,
} from './import.ts';
import { createImportPace, type ImportPace } from './import-pace.ts';
import { SpanTable } from './span-table.ts';

/** The file column of {@link SpanTable} has 16 bits. */
const MAX_FILES = 0xffff;

export const importFiles: ImportFiles = async (files, options) => {
  if (files.length === 0 || files.length > MAX_FILES) {
    return unreadable({
      what: `${files.length} files to import`,
      where: 'the import',
      advice: `Give 1 to ${MAX_FILES} files.`,
    });
  }
  try {
    return await importAll(files, createImportPace(options), options.onSpans);
  } catch (error) {
    if (!isOutOfMemory(error)) throw error;
    return unreadable({
      what: 'more spans than there is memory for',
      where: files.map(({ name }) => name).join(', '),
      advice: 'Import fewer files at once, or a part of them.',
    });
  }
};

async function importAll(
  files: readonly SourceFile[],
  pace: ImportPace,
  onSpans: ImportOptions['onSpans'],
): Promise<Result<ImportedTraces, ImportFailure>> {
  const bytesTotal = files.reduce((sum, { size }) => sum + size, 0);
  const table = new SpanTable();
  const reads: FileRead[] = [];
  let bytesBefore = 0;
  let spansRead = 0;
  for (const file of files) {
    const read = await readFile(file, table, pace, (bytes, spans) =>
      pace.report({
        file: file.name,
        bytesRead: bytesBefore + bytes,
        bytesTotal,
        spans: spansRead + spans,
      }),
    );
    if (!read.ok) return read;
    reads.push(read.value);
    bytesBefore += file.size;
    spansRead += read.value.spansRead;
  }

  const assembled = await assemble(table, reads, pace);
  if (!assembled) return cancelled('while the trees were put together');
  onSpans?.(assembled.spans);
  return ok({
    files: reads.map(({ file }) => file),
    traces: assembled.traces,
    ledger: mergeLedgers(...reads.map(({ ledger }) => ledger), assembled.ledger),
    spansRead,
    spansKept: assembled.spansKept,
    seconds: pace.seconds(),
  });
}

interface FileRead {
  readonly file: ImportedFile;
  /** Losses and repairs of the reading. */
  readonly ledger: Ledger;
  readonly spansRead: number;
  readonly locate: (line: number) => LedgerExample;
}

async function readFile(
  file: SourceFile,
  table: SpanTable,
  pace: ImportPace,
  onProgress: (bytes: number, spans: number) => void,
): Promise<Result<FileRead, ImportFailure>> {
  const spansBefore = table.length;
  const ledger = createLedgerBuilder();
  const content = createContentReader({ fileName: file.name, table, ledger });
  table.startFile();

  const stream = file.stream().getReader();
  let bytes = 0;
  try {
    for (;;) {
      if (!(await pace.breathe())) return cancelled(`while reading ${file.name}`);
      const chunk = await stream.read().catch((error: unknown) => unreadableStream(file, error));
      if ('what' in chunk) return unreadable(chunk);
      if (chunk.done) break;
      const failure = content.push(chunk.value);
      if (failure) return unreadable(failure);
      bytes += chunk.value.length;
      onProgress(bytes, content.spansRead());
    }
  } finally {
    // Frees the file where reading stopped half-way; a stream that failed has nothing left to free.
    stream.cancel().catch(() => undefined);
  }

  const end = content.finish();
  if (!end.ok) return unreadable(end.error);
  const { format, container, reader } = end.value;
  const losses = ledger.finish();
  if (table.length === spansBefore) return unreadable(nothingUsable(file.name, losses));
  return ok({
    file: { name: file.name, bytes: file.size, format, container },
    ledger: losses,
    spansRead: reader.spansRead(),
    locate: reader.locate,
  });
}

/** Null if it was cancelled. */
async function assemble(
  table: SpanTable,
  files: readonly FileRead[],
  pace: ImportPace,
): Promise<AssembledTraces | null> {
  const steps = assembleInSteps(table.columns(), (file, line) => files[file]!.locate(line));
  for (;;) {
    if (!(await pace.breathe())) return null;
    const step = steps.next();
    if (step.done) return step.value;
  }
}

const unreadable = (failure: Failure): Result<never, ImportFailure> =>
  err({ kind: 'unreadable', ...failure });

const cancelled = (where: string): Result<never, ImportFailure> =>
  err({ kind: 'cancelled', what: 'cancelled', where, advice: 'Nothing was imported.' });

const unreadableStream = ({ name }: SourceFile, error: unknown): Failure => ({
  what: 'a file that the browser could not read',
  where: name,
  advice: `Check that it still exists and may be read (${error instanceof Error ? error.message : String(error)}).`,
});

function nothingUsable(fileName: string, ledger: Ledger): Failure {
  const [most] = [...ledger].sort((a, b) => b.count - a.count);
  if (!most || lostSpans(ledger) === 0) {
    return {
      what: 'a file without a single span',
      where: fileName,
      advice: 'Check that the traces were exported at all.',
    };
  }
  const example = most.examples[0];
  const place = example?.line ? `, line ${example.line}` : example?.path ? `, ${example.path}` : '';
  return {
    what: `a file without a single usable span (${lostSpans(ledger)} set aside; ${REASONS[most.reason]})`,
    where: `${fileName}${place}`,
    advice: 'Check that it is the right file, and that it is whole.',
  };
}

/** Engines say "Array buffer allocation failed" or "Invalid typed array length" as a RangeError. */
const isOutOfMemory = (error: unknown): boolean =>
  error instanceof RangeError && !/call stack/i.test(error.message);
