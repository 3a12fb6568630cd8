/**
 * What an optimiser is, and the constants of the one there is. Parameters are unitless, so that
 * gradients have the loss's unit, nats.
 */
import type * as tf from './tf.ts';

/**
 * As the authors' code: RMSprop with PyTorch's defaults, the norm penalty and the clipping; the
 * paper names no optimiser.
 */
export const RMS_PROP = { alpha: 0.99, epsilon: 1e-8 } as const;

export interface OptimiserOptions {
  /** Largest global norm of the gradient, nats. */
  readonly clipNorm: number;
  /** Weight of the norm (not its square) of the penalised parameters, nats. */
  readonly l2: number;
  readonly penalised: ReadonlySet<string>;
  /** [P] an earlier optimiser's {@link Optimiser.state} to go on from; absent: zeros. */
  readonly state?: Float32Array | undefined;
}

export interface Optimiser {
  /** Names of the parameters that it moves. */
  readonly names: readonly string[];
  /** ||theta||_2 of the penalised parameters: a scalar, unitless, owned by the caller. */
  penaltyNorm(): tf.Scalar;
  /**
   * Adds the penalty's gradient, clips, and moves the parameters.
   *
   * @param gradients of the loss without its penalty, nats, in the order and shapes of `names`
   */
  step(gradients: readonly tf.Tensor[], learningRate: number): void;
  /** [P] running means of squared gradients, nats², in the order of `names`, for a resumed run. */
  state(): Promise<Float32Array>;
  dispose(): void;
}
