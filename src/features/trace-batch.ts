/**
 * A batch of merged trees as padded typed arrays: what a detector turns into tensors.
 * B traces of at most N nodes; row-major.
 */
import { assert } from '../base/assert.ts';
import { nodeCount as nodesOf, type TraceSet } from '../trace/trace-set.ts';
import type { LatencyScale } from './latency-scale.ts';

export interface TraceBatch {
  /** B */
  readonly size: number;
  /** N, the N_max of the model. */
  readonly maxNodes: number;
  /** [B] */
  readonly nodeCount: Int32Array;
  /** [B, N] parent within the trace; -1 for the root and for padding. */
  readonly parent: Int32Array;
  /** [B, N] operation id; 0 for padding. */
  readonly operation: Int32Array;
  /** [B, N] standardised mean latency, unitless; 0 for padding. */
  readonly latency: Float32Array;
}

/**
 * @param scale    fitted on the training set; one mean and divisor an operation
 * @param selected [B] trace indices, in the order of the rows
 * @param maxNodes N; every selected trace must fit
 */
export function makeBatch(
  traces: TraceSet,
  scale: LatencyScale,
  selected: Uint32Array,
  maxNodes: number,
): TraceBatch {
  const size = selected.length;
  const nodeCount = new Int32Array(size);
  const parent = new Int32Array(size * maxNodes).fill(-1);
  const operation = new Int32Array(size * maxNodes);
  const latency = new Float32Array(size * maxNodes);
  const { structures, structureOf, latencyUs } = traces;

  for (let b = 0; b < size; b++) {
    const trace = selected[b]!;
    const nodes = nodesOf(traces, trace);
    assert(nodes <= maxNodes, `trace ${trace} has ${nodes} nodes, the batch holds ${maxNodes}`);
    nodeCount[b] = nodes;
    const shape = structures.nodeOffset[structureOf[trace]!]!;
    const first = traces.nodeOffset[trace]!;
    const row = b * maxNodes;
    for (let i = 0; i < nodes; i++) {
      const op = structures.operation[shape + i]!;
      parent[row + i] = structures.parent[shape + i]!;
      operation[row + i] = op;
      latency[row + i] = (latencyUs[first + i]! - scale.meanUs[op]!) / scale.divisorUs[op]!;
    }
  }
  return { size, maxNodes, nodeCount, parent, operation, latency };
}
