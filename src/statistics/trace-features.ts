/**
 * What an isolation forest over whole traces sees: logarithms of the duration of the root and of all
 * self times together, number of nodes, and depth.
 */

import { createSelfTimes } from '../trace/self-times.ts';
import { structureSize, type TraceSet } from '../trace/trace-set.ts';

export const TRACE_FEATURES = 4;

const logOf = (us: number): number => Math.log(us > 1 ? us : 1);

/**
 * @returns a function that writes the features of a trace; self times below zero, of calls that run
 *   side by side, count as zero: the sum of all would be the duration again
 */
export function createTraceFeatures(
  traces: TraceSet,
): (trace: number, row: Float32Array | Float64Array, at: number) => void {
  const { structureOf, nodeOffset, latencyUs, spanCount } = traces;
  const writeSelf = createSelfTimes(traces);
  const depthOf = createDepths(traces);
  let selfUs = new Float64Array(64);
  return (trace, row, at) => {
    const first = nodeOffset[trace]!;
    const size = nodeOffset[trace + 1]! - first;
    if (size > selfUs.length) selfUs = new Float64Array(2 * size);
    writeSelf(trace, selfUs);
    let busy = 0;
    for (let i = 0; i < size; i++) busy += spanCount[first + i]! * Math.max(0, selfUs[i]!);
    row[at] = logOf(latencyUs[first]!);
    row[at + 1] = logOf(busy);
    row[at + 2] = size;
    row[at + 3] = depthOf(structureOf[trace]!);
  };
}

/** Edges from the root to the deepest node of a structure, each worked out once. */
function createDepths({ structures }: TraceSet): (structure: number) => number {
  const known = new Map<number, number>();
  return (structure) => {
    const before = known.get(structure);
    if (before !== undefined) return before;
    const first = structures.nodeOffset[structure]!;
    const depth = new Uint32Array(structureSize(structures, structure));
    let deepest = 0;
    for (let i = 1; i < depth.length; i++) {
      depth[i] = depth[structures.parent[first + i]!]! + 1;
      deepest = Math.max(deepest, depth[i]!);
    }
    known.set(structure, deepest);
    return deepest;
  };
}
