import { expect, test } from 'vitest';
import { spanColumns, type TestSpan } from '../testing/spans.ts';
import { assembleTraces } from './assemble.ts';
import { callPairs } from './call-pairs.ts';
import { kindCode, markOf, type SpanKind } from './span-facts.ts';

const mark = (kind: SpanKind): number => markOf(0, kindCode(kind));

test('a client and its only child, a server of another service, are both sides of a call', () => {
  const parent = [-1, 0, 1, 0, 3, 0, 5, 5];
  const kinds: SpanKind[] = [
    ...(['server', 'client', 'server', 'client', 'server', 'client', 'server', 'server'] as const),
  ];
  const service = [0, 0, 1, 0, 0, 0, 1, 2];
  // 3 calls its own service, and 5 calls two servers
  expect([...callPairs(parent, kinds.map(mark), service)]).toEqual([-1, 2, 1, -1, -1, -1, -1, -1]);
});

const CALL: readonly TestSpan[] = [
  { id: 'web', operation: 'GET', service: 'web', kind: 'server' },
  { id: 'out', parent: 'web', operation: 'call', service: 'web', kind: 'client' },
  { id: 'in', parent: 'out', operation: 'get', service: 'cart', kind: 'server' },
];

test('pairs of kept traces are counted', () => {
  expect(assembleTraces(spanColumns(CALL), ['one.csv']).callPairs).toBe(1);
  const second: TestSpan = { id: 'in 2', parent: 'out', operation: 'get', service: 'pay' };
  expect(assembleTraces(spanColumns([...CALL, second]), ['one.csv']).callPairs).toBe(0);
  expect(assembleTraces(spanColumns([{ id: '1', operation: 'a' }]), ['one.csv']).callPairs).toBe(0);
});
