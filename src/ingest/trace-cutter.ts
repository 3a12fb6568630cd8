/**
 * Traces of a span table, cut out of it as soon as they are complete, in batches: what is left is
 * what may still grow. A trace is complete at the end of its file, after its last span where that is
 * known beforehand, else once so many spans came without one of it.
 */
import { grown } from '../base/bytes.ts';
import { createColumnsCutter } from '../trace/cut-columns.ts';
import { groupByTrace } from '../trace/group-by-trace.ts';
import type { SpanColumns } from '../trace/span-columns.ts';
import { GONE } from './byte-interner.ts';
import { createIdPositions, type IdPositions } from './id-positions.ts';
import type { SpanTable } from './span-table.ts';

/** What says that a trace is complete before the end of its file. */
export type Completeness =
  /** Where the last span of every trace stands among all, as {@link noteLastSpans} finds them. */
  | { readonly kind: 'known'; readonly last: IdPositions }
  /** So many spans of other traces came since. */
  | { readonly kind: 'quiet'; readonly spans: number };

export interface LateSpans {
  readonly spans: number;
  readonly traces: number;
}

export interface TraceCutter {
  /** Batches that are complete, oldest first; to be taken away. */
  readonly ready: SpanColumns[];
  /** The input has ended: all that is left, a batch at a time. */
  finish(): Generator<SpanColumns>;
  /** Spans of traces that were cut out before. */
  late(): LateSpans;
}

/** Of one batch at most; a trace is never divided. */
interface BatchSize {
  readonly traces: number;
  readonly spans: number;
}

const BATCH: BatchSize = { traces: 1024, spans: 50_000 };
export const ONE_BATCH: BatchSize = {
  traces: Number.POSITIVE_INFINITY,
  spans: Number.POSITIVE_INFINITY,
};
/** Spans read between two looks at which traces are complete. */
const FEWEST_BETWEEN = 500;
const MOST_BETWEEN = 20_000;

export function createTraceCutter(
  table: SpanTable,
  completeness: Completeness,
  size: BatchSize = BATCH,
): TraceCutter {
  const ready: SpanColumns[] = [];
  const positions = createPositions(table);
  /** Traces that were cut out before the end of their file; where ends are known no span is late. */
  const closed = createIdPositions();
  const lateIds = createIdPositions();
  let lateSpans = 0;

  const isComplete = (trace: number, file: number): boolean => {
    if (trace < table.traceIds.firstOfScope) return true;
    const seen = positions.lastOf(trace);
    if (completeness.kind === 'quiet') return seen + completeness.spans < positions.total();
    return seen >= completeness.last.get(table.traceIds.bytes(trace), file);
  };

  /** Whole traces of the table, and open ones; late spans are counted. */
  const sorted = (columns: SpanColumns, isAtEnd: boolean) => {
    positions.note();
    const { rows, rowOffset } = groupByTrace(columns.trace, 0, table.traceIds.size);
    const [whole, open]: [Uint32Array[], Uint32Array[]] = [[], []];
    for (let trace = 0; trace + 1 < rowOffset.length; trace++) {
      const own = rows.subarray(rowOffset[trace]!, rowOffset[trace + 1]!);
      if (own.length === 0) continue;
      const id = table.traceIds.bytes(trace);
      const file = columns.file[own[0]!]!;
      if (closed.size > 0 && closed.get(id, file) >= 0) {
        lateSpans += own.length;
        lateIds.set(id, file, 0);
      } else if (isAtEnd || isComplete(trace, file)) {
        if (!isAtEnd && completeness.kind === 'quiet') closed.set(id, file, 0);
        whole.push(own);
      } else open.push(own);
    }
    return { whole, open };
  };

  const between =
    completeness.kind === 'known'
      ? MOST_BETWEEN
      : Math.min(MOST_BETWEEN, Math.max(FEWEST_BETWEEN, completeness.spans >> 2));
  const drain = (): void => {
    const columns = table.columns();
    const { whole, open } = sorted(columns, false);
    ready.push(...batches(columns, whole, size));
    positions.renumber(table.keepOnly(joined(open).sort()));
    // what stays is copied, so the more there is of it the rarer that is
    table.drainAt(table.length + Math.max(between, table.length >> 1), drain);
  };
  table.drainAt(between, drain);

  return {
    ready,
    *finish() {
      const columns = table.columns();
      yield* batches(columns, sorted(columns, true).whole, size);
    },
    late: () => ({ spans: lateSpans, traces: lateIds.size }),
  };
}

function* batches(
  columns: SpanColumns,
  traces: readonly Uint32Array[],
  size: BatchSize,
): Generator<SpanColumns, void> {
  const cut = createColumnsCutter(columns);
  let batch: Uint32Array[] = [];
  let spans = 0;
  for (const rows of traces) {
    batch.push(rows);
    spans += rows.length;
    if (batch.length < size.traces && spans < size.spans) continue;
    yield cut(joined(batch));
    batch = [];
    spans = 0;
  }
  if (batch.length > 0) yield cut(joined(batch));
}

function joined(parts: readonly Uint32Array[]): Uint32Array {
  const all = new Uint32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Notes where the last span of every trace stands among all, and keeps no span. */
export function noteLastSpans(table: SpanTable): { finish(): IdPositions } {
  const last = createIdPositions();
  const positions = createPositions(table);
  const drain = (): void => {
    positions.note();
    const { trace, file } = table.columns();
    const isNoted = new Uint8Array(table.traceIds.size);
    for (let row = 0; row < trace.length; row++) {
      const id = trace[row]!;
      if (isNoted[id] === 1) continue;
      isNoted[id] = 1;
      last.set(table.traceIds.bytes(id), file[row]!, positions.lastOf(id));
    }
    positions.renumber(table.keepOnly(new Uint32Array(0)));
    table.drainAt(MOST_BETWEEN, drain);
  };
  table.drainAt(MOST_BETWEEN, drain);
  return {
    finish: () => {
      drain();
      return last;
    },
  };
}

/** Where the last span of each trace of the table stands, among all that were read. */
function createPositions(table: SpanTable) {
  let last = new Float64Array(0);
  /** Rows before this one have been looked at. */
  let looked = 0;
  return {
    note(): void {
      const { trace } = table.linksFrom(0);
      // rows of a file that could not be read are gone
      looked = Math.min(looked, trace.length);
      last = grown(last, table.traceIds.size);
      const left = table.added - trace.length;
      for (let row = looked; row < trace.length; row++) last[trace[row]!] = left + row;
      looked = trace.length;
    },
    total: () => table.added,
    lastOf: (trace: number): number => last[trace]!,
    /** @param numbers as {@link SpanTable.keepOnly} gives them */
    renumber(numbers: Uint32Array): void {
      for (let trace = 0; trace < numbers.length; trace++) {
        if (numbers[trace] !== GONE) last[numbers[trace]!] = last[trace]!;
      }
      looked = table.length;
    },
  };
}
