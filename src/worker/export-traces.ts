/** A dataset as one file of another format, in steps that leave room for Cancel. */
import { nextTask } from '../base/next-task.ts';
import { mergedSpans } from '../export/merged-spans.ts';
import { mergedTreesJson } from '../export/merged-trees-json.ts';
import { writeSpans } from '../export/write-spans.ts';
import { type TraceSet, traceCount } from '../trace/trace-set.ts';
import type { ExportKind, ExportProgress } from './protocol.ts';

/** Pieces of text that become bytes together: a long list of short pieces would fill the heap. */
const PIECES_PER_PART = 64;
/** How long the worker may write before it looks at its messages. */
const YIELD_EVERY_MS = 25;

export interface ExportOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ExportProgress) => void;
}

/** @returns the file's bytes, or null when cancelled */
export async function exportTraces(
  traces: TraceSet,
  format: ExportKind,
  { signal, onProgress }: ExportOptions,
): Promise<Blob | null> {
  const total = traceCount(traces);
  let done = 0;
  function* counted() {
    for (const columns of mergedSpans(traces)) {
      yield columns;
      done += columns.traceIds.offset.length - 1;
    }
  }
  function* countedTrees() {
    for (const tree of mergedTreesJson(traces)) {
      yield tree;
      done += 1;
    }
  }
  const written = format === 'merged-trees' ? countedTrees() : writeSpans(format, counted());
  const parts: Blob[] = [];
  let pieces: string[] = [];
  let yieldedMs = performance.now();
  for (const piece of written) {
    if (signal.aborted) return null;
    pieces.push(piece);
    if (pieces.length === PIECES_PER_PART) {
      parts.push(new Blob(pieces));
      pieces = [];
    }
    if (performance.now() - yieldedMs < YIELD_EVERY_MS) continue;
    onProgress({ done, total });
    await nextTask();
    yieldedMs = performance.now();
  }
  return new Blob([...parts, ...pieces]);
}
