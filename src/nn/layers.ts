/**
 * Linear maps and MLPs, the fully-connected networks of the paper's section 4.
 *
 * As the authors' code: hidden layers are Linear without bias -> BatchNorm -> LeakyReLU, and
 * parameters have its names and initial values; the paper is silent.
 */
import { batchNormLeakyRelu, batchNormSpecs, type Mode } from './batch-norm.ts';
import { kaimingUniform, zeros } from './initialisers.ts';
import { uniformShares } from './node-graph.ts';
import type { ParameterSpec, Parameters } from './parameters.ts';
import { affineTransposed, multiplyTransposed } from './products.ts';
import type * as tf from './tf.ts';

/**
 * Weight [out, in] and bias [out], zeros.
 *
 * @param inputs     in
 * @param outputs    out
 * @param initialise of the weight; by default as the authors' Linear draws it
 */
export function linearSpecs(
  name: string,
  inputs: number,
  outputs: number,
  { bias = true, initialise = kaimingUniform(inputs) } = {},
): ParameterSpec[] {
  const weight = { name: `${name}.weight_store.value`, shape: [outputs, inputs], initialise };
  if (!bias) return [weight];
  return [weight, { name: `${name}.bias_store.value`, shape: [outputs], initialise: zeros }];
}

/**
 * x Wᵀ + b
 *
 * @param x [R, in] unitless
 * @returns [R, out]
 */
export function linear(parameters: Parameters, name: string, x: tf.Tensor2D): tf.Tensor2D {
  return affineTransposed(
    x,
    parameters.get<tf.Tensor2D>(`${name}.weight_store.value`),
    parameters.get<tf.Tensor1D>(`${name}.bias_store.value`),
  );
}

function linearWithoutBias(parameters: Parameters, name: string, x: tf.Tensor2D): tf.Tensor2D {
  return multiplyTransposed(x, parameters.get<tf.Tensor2D>(`${name}.weight_store.value`));
}

/**
 * Names of the hidden layers. The authors' containers unwrap themselves where they hold one element
 * only: a sole hidden layer without an output layer is `wrapped.0` and `wrapped.1`.
 */
export const hiddenName = (name: string, layer: number, unwrapped: boolean, part: 0 | 1): string =>
  unwrapped ? `${name}.wrapped.${part}` : `${name}.wrapped.${layer}.${part}`;

/**
 * Parameters of {@link mlp}: weights [out, in], no biases but BatchNorm's and the last Linear's.
 *
 * @param hidden  width of each hidden layer
 * @param outputs width of a last Linear, or null where the MLP ends with its hidden layers
 */
export function mlpSpecs(
  name: string,
  inputs: number,
  hidden: readonly number[],
  outputs: number | null,
): ParameterSpec[] {
  const unwrapped = hidden.length === 1 && outputs === null;
  const widths = [inputs, ...hidden];
  return [
    ...hidden.flatMap((width, layer) => [
      ...linearSpecs(hiddenName(name, layer, unwrapped, 0), widths[layer]!, width, { bias: false }),
      ...batchNormSpecs(hiddenName(name, layer, unwrapped, 1), width),
    ]),
    ...(outputs === null
      ? []
      : linearSpecs(`${name}.wrapped.${hidden.length}`, widths[hidden.length]!, outputs)),
  ];
}

/**
 * LeakyReLU(BatchNorm(x Wᵀ)) for each hidden layer, then x Wᵀ + b: section 4's fully-connected
 * networks from a graph's latent variable.
 *
 * @param x      [B, in] unitless, a row a graph
 * @param hidden number of hidden layers
 * @param output whether a last Linear follows
 * @returns      [B, last width]
 */
export function mlp(
  parameters: Parameters,
  name: string,
  x: tf.Tensor2D,
  { hidden, output, mode }: { hidden: number; output: boolean; mode: Mode },
): tf.Tensor2D {
  const unwrapped = hidden === 1 && !output;
  const shares = uniformShares(x.shape[0]);
  let h = x;
  for (let layer = 0; layer < hidden; layer++) {
    h = linearWithoutBias(parameters, hiddenName(name, layer, unwrapped, 0), h);
    h = batchNormLeakyRelu(parameters, hiddenName(name, layer, unwrapped, 1), h, shares, mode);
  }
  return output ? linear(parameters, `${name}.wrapped.${hidden}`, h) : h;
}
