/**
 * Synthetic anomalies on a normal trace, section A.4 of the paper.
 */
import type { Random } from '../base/random.ts';
import { type SpanTree, spanCount } from './span-tree.ts';

/** Discard rate and altering rate p ~ U[0.1, 0.5]. */
const RATE = { low: 0.1, high: 0.5 } as const;

/** rho ~ U[2, 10], in multiples of the operation's p99. */
const SLOWDOWN = { low: 2, high: 10 } as const;

/** A trace of one node is no trace to learn or judge. */
const MIN_NODES = 2;

const between = (random: Random, { low, high }: { low: number; high: number }): number =>
  low + (high - low) * random.uniform();

/**
 * Drops random nodes, each with all below it, until the share p of the nodes is gone. The root
 * stays, and {@link MIN_NODES} nodes do.
 *
 * @returns null where no node can be dropped
 */
export function injectStructureAnomaly(tree: SpanTree, random: Random): SpanTree | null {
  const n = spanCount(tree);
  const toDrop = between(random, RATE) * n;
  const alive = new Uint8Array(n).fill(1);
  let left = n;
  while (n - left < toDrop) {
    const sizes = subtreeSizes(tree, alive);
    const candidates = [...alive.keys()].filter(
      (i) => i > 0 && alive[i] === 1 && left - sizes[i]! >= MIN_NODES,
    );
    if (candidates.length === 0) break;
    const dropped = candidates[random.integer(candidates.length)]!;
    alive[dropped] = 0;
    // parents come first, so one pass takes everything below
    for (let i = dropped + 1; i < n; i++) if (alive[tree.parent[i]!] === 0) alive[i] = 0;
    left = alive.reduce((sum, kept) => sum + kept, 0);
  }
  return left === n ? null : keepNodes(tree, alive);
}

function subtreeSizes(tree: SpanTree, alive: Uint8Array): Uint32Array {
  const sizes = Uint32Array.from(alive);
  for (let i = sizes.length - 1; i > 0; i--) sizes[tree.parent[i]!]! += sizes[i]!;
  return sizes;
}

function keepNodes(tree: SpanTree, alive: Uint8Array): SpanTree {
  const kept = [...alive.keys()].filter((i) => alive[i] === 1);
  const newIndex = new Map(kept.map((old, i) => [old, i]));
  return {
    parent: Int32Array.from(kept, (old) => newIndex.get(tree.parent[old]!) ?? -1),
    operation: Uint16Array.from(kept, (old) => tree.operation[old]!),
    startUs: Float64Array.from(kept, (old) => tree.startUs[old]!),
    durationUs: Float64Array.from(kept, (old) => tree.durationUs[old]!),
  };
}

/**
 * Slows random distinct nodes, until the share p of the nodes is altered: the node lasts rho times
 * its operation's p99, and all its ancestors last longer by the same increment. A node that already
 * lasts longer, because one below it was slowed first, is left as it is.
 *
 * @param p99Us [operations] of the normal training spans; NaN (never seen) counts as the node's own
 */
export function injectTimeAnomaly(
  tree: SpanTree,
  p99Us: ArrayLike<number>,
  random: Random,
): SpanTree {
  const n = spanCount(tree);
  const rate = between(random, RATE);
  const durationUs = tree.durationUs.slice();
  const untouched = Array.from({ length: n }, (_, i) => i);
  while (n - untouched.length < rate * n) {
    const node = untouched.splice(random.integer(untouched.length), 1)[0]!;
    const p99 = p99Us[tree.operation[node]!]!;
    const slowedUs = Math.round(between(random, SLOWDOWN) * (p99 > 0 ? p99 : durationUs[node]!));
    const increment = Math.max(0, slowedUs - durationUs[node]!);
    for (let i = node; i >= 0; i = tree.parent[i]!) durationUs[i]! += increment;
  }
  return { ...tree, durationUs };
}
