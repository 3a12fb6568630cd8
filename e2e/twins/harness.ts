/** How a kernel is held against its twin of stock operations. */
import fc from 'fast-check';
import { setOwnKernels } from '../../src/kernels/own-kernels.ts';
import * as tf from '../../src/nn/tf.ts';
import { deviation } from '../../src/parity/measure.ts';
import { randomTensor } from '../../src/testing/gradients.ts';

/** Random shapes a kernel. */
const RUNS = 3;

export const seeds = fc.integer({ min: 1, max: 1e6 });
export const sizes = (max: number) => fc.integer({ min: 1, max });

/** The worst of what `measure` gives for a few random arguments, which are always the same ones. */
export async function worstOf<T extends unknown[]>(
  arbitraries: { [K in keyof T]: fc.Arbitrary<T[K]> },
  measure: (...args: T) => Promise<number>,
  numRuns = RUNS,
): Promise<number> {
  const all = fc.tuple(...arbitraries) as unknown as fc.Arbitrary<T>;
  const samples = fc.sample(all, { numRuns, seed: 1 });
  let worst = 0;
  for (const args of samples) worst = Math.max(worst, await measure(...args));
  return worst;
}

/** With kernels of ours, then without. */
export async function bothWays<T>(compute: () => Promise<T>): Promise<[T, T]> {
  setOwnKernels(true);
  const ours = await compute();
  setOwnKernels(false);
  const stock = await compute();
  setOwnKernels(true);
  return [ours, stock];
}

export type Operation = (...x: tf.Tensor[]) => tf.Tensor;

type Values = Float32Array;

const valuesAndGradients = (f: Operation, inputs: tf.Tensor[]): Promise<[Values[], Values[]]> =>
  bothWays(async () => {
    const tensors = tf.tidy(() => {
      const weigh = (...x: tf.Tensor[]): tf.Tensor => {
        const y = f(...x);
        // so that every output counts differently
        return tf.sum(tf.mul(y, randomTensor(99, ...y.shape)));
      };
      return [f(...inputs), ...tf.grads(weigh)(inputs)];
    });
    const values = await Promise.all(tensors.map((tensor) => tensor.data()));
    tf.dispose(tensors);
    return values as Float32Array[];
  });

/** How far values and gradients are from those of the twin. */
export async function deviationOf(f: Operation, inputs: tf.Tensor[]): Promise<number> {
  const [ours, stock] = await valuesAndGradients(f, inputs);
  return Math.max(...ours.map((values, i) => deviation(values, Array.from(stock[i]!))));
}

export async function worstOfAll(twins: readonly [Operation, tf.Tensor[]][]): Promise<number> {
  let worst = 0;
  for (const [f, inputs] of twins) worst = Math.max(worst, await deviationOf(f, inputs));
  return worst;
}

/**
 * How many NaNs of the twin, in values and gradients, are none here. NaN is to spread, so that a
 * training that diverges is seen to.
 */
export async function hiddenNaNs(f: Operation, inputs: tf.Tensor[]): Promise<number> {
  const [ours, stock] = await valuesAndGradients(f, inputs);
  if (!ours[0]!.some(Number.isNaN)) throw new Error('no NaN came out');
  return ours.reduce(
    (sum, values, i) =>
      sum + values.filter((x, k) => !Number.isNaN(x) && Number.isNaN(stock[i]![k])).length,
    0,
  );
}
