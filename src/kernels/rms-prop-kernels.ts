/** The loops of RMSprop on the WASM backend. */
import type * as tf from '@tensorflow/tfjs-core';
import type { WasmKernels } from './wasm-kernels.ts';

const DOUBLE = 8;

/**
 * Sum of the squares of gradient + pull values, in float64.
 *
 * @param values   any shape
 * @param gradient the same shape
 */
export function squaredNorm(
  kernels: WasmKernels,
  values: tf.Tensor,
  gradient: tf.Tensor,
  pull: number,
): number {
  const { parts } = kernels;
  const sums = kernels.scratch(DOUBLE * parts);
  const view = kernels.doubles(sums, parts);
  // where the work is not shared, only the first is written
  view.fill(0);
  kernels.run(
    'squaredNorm',
    values.size,
    kernels.address(values),
    kernels.address(gradient),
    sums,
    values.size,
    pull,
  );
  return view.reduce((sum, part) => sum + part, 0);
}

export interface RmsPropRates {
  /** What of the values is added to the gradient. */
  readonly pull: number;
  /** What the sum is multiplied by. */
  readonly scale: number;
  readonly learningRate: number;
  readonly alpha: number;
  readonly epsilon: number;
}

/**
 * @param squares running mean of squared gradients, changed in place
 * @returns       the new values
 */
export function rmsPropStep<T extends tf.Tensor>(
  kernels: WasmKernels,
  values: T,
  gradient: tf.Tensor,
  squares: tf.Tensor,
  { pull, scale, learningRate, alpha, epsilon }: RmsPropRates,
): T {
  const next = kernels.output<T>(values.shape);
  kernels.run(
    'rmsProp',
    4 * values.size,
    ...[values, gradient, squares, next].map((tensor) => kernels.address(tensor)),
    ...[values.size, pull, scale, learningRate, alpha, 1 - alpha, epsilon],
  );
  return next;
}
