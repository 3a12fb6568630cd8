/**
 * Self time of the nodes of a merged tree: how long a span works by itself. From means and counts,
 * without start times: d - sum over the children c of m_c d_c / m, where m spans were merged into the
 * node. Children that run at the same time count twice, so it can be negative.
 */
import type { TraceSet } from './trace-set.ts';

/**
 * @returns a function that writes the self times of a trace's nodes, whole microseconds, into its
 *   argument: [n] at least. Rounding keeps values equal that differ in the last bits of a mean.
 */
export function createSelfTimes(
  traces: TraceSet,
): (trace: number, selfUs: Float32Array | Float64Array) => void {
  const { structures, structureOf, nodeOffset, latencyUs, spanCount } = traces;
  return (trace, selfUs) => {
    const first = nodeOffset[trace]!;
    const size = nodeOffset[trace + 1]! - first;
    const shape = structures.nodeOffset[structureOf[trace]!]!;
    // children come after their parent, so a node is whole once those behind it are taken off
    for (let i = size - 1; i >= 0; i--) selfUs[i] = latencyUs[first + i]!;
    for (let i = size - 1; i > 0; i--) {
      const parent = structures.parent[shape + i]!;
      const perSpan = spanCount[first + i]! / spanCount[first + parent]!;
      selfUs[parent]! -= latencyUs[first + i]! * perSpan;
    }
    for (let i = 0; i < size; i++) selfUs[i] = Math.round(selfUs[i]!);
  };
}
