/**
 * Linking the spans of a trace to their parents: child lists and roots over span rows.
 */

import type { Reason } from './ledger.ts';
import { NO_PARENT, type SpanColumns } from './span-columns.ts';

export interface SpanLinker {
  /** [spans] first child of a linked span, -1 if none. */
  readonly firstChild: Int32Array;
  /** [spans] next child of the same parent, -1 at the end. */
  readonly nextSibling: Int32Array;
  /** [spans] 1 once the span is in a tree or in the ledger. */
  readonly settled: Uint8Array;
  /**
   * Links the rows of one trace; each trace once.
   *
   * @returns roots in file order, orphans among them, which are named once more, and the number of
   *          spans linked
   */
  link(trace: number, rows: Uint32Array): LinkedTrace;
  /** Puts roots below another one, in the order given. */
  attach(roots: readonly number[], below: number): void;
  /** Takes back the last {@link attach}. */
  detach(roots: readonly number[], below: number): void;
}

export interface LinkedTrace {
  readonly roots: number[];
  readonly orphans: number[];
  readonly linkedCount: number;
}

/** Clocks are said to differ from here on: some formats round times to milliseconds. */
const SKEW_US = 1000;

/**
 * @param operationOfSpan 0 where the operation is unknown: such spans are lost
 */
export function createSpanLinker(
  columns: SpanColumns,
  operationOfSpan: Uint32Array,
  record: (reason: Reason, spans: number, row: number) => void,
): SpanLinker {
  const { startUs } = columns;
  const firstChild = new Int32Array(columns.length).fill(-1);
  const nextSibling = new Int32Array(columns.length).fill(-1);
  const settled = new Uint8Array(columns.length);
  // Span ids are looked up by stamp, so nothing is cleared between traces.
  const rowOfId = new Uint32Array(columns.spanIdCount);
  const stampOfId = new Uint32Array(columns.spanIdCount);

  const adopt = (row: number, parentRow: number): void => {
    nextSibling[row] = firstChild[parentRow]!;
    firstChild[parentRow] = row;
  };

  const link: SpanLinker['link'] = (trace, rows) => {
    const stamp = trace + 1;
    let linkedCount = 0;
    for (const row of rows) {
      const id = columns.span[row]!;
      if (operationOfSpan[row] === 0) {
        settled[row] = 1;
        record('unknown-operation', 1, row);
      } else if (stampOfId[id] === stamp) {
        settled[row] = 1;
        record('duplicate-span-id', 1, row);
      } else {
        stampOfId[id] = stamp;
        rowOfId[id] = row;
        linkedCount += 1;
      }
    }

    const roots: number[] = [];
    const orphans: number[] = [];
    // Backwards, because a child is put before its siblings: lists end up in file order.
    for (let i = rows.length - 1; i >= 0; i--) {
      const row = rows[i]!;
      if (settled[row] === 1) continue;
      const parent = columns.parent[row]!;
      if (parent === NO_PARENT) roots.push(row);
      else if (parent === columns.span[row]!) {
        roots.push(row);
        record('own-parent', 1, row);
      } else if (stampOfId[parent] === stamp) {
        const parentRow = rowOfId[parent]!;
        adopt(row, parentRow);
        // false where a start is unknown, which is NaN
        if (startUs[row]! < startUs[parentRow]! - SKEW_US) record('clock-skew', 1, row);
      } else {
        roots.push(row);
        orphans.push(row);
      }
    }
    return { roots: roots.reverse(), orphans: orphans.reverse(), linkedCount };
  };

  return {
    firstChild,
    nextSibling,
    settled,
    link,
    attach: (roots, below) => {
      for (let i = roots.length - 1; i >= 0; i--) adopt(roots[i]!, below);
    },
    detach: (roots, below) => {
      for (const root of roots) {
        firstChild[below] = nextSibling[root]!;
        nextSibling[root] = -1;
      }
    },
  };
}
