/** Random trees, for what works on any. */
import { createRandom } from '../base/random.ts';
import type { TreeArrays } from '../nn/node-layout.ts';

/**
 * A random forest as padded rows.
 *
 * @param size     trees
 * @param maxNodes of a tree at most
 */
export function randomTrees(seed: number, size: number, maxNodes: number): TreeArrays {
  const random = createRandom(seed);
  const nodeCount = Int32Array.from({ length: size }, () => 1 + random.integer(maxNodes));
  const parent = new Int32Array(size * maxNodes).fill(-1);
  nodeCount.forEach((nodes, b) => {
    for (let i = 1; i < nodes; i++) parent[b * maxNodes + i] = random.integer(i);
  });
  return { size, maxNodes, nodeCount, parent };
}
