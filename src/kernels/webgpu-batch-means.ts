/** Means over a batch, of which a loss is made, on the WebGPU backend: one dispatch each way. */
import type * as tf from '@tensorflow/tfjs-core';
import { forItem, runItems, THREADS } from './webgpu-items.ts';
import { join } from './webgpu-join.ts';
import { type GpuProgram, groupsFor, totalOf, type WebGpuKernels } from './webgpu-kernels.ts';

const MEANS: GpuProgram = {
  name: 'means',
  inputs: { terms: 'f32' },
  outputs: ['means'],
  sizes: ['size'],
  threads: THREADS,
  code: `
    ${totalOf(THREADS)}
    fn run(group: u32, thread: u32) {
      var sum = 0.0;
      for (var i = thread; i < given.size; i += ${THREADS}u) { sum += terms[group * given.size + i]; }
      let all = total(thread, sum);
      if (thread == 0u) { means[group] = all / f32(given.size); }
    }`,
};

const MEAN_DIFFERENCE: GpuProgram = {
  name: 'meanDifference',
  inputs: { terms: 'f32' },
  outputs: ['mean'],
  sizes: ['size', 'all', 'positive'],
  threads: THREADS,
  code: `
    ${totalOf(THREADS)}
    fn run(group: u32, thread: u32) {
      var sum = 0.0;
      for (var i = thread; i < given.all; i += ${THREADS}u) {
        sum += select(-terms[i], terms[i], i < given.positive);
      }
      let whole = total(thread, sum);
      if (thread == 0u) { mean[0] = whole / f32(given.size); }
    }`,
};

const MEAN_DIFFERENCE_BACKWARD: GpuProgram = {
  name: 'meanDifferenceBackward',
  inputs: { dMean: 'f32' },
  outputs: ['dPositive', 'dNegative'],
  sizes: ['count'],
  threads: THREADS,
  code: forItem(`
    dPositive[at] = dMean[0] / f32(given.count);
    dNegative[at] = -dPositive[at];`),
};

/** WGSL: mean and variance of a row of z. */
const MOMENTS = `
  fn meanOf(row: u32) -> f32 {
    var sum = 0.0;
    for (var k = 0u; k < given.width; k++) { sum += z[row * given.width + k]; }
    return sum / f32(given.width);
  }
  fn varianceOf(row: u32, mean: f32) -> f32 {
    var sum = 0.0;
    for (var k = 0u; k < given.width; k++) {
      let centred = z[row * given.width + k] - mean;
      sum += centred * centred;
    }
    return sum / f32(given.width);
  }`;

const UNIT_BALL: GpuProgram = {
  name: 'unitBall',
  inputs: { z: 'f32' },
  outputs: ['ball'],
  sizes: ['rows', 'width'],
  threads: THREADS,
  code: `
    ${totalOf(THREADS)}
    ${MOMENTS}
    fn run(group: u32, thread: u32) {
      var sum = 0.0;
      for (var row = thread; row < given.rows; row += ${THREADS}u) {
        let mean = meanOf(row);
        let excess = varianceOf(row, mean) - 1.0;
        sum += mean * mean + excess * excess;
      }
      let all = total(thread, sum);
      if (thread == 0u) { ball[0] = all / f32(given.rows); }
    }`,
};

const UNIT_BALL_BACKWARD: GpuProgram = {
  name: 'unitBallBackward',
  inputs: { z: 'f32', dBall: 'f32' },
  outputs: ['dZ'],
  sizes: ['count', 'rows', 'width'],
  threads: THREADS,
  code: `
    ${MOMENTS}
    ${forItem(`
      let row = at / given.width;
      let mean = meanOf(row);
      let excess = varianceOf(row, mean) - 1.0;
      let slope = 2.0 * mean + 4.0 * excess * (z[at] - mean);
      dZ[at] = dBall[0] * slope / f32(given.width * given.rows);`)}`,
};

/**
 * @param terms [B] each
 * @returns     [terms] the mean of each
 */
export function means(kernels: WebGpuKernels, terms: readonly tf.Tensor1D[]): tf.Tensor1D {
  const groups = terms.length;
  const inputs = [join(kernels, terms)];
  const numbers = [terms[0]!.size];
  return kernels.run(MEANS, { inputs, outputs: [[groups]], numbers, groups })[0] as tf.Tensor1D;
}

/**
 * @param positive [B] each
 * @param negative [B] each
 * @returns        scalar, mean over the batch of the first ones' sum less the others'
 */
export function meanDifference(
  kernels: WebGpuKernels,
  positive: readonly tf.Tensor1D[],
  negative: readonly tf.Tensor1D[],
): tf.Scalar {
  const size = positive[0]!.size;
  const all = join(kernels, [...positive, ...negative]);
  const numbers = [size, all.size, size * positive.length];
  const call = { inputs: [all], outputs: [[]], numbers, groups: 1 };
  return kernels.run(MEAN_DIFFERENCE, call)[0] as tf.Scalar;
}

/** @returns gradient of each positive term and of each negative one [B] */
export function meanDifferenceBackward(
  kernels: WebGpuKernels,
  dMean: tf.Scalar,
  size: number,
): [tf.Tensor1D, tf.Tensor1D] {
  return kernels.run(MEAN_DIFFERENCE_BACKWARD, {
    inputs: [dMean],
    outputs: [[size], [size]],
    numbers: [size],
    groups: groupsFor(size, THREADS),
  }) as [tf.Tensor1D, tf.Tensor1D];
}

/**
 * @param z [B, K]
 * @returns scalar, mean_b (mean_d z)² + mean_b (var_d z - 1)²
 */
export function unitBall(kernels: WebGpuKernels, z: tf.Tensor2D): tf.Scalar {
  const call = { inputs: [z], outputs: [[]], numbers: z.shape, groups: 1 };
  return kernels.run(UNIT_BALL, call)[0] as tf.Scalar;
}

/** @returns gradient of z [B, K] */
export function unitBallBackward(
  kernels: WebGpuKernels,
  z: tf.Tensor2D,
  dBall: tf.Scalar,
): tf.Tensor2D {
  return runItems(kernels, UNIT_BALL_BACKWARD, [z, dBall], z, z.shape)[0] as tf.Tensor2D;
}
