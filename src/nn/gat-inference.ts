/**
 * A block of the graph network in eval mode, where kernels of ours run: attention, bias, BatchNorm
 * and LeakyReLU in one kernel behind one product. Scoring spends its time here.
 *
 * The attention logits are linear in the block's input, <W x, a> = <Wᵀ a, x>, so they come out of
 * the same product as two more columns a head.
 */
import { attentionAffine, type EdgeTensors } from '../kernels/attention-kernels.ts';
import { product } from '../kernels/matrix-kernels.ts';
import { wasmKernels } from '../kernels/wasm-kernels.ts';
import { evalAffine, LEAKY_SLOPE } from './batch-norm.ts';
import { ATTENTION_SLOPE } from './graph-attention.ts';
import type { Parameters } from './parameters.ts';
import * as tf from './tf.ts';
import { withGradient } from './with-gradient.ts';

/**
 * LeakyReLU(BatchNorm(attention over x Wᵀ, + bias)): one GAT layer of section 6.2 with what follows
 * it; Veličković et al. 2018, eq. (3) to (5).
 *
 * @param x [R, in] unitless
 * @returns [R, heads x units], not differentiable
 */
export function gatBlockInference(
  parameters: Parameters,
  block: string,
  x: tf.Tensor2D,
  edges: EdgeTensors,
): tf.Tensor2D {
  const attnL = parameters.get<tf.Tensor3D>(`${block}.gnn.attn_l`);
  const attnR = parameters.get<tf.Tensor3D>(`${block}.gnn.attn_r`);
  const [, heads, units] = attnL.shape;
  return withGradient([x], () => {
    const weight = parameters.get<tf.Tensor2D>(`${block}.gnn.fc.weight`);
    const bias = parameters.get<tf.Tensor1D>(`${block}.gnn.bias`);
    const byHead = tf.reshape(weight, [heads, units, weight.shape[1]]);
    const columnsOf = (attention: tf.Tensor3D): tf.Tensor2D =>
      tf.sum(tf.mul(byHead, tf.reshape(attention, [heads, units, 1])), 1);
    const extended = tf.concat([weight, columnsOf(attnL), columnsOf(attnR)], 0) as tf.Tensor2D;
    const { scale, shift } = evalAffine(parameters, `${block}.normalization`);
    const shiftWithBias: tf.Tensor1D = tf.add(shift, tf.mul(bias, scale));
    const kernels = wasmKernels()!;
    const products = product(kernels, { tensor: x }, { tensor: extended, transposed: true });
    const value = attentionAffine(kernels, products, scale, shiftWithBias, edges, {
      heads,
      units,
      slope: ATTENTION_SLOPE,
      leakySlope: LEAKY_SLOPE,
    });
    return {
      value,
      gradient: () => {
        throw new Error('eval mode is not differentiated');
      },
    };
  });
}
