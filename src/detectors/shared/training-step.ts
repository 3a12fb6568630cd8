/** One step down the loss of a batch, and the same loss without training, for validation. */
import type { Optimiser } from '../../nn/optimiser.ts';
import type { Parameters } from '../../nn/parameters.ts';
import * as tf from '../../nn/tf.ts';
import type { BatchLoss } from './training-plan.ts';

/** The gradients of one step and the terms of its loss. */
export interface StepGradients {
  /** [terms] nats */
  readonly terms: tf.Tensor1D;
  /** Of the differentiated loss, in the shapes of the optimiser's parameters. */
  readonly gradients: readonly tf.Tensor[];
}

/** Call within a tidy; `terms` outlives it. */
export function stepGradients(
  parameters: Parameters,
  { names }: Optimiser,
  lossOf: () => BatchLoss,
): StepGradients {
  let terms: tf.Tensor1D | undefined;
  const { grads } = tf.valueAndGrads(() => {
    const batch = lossOf();
    terms = tf.keep(batch.terms);
    return batch.loss;
  })(names.map((name) => parameters.get(name)));
  if (terms === undefined) throw new Error('no forward pass was made');
  return { terms, gradients: grads };
}

/**
 * @param prepare makes the loss of the batch, within the step's tidy
 * @returns       [terms] of the loss before the step, nats, owned by the caller
 */
export function takeStep(
  parameters: Parameters,
  optimiser: Optimiser,
  prepare: () => () => BatchLoss,
  learningRate: number,
): tf.Tensor1D {
  return tf.tidy(() => {
    const { terms, gradients } = stepGradients(parameters, optimiser, prepare());
    optimiser.step(gradients, learningRate);
    return terms;
  });
}

/** @returns [terms] nats, owned by the caller */
export const evaluateLoss = (prepare: () => () => BatchLoss): tf.Tensor1D =>
  tf.tidy(() => prepare()().terms);
