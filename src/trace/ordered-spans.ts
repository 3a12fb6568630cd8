/**
 * The spans of every trace in the order of its tree, to be stored and shown beside it: trace after
 * trace, in a trace node after node. How many belong to a node says the TraceSet's spanCount.
 */

import { isCallPair } from './call-pairs.ts';
import type { MergedTree, SpanForest } from './merge-spans.ts';
import { CALLER_NOT_RECORDED } from './orphans.ts';
import type { SpanColumns } from './span-columns.ts';
import type { SpanFacts } from './span-facts.ts';
import type { StringColumn } from './trace-set.ts';

/** References into the columns that the spans were read into: nothing is copied until it is cut. */
export interface OrderedSpans {
  /** [kept spans] row in the columns below */
  readonly rows: Uint32Array;
  /**
   * [rows] index of the parent among the spans of its trace, -1 for the root; CALLER_NOT_RECORDED for
   * a root without its caller, and for a span that stands below the first for that reason
   */
  readonly parent: Int32Array;
  /** [rows] index into {@link spanIds} */
  readonly span: Uint32Array;
  /** [rows] microseconds since the epoch, NaN where unknown */
  readonly startUs: Float64Array;
  /** [rows] microseconds */
  readonly durationUs: Float64Array;
  readonly spanIds: StringColumn;
  /** [rows] status, kind and attributes; absent where no span has any */
  readonly facts?: SpanFacts;
}

export interface SpanOrderBuilder {
  /** The spans of the next trace. */
  add(tree: MergedTree): void;
  /** Of the trace that was added last: spans whose caller was not recorded. */
  markOrphans(rows: readonly number[]): void;
  /** Calls so far of which client and server are known. */
  pairs(): number;
  finish(): OrderedSpans;
}

export function createSpanOrderBuilder(
  columns: SpanColumns,
  { firstChild, nextSibling }: Pick<SpanForest, 'firstChild' | 'nextSibling'>,
): SpanOrderBuilder {
  const rows = new Uint32Array(columns.length);
  const parent = new Int32Array(columns.length);
  const mark = columns.facts?.mark;
  let count = 0;
  let pairs = 0;

  const hasPair = (mark: Uint8Array, row: number): boolean => {
    const child = firstChild[row]!;
    const isOnly = child >= 0 && nextSibling[child]! < 0;
    return isOnly && isCallPair(mark, columns.service, row, child);
  };

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
        if (mark !== undefined && hasPair(mark, row)) pairs += 1;
      }
      count += spans;
    },
    markOrphans: (orphans) => {
      for (const row of orphans) parent[row] = CALLER_NOT_RECORDED;
    },
    pairs: () => pairs,
    finish: () => ({
      rows: rows.subarray(0, count),
      parent,
      span: columns.span,
      startUs: columns.startUs,
      durationUs: columns.durationUs,
      spanIds: columns.spanIds,
      ...(columns.facts && { facts: columns.facts }),
    }),
  };
}
