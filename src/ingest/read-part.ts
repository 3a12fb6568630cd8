/**
 * One file, or one of an archive, into the span table: its stream through the content reader, and the
 * rest by place where its format is read so.
 */
import { err, type Failure, ok, type Result } from '../base/result.ts';
import {
  createLedgerBuilder,
  type Ledger,
  type LedgerExample,
  lostSpans,
  REASONS,
} from '../trace/ledger.ts';
import { type ContentReader, createContentReader, type FileContent } from './content-reader.ts';
import type { ImportedFile, ImportFailure } from './import.ts';
import type { ImportPace } from './import-pace.ts';
import { readAs } from './sniff.ts';
import type { SourcePart } from './source-parts.ts';
import type { ContentContext } from './span-reader.ts';
import type { TraceFormat } from './trace-format.ts';
import { isUnmapped } from './unmapped-table.ts';

export interface FileRead {
  readonly file: ImportedFile;
  readonly format: TraceFormat;
  /** Losses and repairs of the reading. */
  readonly ledger: Ledger;
  readonly spansRead: number;
  readonly locate: (line: number) => LedgerExample;
}

export type PartContext = Omit<ContentContext, 'fileName' | 'ledger'>;

/** Told of bytes of the file as it was given, and of spans. */
type OnProgress = (bytes: number, spans: number) => void;

/** Of a part that fails nothing stays in the table. */
export async function readPart(
  part: SourcePart,
  shared: PartContext,
  formats: readonly TraceFormat[],
  pace: ImportPace,
  onProgress: OnProgress,
): Promise<Result<FileRead, ImportFailure>> {
  const ledger = createLedgerBuilder();
  const context: ContentContext = { ...shared, fileName: part.name, ledger };
  const content = createContentReader(context, { formats, file: part.file });
  const { table } = shared;
  const before = table.mark();
  const renamed = new Set<string>();
  const noteIds = (locate: (line: number) => LedgerExample): void => {
    for (const name of table.decodeNames()) {
      // rows that left before may have had it, too
      if (renamed.has(name)) continue;
      renamed.add(name);
      ledger.add('other-encoding', 1, () => ({ file: part.name, path: name }));
    }
    for (const row of table.rowsWrittenOtherwise()) {
      ledger.add('padded-id', 1, () => ({
        ...locate(table.lineOf(row)),
        traceId: table.traceIdOf(row),
      }));
    }
  };
  table.beforeDrain(() => noteIds(() => ({ file: part.name })));
  const read = await readContent(part, content, pace, onProgress);
  if (!read.ok) {
    table.backTo(before);
    return read;
  }
  const { container, opened } = read.value;
  const { format, reader } = opened;
  if (format.gives === 'spans') noteIds(reader.locate);
  const losses = ledger.finish();
  if (table.added === before.added && format.gives === 'spans') {
    table.backTo(before);
    return unreadable(readAs(nothingUsable(part.name, losses), opened));
  }
  return ok({
    file: {
      name: part.name,
      bytes: part.bytes,
      format: format.id,
      container: part.container === 'plain' ? container : part.container,
    },
    format,
    ledger: losses,
    spansRead: reader.spansRead(),
    locate: reader.locate,
  });
}

async function readContent(
  part: SourcePart,
  content: ContentReader,
  pace: ImportPace,
  onProgress: OnProgress,
): Promise<Result<FileContent, ImportFailure>> {
  const failure = await readStream(part, content, pace, onProgress);
  if (failure) return err(failure);
  const end = content.finish();
  if (!end.ok) return unreadable(end.error);
  const { opened } = end.value;
  if (opened.bytes !== null) {
    const steps = opened.reader.readPlaced(opened.bytes());
    for (;;) {
      const step = await steps.next();
      if (step.done && step.value) return unreadable(readAs(step.value, opened));
      if (step.done) break;
      onProgress(part.bytes, opened.reader.spansRead());
      if (!(await pace.breathe())) return err(cancelledImport(`while reading ${part.name}`));
    }
  }
  return ok(end.value);
}

/** Null once all has been read that the content wants. */
async function readStream(
  part: SourcePart,
  content: ContentReader,
  pace: ImportPace,
  onProgress: OnProgress,
): Promise<ImportFailure | null> {
  const decoder = part.createDecoder(content.push);
  const opened = await part.open();
  if (!opened.ok) return asImportFailure(opened.error);
  const chunks = opened.value;
  let bytes = 0;
  try {
    while (content.wantsMore()) {
      if (!(await pace.breathe())) return cancelledImport(`while reading ${part.name}`);
      const chunk = await chunks.next().catch((error: unknown) => asFailure(part, error));
      if (chunk === null) break;
      if ('what' in chunk) return asImportFailure(chunk);
      const failure = decoder.push(chunk);
      if (failure) return asImportFailure(failure);
      bytes = chunks.packed?.() ?? bytes + chunk.length;
      onProgress(bytes, content.spansRead());
    }
  } finally {
    chunks.close();
  }
  const failure = decoder.finish();
  return failure && asImportFailure(failure);
}

const asImportFailure = (failure: Failure): ImportFailure =>
  isUnmapped(failure) ? { kind: 'unmapped', ...failure } : { kind: 'unreadable', ...failure };

export const unreadable = (failure: Failure): Result<never, ImportFailure> =>
  err(asImportFailure(failure));

export const cancelledImport = (where: string): ImportFailure => ({
  kind: 'cancelled',
  what: 'cancelled',
  where,
  advice: 'Nothing was imported.',
});

/** The streams of archives fail with what is wrong with the archive. */
const asFailure = (part: SourcePart, error: unknown): Failure =>
  isFailure(error) ? error : unreadableFile(part, error);

const isFailure = (error: unknown): error is Failure =>
  typeof error === 'object' && error !== null && 'what' in error && 'advice' in error;

export const unreadableFile = ({ name }: { readonly name: string }, error: unknown): Failure => ({
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
