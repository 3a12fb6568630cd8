/**
 * A node layout with the constant tensors that graph networks need of it. Built within a tidy, so
 * that the tensors go with the step.
 */
import type { EdgeTensors } from '../kernels/attention-kernels.ts';
import { wasmKernels } from '../kernels/wasm-kernels.ts';
import type { GpuEdges } from '../kernels/webgpu-edges.ts';
import { webgpuKernels } from '../kernels/webgpu-kernels.ts';
import { tensorsAreHostMemory } from './host-memory.ts';
import {
  type LayoutOptions,
  layoutNodes,
  type NodeLayout,
  type TreeArrays,
} from './node-layout.ts';
import * as tf from './tf.ts';

/** How much each row counts in batch statistics. */
export interface RowShares {
  /** [1, R] sums to 1 */
  readonly row: tf.Tensor2D;
  /** [R, 1] the same */
  readonly column: tf.Tensor2D;
  /** Nodes (or graphs) that the rows stand for. */
  readonly count: number;
}

export interface NodeGraph extends NodeLayout {
  readonly shares: RowShares;
  /** Only where kernels of ours run on WASM. */
  readonly edges: EdgeTensors | null;
  /** Only where kernels of ours run on WebGPU. */
  readonly gpuEdges: GpuEdges | null;
  /** Only where loops over edges cannot run: 1 where a message flows, self loops included. */
  readonly dense: {
    /** [blocks, M, M] */
    readonly adjacency: tf.Tensor3D;
    /** [blocks, M, M] D^-1/2 A D^-1/2 */
    readonly normalised: tf.Tensor3D;
  } | null;
}

/**
 * Rows that all count the same: the statistics of plain BatchNorm (Ioffe & Szegedy 2015).
 *
 * @param rows R
 * @returns    [1, R] and [R, 1] of 1 / R, unitless
 */
export function uniformShares(rows: number): RowShares {
  const share = new Float32Array(rows).fill(1 / rows);
  return { row: tf.tensor2d(share, [1, rows]), column: tf.tensor2d(share, [rows, 1]), count: rows };
}

/**
 * The graph G = (A, X) that graph networks work on (section 3.2), for the backend in use. `block`
 * is what a dense backend uses; loops over edges take rows as they come.
 *
 * @param trees [B, N] parents, [B] node counts
 * @returns     R rows; dense tensors only where loops over edges cannot run
 */
export function createNodeGraph(
  trees: TreeArrays,
  options: Omit<LayoutOptions, 'block'>,
): NodeGraph {
  if (webgpuKernels() !== null) {
    // With few numbers of rows, buffers of a GPU are used again. Where all nodes have rows, their
    // number is the batch's, and the rows are compared with the batch's.
    const block = options.padding === 'all' ? 'tight' : 'stepped';
    return nodeGraphOf(layoutNodes(trees, { ...options, block }), false);
  }
  const hostMemory = tensorsAreHostMemory();
  const block = hostMemory ? 'tight' : trees.maxNodes;
  return nodeGraphOf(layoutNodes(trees, { ...options, block }), !hostMemory);
}

/**
 * Shares [1, R] and [R, 1], and the adjacency [blocks, M, M] where `dense`.
 *
 * As the authors' code: padding nodes count in the shares, and so in BatchNorm's statistics.
 */
export function nodeGraphOf(layout: NodeLayout, dense: boolean): NodeGraph {
  const shares = sharesOf(layout);
  const edges = dense || wasmKernels() === null ? null : edgeTensors(layout);
  const gpuEdges = dense || webgpuKernels() === null ? null : edgesForGpu(layout);
  return { ...layout, shares, edges, gpuEdges, dense: dense ? denseAdjacency(layout) : null };
}

function edgesForGpu({ rows, edgeStart, edgeSource, edgeReverse }: NodeLayout): GpuEdges {
  // trees have fewer edges than this, self loops included; a number that depends on R alone
  const count = 3 * rows;
  const indices = new Int32Array(rows + 1 + 2 * count);
  indices.set(edgeStart);
  indices.set(edgeSource, rows + 1);
  indices.set(edgeReverse, rows + 1 + count);
  return { indices: tf.tensor1d(indices, 'int32'), rows, count };
}

function edgeTensors({ rows, block, firstRow, edgeStart, edgeSource }: NodeLayout): EdgeTensors {
  // no edge leaves a graph of the tight packing, or a block
  const first =
    block === rows
      ? [...firstRow, rows]
      : Array.from({ length: rows / block + 1 }, (_, i) => i * block);
  let largest = 0;
  for (let i = 1; i < first.length; i++) largest = Math.max(largest, first[i]! - first[i - 1]!);
  return {
    largest,
    start: tf.tensor1d(edgeStart, 'int32'),
    source: tf.tensor1d(edgeSource, 'int32'),
    firstRow: tf.tensor1d(first, 'int32'),
  };
}

function sharesOf({ rows, weight }: NodeLayout): RowShares {
  let count = 0;
  for (const w of weight) count += w;
  const share = weight.map((w) => w / count);
  return { row: tf.tensor2d(share, [1, rows]), column: tf.tensor2d(share, [rows, 1]), count };
}

function denseAdjacency(layout: NodeLayout): NonNullable<NodeGraph['dense']> {
  const { rows, block, edgeStart, edgeSource } = layout;
  const adjacency = new Float32Array(rows * block);
  const normalised = new Float32Array(rows * block);
  const degree = (row: number): number => edgeStart[row + 1]! - edgeStart[row]!;
  for (let row = 0; row < rows; row++) {
    for (let e = edgeStart[row]!; e < edgeStart[row + 1]!; e++) {
      const source = edgeSource[e]!;
      const cell = row * block + (source % block);
      adjacency[cell] = 1;
      normalised[cell] = 1 / Math.sqrt(degree(row) * degree(source));
    }
  }
  const shape: [number, number, number] = [rows / block, block, block];
  return { adjacency: tf.tensor3d(adjacency, shape), normalised: tf.tensor3d(normalised, shape) };
}

/**
 * Mean over the real nodes of each graph: the average pooling of section 4 as a product.
 *
 * @param nodeCount [B]
 * @returns         [B, R] 1 / nodeCount at real nodes, else 0
 */
export function poolingMatrix(layout: NodeLayout, nodeCount: Int32Array): tf.Tensor2D {
  const { graphs, rows, firstRow } = layout;
  const values = new Float32Array(graphs * rows);
  for (let graph = 0; graph < graphs; graph++) {
    const nodes = nodeCount[graph]!;
    const start = graph * rows + firstRow[graph]!;
    values.fill(1 / nodes, start, start + nodes);
  }
  return tf.tensor2d(values, [graphs, rows]);
}

/**
 * Copies a graph's vector to its rows: z2 as the shared context of the dispatching layer,
 * Z2_i = [z2 || y_i], section 4 and figure 5.
 *
 * @returns [R, B] 1 where the row belongs to the graph
 */
export function dispatchMatrix({ graphs, rows, graphOf }: NodeLayout): tf.Tensor2D {
  const values = new Float32Array(rows * graphs);
  for (let row = 0; row < rows; row++) {
    if (graphOf[row]! >= 0) values[row * graphs + graphOf[row]!] = 1;
  }
  return tf.tensor2d(values, [rows, graphs]);
}
