/**
 * The training loss: the negative ELBO of equation (1), estimated from one sample (KL included).
 *
 * Differs from the paper: the loss has two penalties more, which only the authors' code has: the
 * unit ball of z, and the norm (not its square) of the weights.
 */
import { meanDifference, meansBeside, unitBall } from '../../nn/batch-means.ts';
import * as tf from '../../nn/tf.ts';
import type { LossParts } from '../shared/training-plan.ts';
import type { TraceVaeConfig } from './meta.ts';
import type { LatencyPass, StructurePass } from './trace-vae.ts';

/** What a loss is made of, in this order in {@link lossTerms}. */
export const LOSS_TERMS = [
  'log q(z | A, Y)',
  'log p(z)',
  'log p(N | z)',
  'log p(A | z)',
  'log p(Y | z)',
  'log q(z2 | A, X, Y)',
  'log p(z2 | z)',
  'log p(X | A, Y, z2)',
  'unit ball of z',
  'norm of the weights',
] as const;

/** The same, and what a model adds that knows which nodes fail. */
export const lossTermNames = (hasStatus: boolean): readonly string[] =>
  hasStatus ? [...LOSS_TERMS, 'log p(E | z, A, Y)'] : LOSS_TERMS;

/**
 * Means over the batch of the terms of equations (1) and (2), and the two penalties.
 *
 * @param structure   [B] each, nats
 * @param latency     [B] each, nats
 * @param penaltyNorm scalar, norm of the penalised weights, unitless
 * @returns           in the order of {@link lossTermNames}, nats but for the penalties
 */
export function lossTerms(
  structure: StructurePass,
  latency: LatencyPass,
  penaltyNorm: tf.Scalar,
): tf.Tensor1D {
  const terms = [
    structure.logQz,
    structure.logPz,
    structure.logPNodeCount,
    structure.logPAdjacency,
    structure.logPNodeType,
    latency.logQz2,
    latency.logPz2,
    latency.logPLatency,
  ];
  const means = meansBeside(terms, [unitBall(structure.z), penaltyNorm]);
  if (structure.logPStatus === null) return means;
  return tf.concat([means, tf.reshape(tf.mean(structure.logPStatus), [1])]);
}

/**
 * The loss, equation (1), without the norm of the weights, whose gradient the optimiser adds.
 *
 * @param structure [B] each, nats
 * @param latency   [B] each, nats
 * @returns         scalar, mean over the batch, nats
 */
export function differentiatedLoss(
  structure: StructurePass,
  latency: LatencyPass,
  config: TraceVaeConfig,
): tf.Scalar {
  const logP = [
    structure.logPz,
    structure.logPNodeCount,
    structure.logPAdjacency,
    structure.logPNodeType,
    latency.logPz2,
    latency.logPLatency,
  ];
  const negativeElbo = meanDifference([structure.logQz, latency.logQz2], logP);
  const loss: tf.Scalar = tf.add(negativeElbo, tf.mul(unitBall(structure.z), config.unitBall));
  return structure.logPStatus === null ? loss : tf.sub(loss, tf.mean(structure.logPStatus));
}

/**
 * The loss, equation (1) and the weighted penalties, from the means of its terms.
 *
 * @param terms in the order of {@link lossTermNames}
 * @returns     nats a trace
 */
export function combineLoss(
  terms: ArrayLike<number>,
  config: TraceVaeConfig,
): LossParts & { readonly nllStructure: number } {
  const [logQz, logPz, logPNodeCount, logPAdjacency, logPNodeType, ...rest] = Array.from(terms) as [
    number,
    number,
    number,
    number,
    number,
    ...number[],
  ];
  const [logQz2, logPz2, logPLatency, ball, norm, logPStatus = 0] = rest as [
    number,
    number,
    number,
    number,
    number,
    number?,
  ];
  const kl = logQz + logQz2 - logPz - logPz2;
  const nllStructure = -(logPNodeCount + logPAdjacency + logPNodeType);
  const nllTime = -logPLatency;
  return {
    loss: kl + nllStructure + nllTime + config.unitBall * ball + config.l2 * norm - logPStatus,
    kl,
    nllStructure,
    nllTime,
  };
}
