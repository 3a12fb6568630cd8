import { expect, test } from 'vitest';
import { createRandom } from '../base/random.ts';
import { tracesByHand } from '../testing/traces-by-hand.ts';
import { createOwnTimes } from './own-times.ts';

function ownMs(...nodes: Parameters<typeof tracesByHand>[0][number]): number[] {
  const ownUs = new Float64Array(nodes.length);
  createOwnTimes(tracesByHand([nodes]))(0, ownUs);
  return [...ownUs].map((us) => us / 1000);
}

test('a duration less the calls, each as often as it is called', () => {
  // the root calls b three times; each of b's three spans calls c twice
  expect(ownMs([-1, 1, 20], [0, 2, 4, 3], [1, 3, 1.5, 6])).toEqual([8, 1, 1.5]);
});

test('a span that wraps its sibling leaves the time to it', () => {
  // a filter of 100 around a call of 98, both written as children of a root of 101
  expect(ownMs([-1, 1, 101], [0, 2, 100], [0, 3, 98], [2, 4, 90])).toEqual([0, 3, 8, 90]);
});

test('of calls side by side, the longer keeps what the shorter did not cover', () => {
  expect(ownMs([-1, 1, 10], [0, 2, 8], [0, 3, 9])).toEqual([0, 8, 2]);
  // one of them takes 100 longer, and so does the root
  expect(ownMs([-1, 1, 110], [0, 2, 108], [0, 3, 9])).toEqual([0, 101, 9]);
});

test('a call that lasts longer than its caller is not waited for', () => {
  expect(ownMs([-1, 1, 10], [0, 2, 500], [0, 3, 4])).toEqual([6, 500, 4]);
});

test('nothing is negative, and nothing works longer than it lasts', () => {
  const draws = createRandom(3);
  for (let i = 0; i < 200; i++) {
    const nodes = Array.from({ length: 2 + draws.integer(8) }, (_, node) => {
      const parent = node === 0 ? -1 : draws.integer(node);
      return [parent, node + 1, 1 + draws.integer(900), 1 + draws.integer(3)] as const;
    });
    for (const [node, own] of ownMs(...nodes).entries()) {
      expect(own).toBeGreaterThanOrEqual(0);
      expect(own).toBeLessThanOrEqual(nodes[node]![2]);
    }
  }
});
