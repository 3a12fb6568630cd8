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
  /** [B, N] 1 where a span of the node failed; absent where nobody asks, or the dataset does not say. */
  readonly failed?: Uint8Array;
}

/**
 * @param scale    fitted on the training set; one mean and divisor an operation. An operation beyond
 *                 them, which a kept model never saw, is operation 0 to it
 * @param selected [B] trace indices, in the order of the rows
 * @param maxNodes N; every selected trace must fit
 */
export function makeBatch(
  traces: TraceSet,
  scale: Pick<LatencyScale, 'meanUs' | 'divisorUs'>,
  selected: Uint32Array,
  maxNodes: number,
): TraceBatch {
  const size = selected.length;
  const nodeCount = new Int32Array(size);
  const parent = new Int32Array(size * maxNodes).fill(-1);
  const operation = new Int32Array(size * maxNodes);
  const latency = new Float32Array(size * maxNodes);
  const { structures, structureOf, latencyUs } = traces;
  const known = scale.meanUs.length;

  for (let b = 0; b < size; b++) {
    const trace = selected[b]!;
    const nodes = nodesOf(traces, trace);
    assert(nodes <= maxNodes, `trace ${trace} has ${nodes} nodes, the batch holds ${maxNodes}`);
    nodeCount[b] = nodes;
    const shape = structures.nodeOffset[structureOf[trace]!]!;
    const first = traces.nodeOffset[trace]!;
    const row = b * maxNodes;
    for (let i = 0; i < nodes; i++) {
      const named = structures.operation[shape + i]!;
      const op = named < known ? named : 0;
      parent[row + i] = structures.parent[shape + i]!;
      operation[row + i] = op;
      latency[row + i] = (latencyUs[first + i]! - scale.meanUs[op]!) / scale.divisorUs[op]!;
    }
  }
  return { size, maxNodes, nodeCount, parent, operation, latency };
}

/**
 * The batch with these rows, which may repeat.
 *
 * @param batch [B, N]
 * @param rows  [P] each below B
 * @returns     [P, N]
 */
export function selectRows(batch: TraceBatch, rows: readonly number[]): TraceBatch {
  const { maxNodes } = batch;
  const picked = <A extends Int32Array | Float32Array>(values: A, make: (n: number) => A): A => {
    const out = make(rows.length * maxNodes);
    rows.forEach((row, i) => {
      out.set(values.subarray(row * maxNodes, (row + 1) * maxNodes), i * maxNodes);
    });
    return out;
  };
  return {
    size: rows.length,
    maxNodes,
    nodeCount: Int32Array.from(rows, (row) => batch.nodeCount[row]!),
    parent: picked(batch.parent, (n) => new Int32Array(n)),
    operation: picked(batch.operation, (n) => new Int32Array(n)),
    latency: picked(batch.latency, (n) => new Float32Array(n)),
  };
}

/**
 * Each trace L times in a row, for the samples of equation (3): row b L + l is sample l of trace b.
 *
 * @param batch   [B, N]
 * @param samples L
 * @returns       [B L, N]
 */
export function repeatRows(batch: TraceBatch, samples: number): TraceBatch {
  if (samples === 1) return batch;
  return selectRows(
    batch,
    Array.from({ length: batch.size * samples }, (_, i) => Math.floor(i / samples)),
  );
}

/** Nodes of the largest of these traces, at least 1: what a batch of them is as wide as. */
export const largestTree = (traces: TraceSet, selected: Uint32Array): number =>
  selected.reduce((most, trace) => Math.max(most, nodesOf(traces, trace)), 1);
