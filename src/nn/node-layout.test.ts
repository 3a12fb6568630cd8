/** Rows and edges of a batch of trees. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRandom } from '../base/random.ts';
import { layoutNodes, type TreeArrays } from './node-layout.ts';

function randomTrees(seed: number, size: number, maxNodes: number): TreeArrays {
  const random = createRandom(seed);
  const nodeCount = Int32Array.from({ length: size }, () => 1 + random.integer(maxNodes));
  const parent = new Int32Array(size * maxNodes).fill(-1);
  nodeCount.forEach((nodes, b) => {
    for (let i = 1; i < nodes; i++) parent[b * maxNodes + i] = random.integer(i);
  });
  return { size, maxNodes, nodeCount, parent };
}

const trees = fc
  .tuple(
    fc.integer({ min: 1, max: 1e6 }),
    fc.integer({ min: 1, max: 30 }),
    fc.integer({ min: 1, max: 20 }),
  )
  .map(([seed, size, maxNodes]) => randomTrees(seed, size, maxNodes));

test('every edge knows the one that goes the other way', () => {
  fc.assert(
    fc.property(trees, (given) => {
      const { rows, edgeStart, edgeSource, edgeReverse } = layoutNodes(given, {
        padding: 'one',
        packing: 'tight',
      });
      for (let row = 0; row < rows; row++) {
        for (let e = edgeStart[row]!; e < edgeStart[row + 1]!; e++) {
          const back = edgeReverse[e]!;
          expect(edgeReverse[back]).toBe(e);
          expect(edgeSource[back]).toBe(row);
          expect(back).toBeGreaterThanOrEqual(edgeStart[edgeSource[e]!]!);
          expect(back).toBeLessThan(edgeStart[edgeSource[e]! + 1]!);
        }
      }
    }),
  );
});

test('stepped rows are the tight ones and, behind them, rows of no weight', () => {
  fc.assert(
    fc.property(trees, (given) => {
      const tight = layoutNodes(given, { padding: 'none', packing: 'tight' });
      const stepped = layoutNodes(given, { padding: 'none', packing: 'stepped' });
      expect(stepped.rows).toBeGreaterThanOrEqual(tight.rows);
      expect(stepped.rows).toBeLessThan(1.25 * tight.rows + 1);
      expect(stepped.firstRow).toEqual(tight.firstRow);
      for (let row = 0; row < stepped.rows; row++) {
        const fill = row >= tight.rows;
        expect(stepped.weight[row]).toBe(fill ? 0 : tight.weight[row]);
        expect(stepped.graphOf[row]).toBe(fill ? -1 : tight.graphOf[row]);
      }
    }),
  );
});

test('few numbers of stepped rows occur', () => {
  const rows = Array.from({ length: 1024 }, (_, i) => {
    const nodeCount = Int32Array.of(1024 + i);
    const given = { size: 1, maxNodes: 2048, nodeCount, parent: new Int32Array(2048).fill(-1) };
    return layoutNodes(given, { padding: 'none', packing: 'stepped' }).rows;
  });
  expect(new Set(rows).size).toBe(5); // four steps, and the next octave's first
});
