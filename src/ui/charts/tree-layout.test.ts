import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  edgePath,
  fittingDirection,
  layoutTree,
  nodeAfterKey,
  type TreeGeometry,
} from './tree-layout.ts';

const geometry = (direction: TreeGeometry['direction']): TreeGeometry => ({
  direction,
  box: { width: 140, height: 48 },
  siblingGap: 12,
  levelGap: 32,
});

/** Trees of up to 64 nodes, root first and each parent before its children. */
const parents = fc
  .array(fc.nat(), { maxLength: 63 })
  .map((draws) => [-1, ...draws.map((draw, i) => draw % (i + 1))]);

describe.each(['down', 'right', 'indent'] as const)('layoutTree, %s', (direction) => {
  it('never overlaps boxes and keeps them inside its size', () => {
    fc.assert(
      fc.property(parents, (tree) => {
        const { box } = geometry(direction);
        const { boxes, width, height } = layoutTree(tree, geometry(direction));
        for (let i = 0; i < boxes.length; i++) {
          const a = boxes[i]!;
          expect(a.x >= 0 && a.y >= 0).toBe(true);
          expect(a.x + box.width <= width + 1e-6 && a.y + box.height <= height + 1e-6).toBe(true);
          for (let j = 0; j < i; j++) {
            const b = boxes[j]!;
            const apart =
              Math.abs(a.x - b.x) >= box.width - 1e-6 || Math.abs(a.y - b.y) >= box.height - 1e-6;
            expect(apart).toBe(true);
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  it('visits every node once, parents first', () => {
    fc.assert(
      fc.property(parents, (tree) => {
        const { preorder } = layoutTree(tree, geometry(direction));
        expect([...preorder].sort((a, b) => a - b)).toEqual(tree.map((_, i) => i));
        const at = new Map(preorder.map((node, i) => [node, i]));
        tree.forEach((parent, node) => {
          if (parent >= 0) expect(at.get(parent)!).toBeLessThan(at.get(node)!);
        });
      }),
      { numRuns: 25 },
    );
  });

  it('copes with nothing and with a single node', () => {
    expect(layoutTree([], geometry(direction)).boxes).toEqual([]);
    expect(layoutTree([-1], geometry(direction))).toMatchObject({ width: 140, height: 48 });
  });

  it('joins boxes by lines without gaps in their numbers', () => {
    const { boxes } = layoutTree([-1, 0, 0], geometry(direction));
    expect(edgePath(boxes[0]!, boxes[2]!, geometry(direction))).not.toMatch(/NaN|undefined/);
  });
});

it('draws wide trees to the right and deep ones as rows', () => {
  const geometries = {
    down: geometry('down'),
    right: geometry('right'),
    indent: geometry('indent'),
  };
  expect(fittingDirection([-1, 0, 0], 400, geometries)).toBe('down');
  expect(fittingDirection([-1, 0, 0, 0, 0], 400, geometries)).toBe('right');
  expect(fittingDirection([-1, 0, 0, 0, 0, 1, 5], 400, geometries)).toBe('indent');
});

describe('nodeAfterKey', () => {
  const tree = [-1, 0, 0, 1, 2];
  const layout = layoutTree(tree, geometry('down'));
  const move = (key: string, node: number, direction: TreeGeometry['direction'] = 'down') =>
    nodeAfterKey(key, node, tree, layout, direction);

  it('walks to parents, children and along a level', () => {
    expect(move('ArrowDown', 0)).toBe(1);
    expect(move('ArrowUp', 4)).toBe(2);
    expect(move('ArrowRight', 3)).toBe(4);
    expect(move('ArrowUp', 0)).toBeNull();
    expect(move('x', 0)).toBeNull();
  });

  it('walks row by row where nodes are rows', () => {
    expect(move('ArrowDown', 3, 'indent')).toBe(2);
    expect(move('End', 0, 'indent')).toBe(4);
  });
});
