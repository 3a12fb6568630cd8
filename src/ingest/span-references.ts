/**
 * Spans that name several parents, of which the first that exists counts. Which do is known only
 * when the whole file has been read, so the choices are kept until then.
 */
import { groupByTrace } from '../trace/group-by-trace.ts';
import type { SpanTable } from './span-table.ts';

export interface SpanReferences {
  /** @param candidates span ids in the order of preference; the row's parent stays if none exists */
  add(row: number, candidates: readonly number[]): void;
  /** Whether rows were added. */
  areOpen(): boolean;
  /** Settles the parents of all rows added. */
  resolve(): void;
}

/** @param firstRow of the file */
export function createSpanReferences(table: SpanTable, firstRow: number): SpanReferences {
  const rowsToResolve: number[] = [];
  const firstCandidate: number[] = [0];
  const candidates: number[] = [];

  return {
    add: (row, ids) => {
      rowsToResolve.push(row);
      for (const id of ids) candidates.push(id);
      firstCandidate.push(candidates.length);
    },
    areOpen: () => rowsToResolve.length > 0,
    resolve: () => {
      if (rowsToResolve.length === 0) return;
      const { trace, span, parent, firstTrace } = table.linksFrom(firstRow);
      const grouped = groupByTrace(trace, firstTrace, table.traceIds.size - firstTrace);
      const pending = new Int32Array(trace.length).fill(-1);
      for (const [i, row] of rowsToResolve.entries()) pending[row - firstRow] = i;
      // Ids are looked up by stamp, so nothing is cleared between traces.
      const stampOfId = new Uint32Array(table.spanIds.size);
      for (let i = 0; i + 1 < grouped.rowOffset.length; i++) {
        const rows = grouped.rows.subarray(grouped.rowOffset[i]!, grouped.rowOffset[i + 1]!);
        for (const row of rows) stampOfId[span[row]!] = i + 1;
        for (const row of rows) {
          const choice = pending[row]!;
          if (choice < 0) continue;
          const ids = candidates.slice(firstCandidate[choice]!, firstCandidate[choice + 1]!);
          parent[row] = ids.find((id) => stampOfId[id] === i + 1) ?? parent[row]!;
        }
      }
    },
  };
}
