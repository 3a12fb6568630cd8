/**
 * RMSprop as PyTorch computes it, with global-norm clipping and the authors' penalty on the norm of
 * the weights. State is one flat vector; where it lives depends on the backend.
 */
import { tensorsAreHostMemory } from './host-memory.ts';
import type { ParameterStore } from './parameters.ts';
import { createDeviceRmsProp } from './rms-prop-device.ts';
import { createHostRmsProp } from './rms-prop-host.ts';
import type * as tf from './tf.ts';

export const RMS_PROP = { alpha: 0.99, epsilon: 1e-8 } as const;

export interface OptimiserOptions {
  /** Largest global norm of the gradient. */
  readonly clipNorm: number;
  /** Weight of the norm (not its square) of the penalised parameters. */
  readonly l2: number;
  readonly penalised: ReadonlySet<string>;
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
  dispose(): void;
}

/** A fresh optimiser for parameters as they are now; nothing else may move them while it lives. */
export function createRmsProp(
  store: ParameterStore,
  names: readonly string[],
  options: OptimiserOptions,
): Optimiser {
  return tensorsAreHostMemory()
    ? createHostRmsProp(store, names, options)
    : createDeviceRmsProp(store, names, options);
}
