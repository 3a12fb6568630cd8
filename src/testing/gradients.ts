/** Random tensors, and gradients that tell every output apart. */
import { createRandom, normals } from '../base/random.ts';
import * as tf from '../nn/tf.ts';

export const randomTensor = <T extends tf.Tensor>(seed: number, ...shape: number[]): T => {
  const size = shape.reduce((n, d) => n * d, 1);
  return tf.tensor(normals(createRandom(seed), size), shape) as T;
};

/** Gradients of sum(w f(x)) for a fixed random w, so that every output counts differently. */
export function gradientsOf(
  f: (...x: tf.Tensor[]) => tf.Tensor,
  inputs: tf.Tensor[],
): Float32Array[] {
  const weigh = (...x: tf.Tensor[]): tf.Tensor => {
    const y = f(...x);
    return tf.sum(tf.mul(y, randomTensor(99, ...y.shape)));
  };
  return tf
    .grads(weigh)(inputs)
    .map((g) => g.dataSync() as Float32Array);
}
