/**
 * The cpu and wasm backends keep tensors in memory that JavaScript reads at once, so loops over a
 * tree's few edges can be written as loops. WebGPU cannot be read synchronously: there the same
 * operation is built from dense tensor operations.
 */
import * as tf from './tf.ts';

export function tensorsAreHostMemory(): boolean {
  const backend = tf.getBackend();
  return backend === 'cpu' || backend === 'wasm';
}

/** Only where {@link tensorsAreHostMemory}. */
export const readFloats = (x: tf.Tensor): Float32Array => x.dataSync() as Float32Array;
