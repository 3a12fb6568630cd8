/** BatchNorm with the LeakyReLU behind it on the WebGPU backend, one dispatch each way. */
import type * as tf from '@tensorflow/tfjs-core';
import { COLUMN, COLUMN_SUMS, COLUMNS, forRows, THREADS } from './webgpu-columns.ts';
import { type GpuProgram, groupsFor, type WebGpuKernels } from './webgpu-kernels.ts';

/** Places in the statistics [3, F], which carry everything that the gradient needs of a column. */
const [MEAN, INVERSE_STD, GAMMA] = [0, 1, 2];
const STATISTICS = 3;

const BATCH_NORM: GpuProgram = {
  name: 'batchNorm',
  inputs: { x: 'f32', shares: 'f32', gamma: 'f32', beta: 'f32' },
  updates: ['runningMean', 'runningVariance'],
  outputs: ['y', 'statistics'],
  sizes: ['rows', 'width'],
  rates: ['epsilon', 'slope', 'momentum'],
  threads: THREADS,
  code: `
    ${COLUMN_SUMS}
    fn run(group: u32, thread: u32) {
      ${COLUMN}
      var sum = 0.0;
      ${forRows('sum += shares[row] * x[at];')}
      let mean = columnTotal(thread, sum);
      var squares = 0.0;
      ${forRows('let centred = x[at] - mean; squares += shares[row] * centred * centred;')}
      let variance = columnTotal(thread, squares);
      let inverseStd = inverseSqrt(variance + given.epsilon);
      var scale = 0.0;
      var shift = 0.0;
      if (inside) { scale = gamma[column]; shift = beta[column]; }
      ${forRows(`
        let value = (x[at] - mean) * inverseStd * scale + shift;
        y[at] = select(value, given.slope * value, value < 0.0);`)}
      if (first) {
        let keep = 1.0 - given.momentum;
        // behind the shares lies what makes the variance unbiased, which is the batch's
        let unbiased = variance * shares[given.rows];
        statistics[${MEAN}u * given.width + column] = mean;
        statistics[${INVERSE_STD}u * given.width + column] = inverseStd;
        runningMean[column] = keep * runningMean[column] + given.momentum * mean;
        runningVariance[column] = keep * runningVariance[column] + given.momentum * unbiased;
        statistics[${GAMMA}u * given.width + column] = scale;
      }
    }`,
};

const BATCH_NORM_BACKWARD: GpuProgram = {
  name: 'batchNormBackward',
  inputs: { x: 'f32', shares: 'f32', y: 'f32', statistics: 'f32', dy: 'f32' },
  outputs: ['dX', 'dGamma', 'dBeta'],
  sizes: ['rows', 'width'],
  rates: ['slope'],
  threads: THREADS,
  code: `
    ${COLUMN_SUMS}
    // y has the sign of what went into the LeakyReLU
    fn dNormalised(at: u32) -> f32 { return select(given.slope * dy[at], dy[at], y[at] > 0.0); }
    fn run(group: u32, thread: u32) {
      ${COLUMN}
      var mean = 0.0;
      var inverseStd = 0.0;
      var scale = 0.0;
      if (inside) {
        mean = statistics[${MEAN}u * given.width + column];
        inverseStd = statistics[${INVERSE_STD}u * given.width + column];
        scale = statistics[${GAMMA}u * given.width + column];
      }
      var ofBeta = 0.0;
      var ofGamma = 0.0;
      ${forRows(`
        let d = dNormalised(at);
        ofBeta += d;
        ofGamma += d * (x[at] - mean) * inverseStd;`)}
      ofBeta = columnTotal(thread, ofBeta);
      ofGamma = columnTotal(thread, ofGamma);
      // each row moves mean and variance by its share
      ${forRows(`
        let drift = shares[row] * (ofBeta + (x[at] - mean) * inverseStd * ofGamma);
        dX[at] = (dNormalised(at) - drift) * inverseStd * scale;`)}
      if (first) {
        dGamma[column] = ofGamma;
        dBeta[column] = ofBeta;
      }
    }`,
};

const NORM_BY_RUNNING: GpuProgram = {
  name: 'normByRunning',
  inputs: { x: 'f32', gamma: 'f32', beta: 'f32', mean: 'f32', variance: 'f32' },
  outputs: ['y'],
  sizes: ['size', 'width'],
  rates: ['epsilon', 'slope'],
  threads: THREADS,
  code: `
    fn run(group: u32, thread: u32) {
      let at = group * ${THREADS}u + thread;
      if (at >= given.size) { return; }
      let column = at % given.width;
      let scale = gamma[column] * inverseSqrt(variance[column] + given.epsilon);
      let value = x[at] * scale + (beta[column] - mean[column] * scale);
      y[at] = select(value, given.slope * value, value < 0.0);
    }`,
};

/** [F] each */
export interface NormColumns {
  readonly gamma: tf.Tensor1D;
  readonly beta: tf.Tensor1D;
  readonly mean: tf.Tensor1D;
  readonly variance: tf.Tensor1D;
}

export interface NormOptions {
  readonly epsilon: number;
  /** Of the LeakyReLU. */
  readonly slope: number;
  readonly momentum: number;
}

export interface NormPass {
  /** [R, F] */
  readonly y: tf.Tensor2D;
  /** [3, F] for {@link batchNormBackward} */
  readonly statistics: tf.Tensor2D;
}

/**
 * LeakyReLU(gamma (x - mean) / sqrt(var + eps) + beta) with the batch's mean and variance.
 *
 * @param x       [R, F]
 * @param shares  [R + 1] weight of each row, sum 1, and what makes the batch's variance unbiased
 * @param columns gamma, beta, and the running statistics, which move where they lie
 */
export function batchNorm(
  kernels: WebGpuKernels,
  x: tf.Tensor2D,
  shares: tf.Tensor1D,
  { gamma, beta, mean, variance }: NormColumns,
  { epsilon, slope, momentum }: NormOptions,
): NormPass {
  const [rows, width] = x.shape;
  const [y, statistics] = kernels.run(BATCH_NORM, {
    inputs: [x, shares, gamma, beta],
    updates: [mean, variance],
    outputs: [x.shape, [STATISTICS, width]],
    numbers: [rows, width, epsilon, slope, momentum],
    groups: groupsFor(width, COLUMNS),
  }) as [tf.Tensor2D, tf.Tensor2D];
  return { y, statistics };
}

/**
 * @param shares as of {@link batchNorm}
 * @param dy     [R, F]
 * @returns      gradients of x [R, F], gamma [F] and beta [F]
 */
export function batchNormBackward(
  kernels: WebGpuKernels,
  x: tf.Tensor2D,
  shares: tf.Tensor1D,
  { y, statistics }: NormPass,
  dy: tf.Tensor2D,
  slope: number,
): [tf.Tensor2D, tf.Tensor1D, tf.Tensor1D] {
  const [rows, width] = x.shape;
  return kernels.run(BATCH_NORM_BACKWARD, {
    inputs: [x, shares, y, statistics, dy],
    outputs: [x.shape, [width], [width]],
    numbers: [rows, width, slope],
    groups: groupsFor(width, COLUMNS),
  }) as [tf.Tensor2D, tf.Tensor1D, tf.Tensor1D];
}

/**
 * The same by statistics that stand.
 *
 * @param x [R, F]
 * @returns [R, F]
 */
export function normByRunning(
  kernels: WebGpuKernels,
  x: tf.Tensor2D,
  { gamma, beta, mean, variance }: NormColumns,
  { epsilon, slope }: Pick<NormOptions, 'epsilon' | 'slope'>,
): tf.Tensor2D {
  const [y] = kernels.run(NORM_BY_RUNNING, {
    inputs: [x, gamma, beta, mean, variance],
    outputs: [x.shape],
    numbers: [x.size, x.shape[1], epsilon, slope],
    groups: groupsFor(x.size, THREADS),
  });
  return y as tf.Tensor2D;
}
