/** A table's rows as a list: those that a filter leaves, in the order of a column. */
import { everyRow, orderBy, orderByCount } from '../base/order.ts';
import type { Variant } from '../scoring/corrections/list.ts';
import { largestTerm } from '../scoring/plain-scores.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import { createFilter } from './filter-rows.ts';
import type { Arranged, TraceFilter, TraceSort } from './trace-query.ts';
import { isFlagged, rootOperation, type TraceTable } from './trace-table.ts';

/** @returns rows of the table in an array of its own; ties by score, the highest first */
export type Arrange = (filter: TraceFilter, sort: TraceSort) => Omit<Arranged, 'kinds'>;

/** Keeps the order it found last, so that another filter goes over rows that are in order already. */
export function createArranger(traces: TraceSet, table: TraceTable): Arrange {
  let ordered: { readonly sort: TraceSort; readonly rows: Uint32Array } | null = null;
  const filterRows = createFilter(traces, table);

  const inOrder = (sort: TraceSort): Uint32Array => {
    if (ordered?.sort.key !== sort.key || ordered.sort.direction !== sort.direction) {
      ordered = { sort, rows: sortRows(traces, table, sort) };
    }
    return ordered.rows;
  };
  return (filter, sort) => {
    const { passes, inTheWay } = filterRows(filter);
    // a list begins with the flagged traces by score: few, which need no order of all the others
    if (ordered === null && sort.key === 'score') {
      const few = kept(everyRow(passes.length), passes);
      if (few.length * FEW <= passes.length) {
        return { rows: sortedByScore(table, few, sort), inTheWay };
      }
    }
    return { rows: kept(inOrder(sort), passes), inTheWay };
  };
}

/** One row in so many. */
const FEW = 8;

/** @returns an array of its own */
const sortedByScore = ({ source }: TraceTable, rows: Uint32Array, sort: TraceSort): Uint32Array =>
  orderBy(source.scores, rows, sort.direction === 'descending');

/** One list of a table. */
export const arrangeTraces = (
  traces: TraceSet,
  table: TraceTable,
  filter: TraceFilter,
  sort: TraceSort,
): ReturnType<Arrange> => createArranger(traces, table)(filter, sort);

function kept(rows: Uint32Array, passes: Uint8Array): Uint32Array {
  const list = new Uint32Array(rows.length);
  let at = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    // written whether it passes or not: a branch that is guessed wrong costs more
    list[at] = row;
    at += passes[row]!;
  }
  return at === rows.length ? list : list.slice(0, at);
}

/** All rows in the order of a column; by score where a detector has no such column. */
function sortRows(traces: TraceSet, table: TraceTable, sort: TraceSort): Uint32Array {
  const { source, columns, onDemand } = table;
  const { trace } = source;
  const byScore = onDemand.byScore();
  const descending = sort.direction === 'descending';
  const byCount = (keys: ArrayLike<number>) => orderByCount(keys, byScore, descending);
  const column = (of: (trace: number, row: number) => number): Uint32Array => {
    const keys = new Uint32Array(trace.length);
    for (let row = 0; row < keys.length; row++) keys[row] = of(trace[row]!, row);
    return byCount(keys);
  };
  const byChosenScore = () => (descending ? byScore : orderBy(source.scores, byScore, false));
  switch (sort.key) {
    case 'score':
    case 'rare':
    case 'sentence':
    case 'kind':
      return byChosenScore();
    case 'seen':
      return column((_, row) => source.seen?.[row] ?? 0);
    case 'flagged':
      return column((_, row) => (isFlagged(source, row) ? 1 : 0));
    case 'label':
      return column((t) => traces.label[t]!);
    case 'nodes':
      return column((t) => traces.nodeOffset[t + 1]! - traces.nodeOffset[t]!);
    case 'structure':
      return column((t) => columns.structureNumber[traces.structureOf[t]!]!);
    case 'root':
      return column((t) => rootOperation(traces, t));
    case 'errors':
      return byCount(onDemand.errors());
    case 'start': {
      const us = new Float64Array(trace.length);
      for (let row = 0; row < us.length; row++) us[row] = traces.startUs[trace[row]!]!;
      return orderBy(us, byScore, descending);
    }
    case 'duration': {
      const us = new Float32Array(trace.length);
      for (let row = 0; row < us.length; row++) {
        us[row] = traces.latencyUs[traces.nodeOffset[trace[row]!]!]!;
      }
      return orderBy(us, byScore, descending);
    }
    case 'reason': {
      const { of } = table;
      if (of.kind === 'plain') {
        const { terms = [] } = of.test;
        return column((_, row) => {
          const term = largestTerm(terms, source.rows[row]!);
          return term < 0 ? terms.length : term;
        });
      }
      const reasons = onDemand.reasons.now();
      if (reasons === null) return byChosenScore();
      // by name of the part, those that outweigh most first within it
      const keys = new Float64Array(trace.length);
      for (let row = 0; row < keys.length; row++) {
        const excess = Math.min(1e8, Math.max(0, reasons.excess[row]!));
        keys[row] = reasons.part[row]! - 1e-9 * excess;
      }
      return orderBy(keys, byScore, descending);
    }
    case 'mismatch': {
      const of = table.of;
      if (of.kind === 'plain') return byChosenScore();
      return column((_, row) => of.test.mismatch[source.rows[row]!]!);
    }
    case 'trace':
      return byCount(onDemand.idPlaces());
    default:
      return byCount(onDemand.ranks(sort.key.slice('rank-'.length) as Variant) ?? onDemand.rank());
  }
}
