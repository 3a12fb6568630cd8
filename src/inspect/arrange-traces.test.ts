import fc from 'fast-check';
import { expect, test } from 'vitest';
import { correctionsOf } from '../scoring/corrections.ts';
import { VARIANTS, type Variant } from '../scoring/score-terms.ts';
import { fakeScores } from '../testing/run-fakes.ts';
import { toyTraces } from '../testing/toy-traces.ts';
import { decodeString } from '../trace/string-column.ts';
import { nodeCount, operationName } from '../trace/trace-set.ts';
import { arrangeTraces } from './arrange-traces.ts';
import { BY_SCORE, NO_FILTER, type OpenRange, type TraceColumn } from './trace-query.ts';
import { makeTraceTable, ranksOf, rootOperation } from './trace-table.ts';

const traces = { ...toyTraces(90), label: Uint8Array.from({ length: 90 }, (_, t) => 1 + (t % 3)) };
const { val, test: terms, scores: made } = fakeScores(traces);
const variants = Object.fromEntries(VARIANTS.map((v) => [v, made[v].test])) as Record<
  Variant,
  Float64Array
>;
const rows = Uint32Array.from(terms.trace.keys());
/** Scores with ties, in no order of the dataset. */
const scores = Float64Array.from(rows, (row) => (row * 7) % 11);
const table = makeTraceTable(traces, {
  of: { kind: 'terms', val, test: terms, variants },
  rows,
  scores,
  threshold: 8,
  corrections: correctionsOf('full'),
});
const list = (filter: Partial<typeof NO_FILTER>, sort = BY_SCORE) =>
  arrangeTraces(traces, table, { ...NO_FILTER, ...filter }, sort);
const traceOf = (row: number) => table.trace[row]!;

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
  ...VARIANTS.map((v) => [`rank-${v}`, (row: number) => table.columns.ranks![v][row]!] as const),
  ['flagged', (row) => (scores[row]! > 8 ? 1 : 0)],
  ['label', (row) => traces.label[traceOf(row)]!],
  ['nodes', (row) => nodeCount(traces, traceOf(row))],
  ['structure', (row) => table.columns.structureNumber[traces.structureOf[traceOf(row)]!]!],
  ['root', (row) => operationName(traces, rootOperation(traces, traceOf(row)))],
  ['duration', (row) => traces.latencyUs[traces.nodeOffset[traceOf(row)]!]!],
  ['reason', (row) => table.columns.reasons!.part[row]!],
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
    nodes: fc.constantFrom<OpenRange>([null, null], [3, null], [null, 3]),
    score: fc.constantFrom<OpenRange>([null, null], [2, 7]),
  });
  fc.assert(
    fc.property(filter, (chosen) => {
      const passes = (row: number): boolean => {
        const trace = traceOf(row);
        const nodes = nodeCount(traces, trace);
        const [least, most] = chosen.nodes;
        return (
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

test('a search finds trace ids and operations, in any case', () => {
  const found = (search: string) => [...list({ search })].map(traceOf);
  expect(found('TRACE-61')).toEqual([61]);
  expect(found('no such text')).toEqual([]);
  const withOperation = found('Operation 5');
  expect(withOperation.length).toBeGreaterThan(0);
  expect(withOperation.every((trace) => traces.structureOf[trace] === 2)).toBe(true);
});
