/** log |det M| and M⁻¹ of a stack of small matrices on the WebGPU backend, a workgroup a matrix. */
import type * as tf from '@tensorflow/tfjs-core';
import { type GpuProgram, totalOf, type WebGpuKernels } from './webgpu-kernels.ts';

const THREADS = 64;

/** Gram-Schmidt on rows: Q = T M, M⁻¹ = Qᵀ T. Each thread has whole rows. */
const FACTORISE: GpuProgram = {
  name: 'factorise',
  inputs: { matrices: 'f32' },
  // by rows, Q and T side by side: [L, K, 2 K]
  outputs: ['logAbsDet', 'inverse', 'work'],
  sizes: ['size', 'first', 'stride'],
  threads: THREADS,
  code: `
    ${totalOf(THREADS)}
    fn run(group: u32, thread: u32) {
      let size = given.size;
      let start = given.first + group * given.stride;
      let base = group * size * 2u * size;
      var logDet = 0.0;
      for (var i = thread; i < size; i += ${THREADS}u) {
        for (var k = 0u; k < size; k++) {
          work[base + i * 2u * size + k] = matrices[start + i * size + k];
          work[base + i * 2u * size + size + k] = select(0.0, 1.0, i == k);
        }
      }
      for (var j = 0u; j < size; j++) {
        let pivot = base + j * 2u * size;
        if (j % ${THREADS}u == thread) {
          var square = 0.0;
          for (var k = 0u; k < size; k++) { square += work[pivot + k] * work[pivot + k]; }
          let norm = sqrt(square);
          logDet += log(norm);
          for (var k = 0u; k < 2u * size; k++) { work[pivot + k] = work[pivot + k] / norm; }
        }
        storageBarrier();
        for (var i = thread; i < size; i += ${THREADS}u) {
          if (i > j) {
            let row = base + i * 2u * size;
            var along = 0.0;
            for (var k = 0u; k < size; k++) { along += work[row + k] * work[pivot + k]; }
            for (var k = 0u; k < 2u * size; k++) { work[row + k] -= along * work[pivot + k]; }
          }
        }
        storageBarrier();
      }
      for (var i = thread; i < size; i += ${THREADS}u) {
        for (var k = 0u; k < size; k++) {
          var sum = 0.0;
          for (var j = 0u; j < size; j++) {
            sum += work[base + j * 2u * size + i] * work[base + j * 2u * size + size + k];
          }
          inverse[(group * size + i) * size + k] = sum;
        }
      }
      let all = total(thread, logDet);
      if (thread == 0u) { logAbsDet[group] = all; }
    }`,
};

/**
 * @param matrices has L matrices [K, K], row-major
 * @param first    index of the first matrix
 * @param stride   from each matrix to the next
 * @returns        log |det M| [L] and M⁻¹ [L, K, K]
 */
export function factorise(
  kernels: WebGpuKernels,
  matrices: tf.Tensor,
  count: number,
  size: number,
  { first, stride } = { first: 0, stride: size * size },
): { logAbsDet: tf.Tensor1D; inverse: tf.Tensor3D } {
  const [logAbsDet, inverse, work] = kernels.run(FACTORISE, {
    inputs: [matrices],
    outputs: [[count], [count, size, size], [count, size, 2 * size]],
    numbers: [size, first, stride],
    groups: count,
  });
  work!.dispose();
  return { logAbsDet: logAbsDet as tf.Tensor1D, inverse: inverse as tf.Tensor3D };
}
