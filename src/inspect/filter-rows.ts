/**
 * Which rows of a table pass a filter, and, where none does, which part of it is in the way. Every
 * part is one pass over the rows, by columns: what holds of a structure is looked up once per
 * structure.
 */
import { labelCode, structureCount, type TraceSet } from '../trace/trace-set.ts';
import { searchRows } from './search-traces.ts';
import type { FilterPart, InTheWay, OpenRange, TraceFilter } from './trace-query.ts';
import { isFlagged, rootOperation, type TraceTable } from './trace-table.ts';

export interface Filtered {
  /** [R] 1 where a row passes every part */
  readonly passes: Uint8Array;
  /** Empty where a row passes. */
  readonly inTheWay: readonly InTheWay[];
}

type Test = (trace: number, row: number) => boolean;

/** A text that goes on from the one before is looked for among the rows that had that one. */
export function createFilter(
  traces: TraceSet,
  table: TraceTable,
): (filter: TraceFilter) => Filtered {
  let searched: { readonly text: string; readonly found: Uint8Array } | null = null;
  const search = (text: string): Uint8Array => {
    if (searched?.text !== text) {
      const among = searched !== null && text.includes(searched.text) ? searched.found : null;
      searched = { text, found: searchRows(traces, text, table.source.trace, among) };
    }
    return searched.found;
  };

  return (filter) => {
    const { trace } = table.source;
    const tests = testsOf(traces, table, filter);
    const text = filter.search.trim().toLowerCase();
    if (text !== '') {
      const found = search(text);
      tests.push(['search', (_, row) => found[row] === 1]);
    }
    /** [R] parts that the row fails, and the last of them */
    const failed = leftOut(table, filter);
    const lastFailed = new Uint8Array(trace.length);
    tests.forEach(([, passing], part) => {
      for (let row = 0; row < failed.length; row++) {
        if (passing(trace[row]!, row)) continue;
        failed[row]! += 1;
        lastFailed[row] = part;
      }
    });
    const passes = new Uint8Array(trace.length);
    let anyPasses = false;
    for (let row = 0; row < passes.length; row++) {
      if (failed[row] !== 0) continue;
      passes[row] = 1;
      anyPasses = true;
    }
    const inTheWay = anyPasses ? [] : countAlone(tests, failed, lastFailed);
    return { passes, inTheWay };
  };
}

/** [R] 2 of rows of the sets that are not listed, which no other choice of the parts brings back; else 0 */
function leftOut({ source: { trace, seen = null } }: TraceTable, filter: TraceFilter): Uint8Array {
  const out = new Uint8Array(trace.length);
  if (seen === null || filter.seen === 'also') return out;
  const listed = filter.seen === 'only' ? 1 : 0;
  for (let row = 0; row < out.length; row++) if (seen[row] !== listed) out[row] = 2;
  return out;
}

/** Rows that fail one part alone, by part. */
function countAlone(
  tests: readonly (readonly [FilterPart, Test])[],
  failed: Uint8Array,
  lastFailed: Uint8Array,
): InTheWay[] {
  const alone = new Uint32Array(tests.length);
  for (let row = 0; row < failed.length; row++) if (failed[row] === 1) alone[lastFailed[row]!]!++;
  return tests
    .map(([part], i) => ({ part, traces: alone[i]! }))
    .filter((counted) => counted.traces > 0)
    .sort((a, b) => b.traces - a.traces);
}

/** One for every part that is chosen, but the search. */
function testsOf(
  traces: TraceSet,
  { source, onDemand }: TraceTable,
  filter: TraceFilter,
): [FilterPart, Test][] {
  const { structureOf, nodeOffset, startUs } = traces;
  const { label, flagged, structure, root, service, operation, lacks, errors } = filter;
  const tests: [FilterPart, Test][] = [];
  if (label !== null) {
    const code = labelCode(label);
    tests.push(['label', (t) => traces.label[t] === code]);
  }
  if (flagged !== null) tests.push(['flagged', (_, row) => isFlagged(source, row) === flagged]);
  if (structure !== null) tests.push(['structure', (t) => structureOf[t] === structure]);
  if (root !== null) tests.push(['root', (t) => rootOperation(traces, t) === root]);
  if (service !== null) {
    const has = structuresWith(traces, (id) => traces.operations[id]?.service === service);
    tests.push(['service', (t) => has[structureOf[t]!] === 1]);
  }
  if (operation !== null) {
    const has = structuresWith(traces, (id) => id === operation);
    tests.push(['operation', (t) => has[structureOf[t]!] === 1]);
  }
  if (lacks !== null) {
    const has = structuresWith(traces, (id) => id === lacks);
    tests.push(['lacks', (t) => has[structureOf[t]!] === 0]);
  }
  if (errors !== null) {
    const of = onDemand.errors();
    tests.push(['errors', (_, row) => of[row]! > 0 === errors]);
  }
  const inRange = (
    part: FilterPart,
    range: OpenRange,
    read: (t: number, row: number) => number,
  ) => {
    if (range[0] === null && range[1] === null) return;
    const [from, to] = closed(range);
    const within: Test = (t, row) => {
      const value = read(t, row);
      return value >= from && value <= to;
    };
    tests.push([part, within]);
  };
  inRange('duration', filter.duration, (t) => traces.latencyUs[nodeOffset[t]!]! / 1e3);
  inRange('start', filter.start, (t) => startUs[t]! / 1e3);
  inRange('nodes', filter.nodes, (t) => nodeOffset[t + 1]! - nodeOffset[t]!);
  inRange('score', filter.score, (_, row) => source.scores[row]!);
  return tests;
}

/** [S] 1 where an operation of the structure is one that is asked for. */
function structuresWith(
  { structures, operations }: TraceSet,
  isWanted: (operation: number) => boolean,
): Uint8Array {
  const wanted = Uint8Array.from(operations, (_, id) => (isWanted(id) ? 1 : 0));
  const { nodeOffset, operation } = structures;
  const has = new Uint8Array(structureCount(structures));
  for (let structure = 0; structure < has.length; structure++) {
    for (let node = nodeOffset[structure]!; node < nodeOffset[structure + 1]!; node++) {
      if (wanted[operation[node]!] === 1) has[structure] = 1;
    }
  }
  return has;
}

const closed = ([from, to]: OpenRange): readonly [number, number] => [
  from ?? Number.NEGATIVE_INFINITY,
  to ?? Number.POSITIVE_INFINITY,
];
