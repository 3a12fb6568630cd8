/** The loops of RMSprop on the WASM backend, over all parameters at once. */
import type * as tf from '@tensorflow/tfjs-core';
import { type WasmKernels, WORTH_SHARING } from './wasm-kernels.ts';

/** A parameter and its gradient, of one shape. */
export interface Pulled {
  readonly values: tf.Tensor;
  readonly gradient: tf.Tensor;
  /** Whether a part of the values is added to the gradient. */
  readonly penalised: boolean;
}

/** The same in a step. */
export interface Moved extends Pulled {
  /** Running mean of squared gradients, changed in place. */
  readonly squares: tf.Tensor;
}

const DOUBLE = 8;
/** Numbers of a parameter in the table, as assembly/rms-prop.ts. */
const FIELDS = 6;

const sizeOf = (slots: readonly Pulled[]): number =>
  slots.reduce((sum, { values }) => sum + values.size, 0);

/**
 * Sum of the squares of gradient + pull values of all parameters, in float64.
 *
 * @param pull what of the penalised values is added
 */
export function squaredNorm(kernels: WasmKernels, slots: readonly Pulled[], pull: number): number {
  const count = slots.length;
  const work = sizeOf(slots);
  const { parts } = kernels;
  const sums = kernels.scratch(DOUBLE * count * parts + 4 * FIELDS * count);
  const table = sums + DOUBLE * count * parts;
  const words = kernels.words(table, FIELDS * count);
  slots.forEach(({ values, gradient, penalised }, i) => {
    words.set(
      [
        ...[kernels.address(values), kernels.address(gradient)],
        ...[0, 0, values.size, penalised ? 1 : 0],
      ],
      FIELDS * i,
    );
  });
  const view = kernels.doubles(sums, count * parts);
  // where the work is not shared, a parameter has one sum
  const used = kernels.run('squaredNorms', work, table, count, sums, pull, WORTH_SHARING);
  let total = 0;
  for (let i = 0; i < count; i++) {
    let sum = 0;
    for (let part = 0; part < used; part++) sum += view[i * used + part]!;
    total += sum;
  }
  return total;
}

export interface RmsPropRates {
  /** What of the penalised values is added to their gradients. */
  readonly pull: number;
  /** What the sums are multiplied by. */
  readonly scale: number;
  readonly learningRate: number;
  readonly alpha: number;
  readonly epsilon: number;
}

/** @returns the new values, in order */
export function rmsPropStep(
  kernels: WasmKernels,
  slots: readonly Moved[],
  { pull, scale, learningRate, alpha, epsilon }: RmsPropRates,
): tf.Tensor[] {
  const next = slots.map(({ values }) => kernels.output(values.shape));
  const count = slots.length;
  const table = kernels.scratch(4 * FIELDS * count);
  const words = kernels.words(table, FIELDS * count);
  slots.forEach(({ values, gradient, squares, penalised }, i) => {
    words.set(
      [
        ...[values, gradient, squares, next[i]!].map((tensor) => kernels.address(tensor)),
        ...[values.size, penalised ? 1 : 0],
      ],
      FIELDS * i,
    );
  });
  kernels.run(
    'rmsProp',
    4 * sizeOf(slots),
    ...[table, count, pull, scale, learningRate, alpha, 1 - alpha, epsilon],
  );
  return next;
}
