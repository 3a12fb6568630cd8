/**
 * The deep Bayesian network with posterior flow of TraceAnomaly (Liu et al. 2020), which CRISP uses
 * too: a VAE over vectors whose posterior is a Gaussian behind a RealNVP flow.
 *
 * Two hidden layers with LeakyReLU each way, stds of 1e-4 + softplus, levels of ActNorm, coupling and
 * invertible dense: sizes and floor as in TraceAnomaly's public code.
 */
import { LEAKY_SLOPE } from '../../nn/batch-norm.ts';
import {
  logSigmoid,
  normalRowLogProb,
  normalSample,
  standardNormalLogProb,
} from '../../nn/distributions.ts';
import type { Gaussian } from '../../nn/gaussian.ts';
import { linear, linearSpecs } from '../../nn/layers.ts';
import type { ParameterSpec, Parameters } from '../../nn/parameters.ts';
import { type FlowPass, flowForward, realNvpSpecs } from '../../nn/real-nvp.ts';
import * as tf from '../../nn/tf.ts';
import type { VectorVaeConfig } from './vector-settings.ts';

export const POSTERIOR_FLOW = 'q.flow';
const STD_FLOOR = 1e-4;

/** @param size P, dimensions of the vectors */
export function vectorVaeSpecs(config: VectorVaeConfig, size: number): ParameterSpec[] {
  const { hidden, latent, flowLevels, flowHidden } = config;
  return [
    ...linearSpecs('q.hidden.0', size, hidden),
    ...linearSpecs('q.hidden.1', hidden, hidden),
    ...linearSpecs('q.z_mean', hidden, latent),
    ...linearSpecs('q.z_std', hidden, latent),
    ...realNvpSpecs(POSTERIOR_FLOW, { size: latent, levels: flowLevels, hidden: flowHidden }),
    ...linearSpecs('p.hidden.0', latent, hidden),
    ...linearSpecs('p.hidden.1', hidden, hidden),
    ...linearSpecs('p.x_mean', hidden, size),
    ...linearSpecs('p.x_std', hidden, size),
  ];
}

/** Two hidden layers, then mean and std. */
function gaussianOf(
  parameters: Parameters,
  name: 'q' | 'p',
  variable: 'z' | 'x',
  input: tf.Tensor2D,
): Gaussian {
  let h = input;
  for (const layer of [0, 1]) {
    h = tf.leakyRelu(linear(parameters, `${name}.hidden.${layer}`, h), LEAKY_SLOPE);
  }
  const raw = linear(parameters, `${name}.${variable}_std`, h);
  const softplus = tf.neg(logSigmoid(tf.neg(raw)));
  return {
    mean: linear(parameters, `${name}.${variable}_mean`, h),
    logStd: tf.log(tf.add(softplus, STD_FLOOR)) as tf.Tensor2D,
  };
}

/**
 * The Gaussian before the flow.
 *
 * @param x [B, P]
 * @returns [B, K] each
 */
export const encodeVector = (parameters: Parameters, x: tf.Tensor2D): Gaussian =>
  gaussianOf(parameters, 'q', 'z', x);

/**
 * p(x | z).
 *
 * @param z [B, K]
 * @returns [B, P] each
 */
export const decodeVector = (parameters: Parameters, z: tf.Tensor2D): Gaussian =>
  gaussianOf(parameters, 'p', 'x', z);

/** Samples of q(z | x) with their log-densities. */
export interface PosteriorSample {
  /** [B, K] */
  readonly z: tf.Tensor2D;
  /** [B] nats */
  readonly logQz: tf.Tensor1D;
}

/**
 * z = f(z0) with z0 of the Gaussian: log q(z | x) = log N(z0) - log |det dz/dz0|.
 *
 * @param noise [B, K] standard normal
 */
export function samplePosterior(
  parameters: Parameters,
  levels: number,
  { mean, logStd }: Gaussian,
  noise: tf.Tensor2D,
): PosteriorSample {
  const before = normalSample(mean, logStd, noise);
  const logQz0 = normalRowLogProb(before, mean, logStd);
  if (levels === 0) return { z: before, logQz: logQz0 };
  const { output, logDet }: FlowPass = flowForward(parameters, POSTERIOR_FLOW, levels, before);
  return { z: output, logQz: tf.sub(logQz0, logDet) };
}

/** What an ELBO is made of, [B] each, nats. */
export interface VectorTerms {
  readonly logQz: tf.Tensor1D;
  readonly logPz: tf.Tensor1D;
  readonly logPx: tf.Tensor1D;
}

/** @param x [B, P], a row a sample of z */
export function vectorTerms(
  parameters: Parameters,
  { z, logQz }: PosteriorSample,
  x: tf.Tensor2D,
): VectorTerms {
  const { mean, logStd } = decodeVector(parameters, z);
  return {
    logQz,
    logPz: tf.sum(standardNormalLogProb(z), 1),
    logPx: normalRowLogProb(x, mean, logStd),
  };
}
