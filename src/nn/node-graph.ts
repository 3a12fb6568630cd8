/**
 * A node layout with the constant tensors that graph networks need of it. Built within a tidy, so
 * that the tensors go with the step.
 */
import { assert } from '../base/assert.ts';
import type { EdgeTensors } from '../kernels/attention-kernels.ts';
import type { GpuEdges } from '../kernels/webgpu-edges.ts';
import {
  type LayoutOptions,
  layoutNodes,
  type NodeLayout,
  type Padding,
  type TreeArrays,
} from './node-layout.ts';
import { byBackend } from './routine.ts';
import * as tf from './tf.ts';

/** How much each row counts in batch statistics. */
export interface RowShares {
  /** [1, R] sums to 1 */
  readonly row: tf.Tensor2D;
  /** [R, 1] the same */
  readonly column: tf.Tensor2D;
  /** Nodes (or graphs) that the rows stand for. */
  readonly count: number;
  /** [R + 1] on WebGPU: the shares, and what makes the batch's variance unbiased; else null */
  readonly beside: tf.Tensor1D | null;
}

/** What a variance over so many is multiplied by to be unbiased. */
export const unbiasedFactor = (count: number): number => count / Math.max(1, count - 1);

/** @param weight [R] nodes (or graphs) that each row stands for */
export function rowShares(weight: Float32Array): RowShares {
  let count = 0;
  for (const w of weight) count += w;
  const share = weight.map((w) => w / count);
  const rows = weight.length;
  return {
    row: tf.tensor2d(share, [1, rows]),
    column: tf.tensor2d(share, [rows, 1]),
    count,
    beside: sharesBeside(share, count),
  };
}

const sharesBeside = byBackend<[Float32Array, number], tf.Tensor1D | null>({
  cpu: () => null,
  wasm: 'as cpu',
  webgpu: (_kernels, share, count) => {
    const values = new Float32Array(share.length + 1);
    values.set(share);
    values[share.length] = unbiasedFactor(count);
    return tf.tensor1d(values);
  },
});

/** The edges where the kernels of a backend read them; loops read those of the layout. */
export type GraphEdges =
  | { readonly kind: 'cpu' }
  | (EdgeTensors & { readonly kind: 'wasm' })
  | (GpuEdges & { readonly kind: 'webgpu' });

export interface NodeGraph extends NodeLayout {
  readonly shares: RowShares;
  /** For the backend that was in use when the graph was made. */
  readonly edges: GraphEdges;
}

/**
 * Rows that all count the same: the statistics of plain BatchNorm (Ioffe & Szegedy 2015).
 *
 * @param rows R
 * @returns    [1, R] and [R, 1] of 1 / R, unitless
 */
export const uniformShares = (rows: number): RowShares => rowShares(new Float32Array(rows).fill(1));

/**
 * The graph G = (A, X) that graph networks work on (section 3.2), for the backend in use.
 *
 * @param trees [B, N] parents, [B] node counts
 * @returns     R rows
 */
export function createNodeGraph(
  trees: TreeArrays,
  options: Omit<LayoutOptions, 'packing'>,
): NodeGraph {
  const packing = packingFor(options.padding);
  return nodeGraphOf(layoutNodes(trees, { ...options, packing }));
}

const packingFor = byBackend({
  cpu: (_padding: Padding): LayoutOptions['packing'] => 'tight',
  wasm: 'as cpu',
  // With few numbers of rows, what a GPU is asked for is recorded for few. Where all nodes have rows, their
  // number is the batch's, and the rows are compared with the batch's.
  webgpu: (_kernels, padding) => (padding === 'all' ? 'tight' : 'stepped'),
});

/**
 * Shares [1, R] and [R, 1], and the edges.
 *
 * As the authors' code: padding nodes count in the shares, and so in BatchNorm's statistics.
 */
export function nodeGraphOf(layout: NodeLayout): NodeGraph {
  return { ...layout, shares: rowShares(layout.weight), edges: edgesOf(layout) };
}

const edgesOf = byBackend<[NodeLayout], GraphEdges>({
  cpu: () => ({ kind: 'cpu' }),
  wasm: (_kernels, layout) => ({ kind: 'wasm', ...wasmEdges(layout) }),
  webgpu: (_kernels, layout) => ({ kind: 'webgpu', ...webgpuEdges(layout) }),
});

/** The graph's edges, for kernels of the backend that it was made for. */
export function edgesFor<Kind extends GraphEdges['kind']>(
  { edges }: NodeGraph,
  kind: Kind,
): GraphEdges & { readonly kind: Kind } {
  assert(edges.kind === kind, `a graph made on ${edges.kind} is used on ${kind}`);
  return edges as GraphEdges & { readonly kind: Kind };
}

function webgpuEdges({ rows, edgeStart, edgeSource, edgeReverse }: NodeLayout): GpuEdges {
  // trees have fewer edges than this, self loops included; a number that depends on R alone
  const count = 3 * rows;
  const indices = new Int32Array(rows + 1 + 2 * count);
  indices.set(edgeStart);
  indices.set(edgeSource, rows + 1);
  indices.set(edgeReverse, rows + 1 + count);
  return { indices: tf.tensor1d(indices, 'int32'), rows, count };
}

function wasmEdges({ rows, firstRow, edgeStart, edgeSource }: NodeLayout): EdgeTensors {
  const first = [...firstRow, rows];
  let largest = 0;
  for (let i = 1; i < first.length; i++) largest = Math.max(largest, first[i]! - first[i - 1]!);
  return {
    largest,
    start: tf.tensor1d(edgeStart, 'int32'),
    source: tf.tensor1d(edgeSource, 'int32'),
    firstRow: tf.tensor1d(first, 'int32'),
  };
}

/**
 * Mean over the real nodes of each graph: the average pooling of section 4 as a product.
 *
 * @param nodeCount [B]
 * @param room      B or more: rows of 0 behind those of the graphs
 * @returns         [room, R] 1 / nodeCount at real nodes, else 0
 */
export function poolingMatrix(
  layout: NodeLayout,
  nodeCount: Int32Array,
  room = layout.graphs,
): tf.Tensor2D {
  const { graphs, rows, firstRow } = layout;
  const values = new Float32Array(room * rows);
  for (let graph = 0; graph < graphs; graph++) {
    const nodes = nodeCount[graph]!;
    const start = graph * rows + firstRow[graph]!;
    values.fill(1 / nodes, start, start + nodes);
  }
  return tf.tensor2d(values, [room, rows]);
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
