/**
 * Log-densities, elementwise, in nats. Everything is computed from logits and log-stds, so nothing
 * overflows and no log of a rounded 0 is taken.
 */
import * as tf from './tf.ts';
import { withGradient } from './with-gradient.ts';

const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/**
 * log N(x; mean, exp(logStd)²)
 *
 * @param x      any shape
 * @param mean   the same shape
 * @param logStd the same shape
 */
export function normalLogProb<T extends tf.Tensor>(x: T, mean: T, logStd: T): T {
  const standardised = tf.mul(tf.sub(x, mean), tf.exp(tf.neg(logStd)));
  return tf.sub(
    tf.sub(-HALF_LOG_TWO_PI, logStd),
    tf.mul(0.5, tf.square(standardised)),
  ) as unknown as T;
}

/** log N(x; 0, 1) */
export function standardNormalLogProb<T extends tf.Tensor>(x: T): T {
  return tf.sub(-HALF_LOG_TWO_PI, tf.mul(0.5, tf.square(x))) as T;
}

/** log sigmoid(x) = min(x, 0) - log(1 + exp(-|x|)), stable on both sides. */
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
 * log p(target) of a Bernoulli given its logit.
 *
 * @param logits any shape
 * @param target the same shape, 0 or 1; constant
 */
export function bernoulliLogProb<T extends tf.Tensor>(logits: T, target: T): T {
  // log p(1) = log sigmoid(l), log p(0) = log sigmoid(-l)
  const sign = tf.sub(tf.mul(2, target), 1);
  return logSigmoid(tf.mul(logits, sign) as T);
}

/**
 * log p(target) of a categorical given its logits: l_target - log sum exp(l).
 *
 * @param logits [R, C]
 * @param oneHot [R, C] the target; constant
 * @returns      [R]
 */
export function categoricalLogProb(logits: tf.Tensor2D, oneHot: tf.Tensor2D): tf.Tensor1D {
  return withGradient([logits], (save) => {
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
  });
}

/**
 * clip(x, min, max) with the gradient of PyTorch's clamp: 1 inside and on the bounds. NaN stays NaN
 * on every backend (the stock clip hides it on WASM).
 */
export function clip<T extends tf.Tensor>(x: T, min: number, max: number): T {
  return withGradient<T>([x], (save) => {
    const clipped = tf.minimum(tf.maximum(x, min), max);
    const inside = tf.cast(tf.equal(clipped, x), 'float32');
    save([inside]);
    return {
      // x * 0 carries a NaN of x over, whatever the backend's maximum makes of it
      value: tf.add(clipped, tf.mul(x, 0)) as T,
      gradient: (dy, [mask]) => [tf.mul(dy, mask!)],
    };
  });
}
