import type * as tf from './tf.ts';

/** A diagonal Gaussian: one row per sample or node, one column per independent number. */
export interface Gaussian {
  /** [R, K] */
  readonly mean: tf.Tensor2D;
  /** [R, K] log of the std */
  readonly logStd: tf.Tensor2D;
}
