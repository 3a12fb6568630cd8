import { expect, test } from 'vitest';
import { tracesByHand } from '../testing/traces-by-hand.ts';
import { blameOf } from './blame.ts';

/** 0 calls 1 and 2 of other services; 2 calls 3 of its own. */
const made = tracesByHand([
  [
    [-1, 1, 9],
    [0, 2, 2],
    [0, 3, 5],
    [2, 4, 1],
  ],
]);
const services = [0, 1, 2, 3, 3];
const traces = {
  ...made,
  services: ['', 'shop', 'cart', 'stock'],
  operations: made.operations.map(({ name }, id) => ({ name, service: services[id] ?? 0 })),
};

test('what does not stand out is not to blame', () => {
  expect([...blameOf(traces, 0, Float64Array.of(2.9, 1, 0, 2))]).toEqual([0, 0, 0, 0]);
});

test('an odd call between two services counts for both, shared by all that were called', () => {
  expect([...blameOf(traces, 0, Float64Array.of(6, 0, 4, 0))]).toEqual([6, 3, 7, 0]);
});

test('a call within a service is its own', () => {
  expect([...blameOf(traces, 0, Float64Array.of(0, 0, 5, 0))]).toEqual([0, 0, 5, 0]);
});
