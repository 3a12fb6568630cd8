/** A table's rows as a list: those that a filter leaves, in the order of a column. */
import { encodeUtf8 } from '../base/bytes.ts';
import type { Variant } from '../scoring/score-terms.ts';
import { labelCode, operationName, type StringColumn, type TraceSet } from '../trace/trace-set.ts';
import { numberColumn, orderBy } from './order.ts';
import type { OpenRange, TraceFilter, TraceSort } from './trace-query.ts';
import { isFlagged, nodesOf, rootOperation, type TraceTable } from './trace-table.ts';

/** @returns rows of the table; ties by score, the highest first */
export function arrangeTraces(
  traces: TraceSet,
  table: TraceTable,
  filter: TraceFilter,
  sort: TraceSort,
): Uint32Array {
  const kept = table.byScore.filter(rowTest(traces, table, filter));
  const descending = sort.direction === 'descending';
  if (sort.key === 'score') return descending ? kept : orderBy(table.source.scores, kept, false);
  return orderBy(sortKeys(traces, table, sort), kept, descending);
}

/** [R] numbers that compare as the column does; the score where a detector has no such column. */
function sortKeys(traces: TraceSet, table: TraceTable, { key }: TraceSort): ArrayLike<number> {
  const { source, trace, columns } = table;
  const perRow = (of: (row: number) => number) => numberColumn(trace.length, of);
  const perTrace = (of: (trace: number) => number) => perRow((row) => of(trace[row]!));
  switch (key) {
    case 'score':
      return source.scores;
    case 'flagged':
      return perRow((row) => (isFlagged(source, row) ? 1 : 0));
    case 'label':
      return perTrace((t) => traces.label[t]!);
    case 'nodes':
      return perRow((row) => nodesOf(traces, table, row));
    case 'structure':
      return perTrace((t) => columns.structureNumber[traces.structureOf[t]!]!);
    case 'root':
      return perTrace((t) => rootOperation(traces, t));
    case 'duration':
      return perTrace((t) => traces.latencyUs[traces.nodeOffset[t]!]!);
    case 'reason': {
      const { reasons } = columns;
      // by name of the part, those that outweigh most first within it
      return reasons === null
        ? source.scores
        : perRow(
            (row) => reasons.part[row]! - 1e-9 * Math.min(1e8, Math.max(0, reasons.excess[row]!)),
          );
    }
    case 'mismatch': {
      const { of, rows } = source;
      return of.kind === 'terms' ? perRow((row) => of.test.mismatch[rows[row]!]!) : source.scores;
    }
    case 'trace':
      return idOrder(traces.traceIds, trace);
    default:
      return columns.ranks?.[key.slice('rank-'.length) as Variant] ?? columns.rank;
  }
}

/** [R] place of each trace's id among them, by its bytes. */
function idOrder({ bytes, offset }: StringColumn, trace: Uint32Array): Uint32Array {
  const compare = (a: number, b: number): number => {
    const [firstA, firstB] = [offset[trace[a]!]!, offset[trace[b]!]!];
    const [lengthA, lengthB] = [offset[trace[a]! + 1]! - firstA, offset[trace[b]! + 1]! - firstB];
    for (let i = 0; i < lengthA && i < lengthB; i++) {
      const difference = bytes[firstA + i]! - bytes[firstB + i]!;
      if (difference !== 0) return difference;
    }
    return lengthA - lengthB;
  };
  const place = new Uint32Array(trace.length);
  Uint32Array.from(trace.keys())
    .sort(compare)
    .forEach((row, i) => {
      place[row] = i;
    });
  return place;
}

function rowTest(
  traces: TraceSet,
  table: TraceTable,
  filter: TraceFilter,
): (row: number) => boolean {
  const { source, trace } = table;
  const tests: ((row: number) => boolean)[] = [];
  const { label, flagged, structure, root } = filter;
  if (label !== null) {
    const code = labelCode(label);
    tests.push((row) => traces.label[trace[row]!] === code);
  }
  if (flagged !== null) tests.push((row) => isFlagged(source, row) === flagged);
  if (structure !== null) tests.push((row) => traces.structureOf[trace[row]!] === structure);
  if (root !== null) tests.push((row) => rootOperation(traces, trace[row]!) === root);
  if (isNarrow(filter.nodes)) {
    tests.push((row) => within(nodesOf(traces, table, row), filter.nodes));
  }
  if (isNarrow(filter.score)) tests.push((row) => within(source.scores[row]!, filter.score));
  const wanted = filter.search.trim();
  if (wanted !== '') {
    const found = searcher(traces, wanted);
    tests.push((row) => found(trace[row]!));
  }
  return (row) => tests.every((passes) => passes(row));
}

const isNarrow = ([from, to]: OpenRange): boolean => from !== null || to !== null;

const within = (value: number, [from, to]: OpenRange): boolean =>
  (from === null || value >= from) && (to === null || value <= to);

/** Whether a trace's id, or the name of one of its operations, has the text in it. */
function searcher(traces: TraceSet, text: string): (trace: number) => boolean {
  const wanted = text.toLowerCase();
  const { structures, structureOf, operations, traceIds } = traces;
  const named = operations.map((_, id) => operationName(traces, id).toLowerCase().includes(wanted));
  const structureHas = new Uint8Array(structures.nodeOffset.length - 1);
  if (named.includes(true)) {
    for (let structure = 0; structure < structureHas.length; structure++) {
      const [first, end] = [
        structures.nodeOffset[structure]!,
        structures.nodeOffset[structure + 1]!,
      ];
      for (let node = first; node < end; node++) {
        if (named[structures.operation[node]!]) structureHas[structure] = 1;
      }
    }
  }
  const bytes = encodeUtf8(wanted);
  return (trace) => structureHas[structureOf[trace]!] === 1 || contains(traceIds, trace, bytes);
}

/** Whether a string has these bytes in it, capital ASCII letters taken for small ones. */
function contains({ bytes, offset }: StringColumn, index: number, wanted: Uint8Array): boolean {
  const last = offset[index + 1]! - wanted.length;
  for (let start = offset[index]!; start <= last; start++) {
    let i = 0;
    while (i < wanted.length && lowered(bytes[start + i]!) === wanted[i]) i++;
    if (i === wanted.length) return true;
  }
  return false;
}

const lowered = (byte: number): number => (byte >= 65 && byte <= 90 ? byte + 32 : byte);
