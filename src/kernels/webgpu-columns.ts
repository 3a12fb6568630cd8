/** How programs on the WebGPU backend sum over the rows of a matrix [R, F]. */
import type * as tf from '@tensorflow/tfjs-core';
import { type GpuProgram, groupsFor, type WebGpuKernels } from './webgpu-kernels.ts';

/** A workgroup has all rows of so many columns; 32 threads share a column. */
export const COLUMNS = 8;
const LANES = 32;
export const THREADS = COLUMNS * LANES;

/** WGSL: the sum over the rows of each of a workgroup's columns, in two levels. */
export const COLUMN_SUMS = `
  var<workgroup> partial: array<f32, ${THREADS}>;
  fn columnTotal(thread: u32, value: f32) -> f32 {
    partial[thread] = value;
    workgroupBarrier();
    for (var half = ${LANES / 2}u; half > 0u; half = half / 2u) {
      if (thread < half * ${COLUMNS}u) { partial[thread] += partial[thread + half * ${COLUMNS}u]; }
      workgroupBarrier();
    }
    let sum = partial[thread % ${COLUMNS}u];
    workgroupBarrier();
    return sum;
  }`;

/** WGSL in a program with `given.rows` and `given.width`: `row` runs over this thread's rows. */
export const forRows = (body: string): string => `
  if (inside) {
    for (var row = thread / ${COLUMNS}u; row < given.rows; row += ${LANES}u) {
      let at = row * given.width + column;
      ${body}
    }
  }`;

/** WGSL: this thread's column, and whether it is the one that writes what is one a column. */
export const COLUMN = `
  let column = group * ${COLUMNS}u + thread % ${COLUMNS}u;
  let inside = column < given.width;
  let first = inside && thread < ${COLUMNS}u;`;

const SUM_ROWS: GpuProgram = {
  name: 'sumRows',
  inputs: { x: 'f32' },
  outputs: ['sums'],
  sizes: ['rows', 'width'],
  threads: THREADS,
  code: `
    ${COLUMN_SUMS}
    fn run(group: u32, thread: u32) {
      ${COLUMN}
      var sum = 0.0;
      ${forRows('sum += x[at];')}
      let all = columnTotal(thread, sum);
      if (first) { sums[column] = all; }
    }`,
};

/**
 * @param x [R, F]
 * @returns [F] sum over rows
 */
export function sumOverRows(kernels: WebGpuKernels, x: tf.Tensor2D): tf.Tensor1D {
  const [rows, width] = x.shape;
  const [sums] = kernels.run(SUM_ROWS, {
    inputs: [x],
    outputs: [[width]],
    numbers: [rows, width],
    groups: groupsFor(width, COLUMNS),
  });
  return sums as tf.Tensor1D;
}
