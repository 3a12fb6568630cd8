/**
 * Importing files (see {@link file://./import.ts}): each is read into one span table, then traces
 * are assembled. Either all files come in or none: one that cannot be read fails the import.
 */
import { err, type Failure, ok, type Result } from '../base/result.ts';
import { type AssembledTraces, assembleInSteps, type Locate } from '../trace/assemble.ts';
import { headerKey } from '../trace/column-mapping.ts';
import {
  createLedgerBuilder,
  type Ledger,
  type LedgerExample,
  lostSpans,
  mergeLedgers,
  REASONS,
} from '../trace/ledger.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import { createContentReader } from './content-reader.ts';
import type {
  ImportedFile,
  ImportedTraces,
  ImportFailure,
  ImportFiles,
  ImportOptions,
  LabelledTraces,
  SourceFile,
} from './import.ts';
import { createImportPace, type ImportPace } from './import-pace.ts';
import { isUnmapped } from './mapped-csv.ts';
import { isHeldParquet, isParquet, type PlacedBytes } from './parquet-file.ts';
import { readParquet } from './parquet-table.ts';
import { isForeign } from './sniff.ts';
import { isAmongOthers, partsOf, readHead, type SourcePart } from './source-parts.ts';
import type { ContentContext } from './span-reader.ts';
import { SpanTable } from './span-table.ts';
import { TraceLabels } from './trace-labels.ts';

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
    return await importAll(files, createImportPace(options), options);
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
  { mappings = [], authorsRules = true, onSpans }: ImportOptions,
): Promise<Result<ImportedTraces, ImportFailure>> {
  const bytesTotal = files.reduce((sum, { size }) => sum + size, 0);
  const context = {
    table: new SpanTable(),
    labels: new TraceLabels(),
    mappings: new Map(mappings.map((mapping) => [headerKey(mapping.header), mapping])),
    authorsRules,
  };
  const notes = createLedgerBuilder();
  const reads: FileRead[] = [];
  let firstSkipped: Failure | null = null;
  let bytesBefore = 0;
  let spansRead = 0;
  for (const file of files) {
    const parts = await partsOf(file).catch((error: unknown) => err(unreadableFile(file, error)));
    if (!parts.ok) return unreadable(parts.error);
    let partsBefore = 0;
    for (const part of parts.value) {
      if (reads.length === MAX_FILES) return unreadable(tooManyFiles(part.name));
      const read = await readPart(part, context, pace, (bytes, spans) =>
        pace.report({
          file: part.name,
          bytesRead: bytesBefore + partsBefore + bytes,
          bytesTotal,
          spans: spansRead + spans,
        }),
      );
      partsBefore += part.bytes;
      if (!read.ok) {
        if (!isForeign(read.error) || !isAmongOthers(part)) return read;
        firstSkipped ??= read.error;
        notes.add('skipped-file', 1, () => ({ file: part.name }));
        continue;
      }
      notes.merge(read.value.ledger);
      if (read.value.file.format === 'labels-csv') continue;
      reads.push(read.value);
      spansRead += read.value.spansRead;
    }
    bytesBefore += file.size;
  }
  if (reads.length === 0) return nothingRead(context.labels, firstSkipped, files);

  const assembled = await assemble(context.table, reads, pace, !authorsRules);
  if (!assembled) return cancelled('while the trees were put together');
  const traces = context.labels.applyTo(assembled.traces, notes);
  onSpans?.(assembled.spans);
  return ok({
    files: reads.map(({ file }) => file),
    traces,
    ledger: mergeLedgers(notes.finish(), assembled.ledger),
    spansRead,
    spansKept: assembled.spansKept,
    seconds: pace.seconds(),
    ...(authorsRules ? {} : { authorsRules }),
  });
}

interface FileRead {
  readonly file: ImportedFile;
  /** Losses and repairs of the reading. */
  readonly ledger: Ledger;
  readonly spansRead: number;
  readonly locate: (line: number) => LedgerExample;
}

type PartContext = Omit<ContentContext, 'fileName' | 'ledger'>;

async function readPart(
  part: SourcePart,
  shared: PartContext,
  pace: ImportPace,
  onProgress: (bytes: number, spans: number) => void,
): Promise<Result<FileRead, ImportFailure>> {
  const ledger = createLedgerBuilder();
  const context: ContentContext = { ...shared, fileName: part.name, ledger };
  const spansBefore = shared.table.length;
  const read = await readSpans(part, context, pace, onProgress);
  if (!read.ok) return read;
  const { format, container, spansRead, locate } = read.value;
  const losses = ledger.finish();
  if (shared.table.length === spansBefore && format !== 'labels-csv') {
    return unreadable(nothingUsable(part.name, losses));
  }
  return ok({
    file: { name: part.name, bytes: part.bytes, format, container },
    ledger: losses,
    spansRead,
    locate,
  });
}

type SpansRead = Pick<ImportedFile, 'format' | 'container'> &
  Pick<FileRead, 'spansRead' | 'locate'>;

async function readSpans(
  part: SourcePart,
  context: ContentContext,
  pace: ImportPace,
  onProgress: (bytes: number, spans: number) => void,
): Promise<Result<SpansRead, ImportFailure>> {
  const { file } = part;
  if (file !== null && isParquet(await readHead(file, 4))) {
    context.table.startFile();
    return readPlaced(file, 'plain', context, pace, (spans) => onProgress(part.bytes, spans));
  }
  const content = createContentReader(context);
  const decoder = part.createDecoder(content.push);
  const opened = await part.open();
  if (!opened.ok) return unreadable(opened.error);
  const stream = opened.value.getReader();
  let bytes = 0;
  try {
    for (;;) {
      if (!(await pace.breathe())) return cancelled(`while reading ${part.name}`);
      const chunk = await stream.read().catch((error: unknown) => unreadableFile(part, error));
      if ('what' in chunk) return unreadable(chunk);
      if (chunk.done) break;
      const failure = decoder.push(chunk.value);
      if (failure) return unreadable(failure);
      bytes += chunk.value.length;
      onProgress(bytes, content.spansRead());
    }
  } finally {
    // Frees the file where reading stopped half-way; a stream that failed has nothing left to free.
    stream.cancel().catch(() => undefined);
  }

  const failure = decoder.finish();
  const end = failure ? err(failure) : content.finish();
  if (!end.ok) return unreadable(end.error);
  const { format, reader } = end.value;
  const container = part.container === 'plain' ? end.value.container : part.container;
  if (isHeldParquet(reader)) {
    return readPlaced(reader.bytes(), container, context, pace, (spans) =>
      onProgress(part.bytes, spans),
    );
  }
  return ok({ format, container, spansRead: reader.spansRead(), locate: reader.locate });
}

/** A format that is read by place and not from front to back. */
async function readPlaced(
  bytes: PlacedBytes,
  container: ImportedFile['container'],
  context: ContentContext,
  pace: ImportPace,
  onSpans: (spans: number) => void,
): Promise<Result<SpansRead, ImportFailure>> {
  const read = await readParquet(bytes, context, (spans) => {
    onSpans(spans);
    return pace.breathe();
  });
  if (!read.ok) return unreadable(read.error);
  if (read.value === 'cancelled') return cancelled(`while reading ${context.fileName}`);
  return ok({ format: 'parquet', container, ...read.value });
}

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
  for (const file of files) {
    const parts = await partsOf(file).catch((error: unknown) => err(unreadableFile(file, error)));
    if (!parts.ok) return unreadable(parts.error);
    for (const part of parts.value) {
      const read = await readPart(part, context, pace, () => undefined);
      if (read.ok) notes.merge(read.value.ledger);
      else if (!isForeign(read.error) || !isAmongOthers(part)) return read;
    }
  }
  const { label } = context.labels.applyTo(traces, notes);
  return ok({ label, ledger: notes.finish() });
}

/** Null if it was cancelled. */
async function assemble(
  table: SpanTable,
  files: readonly FileRead[],
  pace: ImportPace,
  attachOrphans: boolean,
): Promise<AssembledTraces | null> {
  const locate: Locate = (file, line) => files[file]!.locate(line);
  const steps = assembleInSteps(table.columns(), locate, { attachOrphans });
  for (;;) {
    if (!(await pace.breathe())) return null;
    const step = steps.next();
    if (step.done) return step.value;
  }
}

const unreadable = (failure: Failure): Result<never, ImportFailure> =>
  err(isUnmapped(failure) ? { kind: 'unmapped', ...failure } : { kind: 'unreadable', ...failure });

const cancelled = (where: string): Result<never, ImportFailure> =>
  err({ kind: 'cancelled', what: 'cancelled', where, advice: 'Nothing was imported.' });

const tooManyFiles = (where: string): Failure => ({
  what: `more than ${MAX_FILES} files to import`,
  where,
  advice: `Give at most ${MAX_FILES} files at once.`,
});

/** No file holds a span: labels alone, or nothing of ours in an archive or a folder. */
function nothingRead(
  labels: TraceLabels,
  firstSkipped: Failure | null,
  files: readonly SourceFile[],
): Result<never, ImportFailure> {
  if (labels.size === 0 && firstSkipped) return unreadable(firstSkipped);
  return err({
    kind: 'labels-only',
    what: 'labels without their traces',
    where: files.map(({ name }) => name).join(', '),
    advice: 'Drop the traces first, or both at once.',
  });
}

const unreadableFile = ({ name }: { readonly name: string }, error: unknown): Failure => ({
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
  const place = [
    ...(example?.line === undefined ? [] : [`, line ${example.line}`]),
    ...(example?.path === undefined ? [] : [`, ${example.path}`]),
    ...(example?.byte === undefined ? [] : [`, byte ${example.byte}`]),
  ].join('');
  return {
    what: `a file without a single usable span (${lostSpans(ledger)} set aside; ${REASONS[most.reason]})`,
    where: `${fileName}${place}`,
    advice: 'Check that it is the right file, and that it is whole.',
  };
}

/** Engines say "Array buffer allocation failed" or "Invalid typed array length" as a RangeError. */
const isOutOfMemory = (error: unknown): boolean =>
  error instanceof RangeError && !/call stack/i.test(error.message);
