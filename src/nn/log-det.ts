/**
 * log |det M| and M⁻¹ of a stack of small matrices, for the invertible dense layers of the RealNVP
 * prior (section 4), which mix dimensions as the 1 x 1 convolutions of Kingma & Dhariwal 2018 do.
 *
 * Gram-Schmidt on rows: Q = T M with Q orthogonal and T lower triangular, so that
 * log |det M| = sum log r_j (the norms met on the way) and M⁻¹ = Qᵀ T. On host memory the same in
 * float64 loops; on WebGPU, which cannot be read in the middle of a step, by a kernel or as tensor
 * operations.
 */
import { webgpuKernels } from '../kernels/webgpu-kernels.ts';
import * as webgpuLogDet from '../kernels/webgpu-log-det.ts';
import { tensorsAreHostMemory, viewFloats } from './host-memory.ts';
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
export function factorise(matrices: tf.Tensor3D): Factorisation {
  const gpu = webgpuKernels();
  if (gpu !== null) {
    return webgpuLogDet.factorise(gpu, matrices, matrices.shape[0], matrices.shape[1]);
  }
  return tensorsAreHostMemory() ? factoriseLoops(matrices) : factoriseTensors(matrices);
}

/**
 * {@link factorise} as tensor operations alone.
 *
 * @param matrices [L, K, K] unitless
 * @returns        [L] nats and [L, K, K]
 */
export function factoriseTensors(matrices: tf.Tensor3D): Factorisation {
  const [count, size] = matrices.shape;
  const identity = tf.tile(tf.expandDims(tf.eye(size), 0), [count, 1, 1]);
  let rows = tf.concat([matrices, identity], 2) as tf.Tensor3D; // [L, K, 2K]: M and T side by side
  let logDet = tf.zeros<tf.Rank.R1>([count]);
  for (let j = 0; j < size; j++) {
    const pivot = tf.slice(rows, [0, j, 0], [count, 1, 2 * size]);
    const left = tf.slice(pivot, [0, 0, 0], [count, 1, size]);
    const squaredNorm = tf.sum(tf.square(left), 2, true); // [L, 1, 1]
    const scale = tf.rsqrt(squaredNorm);
    const unit = tf.mul(pivot, scale); // [L, 1, 2K]
    logDet = tf.add(logDet, tf.mul(0.5, tf.log(tf.reshape(squaredNorm, [-1]))));
    // rows above j stay, row j is scaled, rows below lose their part along it
    const whole = tf.slice(rows, [0, 0, 0], [count, size, size]);
    const along = tf.sum(tf.mul(whole, tf.mul(left, scale)), 2, true); // [L, K, 1]
    const place = (f: (i: number) => number): tf.Tensor3D =>
      tf.tensor3d(
        Float32Array.from({ length: size }, (_, i) => f(i)),
        [1, size, 1],
      );
    const isPivot = place((i) => (i === j ? 1 : 0));
    const isBelow = place((i) => (i > j ? 1 : 0));
    const without = tf.sub(rows, tf.mul(tf.mul(along, isBelow), unit));
    rows = tf.add(tf.mul(without, tf.sub(1, isPivot)), tf.mul(isPivot, unit));
  }
  const q = tf.slice(rows, [0, 0, 0], [count, size, size]);
  const t = tf.slice(rows, [0, 0, size], [count, size, size]);
  return { logAbsDet: logDet, inverse: tf.matMul(tf.transpose(q, [0, 2, 1]), t) };
}

function factoriseLoops(matrices: tf.Tensor3D): Factorisation {
  const [count, size] = matrices.shape;
  const { logAbsDet, inverse } = factoriseArrays(viewFloats(matrices), count, size);
  return {
    logAbsDet: tf.tensor1d(logAbsDet),
    inverse: tf.tensor3d(inverse, [count, size, size]),
  };
}

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
