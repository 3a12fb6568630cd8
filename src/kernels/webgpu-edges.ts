/** Edges of trees on the WebGPU backend, and what flows along them unweighed: aggregation. */
import type * as tf from '@tensorflow/tfjs-core';
import { THREADS } from './webgpu-items.ts';
import { type GpuProgram, groupsFor, type WebGpuKernels } from './webgpu-kernels.ts';

/** Edges by destination. */
export interface GpuEdges {
  /**
   * [R + 1 + 2 count] int32: the first incoming edge of each row; the source of each edge; the edge
   * that goes the other way
   */
  readonly indices: tf.Tensor1D;
  /** R */
  readonly rows: number;
  /** Places for edges, at least as many as there are. */
  readonly count: number;
}

/** WGSL in a program with `indices`, `given.rows` and `given.edges`. */
export const EDGES = `
  fn firstEdge(row: u32) -> u32 { return indices[row]; }
  fn sourceOf(edge: u32) -> u32 { return indices[given.rows + 1u + edge]; }
  fn reverseOf(edge: u32) -> u32 { return indices[given.rows + 1u + given.edges + edge]; }`;

const AGGREGATE: GpuProgram = {
  name: 'aggregate',
  inputs: { x: 'f32', bias: 'f32', indices: 'u32' },
  outputs: ['y'],
  sizes: ['rows', 'edges', 'width', 'biased'],
  threads: THREADS,
  code: `
    ${EDGES}
    fn degree(row: u32) -> f32 { return f32(firstEdge(row + 1u) - firstEdge(row)); }
    fn run(group: u32, thread: u32) {
      let at = group * ${THREADS}u + thread;
      if (at >= given.rows * given.width) { return; }
      let row = at / given.width;
      let column = at % given.width;
      var sum = 0.0;
      for (var e = firstEdge(row); e < firstEdge(row + 1u); e++) {
        let source = sourceOf(e);
        sum += x[source * given.width + column] / sqrt(degree(row) * degree(source));
      }
      if (given.biased == 1u) { sum += bias[column]; }
      y[at] = sum;
    }`,
};

/**
 * D^-1/2 A D^-1/2 x + bias
 *
 * @param x    [R, F]
 * @param bias [F], or null for none
 * @returns    [R, F]
 */
export function aggregation(
  kernels: WebGpuKernels,
  x: tf.Tensor2D,
  bias: tf.Tensor1D | null,
  { indices, count }: GpuEdges,
): tf.Tensor2D {
  const [rows, width] = x.shape;
  const [y] = kernels.run(AGGREGATE, {
    inputs: [x, bias ?? x, indices],
    outputs: [x.shape],
    numbers: [rows, count, width, bias === null ? 0 : 1],
    groups: groupsFor(x.size, THREADS),
  });
  return y as tf.Tensor2D;
}
