/**
 * Rows of a matrix taken by index, and summed by index: each is the other's gradient. What passes
 * messages between the nodes of trees, and looks up embeddings.
 */
import { viewFloats } from './host-memory.ts';
import { nextStep } from './node-layout.ts';
import { byBackend } from './routine.ts';
import * as tf from './tf.ts';
import { withGradient } from './with-gradient.ts';

/** Rows to make room for: with few numbers of rows, buffers of a GPU are used again. */
export const roomFor = byBackend({
  cpu: (rows: number): number => rows,
  wasm: 'as cpu',
  webgpu: (_kernels, rows) => nextStep(rows),
});

/**
 * @param x       [R, F]
 * @param indexOf [P] rows of x, which may repeat
 * @returns       [P, F]
 */
export function takeRows(x: tf.Tensor2D, indexOf: Int32Array): tf.Tensor2D {
  const [rows] = x.shape;
  return withGradient([x], () => ({
    value: taken(x, indexOf),
    gradient: (dy) => [summed(dy, indexOf, rows)],
  }));
}

/**
 * @param x       [P, F]
 * @param indexOf [P] the row of the sum that each row of x is added to
 * @param rows    R
 * @returns       [R, F] 0 where nothing is added
 */
export function sumRowsBy(x: tf.Tensor2D, indexOf: Int32Array, rows: number): tf.Tensor2D {
  return withGradient([x], () => ({
    value: summed(x, indexOf, rows),
    gradient: (dy) => [taken(dy, indexOf)],
  }));
}

const taken = byBackend({
  // the gather of WASM is many times slower than this
  cpu: (x: tf.Tensor2D, indexOf: Int32Array) => {
    const [, width] = x.shape;
    const values = viewFloats(x);
    const rows = new Float32Array(indexOf.length * width);
    for (let row = 0; row < indexOf.length; row++) {
      const from = indexOf[row]! * width;
      for (let k = 0; k < width; k++) rows[row * width + k] = values[from + k]!;
    }
    return tf.tensor2d(rows, [indexOf.length, width]);
  },
  wasm: 'as cpu',
  webgpu: (_kernels, x, indexOf) => tf.gather(x, tf.tensor1d(indexOf, 'int32')),
});

const summed = byBackend({
  cpu: (x: tf.Tensor2D, indexOf: Int32Array, rows: number) => {
    const [, width] = x.shape;
    const values = viewFloats(x);
    const sums = new Float32Array(rows * width);
    for (let row = 0; row < indexOf.length; row++) {
      const to = indexOf[row]! * width;
      for (let k = 0; k < width; k++) sums[to + k]! += values[row * width + k]!;
    }
    return tf.tensor2d(sums, [rows, width]);
  },
  wasm: 'as cpu',
  webgpu: (_kernels, x, indexOf, rows) =>
    tf.unsortedSegmentSum(x, tf.tensor1d(indexOf, 'int32'), rows),
});
