import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffTrees, type PlainTree } from './tree-diff.ts';

const tree = (...nodes: readonly (readonly [parent: number, operation: number])[]): PlainTree => ({
  parent: Int32Array.from(nodes, ([parent]) => parent),
  operation: Uint32Array.from(nodes, ([, operation]) => operation),
});

const draw = (observed: PlainTree, reconstructed: PlainTree): string[] =>
  diffTrees(observed, reconstructed).map(
    (node) =>
      `${node.parent} ${node.status} ${node.operation} (${node.observed}, ${node.reconstructed})`,
  );

const aTree: fc.Arbitrary<PlainTree> = fc
  .array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 5 })), { maxLength: 20 })
  .map((drawn) => tree(...drawn.map(([above, id], i) => [i === 0 ? -1 : above % i, id] as const)));

describe('the difference of two trees', () => {
  it('is the tree itself where they are equal', () => {
    const same = tree([-1, 1], [0, 2], [0, 3], [1, 4]);
    expect(draw(same, same)).toEqual([
      '-1 same 1 (0, 0)',
      '0 same 2 (1, 1)',
      '0 same 3 (2, 2)',
      '1 same 4 (3, 3)',
    ]);
  });

  it('shows a subtree that was expected but is absent, between its siblings', () => {
    const observed = tree([-1, 1], [0, 3]);
    const reconstructed = tree([-1, 1], [0, 2], [0, 3], [1, 4]);
    expect(draw(observed, reconstructed)).toEqual([
      '-1 same 1 (0, 0)',
      '0 missing 2 (-1, 1)',
      '0 same 3 (1, 2)',
      '1 missing 4 (-1, 3)',
    ]);
  });

  it('shows a subtree that nobody expected', () => {
    expect(draw(tree([-1, 1], [0, 2], [1, 3]), tree([-1, 1]))).toEqual([
      '-1 same 1 (0, 0)',
      '0 unexpected 2 (1, -1)',
      '1 unexpected 3 (2, -1)',
    ]);
  });

  it('pairs what is left below one parent as relabelled, and goes on below it', () => {
    const observed = tree([-1, 1], [0, 2], [0, 3], [2, 5]);
    const reconstructed = tree([-1, 9], [0, 2], [0, 4], [2, 5]);
    expect(draw(observed, reconstructed)).toEqual([
      '-1 relabelled 1 (0, 0)',
      '0 same 2 (1, 1)',
      '0 relabelled 3 (2, 2)',
      '2 same 5 (3, 3)',
    ]);
  });

  it('matches equal siblings in order, one to one', () => {
    expect(draw(tree([-1, 1], [0, 2]), tree([-1, 1], [0, 2], [0, 2]))).toEqual([
      '-1 same 1 (0, 0)',
      '0 same 2 (1, 1)',
      '0 missing 2 (-1, 2)',
    ]);
  });

  it('holds every node of both trees once, parents first', () => {
    fc.assert(
      fc.property(aTree, aTree, (observed, reconstructed) => {
        const diff = diffTrees(observed, reconstructed);
        const indices = (side: 'observed' | 'reconstructed'): number[] =>
          diff
            .map((node) => node[side])
            .filter((index) => index >= 0)
            .sort((a, b) => a - b);
        expect(indices('observed')).toEqual([...Array(observed.parent.length).keys()]);
        expect(indices('reconstructed')).toEqual([...Array(reconstructed.parent.length).keys()]);
        diff.forEach((node, i) => {
          expect(node.parent).toBeLessThan(i);
          const above = diff[node.parent];
          if (above && node.observed >= 0) {
            expect(observed.parent[node.observed]).toBe(above.observed);
          }
          if (above && node.reconstructed >= 0) {
            expect(reconstructed.parent[node.reconstructed]).toBe(above.reconstructed);
          }
        });
      }),
    );
  });
});
