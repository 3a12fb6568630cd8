/** Anomalies of section A.4 on trees of spans; what is drawn is {@link file://../prepare/anomalies.ts}. */
import type { Random } from '../base/random.ts';
import { drawRemaining, remainingTree, slowNodes } from '../prepare/anomalies.ts';
import type { SpanTree } from './span-tree.ts';

/** @returns null where no span can be dropped */
export function injectStructureAnomaly(tree: SpanTree, random: Random): SpanTree | null {
  const alive = drawRemaining(tree.parent, random);
  if (alive === null) return null;
  const { kept, parent } = remainingTree(tree.parent, alive);
  return {
    parent,
    operation: Uint16Array.from(kept, (old) => tree.operation[old]!),
    startUs: Float64Array.from(kept, (old) => tree.startUs[old]!),
    durationUs: Float64Array.from(kept, (old) => tree.durationUs[old]!),
  };
}

/** @param p99Us [operations] of the normal training spans; NaN where never seen */
export function injectTimeAnomaly(
  tree: SpanTree,
  p99Us: ArrayLike<number>,
  random: Random,
): SpanTree {
  const p99UsOf = (node: number): number => p99Us[tree.operation[node]!]!;
  return { ...tree, durationUs: slowNodes(tree.parent, tree.durationUs, p99UsOf, random) };
}
