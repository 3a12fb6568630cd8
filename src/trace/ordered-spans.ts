/**
 * The spans of every trace in the order of its tree, to be stored and shown beside it: trace after
 * trace, in a trace node after node. How many belong to a node says the TraceSet's spanCount.
 */
import { grown } from '../base/bytes.ts';
import type { MergedTree, SpanForest } from './merge-spans.ts';
import type { SpanColumns } from './span-columns.ts';
import type { StringColumn } from './trace-set.ts';

/** References into the columns that the spans were read into: nothing is copied until it is cut. */
export interface OrderedSpans {
  /** [kept spans] row in the columns below */
  readonly rows: Uint32Array;
  /** [rows] index of the parent among the spans of its trace, -1 for the root */
  readonly parent: Int32Array;
  /** [rows] index into {@link spanIds} */
  readonly span: Uint32Array;
  /** [rows] microseconds since the epoch, NaN where unknown */
  readonly startUs: Float64Array;
  /** [rows] microseconds */
  readonly durationUs: Float64Array;
  readonly spanIds: StringColumn;
}

export interface SpanOrderBuilder {
  /** The spans of the next trace. */
  add(tree: MergedTree): void;
  finish(): OrderedSpans;
}

export function createSpanOrderBuilder(
  columns: SpanColumns,
  { firstChild, nextSibling }: Pick<SpanForest, 'firstChild' | 'nextSibling'>,
): SpanOrderBuilder {
  const rows = new Uint32Array(columns.length);
  const parent = new Int32Array(columns.length);
  let count = 0;
  return {
    add({ nodeCount, firstMember, members }) {
      const spans = firstMember[nodeCount]!;
      parent[members[0]!] = -1;
      for (let i = 0; i < spans; i++) {
        const row = members[i]!;
        rows[count + i] = row;
        for (let child = firstChild[row]!; child >= 0; child = nextSibling[child]!) {
          parent[child] = i;
        }
      }
      count += spans;
    },
    finish: () => ({
      rows: rows.subarray(0, count),
      parent,
      span: columns.span,
      startUs: columns.startUs,
      durationUs: columns.durationUs,
      spanIds: columns.spanIds,
    }),
  };
}

/** Some of the spans, in arrays of their own. */
export interface SpanChunk {
  /** Index of the first among all kept spans. */
  readonly first: number;
  /** [spans] index of the parent among the spans of its trace, -1 for the root */
  readonly parent: Int32Array;
  /** [spans] microseconds since the epoch, NaN where unknown */
  readonly startUs: Float64Array;
  /** [spans] microseconds */
  readonly durationUs: Float64Array;
  /** [spans + 1] */
  readonly idOffset: Uint32Array;
  readonly idBytes: Uint8Array;
}

/** Of a span without its id: parent, start, duration and the offset of the id. */
const SPAN_BYTES = 24;

/**
 * Spans from `first` on, at least one.
 *
 * @param maxBytes of the chunk, unless one span alone is larger
 * @returns null after the last span
 */
export function cutSpans(spans: OrderedSpans, first: number, maxBytes: number): SpanChunk | null {
  const { rows, spanIds } = spans;
  if (first >= rows.length) return null;
  let idBytes = new Uint8Array(1024);
  let idOffset = new Uint32Array(64);
  let end = first;
  let used = 0;
  for (; end < rows.length; end++) {
    const id = spans.span[rows[end]!]!;
    const [from, to] = [spanIds.offset[id]!, spanIds.offset[id + 1]!];
    const next = used + to - from;
    if (end > first && (end - first + 1) * SPAN_BYTES + next > maxBytes) break;
    idBytes = grown(idBytes, next);
    idBytes.set(spanIds.bytes.subarray(from, to), used);
    idOffset = grown(idOffset, end - first + 2);
    idOffset[end - first + 1] = next;
    used = next;
  }
  const cut = rows.subarray(first, end);
  return {
    first,
    parent: Int32Array.from(cut, (row) => spans.parent[row]!),
    startUs: Float64Array.from(cut, (row) => spans.startUs[row]!),
    durationUs: Float64Array.from(cut, (row) => spans.durationUs[row]!),
    idOffset: idOffset.slice(0, end - first + 1),
    idBytes: idBytes.slice(0, used),
  };
}
