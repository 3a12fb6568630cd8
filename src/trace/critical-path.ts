/**
 * The critical path of a merged tree: the chain of calls that the request had to wait for (CRISP,
 * Zhang et al. 2022, section 6.4's baseline).
 *
 * Critical path analysis walks back in time from the end of a call, to the child that returned
 * last before it, and so on. A merged tree has no starts: its nodes are means over several spans, which
 * have several. So overlap is derived from durations alone: calls that ran one after another
 * cannot together take longer than their caller. Children are taken in falling order of latency as
 * long as they fit into what is left of the caller's; one that does not fit must have run beside
 * them and was waited for in vain. The longest child is always on the path.
 *
 * Differs from CRISP: a short call beside a long one counts as waited for where both would fit.
 */
import { nodeCount, type TraceSet } from './trace-set.ts';

/**
 * @param parent    [n] BFS order, -1 for the root
 * @param latencyUs [n] microseconds
 * @returns         [n] 1 where the node is on the critical path; the root is
 */
export function criticalNodes(
  parent: ArrayLike<number>,
  latencyUs: ArrayLike<number>,
): Uint8Array<ArrayBuffer> {
  const nodes = parent.length;
  const critical = new Uint8Array(nodes);
  critical[0] = 1;
  // children of one caller lie next to each other
  for (let first = 1; first < nodes; ) {
    const caller = parent[first]!;
    let end = first + 1;
    while (end < nodes && parent[end] === caller) end++;
    if (critical[caller] === 1) {
      let left = latencyUs[caller]!;
      const children = Array.from({ length: end - first }, (_, i) => first + i);
      children.sort((a, b) => latencyUs[b]! - latencyUs[a]! || a - b);
      for (const [rank, child] of children.entries()) {
        if (rank > 0 && latencyUs[child]! > left) continue;
        critical[child] = 1;
        left -= latencyUs[child]!;
      }
    }
    first = end;
  }
  return critical;
}

/** @returns [n] of one trace of a set */
export function criticalNodesOf(traces: TraceSet, trace: number): Uint8Array<ArrayBuffer> {
  const { structures, structureOf, nodeOffset, latencyUs } = traces;
  const shape = structures.nodeOffset[structureOf[trace]!]!;
  const first = nodeOffset[trace]!;
  const nodes = nodeCount(traces, trace);
  return criticalNodes(
    structures.parent.subarray(shape, shape + nodes),
    latencyUs.subarray(first, first + nodes),
  );
}
