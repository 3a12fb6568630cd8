/**
 * Rows of a matrix taken by index, and summed by index: each is the other's gradient. What passes
 * messages between the nodes of trees, and looks up embeddings.
 */
import * as webgpuRows from '../kernels/webgpu-rows.ts';
import { viewFloats } from './host-memory.ts';
import { nextStep } from './node-layout.ts';
import { byBackend } from './routine.ts';
import { type RowIndex, savedIndex, type TwoWayIndex, tensorsOf } from './row-index.ts';
import * as tf from './tf.ts';
import { withGradient } from './with-gradient.ts';

/** Rows to make room for: with few numbers of rows, what a GPU is asked for is recorded for few. */
export const roomFor = byBackend({
  cpu: (rows: number): number => rows,
  wasm: 'as cpu',
  webgpu: (_kernels, rows) => nextStep(rows),
});

/**
 * @param x     [R, F]
 * @param index [P] rows of x, which may repeat
 * @returns     [P, F]
 */
export const takeRows = (x: tf.Tensor2D, index: TwoWayIndex): tf.Tensor2D =>
  withGradient([x], (save) => {
    save(tensorsOf(index));
    return {
      value: taken(x, index),
      gradient: (dy, saved) => [summed(dy, savedIndex(index, saved))],
    };
  });

/**
 * @param x     [P, F]
 * @param index [P] the row of the sum that each row of x is added to, of R
 * @returns     [R, F] 0 where nothing is added
 */
export const sumRowsBy = (x: tf.Tensor2D, index: TwoWayIndex): tf.Tensor2D =>
  withGradient([x], (save) => {
    save(tensorsOf(index));
    return {
      value: summed(x, index),
      gradient: (dy, saved) => [taken(dy, savedIndex(index, saved))],
    };
  });

const taken = byBackend({
  // the gather of WASM is many times slower than this
  cpu: (x: tf.Tensor2D, { rows: indexOf }: RowIndex) => {
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
  webgpu: (_kernels, x, { tensor }) => tf.gather(x, tensor!),
});

const summed = byBackend({
  cpu: (x: tf.Tensor2D, { rows: indexOf, of }: TwoWayIndex) => {
    const [, width] = x.shape;
    const values = viewFloats(x);
    const sums = new Float32Array(of * width);
    for (let row = 0; row < indexOf.length; row++) {
      const to = indexOf[row]! * width;
      for (let k = 0; k < width; k++) sums[to + k]! += values[row * width + k]!;
    }
    return tf.tensor2d(sums, [of, width]);
  },
  wasm: 'as cpu',
  webgpu: (kernels, x, { places, of }) => webgpuRows.sumRowsBy(kernels, x, places!, of),
});
