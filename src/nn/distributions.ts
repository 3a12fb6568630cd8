/**
 * Log-densities, in nats, of the families that the paper's section 4 names for eq.
 * (2). Everything is computed from logits and log-stds, so nothing overflows and no log of a rounded
 * 0 is taken.
 */
import * as densityLoops from '../kernels/density-loops.ts';
import * as webgpuDiscrete from '../kernels/webgpu-discrete.ts';
import type { WebGpuKernels } from '../kernels/webgpu-kernels.ts';
import * as webgpuNormal from '../kernels/webgpu-normal.ts';
import { viewFloats } from './host-memory.ts';
import { byBackend } from './routine.ts';
import * as tf from './tf.ts';
import { stopGradient, withGradient } from './with-gradient.ts';

const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/**
 * log N(x; mean, exp(logStd)²): p(x_i | A, Y, z2) and p(z2 | z) of eq. (2), and the posteriors.
 *
 * @param x      any shape, unitless
 * @param mean   the same shape and scale
 * @param logStd the same shape, log of the std in units of x
 * @returns      the same shape, nats
 */
export function normalLogProb<T extends tf.Tensor>(x: T, mean: T, logStd: T): T {
  return normal(x, mean, logStd) as T;
}

const normal = byBackend({
  cpu: (x: tf.Tensor, mean: tf.Tensor, logStd: tf.Tensor): tf.Tensor => {
    const standardised = tf.mul(tf.sub(x, mean), tf.exp(tf.neg(logStd)));
    return tf.sub(tf.sub(-HALF_LOG_TWO_PI, logStd), tf.mul(0.5, tf.square(standardised)));
  },
  wasm: (_kernels, x, mean, logStd) =>
    loopLogProb([x, mean, logStd], x.shape, { width: 1, stds: null }),
  webgpu: (kernels, x, mean, logStd) =>
    webgpuLogProb(kernels, [x, mean, logStd], x.shape, { width: 1, stds: null }),
});

/**
 * log N(x; mean, exp(logStd)²) of independent numbers together.
 *
 * @param x      [B, K] unitless, as the two others
 * @returns      [B] nats
 */
export const normalRowLogProb = byBackend({
  cpu: (x: tf.Tensor2D, mean: tf.Tensor2D, logStd: tf.Tensor2D) =>
    tf.sum<tf.Tensor1D>(normalLogProb(x, mean, logStd), 1),
  wasm: (_kernels, x, mean, logStd) => {
    const [rows, width] = x.shape;
    return loopLogProb([x, mean, logStd], [rows], { width, stds: null }) as tf.Tensor1D;
  },
  webgpu: (kernels, x, mean, logStd) => {
    const [rows, width] = x.shape;
    const options = { width, stds: null };
    return webgpuLogProb(kernels, [x, mean, logStd], [rows], options) as tf.Tensor1D;
  },
});

/**
 * log N(x'; mean, exp(logStd)²), x' being x clipped to mean +- `stds` std, bounds without gradient.
 *
 * @param x any shape, as the two others; constant
 * @returns the same shape, nats
 */
export function likelyNormalLogProb<T extends tf.Tensor>(
  x: T,
  mean: T,
  logStd: T,
  stds: number,
): T {
  return likelyNormal(x, mean, logStd, stds) as T;
}

const likelyNormal = byBackend({
  cpu: (x: tf.Tensor, mean: tf.Tensor, logStd: tf.Tensor, stds: number): tf.Tensor => {
    const reach = tf.mul(tf.exp(logStd), stds);
    const likely = tf.minimum(tf.maximum(x, tf.sub(mean, reach)), tf.add(mean, reach));
    return normalLogProb(stopGradient(likely), mean, logStd);
  },
  wasm: (_kernels, x, mean, logStd, stds) =>
    loopLogProb([x, mean, logStd], x.shape, { width: 1, stds }),
  webgpu: (kernels, x, mean, logStd, stds) =>
    webgpuLogProb(kernels, [x, mean, logStd], x.shape, { width: 1, stds }),
});

/**
 * {@link likelyNormalLogProb}, less stds² times the log of how often `stds` stds go into the
 * distance of x from the mean, where more than once: tails that fall as a power.
 *
 * @param x any shape, as the two others
 * @returns the same shape, nats
 */
export function tailedNormalLogProb<T extends tf.Tensor>(
  x: T,
  mean: T,
  logStd: T,
  stds: number,
): T {
  const distance = tf.mul(tf.abs(tf.sub(x, mean)), tf.exp(tf.neg(logStd)));
  const beyond = tf.log(tf.maximum(tf.div(distance, stds), 1));
  const likely = likelyNormalLogProb(x, mean, logStd, stds);
  return tf.sub(likely, tf.mul(beyond, stds * stds)) as T;
}

/** Log-densities by loops on WASM, in this shape. */
function loopLogProb(
  tensors: webgpuNormal.NormalTensors,
  shape: number[],
  { width, stds }: webgpuNormal.NormalOptions,
): tf.Tensor {
  return withGradient([...tensors], (save) => {
    const [, , logStd] = tensors;
    const inverse = tf.exp(tf.neg(logStd));
    const reach = stds === null ? [] : [tf.mul(tf.exp(logStd), stds)];
    const all = [...tensors, inverse, ...reach];
    save(all);
    return {
      value: tf.tensor(densityLoops.normalLogProb(normalsOf(all), width), shape),
      gradient: (dy, saved) => {
        const normals = normalsOf(saved);
        const { dX, dMean, dLogStd } = densityLoops.normalBackward(normals, viewFloats(dy), width);
        return [dX, dMean, dLogStd].map((values, i) => tf.tensor(values, saved[i]!.shape));
      },
    };
  });
}

function normalsOf(tensors: readonly tf.Tensor[]): densityLoops.Normals {
  const [x, mean, logStd, inverse, reach] = tensors.map(viewFloats);
  return { x: x!, mean: mean!, logStd: logStd!, inverse: inverse!, reach: reach ?? null };
}

/** Log-densities by kernels on WebGPU, in this shape. */
function webgpuLogProb(
  kernels: WebGpuKernels,
  tensors: webgpuNormal.NormalTensors,
  shape: number[],
  options: webgpuNormal.NormalOptions,
): tf.Tensor {
  return withGradient(tensors, (save) => {
    save([...tensors]);
    return {
      value: webgpuNormal.normalLogProb(kernels, tensors, shape, options),
      gradient: (dy, saved) => {
        const of = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
        return webgpuNormal.normalLogProbBackward(kernels, of, dy, options);
      },
    };
  });
}

/**
 * mean + std noise: a sample for equation (1) through which gradients flow.
 *
 * @param mean  any shape, unitless, as the two others
 * @param noise standard normal; constant
 * @returns     the same shape
 */
export function normalSample<T extends tf.Tensor>(mean: T, logStd: T, noise: T): T {
  return sample(mean, logStd, noise) as T;
}

const sample = byBackend({
  cpu: (mean: tf.Tensor, logStd: tf.Tensor, noise: tf.Tensor): tf.Tensor =>
    tf.add(mean, tf.mul(tf.exp(logStd), noise)),
  wasm: (_kernels, mean, logStd, noise) =>
    withGradient([mean, logStd], (save) => {
      const std = tf.exp(logStd);
      save([std, noise]);
      return {
        value: tf.add(mean, tf.mul(std, noise)),
        gradient: (dy, [of, drawn]) => [tf.clone(dy), tf.mul(tf.mul(dy, drawn!), of!)],
      };
    }),
  webgpu: (kernels, mean, logStd, noise) =>
    withGradient([mean, logStd], (save) => {
      save([logStd, noise]);
      return {
        value: webgpuNormal.sampleGaussian(kernels, mean, logStd, noise),
        gradient: (dy, [of, drawn]) => [
          tf.clone(dy),
          webgpuNormal.sampleGaussianBackward(kernels, of!, drawn!, dy),
        ],
      };
    }),
});

/**
 * log N(x; 0, 1), the base density of the prior p(z), section 4.
 *
 * @param x any shape, unitless
 * @returns the same shape, nats
 */
export function standardNormalLogProb<T extends tf.Tensor>(x: T): T {
  return tf.sub(-HALF_LOG_TWO_PI, tf.mul(0.5, tf.square(x))) as T;
}

/**
 * log sigmoid(x) = min(x, 0) - log(1 + exp(-|x|)), stable on both sides.
 *
 * @param x any shape, a logit in nats
 * @returns the same shape, nats
 */
export function logSigmoid<T extends tf.Tensor>(x: T): T {
  return withGradient<T>([x], (save) => {
    save([x]);
    return {
      value: tf.sub(tf.minimum(x, 0), tf.log1p(tf.exp(tf.neg(tf.abs(x))))) as T,
      gradient: (dy, [saved]) => [tf.mul(dy, tf.sigmoid(tf.neg(saved!)))],
    };
  });
}

/**
 * log p(target) of a Bernoulli given its logit: p(A_ij | z) of eq. (2).
 *
 * @param logits any shape, nats
 * @param target the same shape, 0 or 1; constant
 * @returns      the same shape, nats
 */
export function bernoulliLogProb<T extends tf.Tensor>(logits: T, target: T): T {
  // log p(1) = log sigmoid(l), log p(0) = log sigmoid(-l)
  const sign = tf.sub(tf.mul(2, target), 1);
  return logSigmoid(tf.mul(logits, sign) as T);
}

/**
 * log p(target) of Bernoullis given their logits, over the strict upper triangle: p(A | z) of eq.
 * (2).
 *
 * @param logits [B, N, N] nats
 * @param target [B, N, N] 0 or 1; constant
 * @returns      [B] sum over i < j, nats
 */
export const upperBernoulliLogProb = byBackend({
  cpu: (logits: tf.Tensor3D, target: tf.Tensor3D) => {
    const triangle = strictUpperTriangle(logits.shape[1]);
    return tf.sum<tf.Tensor1D>(tf.mul(bernoulliLogProb(logits, target), triangle), [1, 2]);
  },
  // the same, as one operation of the tape
  wasm: (_kernels, logits, target) => {
    const triangle = strictUpperTriangle(logits.shape[1]);
    return withGradient<tf.Tensor1D>([logits], (save) => {
      const sign = tf.sub(tf.mul(2, target), 1);
      const signed = tf.mul(logits, sign);
      const logProbs = tf.mul(logSigmoid(signed), triangle);
      save([sign, signed, triangle]);
      return {
        value: tf.sum<tf.Tensor1D>(logProbs, [1, 2]),
        gradient: (dy, [by, of, counted]) => {
          const each = tf.mul(tf.reshape(dy, [-1, 1, 1]), counted!);
          return [tf.mul(tf.mul(each, tf.sigmoid(tf.neg(of!))), by!)];
        },
      };
    });
  },
  webgpu: (kernels, logits, target) =>
    withGradient<tf.Tensor1D>([logits], (save) => {
      save([logits, target]);
      return {
        value: webgpuDiscrete.upperBernoulli(kernels, logits, target),
        gradient: (dy, saved) => {
          const [l, t] = saved as [tf.Tensor3D, tf.Tensor3D];
          return [webgpuDiscrete.upperBernoulliBackward(kernels, l, t, dy)];
        },
      };
    }),
});

/** [1, N, N] 1 where i < j */
function strictUpperTriangle(nodes: number): tf.Tensor3D {
  const values = new Float32Array(nodes * nodes);
  for (let i = 0; i < nodes; i++) values.fill(1, i * nodes + i + 1, (i + 1) * nodes);
  return tf.tensor3d(values, [1, nodes, nodes]);
}

/**
 * log p(target) of a categorical given its logits, l_target - log sum exp(l): p(N | z) and
 * p(y_i | z) of eq. (2).
 *
 * @param logits [R, C] nats, up to a constant a row
 * @param oneHot [R, C] the target; constant
 * @returns      [R] nats
 */
export const categoricalLogProb = byBackend({
  cpu: (logits: tf.Tensor2D, oneHot: tf.Tensor2D) =>
    withGradient<tf.Tensor1D>([logits], (save) => {
      const shifted = tf.sub(logits, tf.max(logits, 1, true)) as tf.Tensor2D;
      const powers = tf.exp(shifted);
      const sum = tf.sum(powers, 1, true);
      save([tf.div(powers, sum), oneHot]);
      const picked = tf.sum(tf.mul(shifted, oneHot), 1);
      return {
        value: tf.sub(picked, tf.log(tf.reshape(sum, [-1]))) as tf.Tensor1D,
        gradient: (dy, [probabilities, target]) => [
          tf.mul(tf.sub(target!, probabilities!), tf.reshape(dy, [-1, 1])),
        ],
      };
    }),
  wasm: 'as cpu',
  webgpu: (kernels, logits, oneHot) =>
    withGradient<tf.Tensor1D>([logits], (save) => {
      const { logProb, probabilities } = webgpuDiscrete.categorical(kernels, logits, oneHot);
      save([probabilities, oneHot]);
      return {
        value: logProb,
        gradient: (dy, saved) => {
          const [p, target] = saved as [tf.Tensor2D, tf.Tensor2D];
          return [webgpuDiscrete.categoricalBackward(kernels, p, target, dy)];
        },
      };
    }),
});

/**
 * clip(x, min, max) with the gradient of PyTorch's clamp: 1 inside and on the bounds. NaN stays NaN
 * on every backend (the stock clip hides it on WASM).
 *
 * As the authors' code: log-stds are bounded so; the paper names no bounds for training.
 *
 * @param x any shape; the bounds are on its scale
 * @returns the same shape
 */
export function clip<T extends tf.Tensor>(x: T, min: number, max: number): T {
  return clamp(x, min, max) as T;
}

const clamp = byBackend({
  cpu: (x: tf.Tensor, min: number, max: number) =>
    withGradient([x], (save) => {
      const clipped = tf.minimum(tf.maximum(x, min), max);
      const inside = tf.cast(tf.equal(clipped, x), 'float32');
      save([inside]);
      return {
        // x * 0 carries a NaN of x over, whatever the backend's maximum makes of it
        value: tf.add(clipped, tf.mul(x, 0)),
        gradient: (dy, [mask]) => [tf.mul(dy, mask!)],
      };
    }),
  wasm: (_kernels, x, min, max) =>
    withGradient([x], (save) => {
      save([x]);
      return {
        value: tf.tensor(densityLoops.clip(viewFloats(x), min, max), x.shape),
        gradient: (dy, [saved]) => [
          tf.tensor(
            densityLoops.clipBackward(viewFloats(saved!), viewFloats(dy), min, max),
            dy.shape,
          ),
        ],
      };
    }),
  webgpu: (kernels, x, min, max) =>
    withGradient([x], (save) => {
      save([x]);
      return {
        value: webgpuNormal.clip(kernels, x, min, max),
        gradient: (dy, [saved]) => [webgpuNormal.clipBackward(kernels, saved!, dy, min, max)],
      };
    }),
});
