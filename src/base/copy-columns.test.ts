import { expect, test } from 'vitest';
import { toyTraces } from '../testing/toy-traces.ts';
import { buffersOf, copyColumns, copyInSteps } from './copy-columns.ts';

test('a copy is equal, and can be transferred without touching the original', () => {
  const traces = toyTraces(20);
  const copy = copyColumns(traces);
  expect(copy).toEqual(traces);
  const arrived = structuredClone(copy, { transfer: buffersOf(copy) });
  expect(arrived).toEqual(traces);
  expect(copy.latencyUs).toHaveLength(0);
  expect(copy.structures.parent).toHaveLength(0);
  expect(traces.latencyUs.length).toBeGreaterThan(0);
});

test('each column is a step, and what is no column is taken as it is', () => {
  const names = ['a', 'b'];
  const steps = copyInSteps({
    x: Uint8Array.of(1),
    of: { y: Float64Array.of(2, 3), names },
    n: null,
  });
  const seen = [...{ [Symbol.iterator]: () => steps }];
  expect(seen).toHaveLength(2);
  const copy = copyColumns({ x: Uint8Array.of(1, 2).subarray(1), names, n: null });
  expect(copy).toEqual({ x: Uint8Array.of(2), names, n: null });
  expect(copy.names).toBe(names);
  expect(buffersOf(copy)).toEqual([copy.x.buffer]);
  expect(copy.x.buffer.byteLength).toBe(1);
});
