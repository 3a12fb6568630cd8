/**
 * Rows summed by index on the WebGPU backend, in fixed order: the stock operation adds as threads
 * come, so that two runs of the same step differ.
 */
import type * as tf from '@tensorflow/tfjs-core';
import { forItem, THREADS } from './webgpu-items.ts';
import { type GpuProgram, groupsFor, type WebGpuKernels } from './webgpu-kernels.ts';

const SUM_ROWS_BY: GpuProgram = {
  name: 'sumRowsBy',
  inputs: { x: 'f32', places: 'u32' },
  outputs: ['sums'],
  sizes: ['count', 'rows', 'width'],
  threads: THREADS,
  code: forItem(`
    let row = at / given.width;
    let column = at % given.width;
    var sum = 0.0;
    for (var p = places[row]; p < places[row + 1u]; p++) {
      sum += x[places[given.rows + 1u + p] * given.width + column];
    }
    sums[at] = sum;`),
};

/**
 * @param x      [P, F]
 * @param places [R + 1 + P] int32: where the list of each row begins, and the rows of x in it
 * @param rows   R
 * @returns      [R, F] 0 where nothing is added
 */
export function sumRowsBy(
  kernels: WebGpuKernels,
  x: tf.Tensor2D,
  places: tf.Tensor1D,
  rows: number,
): tf.Tensor2D {
  const [, width] = x.shape;
  const [sums] = kernels.run(SUM_ROWS_BY, {
    inputs: [x, places],
    outputs: [[rows, width]],
    numbers: [rows * width, rows, width],
    groups: groupsFor(rows * width, THREADS),
  });
  return sums as tf.Tensor2D;
}
