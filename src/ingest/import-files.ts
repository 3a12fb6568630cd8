/**
 * Importing files (see {@link file://./import.ts}): each is read into one span table, then traces
 * are assembled.
 */
import { err, ok, type Result } from '../base/result.ts';
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
import { fetchAhead } from './read-ahead.ts';
import { isOutOfMemory, outOfMemory, readableParts, readFiles } from './read-files.ts';
import { cancelledImport, type FileRead, readPart, unreadable } from './read-part.ts';
import { isAmongOthers } from './source-parts.ts';
import { SpanTable } from './span-table.ts';
import { TraceLabels } from './trace-labels.ts';

export const importFiles: ImportFiles = async (given, options) => {
  const files = 'names' in given ? given : allHere(given);
  try {
    return await importAll(files, createImportPace(options), options);
  } catch (error) {
    if (!isOutOfMemory(error)) throw error;
    return outOfMemory(files.names);
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
  const context = {
    table: new SpanTable(keptAttributes),
    labels: new TraceLabels(),
    mappings: new Map(mappings.map((mapping) => [headerKey(mapping.header), mapping])),
    authorsRules,
  };
  const read = await readFiles(files, context, formats, pace);
  if (!read.ok) return read;
  const { reads, notes, spansRead, unread } = read.value;
  const rule = orphans ?? (authorsRules ? 'own-tree' : 'attach');
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
    ...(unread.length > 0 ? { unread } : {}),
  });
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
