import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../base/random.ts';
import { injectStructureAnomaly, injectTimeAnomaly } from './anomalies.ts';
import { type SpanTree, spanCount } from './span-tree.ts';

/** Any tree: each node's parent is some node before it. Every span lasts 100 us a node below it. */
const trees = fc.array(fc.nat(), { minLength: 2, maxLength: 40 }).map((draws): SpanTree => {
  const parent = Int32Array.from(draws, (draw, i) => (i === 0 ? -1 : draw % i));
  const durationUs = new Float64Array(parent.length).fill(100);
  for (let i = parent.length - 1; i > 0; i--) durationUs[parent[i]!]! += durationUs[i]!;
  return {
    parent,
    operation: Uint16Array.from(parent.keys()),
    startUs: Float64Array.from(parent.keys()),
    durationUs,
  };
});
const seeds = fc.integer();

describe('injectStructureAnomaly', () => {
  it('drops whole subtrees, keeps the root and at least two nodes', () => {
    fc.assert(
      fc.property(trees, seeds, (tree, seed) => {
        const left = injectStructureAnomaly(tree, createRandom(seed));
        if (spanCount(tree) === 2) {
          expect(left).toBeNull();
          return;
        }
        const n = spanCount(left!);
        expect(n).toBeGreaterThanOrEqual(2);
        expect(n).toBeLessThan(spanCount(tree));
        // operations name the old nodes: what is left hangs where it hung
        for (let i = 1; i < n; i++) {
          expect(left!.parent[i]).toBeLessThan(i);
          const oldParent = tree.parent[left!.operation[i]!]!;
          expect(left!.operation[left!.parent[i]!]).toBe(oldParent);
        }
        expect(left!.parent[0]).toBe(-1);
      }),
    );
  });

  it('drops at least a tenth and, from leaves alone, at most half and a node', () => {
    const n = 60;
    const star: SpanTree = {
      parent: Int32Array.from({ length: n }, (_, i) => (i === 0 ? -1 : 0)),
      operation: Uint16Array.from({ length: n }, (_, i) => i),
      startUs: new Float64Array(n),
      durationUs: new Float64Array(n).fill(1),
    };
    const shares = Array.from({ length: 300 }, (_, seed) => {
      const left = injectStructureAnomaly(star, createRandom(seed));
      return 1 - spanCount(left!) / n;
    });
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(0.1);
    expect(Math.max(...shares)).toBeLessThan(0.5 + 1 / n);
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    expect(Math.abs(mean - 0.3)).toBeLessThan(0.03);
  });
});

describe('injectTimeAnomaly', () => {
  it('raises a share of the nodes to 2 to 10 times p99 and carries the increment to the root', () => {
    fc.assert(
      fc.property(trees, seeds, (tree, seed) => {
        const n = spanCount(tree);
        // above anything that increments below can reach, so that each raise is seen alone
        const p99 = Float64Array.from(tree.parent.keys(), (i) => tree.durationUs[i]! * 10);
        const slow = injectTimeAnomaly(tree, p99, createRandom(seed));
        const grown = slow.durationUs.map((us, i) => us - tree.durationUs[i]!);
        const fromBelow = new Float64Array(n);
        for (let i = n - 1; i > 0; i--) fromBelow[tree.parent[i]!]! += grown[i]!;
        const own = grown.map((us, i) => us - fromBelow[i]!);

        expect(Math.min(...own)).toBeGreaterThanOrEqual(0);
        const raised = [...own.keys()].filter((i) => own[i]! > 0);
        expect(raised.length).toBeGreaterThanOrEqual(1);
        expect(raised.length).toBeLessThanOrEqual(Math.ceil(0.5 * n));
        for (const i of raised) {
          expect(slow.durationUs[i]).toBeLessThanOrEqual(10 * p99[i]! + fromBelow[i]! + 1);
        }
        expect(slow.parent).toEqual(tree.parent);
      }),
    );
  });

  it('takes the node itself for an operation without a p99', () => {
    const tree: SpanTree = {
      parent: Int32Array.of(-1),
      operation: Uint16Array.of(0),
      startUs: Float64Array.of(0),
      durationUs: Float64Array.of(100),
    };
    const slow = injectTimeAnomaly(tree, [Number.NaN], createRandom(1));
    expect(slow.durationUs[0]).toBeGreaterThanOrEqual(200);
    expect(slow.durationUs[0]).toBeLessThanOrEqual(1000);
  });
});
