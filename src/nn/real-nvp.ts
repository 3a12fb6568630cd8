/**
 * RealNVP (Dinh et al. 2017), the learnable prior p(z) of the paper (section 4, eq. (2)).
 *
 * log p(z) = log N(f(z); 0, I) + log |det df/dz|
 *
 * As the authors' code: levels of ActNorm -> coupling -> invertible dense, the first and last of
 * Kingma & Dhariwal 2018, with the first floor(K / 2) numbers kept on every level and the scale a
 * sigmoid; the paper names RealNVP and no more.
 */
import { LEAKY_SLOPE } from './batch-norm.ts';
import { logSigmoid } from './distributions.ts';
import { orthogonal, zeros } from './initialisers.ts';
import { linear, linearSpecs } from './layers.ts';
import { factorise, logAbsDet } from './log-det.ts';
import type { ParameterSpec, Parameters } from './parameters.ts';
import { multiplyTransposed } from './products.ts';
import * as tf from './tf.ts';

export interface FlowShape {
  /** K, the width of z (section 6.2). */
  readonly size: number;
  readonly levels: number;
  /** Units of the coupling networks' one hidden layer. */
  readonly hidden: number;
}

/** The coupling scale is sigmoid(s + 2): near 1 when training starts. */
export const SCALE_BIAS = 2;

export const actNormName = (name: string, level: number): string =>
  `${name}.original_flow._chain.${3 * level}`;
export const couplingName = (name: string, level: number): string =>
  `${name}.original_flow._chain.${3 * level + 1}.shift_and_pre_scale`;
export const matrixName = (name: string, level: number): string =>
  `${name}.original_flow._chain.${3 * level + 2}.invertible_matrix.matrix`;

/**
 * Per level pre_scale (a log scale) and bias [K], the coupling's weights [out, in] and biases, and
 * the matrix [K, K].
 *
 * As the authors' code: the coupling's last layers start at zero, the matrix orthogonal.
 */
export function realNvpSpecs(name: string, { size, levels, hidden }: FlowShape): ParameterSpec[] {
  const kept = Math.floor(size / 2);
  const specs: ParameterSpec[] = [];
  for (let level = 0; level < levels; level++) {
    const actNorm = actNormName(name, level);
    const coupling = couplingName(name, level);
    specs.push(
      { name: `${actNorm}.pre_scale`, shape: [size], initialise: zeros },
      { name: `${actNorm}.bias`, shape: [size], initialise: zeros },
      ...linearSpecs(`${coupling}.branches.0`, hidden, size - kept, { initialise: zeros }),
      ...linearSpecs(`${coupling}.branches.1`, hidden, size - kept, { initialise: zeros }),
      ...linearSpecs(`${coupling}.shared.0`, kept, hidden),
      { name: matrixName(name, level), shape: [size, size], initialise: orthogonal(size) },
    );
  }
  return specs;
}

export interface FlowPass {
  /** [B, K] */
  readonly output: tf.Tensor2D;
  /** [B] nats */
  readonly logDet: tf.Tensor1D;
}

/** Called after each of the three layers of each level. */
export type FlowObserver = (pass: FlowPass) => void;

/**
 * x = f(z), Dinh et al. 2017, section 3.
 *
 * @param z [B, K] unitless
 * @returns x [B, K] and log |det dx/dz| [B], nats
 */
export function flowForward(
  parameters: Parameters,
  name: string,
  levels: number,
  z: tf.Tensor2D,
  observe: FlowObserver = () => {},
): FlowPass {
  const logDets = logAbsDet(matrices(parameters, name, levels));
  let pass: FlowPass = { output: z, logDet: tf.zeros([z.shape[0]]) };
  for (let level = 0; level < levels; level++) {
    pass = actNorm(parameters, actNormName(name, level), pass);
    observe(pass);
    pass = coupling(parameters, couplingName(name, level), pass);
    observe(pass);
    const matrix = parameters.get<tf.Tensor2D>(matrixName(name, level));
    pass = {
      output: multiplyTransposed(pass.output, matrix),
      logDet: tf.add(pass.logDet, tf.slice(logDets, [level], [1])),
    };
    observe(pass);
  }
  return pass;
}

/**
 * z = f⁻¹(x), Dinh et al. 2017, section 3.3: samples of the prior from samples of N(0, I).
 *
 * @param x [B, K] unitless
 * @returns z [B, K] and log |det dz/dx| [B], nats
 */
export function flowInverse(
  parameters: Parameters,
  name: string,
  levels: number,
  x: tf.Tensor2D,
): FlowPass {
  const [count, size] = x.shape;
  const { inverse, logAbsDet: logDets } = factorise(matrices(parameters, name, levels));
  let output = x;
  let logDet = tf.zeros<tf.Rank.R1>([count]);
  for (let level = levels - 1; level >= 0; level--) {
    const matrix = tf.reshape(tf.slice(inverse, [level, 0, 0], [1, size, size]), [size, size]);
    output = multiplyTransposed(output, matrix as tf.Tensor2D);
    logDet = tf.sub(logDet, tf.slice(logDets, [level], [1]));

    const { kept, changed, shift, scaleLogit } = couplingParts(
      parameters,
      couplingName(name, level),
      output,
    );
    const original = tf.sub(tf.div(changed, tf.sigmoid(scaleLogit)), shift);
    output = tf.concat([kept, original], 1) as tf.Tensor2D;
    logDet = tf.sub(logDet, tf.sum(logSigmoid(scaleLogit), 1));

    const actNormOf = actNormName(name, level);
    const preScale = parameters.get<tf.Tensor1D>(`${actNormOf}.pre_scale`);
    const bias = parameters.get<tf.Tensor1D>(`${actNormOf}.bias`);
    output = tf.sub(tf.mul(output, tf.exp(tf.neg(preScale))), bias);
    logDet = tf.sub(logDet, tf.sum(preScale));
  }
  return { output, logDet };
}

/**
 * Data-dependent start of every ActNorm: its output has mean 0 and variance 1 on this batch.
 * Kingma & Dhariwal 2018, section 3.1.
 *
 * @param z [B, K] unitless, B at least 2
 */
export function initialiseActNorms(
  parameters: Parameters,
  name: string,
  levels: number,
  z: tf.Tensor2D,
): void {
  tf.tidy(() => {
    const count = z.shape[0];
    let pass: FlowPass = { output: z, logDet: tf.zeros([count]) };
    for (let level = 0; level < levels; level++) {
      const layer = actNormName(name, level);
      const mean = tf.mean(pass.output, 0) as tf.Tensor1D;
      const squares = tf.square(tf.sub<tf.Tensor2D>(pass.output, mean));
      const variance = tf.div(tf.sum(squares, 0), Math.max(1, count - 1)); // unbiased
      parameters.replace(`${layer}.bias`, tf.neg(mean));
      parameters.replace(
        `${layer}.pre_scale`,
        tf.mul(-0.5, tf.log(tf.maximum(variance, 1e-6))) as tf.Tensor1D,
      );
      pass = actNorm(parameters, layer, pass);
      pass = coupling(parameters, couplingName(name, level), pass);
      const matrix = parameters.get<tf.Tensor2D>(matrixName(name, level));
      pass = { ...pass, output: multiplyTransposed(pass.output, matrix) };
    }
  });
}

/** [levels, K, K] */
const matrices = (parameters: Parameters, name: string, levels: number): tf.Tensor3D =>
  tf.stack(
    Array.from({ length: levels }, (_, level) => parameters.get(matrixName(name, level))),
  ) as tf.Tensor3D;

/** y = (x + bias) exp(preScale) */
function actNorm(parameters: Parameters, layer: string, { output, logDet }: FlowPass): FlowPass {
  const preScale = parameters.get<tf.Tensor1D>(`${layer}.pre_scale`);
  const bias = parameters.get<tf.Tensor1D>(`${layer}.bias`);
  return {
    output: tf.mul(tf.add(output, bias), tf.exp(preScale)),
    logDet: tf.add(logDet, tf.sum(preScale)),
  };
}

/** y1 = x1, y2 = (x2 + shift(x1)) sigmoid(s(x1) + 2) */
function coupling(parameters: Parameters, layer: string, { output, logDet }: FlowPass): FlowPass {
  const { kept, changed, shift, scaleLogit } = couplingParts(parameters, layer, output);
  const scaled: tf.Tensor2D = tf.mul(tf.add(changed, shift), tf.sigmoid(scaleLogit));
  return {
    output: tf.concat([kept, scaled], 1),
    logDet: tf.add(logDet, tf.sum(logSigmoid(scaleLogit), 1)),
  };
}

interface CouplingParts {
  /** [B, floor(K / 2)] */
  readonly kept: tf.Tensor2D;
  /** [B, K - floor(K / 2)], as the three below */
  readonly changed: tf.Tensor2D;
  readonly shift: tf.Tensor2D;
  readonly scaleLogit: tf.Tensor2D;
}

/** The second half as it is, and what the first half makes of it. */
function couplingParts(parameters: Parameters, layer: string, x: tf.Tensor2D): CouplingParts {
  const [count, size] = x.shape;
  const keptSize = Math.floor(size / 2);
  const kept = tf.slice(x, [0, 0], [count, keptSize]);
  const changed = tf.slice(x, [0, keptSize], [count, size - keptSize]);
  const hidden = tf.leakyRelu(linear(parameters, `${layer}.shared.0`, kept), LEAKY_SLOPE);
  return {
    kept,
    changed,
    shift: linear(parameters, `${layer}.branches.0`, hidden),
    scaleLogit: tf.add(linear(parameters, `${layer}.branches.1`, hidden), SCALE_BIAS),
  };
}
