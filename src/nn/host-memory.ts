/**
 * The cpu and wasm backends keep tensors in memory that JavaScript reads at once, so that loops over
 * a tree's few edges can be written as loops. WebGPU cannot be read in the middle of a step.
 */
import * as tf from './tf.ts';

/** The wasm backend's view of a tensor in its heap. */
interface HeapBackend {
  typedArrayFromHeap?(tensor: tf.Tensor): Float32Array;
}

/**
 * The values where they lie, without a copy where the backend allows it. For implementations on cpu
 * and wasm; read only, and only until the next tensor is made: the heap may move.
 *
 * @param x any shape
 * @returns [size of x] row-major
 */
export function viewFloats(x: tf.Tensor): Float32Array {
  const backend = tf.backend() as HeapBackend;
  return backend.typedArrayFromHeap?.(x) ?? (x.dataSync() as Float32Array);
}
