/**
 * Where the nodes of a call tree go: tidy (Reingold and Tilford, by d3-hierarchy), from the top down
 * or from left to right, or indented with a row per node as in trace viewers.
 * Input: parents, root first. Output: boxes in pixels and the tree's size.
 */
import { type HierarchyPointNode, stratify, tree } from 'd3';

export type TreeDirection = 'down' | 'right' | 'indent';

export interface TreeBox {
  /** Top left corner of the node's box. */
  readonly x: number;
  readonly y: number;
  readonly depth: number;
}

export interface TreeSize {
  readonly width: number;
  readonly height: number;
}

export interface TreeGeometry {
  readonly direction: TreeDirection;
  readonly box: TreeSize;
  /** Pixels between siblings, and between levels. */
  readonly siblingGap: number;
  readonly levelGap: number;
}

export interface TreeLayout extends TreeSize {
  /** By node index. */
  readonly boxes: readonly TreeBox[];
  /** Children by node index, in the order of their indices. */
  readonly children: readonly (readonly number[])[];
  /** Node indices as a reader meets them: each node before its children, siblings in order. */
  readonly preorder: readonly number[];
}

export function childrenOf(parents: readonly number[]): number[][] {
  const children = parents.map((): number[] => []);
  parents.forEach((parent, node) => {
    children[parent]?.push(node);
  });
  return children;
}

function preorderOf(children: readonly (readonly number[])[]): number[] {
  const order: number[] = [];
  const open = children.length > 0 ? [0] : [];
  while (open.length > 0) {
    const node = open.pop()!;
    order.push(node);
    open.push(...children[node]!.toReversed());
  }
  return order;
}

function depthsOf(parents: readonly number[], preorder: readonly number[]): number[] {
  const depths = parents.map(() => 0);
  for (const node of preorder) {
    const parent = parents[node]!;
    if (parent >= 0) depths[node] = depths[parent]! + 1;
  }
  return depths;
}

function indented(parents: readonly number[], preorder: readonly number[], size: TreeGeometry) {
  const depths = depthsOf(parents, preorder);
  const boxes: TreeBox[] = parents.map(() => ({ x: 0, y: 0, depth: 0 }));
  preorder.forEach((node, row) => {
    const depth = depths[node]!;
    boxes[node] = { x: depth * size.levelGap, y: row * (size.box.height + size.siblingGap), depth };
  });
  return boxes;
}

function tidy(parents: readonly number[], size: TreeGeometry): TreeBox[] {
  const { box, direction, siblingGap, levelGap } = size;
  const root = stratify<number>()
    .id((node) => String(node))
    .parentId((node) => (parents[node]! < 0 ? null : String(parents[node])))(
    parents.map((_, i) => i),
  );
  const across = direction === 'down' ? box.width : box.height;
  const along = direction === 'down' ? box.height : box.width;
  const placed: HierarchyPointNode<number> = tree<number>()
    .nodeSize([across + siblingGap, along + levelGap])
    .separation((a, b) => (a.parent === b.parent ? 1 : 1.15))(root);
  let least = Infinity;
  placed.each((node) => {
    least = Math.min(least, node.x);
  });
  const boxes: TreeBox[] = parents.map(() => ({ x: 0, y: 0, depth: 0 }));
  placed.each((node) => {
    const side = node.x - least;
    const { depth } = node;
    boxes[node.data] =
      direction === 'down' ? { x: side, y: node.y, depth } : { x: node.y, y: side, depth };
  });
  return boxes;
}

export function layoutTree(parents: readonly number[], size: TreeGeometry): TreeLayout {
  const children = childrenOf(parents);
  const preorder = preorderOf(children);
  if (parents.length === 0) return { boxes: [], children, preorder, width: 0, height: 0 };
  const boxes =
    size.direction === 'indent' ? indented(parents, preorder, size) : tidy(parents, size);
  return {
    boxes,
    children,
    preorder,
    width: Math.max(...boxes.map(({ x }) => x)) + size.box.width,
    height: Math.max(...boxes.map(({ y }) => y)) + size.box.height,
  };
}

/** The way that shows a whole tree in this width: down, else to the right, else indented rows. */
export function fittingDirection(
  parents: readonly number[],
  width: number,
  geometries: Readonly<Record<TreeDirection, TreeGeometry>>,
): TreeDirection {
  const fits = (direction: TreeDirection) =>
    layoutTree(parents, geometries[direction]).width <= width;
  return (['down', 'right'] as const).find(fits) ?? 'indent';
}

/** The line from a parent's box to a child's. */
export function edgePath(
  parent: TreeBox,
  child: TreeBox,
  { direction, box }: TreeGeometry,
): string {
  if (direction === 'down') {
    const [x0, y0] = [parent.x + box.width / 2, parent.y + box.height];
    const [x1, y1] = [child.x + box.width / 2, child.y];
    const middle = (y0 + y1) / 2;
    return `M${x0},${y0}C${x0},${middle} ${x1},${middle} ${x1},${y1}`;
  }
  if (direction === 'right') {
    const [x0, y0] = [parent.x + box.width, parent.y + box.height / 2];
    const [x1, y1] = [child.x, child.y + box.height / 2];
    const middle = (x0 + x1) / 2;
    return `M${x0},${y0}C${middle},${y0} ${middle},${y1} ${x1},${y1}`;
  }
  const x = parent.x + 6;
  return `M${x},${parent.y + box.height}V${child.y + box.height / 2}H${child.x}`;
}

/** Arrow keys as steps in the tree, for each way of drawing it. */
const STEPS: Readonly<Record<TreeDirection, Readonly<Record<string, Step>>>> = {
  down: { ArrowDown: 'child', ArrowUp: 'parent', ArrowRight: 'next', ArrowLeft: 'previous' },
  right: { ArrowRight: 'child', ArrowLeft: 'parent', ArrowDown: 'next', ArrowUp: 'previous' },
  indent: { ArrowDown: 'below', ArrowUp: 'above', ArrowRight: 'child', ArrowLeft: 'parent' },
};

type Step = 'child' | 'parent' | 'next' | 'previous' | 'below' | 'above';

/** The node that a key moves to from another, or null. Next and previous stay on a level. */
export function nodeAfterKey(
  key: string,
  node: number,
  parents: readonly number[],
  layout: TreeLayout,
  direction: TreeDirection,
): number | null {
  const { preorder, children, boxes } = layout;
  if (key === 'Home') return preorder[0] ?? null;
  if (key === 'End') return preorder.at(-1) ?? null;
  const step = STEPS[direction][key];
  if (step === undefined) return null;
  if (step === 'child') return children[node]?.[0] ?? null;
  if (step === 'parent') return (parents[node] ?? -1) >= 0 ? parents[node]! : null;
  const onLevel = step === 'next' || step === 'previous';
  const row = onLevel
    ? preorder.filter((other) => boxes[other]!.depth === boxes[node]!.depth)
    : preorder;
  const by = step === 'next' || step === 'below' ? 1 : -1;
  return row[row.indexOf(node) + by] ?? null;
}
