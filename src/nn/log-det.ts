/**
 * log |det M| and M⁻¹ of a stack of small matrices, for the invertible dense layers of the RealNVP
 * prior (section 4), which mix dimensions as the 1 x 1 convolutions of Kingma & Dhariwal 2018 do.
 *
 * Gram-Schmidt on rows: Q = T M with Q orthogonal and T lower triangular, so that
 * log |det M| = sum log r_j (the norms met on the way) and M⁻¹ = Qᵀ T. In float64 loops on cpu and
 * WASM, by a kernel on WebGPU.
 */
import * as webgpuLogDet from '../kernels/webgpu-log-det.ts';
import { viewFloats } from './host-memory.ts';
import { byBackend } from './routine.ts';
import * as tf from './tf.ts';
import { withGradient } from './with-gradient.ts';

export interface Factorisation {
  /** [L] nats */
  readonly logAbsDet: tf.Tensor1D;
  /** [L, K, K] */
  readonly inverse: tf.Tensor3D;
}

/**
 * log |det M| with its gradient M⁻ᵀ; Kingma & Dhariwal 2018, section 3.2.
 *
 * @param matrices [L, K, K] unitless
 * @returns        [L] nats
 */
export function logAbsDet(matrices: tf.Tensor3D): tf.Tensor1D {
  return withGradient([matrices], (save) => {
    const { logAbsDet: value, inverse } = factorise(matrices);
    save([tf.transpose(inverse, [0, 2, 1])]);
    return {
      value,
      gradient: (dy, [inverseTransposed]) => [
        tf.mul(inverseTransposed!, tf.reshape(dy, [-1, 1, 1])),
      ],
    };
  });
}

/**
 * Q = T M by Gram-Schmidt: log |det M| = sum log r_j, M⁻¹ = Qᵀ T. Without a gradient.
 *
 * @param matrices [L, K, K] unitless
 * @returns        [L] nats and [L, K, K]
 */
export const factorise = byBackend({
  cpu: (matrices: tf.Tensor3D): Factorisation => {
    const [count, size] = matrices.shape;
    const { logAbsDet, inverse } = factoriseArrays(viewFloats(matrices), count, size);
    return {
      logAbsDet: tf.tensor1d(logAbsDet),
      inverse: tf.tensor3d(inverse, [count, size, size]),
    };
  },
  wasm: 'as cpu',
  webgpu: (kernels, matrices) => {
    const [count, size] = matrices.shape;
    return webgpuLogDet.factorise(kernels, matrices, count, size);
  },
});

/**
 * {@link factorise} of matrices in a plain array, in float64.
 *
 * @param values matrix l has its K² values from l `stride` on, row-major, unitless
 * @returns      [L] nats and [L, K, K]
 */
export function factoriseArrays(
  values: Float32Array,
  count: number,
  size: number,
  stride = size * size,
): { readonly logAbsDet: Float32Array; readonly inverse: Float32Array } {
  const logDets = new Float32Array(count);
  const inverses = new Float32Array(count * size * size);
  for (let l = 0; l < count; l++) {
    const q = Float64Array.from(values.subarray(l * stride, l * stride + size * size));
    const t = new Float64Array(size * size);
    for (let i = 0; i < size; i++) t[i * size + i] = 1;
    let logDet = 0;
    for (let j = 0; j < size; j++) {
      let square = 0;
      for (let k = 0; k < size; k++) square += q[j * size + k]! ** 2;
      const norm = Math.sqrt(square);
      logDet += Math.log(norm);
      for (let k = 0; k < size; k++) {
        q[j * size + k]! /= norm;
        t[j * size + k]! /= norm;
      }
      for (let i = j + 1; i < size; i++) {
        let along = 0;
        for (let k = 0; k < size; k++) along += q[i * size + k]! * q[j * size + k]!;
        for (let k = 0; k < size; k++) {
          q[i * size + k]! -= along * q[j * size + k]!;
          t[i * size + k]! -= along * t[j * size + k]!;
        }
      }
    }
    logDets[l] = logDet;
    for (let i = 0; i < size; i++) {
      for (let k = 0; k < size; k++) {
        let sum = 0;
        for (let j = 0; j < size; j++) sum += q[j * size + i]! * t[j * size + k]!;
        inverses[(l * size + i) * size + k] = sum;
      }
    }
  }
  return { logAbsDet: logDets, inverse: inverses };
}
