/**
 * A batch of traces as what the networks read: node graphs, constant matrices, targets. Tensors are
 * made within the caller's tidy.
 *
 * Work that is the same is done once: q(z | A, Y) sees each distinct structure of the batch once,
 * with its multiplicity in the batch statistics; the padding nodes of p(X | .) are all equal within
 * a trace, so one row stands for them.
 */
import type { LatencyScale } from '../../features/latency-scale.ts';
import { createTargets } from '../../features/latency-target.ts';
import { largestTree, makeBatch, selectRows, type TraceBatch } from '../../features/trace-batch.ts';
import { copyMatrix } from '../../nn/lookup.ts';
import {
  createNodeGraph,
  dispatchMatrix,
  type NodeGraph,
  poolingMatrix,
} from '../../nn/node-graph.ts';
import { type NodeLayout, type Padding, rowValues } from '../../nn/node-layout.ts';
import { type RowIndex, rowIndex } from '../../nn/row-index.ts';
import * as tf from '../../nn/tf.ts';
import { nodeCount, type TraceSet } from '../../trace/trace-set.ts';
import type { TraceVaeConfig } from './meta.ts';
import { failedNodes } from './status-decoder.ts';

/** What q(z | A, Y) reads: S distinct structures, or room for a few more. */
export interface StructureEncoderInput {
  readonly graph: NodeGraph;
  /** [S, R] */
  readonly pooling: tf.Tensor2D;
  /** [R, operations] */
  readonly operations: tf.Tensor2D;
  /** [R, 1] standardised; read by q(z | A, X, Y) of SingleZ alone */
  readonly latency: tf.Tensor2D;
}

/** What p(N, A, Y | z) is compared with: B traces (or samples). */
export interface StructureTargets {
  /** All N_max nodes of each trace, row b N_max + i. */
  readonly graph: NodeGraph;
  /** [B, N_max + 1] */
  readonly nodeCount: tf.Tensor2D;
  /** [B, N_max, N_max] 1 where i is the parent of j */
  readonly edges: tf.Tensor3D;
  /** [B N_max, operations] */
  readonly operations: tf.Tensor2D;
}

/** What q(z2 | A, X, Y) reads. */
export interface LatencyEncoderInput {
  readonly graph: NodeGraph;
  /** [B, R] */
  readonly pooling: tf.Tensor2D;
  /** [R] operation ids */
  readonly operations: RowIndex;
  /** [R, 1] standardised */
  readonly latency: tf.Tensor2D;
}

/** What p(X | A, Y, z2) reads. */
export interface LatencyDecoderInput {
  readonly graph: NodeGraph;
  /** [R, B] copies z2 to the trace's rows */
  readonly dispatch: tf.Tensor2D;
  /** [R] operation ids */
  readonly operations: RowIndex;
}

/** What p(X | A, Y, z2) is compared with. */
export interface LatencyTargets {
  /** [R, 1] standardised */
  readonly latency: tf.Tensor2D;
  /** [B, R] sums over the real nodes of each trace */
  readonly sumNodes: tf.Tensor2D;
}

/**
 * Traces as the model sees them. DimEx (section 6.6) takes the padding for nodes: dummies of the
 * padding operation.
 *
 * Differs from the paper: it does not say how its zero-time dummies are linked or scaled. Here they
 * have no edges, and 0 is their standardised latency.
 *
 * @param selected [B] trace indices
 * @param maxNodes N of the batch; all selected traces must fit
 * @returns        [B, N] latency standardised, unitless
 */
export function modelBatch(
  { traces, scale }: { readonly traces: TraceSet; readonly scale: LatencyScale },
  { ablation }: TraceVaeConfig,
  selected: Uint32Array,
  maxNodes: number,
): TraceBatch {
  const batch = makeBatch(traces, scale, selected, maxNodes);
  if (scale.target !== undefined) {
    const write = createTargets(traces, scale.target);
    const targets = new Float64Array(maxNodes);
    selected.forEach((trace, b) => {
      write(trace, targets);
      batch.latency.set(targets.subarray(0, batch.nodeCount[b]!), b * maxNodes);
    });
  }
  if (ablation !== 'dimex') return batch;
  return { ...batch, nodeCount: new Int32Array(batch.size).fill(maxNodes) };
}

/** A batch with which of its nodes failed, where the dataset says so. */
export function withStatus(
  batch: TraceBatch,
  { errorCount, nodeOffset }: TraceSet,
  selected: Uint32Array,
): TraceBatch {
  if (errorCount === undefined) return batch;
  const failed = new Uint8Array(batch.size * batch.maxNodes);
  selected.forEach((trace, b) => {
    const errors = errorCount.subarray(nodeOffset[trace]!, nodeOffset[trace + 1]!);
    failed.set(failedNodes(errors), b * batch.maxNodes);
  });
  return { ...batch, failed };
}

/**
 * Nodes that a batch of these traces has room for: N_max where a part of the model writes as many,
 * else those of its largest tree.
 */
export const batchNodes = (
  { traces }: { readonly traces: TraceSet },
  { structureDecoder, ablation, maxNodes }: TraceVaeConfig,
  selected: Uint32Array,
): number =>
  structureDecoder === 'paper' || ablation === 'fc' ? maxNodes : largestTree(traces, selected);

/**
 * Node rows of a training step, about: memory follows them, 700 MB with 64 units. Batches of 64 trees
 * of up to 256 nodes stay whole.
 */
const STEP_ROWS = 16_384;

/** A batch in parts of as many traces each, so many that a part has the node rows of a step. */
export function cutBatch(traces: TraceSet, batch: Uint32Array): Uint32Array[] {
  const nodes = batch.reduce((sum, trace) => sum + nodeCount(traces, trace), 0);
  // a part of one trace has no batch statistics
  const parts = Math.max(1, Math.min(Math.ceil(nodes / STEP_ROWS), Math.floor(batch.length / 2)));
  return Array.from({ length: parts }, (_, part) =>
    batch.subarray(
      Math.round((part * batch.length) / parts),
      Math.round(((part + 1) * batch.length) / parts),
    ),
  );
}

/** Distinct structures of a batch, in order of appearance. */
export interface DistinctStructures {
  /** One row a structure. */
  readonly batch: TraceBatch;
  /** [B] structure of each trace */
  readonly indexOf: Int32Array;
  /** [S] */
  readonly multiplicity: Float32Array;
}

/**
 * Traces of equal A and Y become one row, since q(z | A, Y) of equation (2) is the same for them.
 *
 * @param batch [B, N]
 * @returns     rows [S, N], the place of each trace [B] and the traces of each row [S]
 */
export function distinctStructures(batch: TraceBatch): DistinctStructures {
  const { size, maxNodes, nodeCount, parent, operation } = batch;
  /** By a hash of a structure, those that have it. */
  const found = new Map<number, number[]>();
  const first: number[] = [];
  const copies: number[] = [];
  const indexOf = new Int32Array(size);
  for (let b = 0; b < size; b++) {
    const start = b * maxNodes;
    const nodes = nodeCount[b]!;
    let hash = nodes;
    for (let at = start; at < start + nodes; at++) {
      hash = (Math.imul(hash, 31) + Math.imul(parent[at]!, 7919) + operation[at]!) | 0;
    }
    const alike = found.get(hash) ?? [];
    let index = alike.find((one) => sameStructure(batch, first[one]!, b));
    if (index === undefined) {
      index = first.push(b) - 1;
      copies.push(0);
      found.set(hash, [...alike, index]);
    }
    indexOf[b] = index;
    copies[index]!++;
  }
  return {
    batch: selectRows(batch, first),
    indexOf,
    multiplicity: Float32Array.from(copies),
  };
}

function sameStructure(batch: TraceBatch, a: number, b: number): boolean {
  const { maxNodes, nodeCount, parent, operation } = batch;
  if (nodeCount[a] !== nodeCount[b]) return false;
  for (let i = 0; i < nodeCount[a]!; i++) {
    const [one, other] = [a * maxNodes + i, b * maxNodes + i];
    if (parent[one] !== parent[other] || operation[one] !== operation[other]) return false;
  }
  return true;
}

/**
 * Every trace by itself, where latency plays a part and equal structures are no longer the same:
 * q(z | A, X, Y) of SingleZ, section 6.6.
 *
 * @param batch [B, N]
 * @returns     the same rows, S = B
 */
export function separateTraces(batch: TraceBatch): DistinctStructures {
  return {
    batch,
    indexOf: Int32Array.from({ length: batch.size }, (_, b) => b),
    multiplicity: new Float32Array(batch.size).fill(1),
  };
}

/**
 * What q(z | A, Y) of equation (2) reads, for S structures in R rows of real nodes.
 *
 * @param structures     [S, N]
 * @param multiplicity   [S] traces of each structure, its weight in the batch statistics
 * @param operationCount padding included
 * @param room           S or more: structures of no nodes behind them, which no trace has
 * @returns              pooling [room, R], operations [R, operations], latency [R, 1] standardised
 */
export function structureEncoderInput(
  structures: TraceBatch,
  multiplicity: Float32Array,
  operationCount: number,
  room = structures.size,
): StructureEncoderInput {
  const graph = createNodeGraph(structures, { padding: 'none', multiplicity });
  return {
    graph,
    pooling: poolingMatrix(graph, structures.nodeCount, room),
    operations: copyMatrix(rowValues(structures, graph, structures.operation), operationCount),
    latency: tf.tensor2d(rowLatency(structures, graph), [graph.rows, 1]),
  };
}

/**
 * N, A and Y as p(N, A, Y | z) of equation (2) is asked for them.
 *
 * Differs from the paper: padding positions are targets too, as in the authors' code: operation 0
 * and no edges.
 *
 * @param batch          [B, N_max]
 * @param operationCount padding included
 * @returns              node counts [B, N_max + 1], edges [B, N_max, N_max], operations
 *   [B N_max, operations]
 */
export function structureTargets(batch: TraceBatch, operationCount: number): StructureTargets {
  const { size, maxNodes, parent, operation } = batch;
  const edges = new Float32Array(size * maxNodes * maxNodes);
  for (let b = 0; b < size; b++) {
    for (let j = 0; j < maxNodes; j++) {
      const i = parent[b * maxNodes + j]!;
      if (i >= 0) edges[(b * maxNodes + i) * maxNodes + j] = 1;
    }
  }
  return {
    graph: createNodeGraph(batch, { padding: 'all' }),
    nodeCount: copyMatrix(batch.nodeCount, maxNodes + 1),
    edges: tf.tensor3d(edges, [size, maxNodes, maxNodes]),
    operations: copyMatrix(operation, operationCount),
  };
}

/**
 * What q(z2 | A, X, Y) of equation (2) reads, in R rows of real nodes.
 *
 * @param batch [B, N]
 * @returns     pooling [B, R], operations [R], latency [R, 1] standardised, unitless
 */
export function latencyEncoderInput(batch: TraceBatch): LatencyEncoderInput {
  const graph = createNodeGraph(batch, { padding: 'none' });
  return {
    graph,
    pooling: poolingMatrix(graph, batch.nodeCount),
    operations: rowIndex(rowValues(batch, graph, batch.operation)),
    latency: tf.tensor2d(rowLatency(batch, graph), [graph.rows, 1]),
  };
}

/**
 * What p(X | A, Y, z2) of equation (2) reads beside z2: the observed A and Y, in R rows.
 *
 * @param batch   [B, N]
 * @param padding `one` where batch statistics are taken; in eval mode padding plays no part
 * @returns       dispatch [R, B], operations [R]
 */
export function latencyDecoderInput(batch: TraceBatch, padding: Padding): LatencyDecoderInput {
  const graph = createNodeGraph(batch, { padding });
  return {
    graph,
    dispatch: dispatchMatrix(graph),
    operations: rowIndex(rowValues(batch, graph, batch.operation)),
  };
}

/**
 * X as p(X | A, Y, z2) of equation (2) is asked for it.
 *
 * @param batch [B, N]
 * @param graph of {@link latencyDecoderInput}, R rows
 * @returns     latency [R, 1] standardised, unitless; sums over real nodes [B, R]
 */
export function latencyTargets(batch: TraceBatch, graph: NodeGraph): LatencyTargets {
  const { rows, graphs, graphOf, nodeOf } = graph;
  const sums = new Float32Array(graphs * rows);
  for (let row = 0; row < rows; row++) {
    const b = graphOf[row]!;
    if (b >= 0 && nodeOf[row]! < batch.nodeCount[b]!) sums[b * rows + row] = 1;
  }
  return {
    latency: tf.tensor2d(rowLatency(batch, graph), [rows, 1]),
    sumNodes: tf.tensor2d(sums, [graphs, rows]),
  };
}

const rowLatency = (batch: TraceBatch, layout: NodeLayout): Float32Array =>
  rowValues(batch, layout, batch.latency);
