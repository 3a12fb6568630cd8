/** Nodes that last longer or shorter, and what that does to their callers. */
import type { KindTree } from './kind.ts';

/**
 * A caller waits for its calls: it lasts longer by what they do, per span of the caller. Calls are
 * taken to be made one after another, as in section A.4.
 *
 * @param ownUs [n] by how much longer each node lasts by itself, microseconds; negative is shorter
 * @returns     [n] microseconds; nothing gets shorter than its longest call that stays
 */
export function lengthen(
  { parent, latencyUs, spanCount }: Pick<KindTree, 'parent' | 'latencyUs' | 'spanCount'>,
  ownUs: Float64Array,
  alive: Uint8Array | null = null,
): Float64Array {
  const longer = ownUs.slice();
  const longestCall = new Float64Array(parent.length);
  const result = latencyUs.slice();
  // parents come first, so from the end every node has met all its calls
  for (let node = parent.length - 1; node >= 0; node--) {
    if (alive !== null && alive[node] === 0) continue;
    const changed = latencyUs[node]! + longer[node]!;
    const least = Math.min(latencyUs[node]!, Math.max(longestCall[node]!, 1));
    result[node] = Math.max(changed, least);
    const caller = parent[node]!;
    if (caller < 0) continue;
    const difference = result[node]! - latencyUs[node]!;
    longer[caller]! += (difference * spanCount[node]!) / spanCount[caller]!;
    longestCall[caller] = Math.max(longestCall[caller]!, result[node]!);
  }
  return result;
}

/** [n] microseconds: what a node lasts without its calls, per span; 0 where those run side by side. */
export function selfTimes({
  parent,
  latencyUs,
  spanCount,
}: Pick<KindTree, 'parent' | 'latencyUs' | 'spanCount'>): Float64Array {
  const self = latencyUs.slice();
  for (let node = 1; node < parent.length; node++) {
    const caller = parent[node]!;
    self[caller]! -= (latencyUs[node]! * spanCount[node]!) / spanCount[caller]!;
  }
  return self.map((value) => Math.max(value, 0));
}
