/**
 * Synthetic anomalies, section A.4 of the paper: which nodes of a tree are dropped, and how much
 * longer its nodes last. In: a tree as parents (root first, parents before children). It serves
 * merged trees here and trees of spans in the simulator.
 */
import type { Random } from '../base/random.ts';
import type { Microseconds } from '../base/units.ts';

/** Uniform between the two. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

export interface AnomalyRanges {
  /** Share p of the nodes that a structure anomaly loses. */
  readonly discardRate: Range;
  /** Share p of the nodes that a time anomaly slows. */
  readonly alteringRate: Range;
  /** rho, in multiples of the operation's p99. */
  readonly slowdown: Range;
}

/** p ~ U[0.1, 0.5] and rho ~ U[2, 10]. */
export const PAPER_RANGES: AnomalyRanges = {
  discardRate: { low: 0.1, high: 0.5 },
  alteringRate: { low: 0.1, high: 0.5 },
  slowdown: { low: 2, high: 10 },
};

/** A trace of one node is no trace to learn or judge. */
const MIN_NODES = 2;

const between = (random: Random, { low, high }: Range): number =>
  low + (high - low) * random.uniform();

/**
 * Drops random nodes, each with all below it, until the share p of the nodes is gone. The root
 * stays, and {@link MIN_NODES} nodes do.
 *
 * @param parent [n] index of the parent, -1 for the root
 * @returns      [n] 1 for nodes that stay; null where no node can be dropped
 */
export function drawRemaining(
  parent: Int32Array,
  random: Random,
  discardRate: Range = PAPER_RANGES.discardRate,
): Uint8Array | null {
  const n = parent.length;
  const toDrop = between(random, discardRate) * n;
  const alive = new Uint8Array(n).fill(1);
  let left = n;
  while (n - left < toDrop) {
    const sizes = subtreeSizes(parent, alive);
    const candidates = [...alive.keys()].filter(
      (i) => i > 0 && alive[i] === 1 && left - sizes[i]! >= MIN_NODES,
    );
    if (candidates.length === 0) break;
    const dropped = candidates[random.integer(candidates.length)]!;
    alive[dropped] = 0;
    // parents come first, so one pass takes everything below
    for (let i = dropped + 1; i < n; i++) if (alive[parent[i]!] === 0) alive[i] = 0;
    left = alive.reduce((sum, kept) => sum + kept, 0);
  }
  return left === n ? null : alive;
}

function subtreeSizes(parent: Int32Array, alive: Uint8Array): Uint32Array {
  const sizes = Uint32Array.from(alive);
  for (let i = sizes.length - 1; i > 0; i--) sizes[parent[i]!]! += sizes[i]!;
  return sizes;
}

/**
 * Where the nodes that stay are and hang: their old indices, and their parents among themselves.
 *
 * @param alive [n] 1 for nodes that stay
 */
export function remainingTree(
  parent: Int32Array,
  alive: Uint8Array,
): { readonly kept: readonly number[]; readonly parent: Int32Array } {
  const kept = [...alive.keys()].filter((i) => alive[i] === 1);
  const newIndex = new Map(kept.map((old, i) => [old, i]));
  return { kept, parent: Int32Array.from(kept, (old) => newIndex.get(parent[old]!) ?? -1) };
}

/**
 * Slows random distinct nodes, until the share p of the nodes is altered: the node lasts rho times
 * its operation's p99, and all its ancestors last longer by the same increment. A node that already
 * lasts longer, because one below it was slowed first, is left as it is.
 *
 * @param parent    [n] index of the parent, -1 for the root
 * @param latencyUs [n] microseconds
 * @param p99UsOf   of a node's operation; NaN (never seen) counts as the node's own latency
 * @returns         [n] microseconds
 */
export function slowNodes(
  parent: Int32Array,
  latencyUs: ArrayLike<number>,
  p99UsOf: (node: number) => Microseconds,
  random: Random,
  { alteringRate, slowdown }: Omit<AnomalyRanges, 'discardRate'> = PAPER_RANGES,
): Float64Array {
  const n = parent.length;
  const rate = between(random, alteringRate);
  const slowed = Float64Array.from(latencyUs);
  const untouched = Array.from({ length: n }, (_, i) => i);
  while (n - untouched.length < rate * n) {
    const node = untouched.splice(random.integer(untouched.length), 1)[0]!;
    const p99 = p99UsOf(node);
    const slowedUs = Math.round(between(random, slowdown) * (p99 > 0 ? p99 : slowed[node]!));
    const increment = Math.max(0, slowedUs - slowed[node]!);
    for (let i = node; i >= 0; i = parent[i]!) slowed[i]! += increment;
  }
  return slowed;
}

/** Draws in a row without success after which {@link drawUntil} gives up. */
const PATIENCE = 100;

/** Draws until enough attempts have succeeded; gives up when a hundred in a row have not. */
export function drawUntil<T>(count: number, draw: () => T | null): T[] {
  const drawn: T[] = [];
  for (let failures = 0; drawn.length < count && failures < PATIENCE; ) {
    const next = draw();
    failures = next === null ? failures + 1 : 0;
    if (next !== null) drawn.push(next);
  }
  return drawn;
}
