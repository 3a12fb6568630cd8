import { expect, test } from 'vitest';
import { runThrough } from '../base/slices.ts';
import { firstTraces, type NodeByHand, tracesByHand } from '../testing/traces-by-hand.ts';
import { decodeString } from '../trace/string-column.ts';
import { operationName, type TraceSet, traceCount } from '../trace/trace-set.ts';
import { compareDatasets, joinSets } from './other-dataset.ts';

/** 1 calls 2, which takes as long. */
const request = (ms: number): readonly NodeByHand[] => [
  [-1, 1, 5 + ms],
  [0, 2, ms],
];
const many = (ms: number, extra: readonly NodeByHand[] = []) =>
  Array.from({ length: 60 }, (_, i) => [...request(ms + i / 100), ...extra]);

/** The same traces of a dataset that numbers services and operations in another way. */
const renumbered = (traces: TraceSet): TraceSet => {
  const last = traces.operations.length - 1;
  const turned = (id: number): number => (id === 0 ? 0 : last + 1 - id);
  return {
    ...traces,
    services: ['', 'unused', 'shop'],
    operations: traces.operations.map((_, id) =>
      id === 0 ? traces.operations[0]! : { ...traces.operations[turned(id)]!, service: 2 },
    ),
    structures: { ...traces.structures, operation: traces.structures.operation.map(turned) },
  };
};

test('sets are joined by the names of their calls, whatever their numbers', () => {
  const own = tracesByHand(many(10));
  const joined = joinSets(own, renumbered(tracesByHand([[...request(10), [0, 3, 1]]], 4)));
  expect(traceCount(joined)).toBe(61);
  const first = joined.structures.nodeOffset[joined.structureOf[60]!]!;
  expect(
    [0, 1, 2].map((node) => operationName(joined, joined.structures.operation[first + node]!)),
  ).toEqual(['shop/operation 1', 'shop/operation 2', 'shop/operation 3']);
  expect(decodeString(joined.traceIds, 60)).toBe('trace-0');
  expect(joined.operations.length).toBe(own.operations.length);
  expect([...joined.latencyUs.slice(-3)]).toEqual([15_000, 10_000, 1000]);
});

test('errors are told where both sets say which calls failed', () => {
  const own = tracesByHand(many(10));
  const told = { ...own, errorCount: new Uint16Array(own.latencyUs.length).fill(1) };
  expect(joinSets(own, told).errorCount).toBeUndefined();
  expect(joinSets(told, told).errorCount).toHaveLength(2 * own.latencyUs.length);
});

test('another dataset is a period: its calls that are gone, and those that are slower here', () => {
  const own = tracesByHand(many(20));
  const other = renumbered(tracesByHand(many(10, [[0, 12, 3]]), 14));
  const before = { kind: 'dataset', id: 'other' } as const;
  const report = runThrough(compareDatasets(own, { before, after: { kind: 'all' }, other }));
  expect([report.before, report.after]).toEqual([60, 60]);
  const kinds = report.changes.map(({ kind, path }) => [
    kind,
    path.map((id) => report.names?.operations[id]?.name).join(' > '),
  ]);
  expect(kinds).toContainEqual(['slower', 'operation 1 > operation 2']);
  // an operation that this dataset does not have at all has a name still
  expect(kinds).toContainEqual(['lost-call', 'operation 1 > operation 12']);
});

test('periods of one dataset bring no names', () => {
  const own = tracesByHand(many(20));
  const periods = {
    before: { kind: 'rest' },
    after: { kind: 'file', file: 0 },
    other: null,
  } as const;
  const report = runThrough(compareDatasets(own, periods));
  expect(report.names).toBeNull();
  expect([report.before, report.after]).toEqual([0, firstTraces(60).length]);
});
