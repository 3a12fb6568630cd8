import { expect, test } from 'vitest';
import { tracesByHand } from '../testing/traces-by-hand.ts';
import { createSelfTimes } from './self-times.ts';

function selfMs(...nodes: Parameters<typeof tracesByHand>[0][number]): number[] {
  const traces = tracesByHand([nodes]);
  const selfUs = new Float64Array(nodes.length);
  createSelfTimes(traces)(0, selfUs);
  return [...selfUs].map((us) => us / 1000);
}

test('a node’s duration less its children, each as often as a span of the node calls it', () => {
  // the root calls b three times; each of b's three spans calls c twice
  expect(selfMs([-1, 1, 20], [0, 2, 4, 3], [1, 3, 1.5, 6])).toEqual([8, 1, 1.5]);
});

test('children that run side by side make it negative', () => {
  expect(selfMs([-1, 1, 10], [0, 2, 8], [0, 3, 9])).toEqual([-7, 8, 9]);
});

test('means that differ in their last bits give equal self times', () => {
  const third = Math.fround(4000 / 3) / 1000;
  expect(selfMs([-1, 1, 5], [0, 2, third, 3])).toEqual([1, Math.round(1000 * third) / 1000]);
});
