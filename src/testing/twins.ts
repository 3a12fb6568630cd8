/**
 * One operation on two backends: the one in use, and cpu, whose loops are the reference of every
 * kernel. Both give values and gradients, which are read without waiting for a GPU in between.
 */
import { assert } from '../base/assert.ts';
import * as tf from '../nn/tf.ts';
import { deviation } from '../parity/measure.ts';
import { randomTensor } from './gradients.ts';

export type TensorFunction = (...x: tf.Tensor[]) => tf.Tensor;

/** Called once on each backend, because a tensor stays where it was made. */
export type Twin = () => readonly [TensorFunction, tf.Tensor[]];

/** On the backend in use, then on cpu. */
export async function bothWays<T>(compute: () => Promise<T>): Promise<[ours: T, loops: T]> {
  const backend = tf.getBackend();
  assert(backend !== 'cpu', 'cpu is the reference, not what is held against it');
  const ours = await compute();
  assert(await tf.setBackend('cpu'), 'no cpu backend');
  try {
    return [ours, await compute()];
  } finally {
    assert(await tf.setBackend(backend), `no way back to ${backend}`);
  }
}

/** Values, then the gradient for each input. */
export const valuesAndGradients = (
  twin: Twin,
): Promise<[ours: Float32Array[], loops: Float32Array[]]> =>
  bothWays(async () => {
    const tensors = tf.tidy(() => {
      const [f, inputs] = twin();
      const weigh = (...x: tf.Tensor[]): tf.Tensor => {
        const y = f(...x);
        // so that every output counts differently
        return tf.sum(tf.mul(y, randomTensor(99, ...y.shape)));
      };
      return [f(...inputs), ...tf.grads(weigh)(inputs)];
    });
    const values = await Promise.all(tensors.map((tensor) => tensor.data<'float32'>()));
    tf.dispose(tensors);
    return values.map((x) => x.slice());
  });

/** How far values and gradients are from those on cpu. */
export async function deviationOf(twin: Twin): Promise<number> {
  const [ours, loops] = await valuesAndGradients(twin);
  return Math.max(...ours.map((values, i) => deviation(values, Array.from(loops[i]!))));
}
