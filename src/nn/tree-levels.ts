/**
 * The nodes of a batch of trees, level by level: what a network that goes from leaves to roots
 * computes at once. Plain arrays, no tensors.
 */
import type { TreeArrays } from './node-layout.ts';

/** R rows: all roots first, then their children, and so on; within a level tree after tree. */
export interface TreeLevels {
  /** B */
  readonly graphs: number;
  /** R */
  readonly rows: number;
  /** [levels] rows of each */
  readonly sizes: readonly number[];
  /** [levels] of the rows of each level: the parent, as a row of the level above. Of the first: empty. */
  readonly parentOf: readonly Int32Array[];
  /** [R] tree of each row */
  readonly graphOf: Int32Array;
  /** [R] node within its tree */
  readonly nodeOf: Int32Array;
}

/** @param trees [B, N] parents, each before its children; [B] node counts */
export function treeLevels({ size, maxNodes, nodeCount, parent }: TreeArrays): TreeLevels {
  const depth = new Int32Array(size * maxNodes);
  const sizes: number[] = [];
  for (let graph = 0; graph < size; graph++) {
    const first = graph * maxNodes;
    for (let node = 0; node < nodeCount[graph]!; node++) {
      const above = parent[first + node]!;
      const level = above < 0 ? 0 : depth[first + above]! + 1;
      depth[first + node] = level;
      sizes[level] = (sizes[level] ?? 0) + 1;
    }
  }
  const rows = sizes.reduce((sum, count) => sum + count, 0);
  const firstOf: number[] = [];
  let end = 0;
  for (const count of sizes) {
    firstOf.push(end);
    end += count;
  }

  const graphOf = new Int32Array(rows);
  const nodeOf = new Int32Array(rows);
  const parentOf = sizes.map((count, level) => new Int32Array(level === 0 ? 0 : count));
  const placed = sizes.map(() => 0);
  /** [B, N] row within its level */
  const rowOf = new Int32Array(size * maxNodes);
  for (let graph = 0; graph < size; graph++) {
    const first = graph * maxNodes;
    for (let node = 0; node < nodeCount[graph]!; node++) {
      const level = depth[first + node]!;
      const row = placed[level]!;
      placed[level] = row + 1;
      rowOf[first + node] = row;
      graphOf[firstOf[level]! + row] = graph;
      nodeOf[firstOf[level]! + row] = node;
      if (level > 0) parentOf[level]![row] = rowOf[first + parent[first + node]!]!;
    }
  }
  return { graphs: size, rows, sizes, parentOf, graphOf, nodeOf };
}
