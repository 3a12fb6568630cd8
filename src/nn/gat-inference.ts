/**
 * A block of the graph network in eval mode, where tensors are host memory: attention, bias,
 * BatchNorm and LeakyReLU in one loop behind one product. Scoring spends its time here.
 *
 * The attention logits are linear in the block's input, <W x, a> = <Wᵀ a, x>, so they come out of
 * the same product as two more columns a head.
 */
import { evalAffine, LEAKY_SLOPE } from './batch-norm.ts';
import { ATTENTION_SLOPE } from './graph-attention.ts';
import { viewFloats, writeTensor2D } from './host-memory.ts';
import type { NodeLayout } from './node-layout.ts';
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
  layout: NodeLayout,
): tf.Tensor2D {
  const attnL = parameters.get<tf.Tensor3D>(`${block}.gnn.attn_l`);
  const attnR = parameters.get<tf.Tensor3D>(`${block}.gnn.attn_r`);
  const [, heads, units] = attnL.shape;
  const rows = x.shape[0];
  return withGradient([x], () => {
    const weight = parameters.get<tf.Tensor2D>(`${block}.gnn.fc.weight`);
    const bias = parameters.get<tf.Tensor1D>(`${block}.gnn.bias`);
    const byHead = tf.reshape(weight, [heads, units, weight.shape[1]]);
    const columnsOf = (attention: tf.Tensor3D): tf.Tensor2D =>
      tf.sum(tf.mul(byHead, tf.reshape(attention, [heads, units, 1])), 1);
    const extended = tf.concat([weight, columnsOf(attnL), columnsOf(attnR)], 0) as tf.Tensor2D;
    const { scale, shift } = evalAffine(parameters, `${block}.normalization`);
    const shiftWithBias = tf.add(shift, tf.mul(bias, scale));
    const products = tf.matMul(x, tf.transpose(extended));
    const value = writeTensor2D([rows, heads * units], (output) => {
      attendAffine({
        products: viewFloats(products),
        scale: viewFloats(scale),
        shift: viewFloats(shiftWithBias),
        output,
        heads,
        units,
        layout,
      });
    });
    return {
      value,
      gradient: () => {
        throw new Error('eval mode is not differentiated');
      },
    };
  });
}

interface AffineAttention {
  /** [R, H U + 2 H] features, then the logits of each node as source, then as destination */
  readonly products: Float32Array;
  /** [H U] */
  readonly scale: Float32Array;
  /** [H U] */
  readonly shift: Float32Array;
  /** [R, H U] */
  readonly output: Float32Array;
  readonly heads: number;
  readonly units: number;
  readonly layout: NodeLayout;
}

/** Writes LeakyReLU(scale (attention over products) + shift). */
function attendAffine(input: AffineAttention): void {
  const { products, scale, shift, output, heads, units, layout } = input;
  const { rows, edgeStart, edgeSource } = layout;
  const slope = LEAKY_SLOPE;
  const attentionSlope = ATTENTION_SLOPE;
  const width = heads * units;
  const stride = width + 2 * heads;
  let attention = new Float64Array(64);

  for (let v = 0; v < rows; v++) {
    const start = edgeStart[v]!;
    const degree = edgeStart[v + 1]! - start;
    if (degree > attention.length) attention = new Float64Array(2 * degree);
    for (let h = 0; h < heads; h++) {
      const from = h * units;
      const to = v * width + from;
      const target = products[v * stride + width + heads + h]!;
      let max = Number.NEGATIVE_INFINITY;
      for (let e = 0; e < degree; e++) {
        const sum = products[edgeSource[start + e]! * stride + width + h]! + target;
        const logit = sum > 0 ? sum : attentionSlope * sum;
        attention[e] = logit;
        if (logit > max) max = logit;
      }
      let total = 0;
      for (let e = 0; e < degree; e++) {
        const power = Math.exp(attention[e]! - max);
        attention[e] = power;
        total += power;
      }

      // Up to three edges, which is most of a tree's nodes, are summed without an inner loop; four
      // units at a time, which V8 does not unroll by itself.
      const u0 = edgeSource[start]! * stride + from;
      const u1 = degree > 1 ? edgeSource[start + 1]! * stride + from : u0;
      const u2 = degree > 2 ? edgeSource[start + 2]! * stride + from : u0;
      const a0 = attention[0]! / total;
      const a1 = degree > 1 ? attention[1]! / total : 0;
      const a2 = degree > 2 ? attention[2]! / total : 0;
      let k = 0;
      for (; k + 4 <= units; k += 4) {
        let x0 = a0 * products[u0 + k]! + a1 * products[u1 + k]! + a2 * products[u2 + k]!;
        let x1 =
          a0 * products[u0 + k + 1]! + a1 * products[u1 + k + 1]! + a2 * products[u2 + k + 1]!;
        let x2 =
          a0 * products[u0 + k + 2]! + a1 * products[u1 + k + 2]! + a2 * products[u2 + k + 2]!;
        let x3 =
          a0 * products[u0 + k + 3]! + a1 * products[u1 + k + 3]! + a2 * products[u2 + k + 3]!;
        for (let e = 3; e < degree; e++) {
          const u = edgeSource[start + e]! * stride + from + k;
          const a = attention[e]! / total;
          x0 += a * products[u]!;
          x1 += a * products[u + 1]!;
          x2 += a * products[u + 2]!;
          x3 += a * products[u + 3]!;
        }
        const y0 = x0 * scale[from + k]! + shift[from + k]!;
        const y1 = x1 * scale[from + k + 1]! + shift[from + k + 1]!;
        const y2 = x2 * scale[from + k + 2]! + shift[from + k + 2]!;
        const y3 = x3 * scale[from + k + 3]! + shift[from + k + 3]!;
        output[to + k] = Math.max(y0, slope * y0);
        output[to + k + 1] = Math.max(y1, slope * y1);
        output[to + k + 2] = Math.max(y2, slope * y2);
        output[to + k + 3] = Math.max(y3, slope * y3);
      }
      for (; k < units; k++) {
        let x = a0 * products[u0 + k]! + a1 * products[u1 + k]! + a2 * products[u2 + k]!;
        for (let e = 3; e < degree; e++) {
          x += (attention[e]! / total) * products[edgeSource[start + e]! * stride + from + k]!;
        }
        const y = x * scale[from + k]! + shift[from + k]!;
        output[to + k] = Math.max(y, slope * y);
      }
    }
  }
}
