/** One step down the loss of a batch, and the same loss without training, for validation. */
import type { Optimiser } from '../../nn/optimiser.ts';
import type { Parameters } from '../../nn/parameters.ts';
import type { Steps } from '../../nn/steps.ts';
import * as tf from '../../nn/tf.ts';
import type { BatchLoss, LossOfBatch } from './training-plan.ts';

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
 * @param prepare makes the tensors of the batch, within the step's tidy
 * @returns       [terms] of the loss before the step, nats, owned by the caller
 */
export const takeStep = (
  steps: Steps,
  parameters: Parameters,
  optimiser: Optimiser,
  prepare: () => LossOfBatch,
  learningRate: number,
): tf.Tensor1D =>
  steps.take(`a training step at the rate ${learningRate}`, () => {
    const lossOf = prepare();
    return () => {
      const { terms, gradients } = stepGradients(parameters, optimiser, lossOf());
      optimiser.step(gradients, learningRate);
      return terms;
    };
  });

/** @returns [terms] nats, owned by the caller */
export const evaluateLoss = (steps: Steps, prepare: () => LossOfBatch): tf.Tensor1D =>
  steps.take('a validation loss', () => {
    const lossOf = prepare();
    return () => lossOf()().terms;
  });
