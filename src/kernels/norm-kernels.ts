/** BatchNorm with the LeakyReLU behind it on the WASM backend, forward and backward. */
import type * as tf from '@tensorflow/tfjs-core';
import type { WasmKernels } from './wasm-kernels.ts';

export interface NormForward {
  /** [R, F] */
  readonly y: tf.Tensor2D;
  /** [F] of the batch */
  readonly mean: tf.Tensor1D;
  /** [F] */
  readonly inverseStd: tf.Tensor1D;
  /** [F] running mean and variance after the batch */
  readonly moved: { readonly mean: tf.Tensor1D; readonly variance: tf.Tensor1D };
}

/** How a batch moves the running statistics. */
export interface Running {
  /** [F] of before */
  readonly mean: tf.Tensor1D;
  readonly variance: tf.Tensor1D;
  readonly momentum: number;
  /** What the biased variance is multiplied by. */
  readonly unbiased: number;
}

export interface NormInput {
  /** [R, F] */
  readonly x: tf.Tensor2D;
  /** [R, 1] weight of each row, sum 1 */
  readonly shares: tf.Tensor2D;
  /** [F] */
  readonly gamma: tf.Tensor1D;
  /** [F] */
  readonly beta: tf.Tensor1D;
}

/** LeakyReLU(gamma (x - mean) / sqrt(var + eps) + beta) */
export function batchNorm(
  kernels: WasmKernels,
  { x, shares, gamma, beta }: NormInput,
  running: Running,
  { epsilon, slope }: { readonly epsilon: number; readonly slope: number },
): NormForward {
  const [rows, width] = x.shape;
  const y = kernels.output<tf.Tensor2D>([rows, width]);
  const mean = kernels.output<tf.Tensor1D>([width]);
  const inverseStd = kernels.output<tf.Tensor1D>([width]);
  const moved = {
    mean: kernels.output<tf.Tensor1D>([width]),
    variance: kernels.output<tf.Tensor1D>([width]),
  };
  const sums = kernels.scratch(12 * width);
  const { momentum, unbiased } = running;
  kernels.run(
    'batchNorm',
    3 * rows * width,
    ...[x, shares, gamma, beta, y, mean].map((t) => kernels.address(t)),
    sums + 8 * width,
    ...[inverseStd, running.mean, running.variance, moved.mean, moved.variance].map((t) =>
      kernels.address(t),
    ),
    ...[sums, rows, width, epsilon, slope, momentum, 1 - momentum, unbiased],
  );
  return { y, mean, inverseStd, moved };
}

/**
 * @param dy [R, F]
 * @returns  gradients of x [R, F], gamma [F] and beta [F]
 */
export function batchNormBackward(
  kernels: WasmKernels,
  { x, shares, gamma }: Omit<NormInput, 'beta'>,
  { y, mean, inverseStd }: Omit<NormForward, 'moved'>,
  dy: tf.Tensor2D,
  slope: number,
): [tf.Tensor2D, tf.Tensor1D, tf.Tensor1D] {
  const [rows, width] = x.shape;
  const dX = kernels.output<tf.Tensor2D>([rows, width]);
  const dGamma = kernels.output<tf.Tensor1D>([width]);
  const dBeta = kernels.output<tf.Tensor1D>([width]);
  const sums = kernels.scratch(16 * width);
  kernels.run(
    'batchNormBackward',
    4 * rows * width,
    ...[x, shares, gamma, y, mean, inverseStd, dy, dX, dGamma, dBeta].map((t) =>
      kernels.address(t),
    ),
    sums,
    rows,
    width,
    slope,
  );
  return [dX, dGamma, dBeta];
}
