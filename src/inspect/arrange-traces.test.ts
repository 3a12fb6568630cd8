import fc from 'fast-check';
import { expect, test } from 'vitest';
import { correctionsOf, VARIANTS, type Variant } from '../scoring/corrections/list.ts';
import { fakeScores } from '../testing/run-fakes.ts';
import { toyTraces } from '../testing/toy-traces.ts';
import { decodeString } from '../trace/string-column.ts';
import { errorsOf, nodeCount, operationName, readTree } from '../trace/trace-set.ts';
import { arrangeTraces, createArranger } from './arrange-traces.ts';
import { scoreHistograms } from './score-histograms.ts';
import {
  BY_SCORE,
  NO_FILTER,
  type OpenRange,
  type TraceColumn,
  type TraceFilter,
  type TraceSort,
} from './trace-query.ts';
import { makeTraceTable, ranksOf, rootOperation, type TableScores } from './trace-table.ts';

const toy = toyTraces(90);
const traces = {
  ...toy,
  services: ['', 'shop', 'bank'],
  operations: toy.operations.map((operation, id) =>
    id === 5 ? { ...operation, service: 2 } : operation,
  ),
  label: Uint8Array.from({ length: 90 }, (_, t) => 1 + (t % 3)),
  // every seventh start is not known; a node in eleven failed, twice
  startUs: Float64Array.from({ length: 90 }, (_, t) =>
    t % 7 === 0 ? Number.NaN : 1e9 + ((t * 31) % 90) * 1e3,
  ),
  errorCount: Uint16Array.from(toy.latencyUs, (_, node) => (node % 11 === 0 ? 2 : 0)),
};
const { val, test: terms, scores: made } = fakeScores(traces);
const variants = Object.fromEntries(VARIANTS.map((v) => [v, made[v].test])) as Record<
  Variant,
  Float64Array
>;
const rows = Uint32Array.from(terms.trace.keys());
/** Scores with ties, in no order of the dataset. */
const scores = Float64Array.from(rows, (row) => (row * 7) % 11);
const scored: TableScores = { kind: 'terms', val, test: terms, variants };
const table = makeTraceTable(
  traces,
  { trace: terms.trace, rows, scores, threshold: 8, corrections: correctionsOf('full') },
  scored,
);
const list = (filter: Partial<typeof NO_FILTER>, sort = BY_SCORE) =>
  arrangeTraces(traces, table, { ...NO_FILTER, ...filter }, sort).rows;
const traceOf = (row: number) => table.source.trace[row]!;

test('unasked, all rows come by score, the highest first', () => {
  const listed = list({});
  expect(listed).toHaveLength(rows.length);
  expect([...listed].map((row) => scores[row])).toEqual([...scores].sort((a, b) => b - a));
});

test('a rank counts the higher scores', () => {
  expect([...ranksOf(Float64Array.of(3, 9, 3, 1))]).toEqual([2, 1, 2, 4]);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 })), (values) => {
      const expected = values.map((v) => 1 + values.filter((other) => other > v).length);
      expect([...ranksOf(Float64Array.from(values))]).toEqual(expected);
    }),
  );
});

const COLUMNS: readonly (readonly [TraceColumn, (row: number) => number | string])[] = [
  ...VARIANTS.map((v) => [`rank-${v}`, (row: number) => table.onDemand.ranks(v)![row]!] as const),
  ['flagged', (row) => (scores[row]! > 8 ? 1 : 0)],
  ['label', (row) => traces.label[traceOf(row)]!],
  ['nodes', (row) => nodeCount(traces, traceOf(row))],
  ['structure', (row) => table.columns.structureNumber[traces.structureOf[traceOf(row)]!]!],
  ['root', (row) => operationName(traces, rootOperation(traces, traceOf(row)))],
  ['errors', (row) => errorsOf(traces, traceOf(row))!],
  ['duration', (row) => traces.latencyUs[traces.nodeOffset[traceOf(row)]!]!],
  ['reason', (row) => table.onDemand.reasons.now()!.part[row]!],
  ['mismatch', (row) => terms.mismatch[row]!],
  ['trace', (row) => decodeString(traces.traceIds, traceOf(row))],
];

test.each(COLUMNS)('sorts by %s, both ways', (key, read) => {
  for (const direction of ['ascending', 'descending'] as const) {
    const values = [...list({}, { key, direction })].map(read);
    expect(values).toHaveLength(rows.length);
    for (let i = 1; i < values.length; i++) {
      const [a, b] = direction === 'ascending' ? [i - 1, i] : [i, i - 1];
      expect(values[a]! <= values[b]!, `${values[i - 1]} before ${values[i]}`).toBe(true);
    }
  }
});

test('a filter leaves the rows that pass all its parts', () => {
  const filter = fc.record({
    label: fc.constantFrom(null, 'normal' as const, 'time' as const),
    flagged: fc.constantFrom(null, true, false),
    structure: fc.constantFrom(null, 0, 1, 2),
    root: fc.constantFrom(null, 1, 4),
    service: fc.constantFrom(null, 1, 2),
    operation: fc.constantFrom(null, 3, 5),
    lacks: fc.constantFrom(null, 3, 5),
    errors: fc.constantFrom(null, true, false),
    duration: fc.constantFrom<OpenRange>([null, null], [1.2, 5], [null, 2]),
    start: fc.constantFrom<OpenRange>([null, null], [1_000_010, 1_000_060]),
    nodes: fc.constantFrom<OpenRange>([null, null], [3, null], [null, 3]),
    score: fc.constantFrom<OpenRange>([null, null], [2, 7]),
  });
  fc.assert(
    fc.property(filter, (chosen) => {
      const passes = (row: number): boolean => {
        const trace = traceOf(row);
        const nodes = nodeCount(traces, trace);
        const [least, most] = chosen.nodes;
        const tree = readTree(traces, trace).map(({ operation }) => operation);
        const [shortest, longest] = chosen.duration;
        const durationMs = traces.latencyUs[traces.nodeOffset[trace]!]! / 1e3;
        const startMs = traces.startUs[trace]! / 1e3;
        return (
          (chosen.service === null || tree.some((id) => (id === 5 ? 2 : 1) === chosen.service)) &&
          (chosen.operation === null || tree.includes(chosen.operation)) &&
          (chosen.lacks === null || !tree.includes(chosen.lacks)) &&
          (chosen.errors === null || chosen.errors === errorsOf(traces, trace)! > 0) &&
          durationMs >= (shortest ?? 0) &&
          durationMs <= (longest ?? 1e9) &&
          (chosen.start[0] === null || (startMs >= 1_000_010 && startMs <= 1_000_060)) &&
          (chosen.label === null || traces.label[trace] === (chosen.label === 'normal' ? 1 : 3)) &&
          (chosen.flagged === null || chosen.flagged === scores[row]! > 8) &&
          (chosen.structure === null || chosen.structure === traces.structureOf[trace]) &&
          (chosen.root === null || chosen.root === rootOperation(traces, trace)) &&
          nodes >= (least ?? 0) &&
          nodes <= (most ?? 99) &&
          (chosen.score[0] === null || (scores[row]! >= 2 && scores[row]! <= 7))
        );
      };
      expect(new Set(list(chosen))).toEqual(new Set([...rows].filter(passes)));
    }),
  );
});

test('starts sort both ways, those that are not known last', () => {
  const starts = (direction: 'ascending' | 'descending') =>
    [...list({}, { key: 'start', direction })].map((row) => traces.startUs[traceOf(row)]!);
  for (const direction of ['ascending', 'descending'] as const) {
    const listed = starts(direction);
    const known = listed.filter((start) => !Number.isNaN(start));
    expect(listed.slice(known.length).every(Number.isNaN)).toBe(true);
    expect(known.length).toBeLessThan(listed.length);
    const ordered = [...known].sort((a, b) => (direction === 'ascending' ? a - b : b - a));
    expect(known).toEqual(ordered);
  }
});

test('where no row is left, each part of the filter says how many would come back without it', () => {
  const arranged = (filter: Partial<TraceFilter>) =>
    arrangeTraces(traces, table, { ...NO_FILTER, ...filter }, BY_SCORE);
  expect(arranged({ root: 4 }).inTheWay).toEqual([]);
  const nothing = { root: 4, nodes: [null, 2], search: 'trace' } as const;
  const { rows: left, inTheWay } = arranged(nothing);
  expect(left).toHaveLength(0);
  expect(inTheWay).toEqual(
    [
      { part: 'root', traces: list({ ...nothing, root: null }).length },
      { part: 'nodes', traces: list({ ...nothing, nodes: [null, null] }).length },
    ].sort((a, b) => b.traces - a.traces),
  );
  // two parts that both fail everything: neither alone is in the way
  expect(arranged({ search: 'no such text', nodes: [90, null] }).inTheWay).toEqual([]);
});

test('services and operations that traces pass through are counted once per trace', () => {
  const { services, operations } = table.columns;
  const count = (has: (operation: number) => boolean) =>
    [...rows].filter((row) => readTree(traces, traceOf(row)).some((node) => has(node.operation)))
      .length;
  expect(services).toEqual([
    { id: 1, traces: rows.length },
    { id: 2, traces: count((id) => id === 5) },
  ]);
  expect(operations.find(({ id }) => id === 3)!.traces).toBe(count((id) => id === 3));
});

test('a search finds trace ids and operations, in any case', () => {
  const found = (search: string) => [...list({ search })].map(traceOf);
  expect(found('TRACE-61')).toEqual([61]);
  expect(found('no such text')).toEqual([]);
  const withOperation = found('Operation 5');
  expect(withOperation.length).toBeGreaterThan(0);
  expect(withOperation.every((trace) => traces.structureOf[trace] === 2)).toBe(true);
});

/** The list by a comparator and by strings, one row at a time. */
function naiveList(filter: TraceFilter, { key, direction }: TraceSort): number[] {
  const wanted = filter.search.trim().toLowerCase();
  const hasText = (trace: number): boolean =>
    decodeString(traces.traceIds, trace).toLowerCase().includes(wanted) ||
    operationsOf(trace).some((name) => name.toLowerCase().includes(wanted));
  const read = key === 'score' ? (row: number) => scores[row]! : keyReaders.get(key)!;
  const sign = direction === 'ascending' ? 1 : -1;
  return [...rows]
    .filter(
      (row) =>
        (filter.flagged === null || filter.flagged === scores[row]! > 8) &&
        nodeCount(traces, traceOf(row)) >= (filter.nodes[0] ?? 0) &&
        hasText(traceOf(row)),
    )
    .sort((a, b) => scores[b]! - scores[a]! || a - b)
    .sort((a, b) => {
      const [x, y] = [read(a), read(b)];
      return x === y ? 0 : x < y ? -sign : sign;
    });
}

const keyReaders = new Map(COLUMNS.filter(([key]) => key !== 'reason'));

function operationsOf(trace: number): string[] {
  const { structures, structureOf } = traces;
  const structure = structureOf[trace]!;
  return Array.from(
    structures.operation.subarray(
      structures.nodeOffset[structure],
      structures.nodeOffset[structure + 1],
    ),
    (operation) => operationName(traces, operation),
  );
}

test('one list after another is what a comparator and plain strings give', () => {
  const query = fc.record({
    key: fc.constantFrom<TraceColumn>('score', ...keyReaders.keys()),
    direction: fc.constantFrom('ascending' as const, 'descending' as const),
    flagged: fc.constantFrom(null, true, false),
    nodes: fc.constantFrom<OpenRange>([null, null], [3, null]),
    search: fc.constantFrom('', ' ', '6', '61', 'trace-6', 'TRACE-6', 'operation', 'N 5', 'x'),
  });
  fc.assert(
    fc.property(fc.array(query, { minLength: 1, maxLength: 6 }), (queries) => {
      const arrange = createArranger(traces, table);
      for (const { key, direction, ...narrow } of queries) {
        const filter = { ...NO_FILTER, ...narrow };
        const sort = { key, direction };
        expect([...arrange(filter, sort).rows]).toEqual(naiveList(filter, sort));
      }
    }),
  );
});

test('another choice of scores takes over what does not depend on it', () => {
  const { onDemand, source, of } = table;
  const corrections = correctionsOf('nll');
  const other = makeTraceTable(traces, { ...source, corrections }, of, table);
  expect(other.onDemand.ranks('full')).toBe(onDemand.ranks('full'));
  expect(other.onDemand.idPlaces()).toBe(onDemand.idPlaces());
  const fewer = makeTraceTable(
    traces,
    {
      ...source,
      trace: source.trace.slice(1),
      rows: rows.slice(1),
      scores: scores.slice(1),
    },
    of,
    table,
  );
  expect(fewer.onDemand.ranks('full')).toHaveLength(rows.length - 1);
  expect(fewer.onDemand.idPlaces()).toHaveLength(rows.length - 1);
});

test('roots and structures are counted, the most frequent first', () => {
  const { structures, roots, structureNumber } = table.columns;
  const counts = structures.map(({ id }) => {
    return [...table.source.trace].filter((t) => traces.structureOf[t] === id).length;
  });
  expect(structures.map((counted) => counted.traces)).toEqual(counts);
  expect(counts).toEqual([...counts].sort((a, b) => b - a));
  expect(roots.reduce((sum, counted) => sum + counted.traces, 0)).toBe(rows.length);
  const overall = [0, 1, 2].map((s) => traces.structureOf.filter((of) => of === s).length);
  const byNumber = [...structureNumber.keys()].sort(
    (a, b) => structureNumber[a]! - structureNumber[b]!,
  );
  expect(byNumber.map((s) => overall[s])).toEqual([...overall].sort((a, b) => b - a));
});

test('rows that were met in training are listed on demand alone, and count for no rank', () => {
  const seen = Uint8Array.from(rows, (row) => row % 3);
  const isSeen = seen.map((third) => (third === 0 ? 0 : 1));
  const source = { ...table.source, seen: isSeen };
  const marked = makeTraceTable(traces, source, scored);
  const listed = (filter: Partial<typeof NO_FILTER>) =>
    [...arrangeTraces(traces, marked, { ...NO_FILTER, ...filter }, BY_SCORE).rows].sort(
      (a, b) => a - b,
    );
  const measured = [...rows].filter((row) => row % 3 === 0);
  expect(listed({})).toEqual(measured);
  expect(listed({ seen: 'only' })).toEqual([...rows].filter((row) => row % 3 !== 0));
  expect(listed({ seen: 'also' })).toEqual([...rows]);
  for (const row of rows) {
    const higher = measured.filter((other) => scores[other]! > scores[row]!).length;
    expect(marked.onDemand.rank()[row]).toBe(1 + higher);
  }
  const { linear } = scoreHistograms(traces, marked);
  const counted = linear.counts.reduce(
    (sum, counts) => sum + counts.reduce((all, count) => all + count, 0),
    0,
  );
  expect(counted).toBeGreaterThan(0);
  expect(counted).toBeLessThanOrEqual(measured.length);
  // no choice of the parts brings rows back that their set leaves out
  const { inTheWay } = arrangeTraces(
    traces,
    marked,
    { ...NO_FILTER, search: 'no such trace' },
    BY_SCORE,
  );
  expect(inTheWay).toEqual([{ part: 'search', traces: measured.length }]);
});
