/** Many structures out of few, to see what scoring costs by their number. */
import { nodeCount, type TraceSet } from '../src/trace/trace-set.ts';

/**
 * Copies of traces, each of which has a structure to itself: equal ones are not told to be equal.
 *
 * @param selected traces to copy, over and over
 * @param count    T of the result, and its number of structures
 */
export function withDistinctStructures(
  traces: TraceSet,
  selected: Uint32Array,
  count: number,
): TraceSet {
  const sources = Uint32Array.from({ length: count }, (_, i) => selected[i % selected.length]!);
  const nodeOffset = new Uint32Array(count + 1);
  sources.forEach((trace, i) => {
    nodeOffset[i + 1] = nodeOffset[i]! + nodeCount(traces, trace);
  });
  const nodes = nodeOffset[count]!;
  const parent = new Int32Array(nodes);
  const operation = new Uint32Array(nodes);
  const latencyUs = new Float32Array(nodes);
  const { structures } = traces;
  sources.forEach((trace, i) => {
    const size = nodeCount(traces, trace);
    const shape = structures.nodeOffset[traces.structureOf[trace]!]!;
    const first = traces.nodeOffset[trace]!;
    parent.set(structures.parent.subarray(shape, shape + size), nodeOffset[i]!);
    operation.set(structures.operation.subarray(shape, shape + size), nodeOffset[i]!);
    latencyUs.set(traces.latencyUs.subarray(first, first + size), nodeOffset[i]!);
  });
  return {
    ...traces,
    structures: { nodeOffset, parent, operation },
    structureOf: Uint32Array.from(sources.keys()),
    nodeOffset,
    latencyUs,
    spanCount: new Uint32Array(nodes).fill(1),
    startUs: Float64Array.from(sources, (trace) => traces.startUs[trace]!),
    label: Uint8Array.from(sources, (trace) => traces.label[trace]!),
    file: Uint16Array.from(sources, (trace) => traces.file[trace]!),
  };
}
