import { expect, test } from 'vitest';
import { toyTraces } from '../testing/toy-traces.ts';
import { buffersOf, copyTraces } from './copy-traces.ts';

test('a copy is equal, and can be transferred without touching the original', () => {
  const traces = toyTraces(20);
  const copy = copyTraces(traces);
  expect(copy).toEqual(traces);
  const arrived = structuredClone(copy, { transfer: buffersOf(copy) });
  expect(arrived).toEqual(traces);
  expect(copy.latencyUs).toHaveLength(0);
  expect(traces.latencyUs.length).toBeGreaterThan(0);
});
