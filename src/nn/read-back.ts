/** From a computation on the device to plain arrays. */
import * as tf from './tf.ts';

/**
 * Computes within a tidy and reads the results, which are gone afterwards.
 *
 * @param compute tensors of any shape
 * @returns       a copy of each tensor's values, row-major
 */
export async function readBack<const T extends readonly tf.Tensor[]>(
  compute: () => T,
): Promise<{ [K in keyof T]: Float32Array }> {
  const tensors: tf.Tensor[] = tf.tidy(() => [...compute()]);
  // a copy: the cpu backend hands out its own memory
  const values = await Promise.all(
    tensors.map(async (tensor) => Float32Array.from(await tensor.data())),
  );
  tf.dispose(tensors);
  return values as { [K in keyof T]: Float32Array };
}
