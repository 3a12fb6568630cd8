/** What an optimiser is, and the constants of the one there is. */
import type * as tf from './tf.ts';

export const RMS_PROP = { alpha: 0.99, epsilon: 1e-8 } as const;

export interface OptimiserOptions {
  /** Largest global norm of the gradient. */
  readonly clipNorm: number;
  /** Weight of the norm (not its square) of the penalised parameters. */
  readonly l2: number;
  readonly penalised: ReadonlySet<string>;
  /** [P] an earlier optimiser's {@link Optimiser.state} to go on from; absent: zeros. */
  readonly state?: Float32Array | undefined;
}

export interface Optimiser {
  /** Names of the parameters that it moves. */
  readonly names: readonly string[];
  /** Norm of the penalised parameters: a scalar, owned by the caller. */
  penaltyNorm(): tf.Scalar;
  /**
   * Adds the penalty's gradient, clips, and moves the parameters.
   *
   * @param gradients of the loss without its penalty, in the order of `names`
   */
  step(gradients: readonly tf.Tensor[], learningRate: number): void;
  /** [P] running means of squared gradients, in the order of `names`; what a resumed run needs. */
  state(): Promise<Float32Array>;
  dispose(): void;
}
