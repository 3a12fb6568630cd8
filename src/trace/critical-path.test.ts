import fc from 'fast-check';
import { expect, test } from 'vitest';
import { criticalNodes } from './critical-path.ts';

test('calls that fit one after another are all waited for', () => {
  // 100 ms with children of 40 and 50 ms: 90 fit into 100
  expect([...criticalNodes([-1, 0, 0], [100, 40, 50])]).toEqual([1, 1, 1]);
});

test('calls that must have overlapped are hidden behind the longest', () => {
  // 100 ms with children of 60, 90 and 9 ms: 90 first, 10 are left; 60 do not fit, 9 do
  expect([...criticalNodes([-1, 0, 0, 0], [100, 60, 90, 9])]).toEqual([1, 0, 1, 1]);
});

test('below a hidden call nothing is on the path', () => {
  // a (100) calls b (80) and c (70); b calls d (10), c calls e (60)
  expect([...criticalNodes([-1, 0, 0, 1, 2], [100, 80, 70, 10, 60])]).toEqual([1, 1, 0, 1, 0]);
});

test('the longest child is on the path even where clocks say that it outlasted its caller', () => {
  expect([...criticalNodes([-1, 0, 0], [5, 8, 3])]).toEqual([1, 1, 0]);
});

const tree = fc
  .array(fc.tuple(fc.nat(1000), fc.nat(3)), { minLength: 1, maxLength: 20 })
  .map((nodes) => {
    // BFS order: parents never fall
    let caller = 0;
    const parent = nodes.map(([, step], i) => {
      if (i === 0) return -1;
      caller = Math.min(i - 1, caller + step);
      return caller;
    });
    return { parent, latencyUs: nodes.map(([latency]) => latency) };
  });

test('the path is connected, goes down to a leaf, and fits into each caller', () => {
  fc.assert(
    fc.property(tree, ({ parent, latencyUs }) => {
      const critical = criticalNodes(parent, latencyUs);
      const childrenOf = (caller: number) =>
        parent.flatMap((p, i) => (p === caller ? [i] : [])).filter((i) => i > 0);
      critical.forEach((on, i) => {
        if (on === 1 && i > 0) expect(critical[parent[i]!]).toBe(1);
        const children = childrenOf(i);
        const taken = children.filter((child) => critical[child] === 1);
        expect(taken.length > 0).toBe(on === 1 && children.length > 0);
        const total = taken.reduce((sum, child) => sum + latencyUs[child]!, 0);
        if (taken.length > 1) expect(total).toBeLessThanOrEqual(latencyUs[i]!);
      });
    }),
  );
});
