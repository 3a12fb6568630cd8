/**
 * How long each node of a merged tree works while nothing that it called does, from means and counts.
 * Unlike self times these are never negative, and what two calls do at the same time counts once: a
 * span that only wraps its sibling has nothing left, and slow time is found where it was spent.
 */
import { largestStructure, type TraceSet } from '../trace/trace-set.ts';

/** Means are float32: a call that lasts as long as its caller may seem longer in the last bits. */
const LAST_BITS = 1 + 1e-6;

/**
 * A call that lasts longer than its caller is not waited for. Where a node's other calls last longer
 * together than the node does, they overlap; the overlap is taken off the call that has most time of
 * its own, then off the next.
 *
 * @returns a function that writes the own times of a trace's nodes, microseconds per span, into its
 *   argument: [n] at least
 */
export function createOwnTimes(traces: TraceSet): (trace: number, ownUs: Float64Array) => void {
  const { structures, structureOf, nodeOffset, latencyUs, spanCount } = traces;
  const total = new Float64Array(largestStructure(structures));
  return (trace, ownUs) => {
    const first = nodeOffset[trace]!;
    const n = nodeOffset[trace + 1]! - first;
    const shape = structures.nodeOffset[structureOf[trace]!]!;
    for (let i = 0; i < n; i++) {
      total[i] = latencyUs[first + i]! * spanCount[first + i]!;
      ownUs[i] = total[i]!;
    }
    for (let i = n - 1; i > 0; i--) {
      const caller = structures.parent[shape + i]!;
      if (total[i]! <= total[caller]! * LAST_BITS) ownUs[caller]! -= total[i]!;
    }
    for (let i = 0; i < n; i++) {
      if (ownUs[i]! < 0) takeOverlap(structures.parent.subarray(shape, shape + n), i, ownUs);
    }
    // whole microseconds: means that differ in their last bits give equal values
    for (let i = 0; i < n; i++) ownUs[i] = Math.round(ownUs[i]! / spanCount[first + i]!);
  };
}

/** @param parent [n] callers come before what they call */
function takeOverlap(parent: Int32Array, node: number, own: Float64Array): void {
  let overlap = -own[node]!;
  own[node] = 0;
  while (overlap > 0) {
    let most = -1;
    for (let i = node + 1; i < parent.length; i++) {
      if (parent[i] === node && own[i]! > (most < 0 ? 0 : own[most]!)) most = i;
    }
    if (most < 0) return;
    const taken = Math.min(overlap, own[most]!);
    own[most]! -= taken;
    overlap -= taken;
  }
}
