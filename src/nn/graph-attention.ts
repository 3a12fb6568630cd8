/**
 * Graph attention (Veličković et al. 2018; paper section 3.2) as DGL's GATConv computes it, between
 * the shared linear map and the bias, which it adds: one function, four ways to compute it.
 *
 * As the authors' code: no dropout, no residual, no activation.
 */
import { attention, attentionBackward, type EdgeTensors } from '../kernels/attention-kernels.ts';
import { wasmKernels } from '../kernels/wasm-kernels.ts';
import * as webgpuAttention from '../kernels/webgpu-attention.ts';
import { attentionBackward as webgpuAttentionBackward } from '../kernels/webgpu-attention-backward.ts';
import type { GpuEdges } from '../kernels/webgpu-edges.ts';
import { webgpuKernels } from '../kernels/webgpu-kernels.ts';
import { type AttentionInput, attend, attendBackward } from './graph-attention-loops.ts';
import { viewFloats } from './host-memory.ts';
import type { NodeGraph } from './node-graph.ts';
import { addBias, sumRows } from './products.ts';
import * as tf from './tf.ts';
import { withGradient } from './with-gradient.ts';

/** Slope of the LeakyReLU on attention logits, Veličković et al. 2018, section 2.1. */
export const ATTENTION_SLOPE = 0.2;

/**
 * out[v] = sum over u of a(u -> v) f[u] + bias, with a the softmax over v's incoming edges of
 * LeakyReLU(<f[u], attnL> + <f[v], attnR>), for each head. Veličković et al. 2018, eq. (3) and (4);
 * attnR and attnL are the two halves of its vector a.
 *
 * @param f     [R, H U] node features, head by head, unitless
 * @param attnL [1, H, U] of the source node
 * @param attnR [1, H, U] of the destination node
 * @param bias  [H U]
 * @returns     [R, H U]
 */
export function graphAttention(
  f: tf.Tensor2D,
  attnL: tf.Tensor3D,
  attnR: tf.Tensor3D,
  bias: tf.Tensor1D,
  graph: NodeGraph,
): tf.Tensor2D {
  if (graph.edges !== null) return kernelAttention(f, attnL, attnR, bias, graph.edges);
  if (graph.gpuEdges !== null) return gpuAttention(f, attnL, attnR, bias, graph.gpuEdges);
  const attended =
    graph.dense === null
      ? loopAttention(f, attnL, attnR, graph)
      : denseAttention(f, attnL, attnR, graph, graph.dense.adjacency);
  return addBias(attended, bias);
}

function kernelAttention(
  f: tf.Tensor2D,
  attnL: tf.Tensor3D,
  attnR: tf.Tensor3D,
  bias: tf.Tensor1D,
  edges: EdgeTensors,
): tf.Tensor2D {
  const kernels = wasmKernels()!;
  const [, heads, units] = attnL.shape;
  return withGradient([f, attnL, attnR, bias], (save) => {
    const sizes = { heads, units, slope: ATTENTION_SLOPE };
    const pass = attention(kernels, f, attnL, attnR, bias, edges, sizes);
    save([f, attnL, attnR, pass.attention, pass.derivatives]);
    return {
      value: pass.output,
      gradient: (dy, saved) => {
        const [x, l, r, weights, derivatives] = saved as [
          tf.Tensor2D,
          tf.Tensor3D,
          tf.Tensor3D,
          tf.Tensor2D,
          tf.Tensor2D,
        ];
        const forward = { attention: weights, derivatives };
        const gradients = attentionBackward(kernels, x, l, r, edges, forward, dy);
        return [...gradients, tf.reshape(sumRows(dy), [-1])];
      },
    };
  });
}

function gpuAttention(
  f: tf.Tensor2D,
  attnL: tf.Tensor3D,
  attnR: tf.Tensor3D,
  bias: tf.Tensor1D,
  edges: GpuEdges,
): tf.Tensor2D {
  const kernels = webgpuKernels()!;
  const [, heads, units] = attnL.shape;
  return withGradient([f, attnL, attnR, bias], (save) => {
    const sizes = { heads, units, slope: ATTENTION_SLOPE };
    const pass = webgpuAttention.attention(kernels, f, attnL, attnR, bias, edges, sizes);
    save([f, attnL, attnR, pass.logits, pass.weights]);
    return {
      value: pass.output,
      gradient: (dy, saved) => {
        const [x, l, r, logits, weights] = saved as [
          tf.Tensor2D,
          tf.Tensor3D,
          tf.Tensor3D,
          tf.Tensor,
          tf.Tensor2D,
        ];
        const forward = { logits, weights };
        return webgpuAttentionBackward(...[kernels, x, l, r, edges, forward, dy, ATTENTION_SLOPE]);
      },
    };
  });
}

function loopAttention(
  f: tf.Tensor2D,
  attnL: tf.Tensor3D,
  attnR: tf.Tensor3D,
  graph: NodeGraph,
): tf.Tensor2D {
  const [, heads, units] = attnL.shape;
  const inputOf = (tensors: readonly tf.Tensor[]): AttentionInput => ({
    features: viewFloats(tensors[0]!),
    attnL: viewFloats(tensors[1]!),
    attnR: viewFloats(tensors[2]!),
    heads,
    units,
    slope: ATTENTION_SLOPE,
    graph,
  });
  return withGradient([f, attnL, attnR], (save) => {
    save([f, attnL, attnR]);
    const forward = attend(inputOf([f, attnL, attnR]));
    return {
      value: tf.tensor2d(forward.output, f.shape),
      gradient: (dy, saved) => {
        const gradients = attendBackward(inputOf(saved), forward, viewFloats(dy));
        return [
          tf.tensor2d(gradients.features, f.shape),
          tf.tensor3d(gradients.attnL, attnL.shape),
          tf.tensor3d(gradients.attnR, attnR.shape),
        ];
      },
    };
  });
}

/** Added to the logits of absent edges; finite, so that 0 times it is 0 in the gradient. */
const ABSENT = -1e9;

function denseAttention(
  f: tf.Tensor2D,
  attnL: tf.Tensor3D,
  attnR: tf.Tensor3D,
  { rows, block }: NodeGraph,
  adjacency: tf.Tensor3D,
): tf.Tensor2D {
  const [, heads, units] = attnL.shape;
  const blocks = rows / block;
  const byHead = tf.reshape(f, [rows, heads, units]);
  // [rows, H] -> [blocks, H, M, 1] and [blocks, H, 1, M]
  const logitOf = (attention: tf.Tensor3D): tf.Tensor =>
    tf.transpose(
      tf.reshape(tf.sum(tf.mul(byHead, attention), 2), [blocks, block, heads]),
      [0, 2, 1],
    );
  const source = tf.reshape(logitOf(attnL), [blocks, heads, 1, block]);
  const target = tf.reshape(logitOf(attnR), [blocks, heads, block, 1]);
  const absent = tf.reshape(tf.mul(tf.sub(1, adjacency), ABSENT), [blocks, 1, block, block]);
  const logits = tf.leakyRelu(tf.add(target, source), ATTENTION_SLOPE);
  const attention = tf.reshape(tf.softmax(tf.add(logits, absent)), [blocks * heads, block, block]);

  const messages = tf.reshape(
    tf.transpose(tf.reshape(f, [blocks, block, heads, units]), [0, 2, 1, 3]),
    [blocks * heads, block, units],
  );
  const sums = tf.reshape(tf.matMul(attention, messages), [blocks, heads, block, units]);
  return tf.reshape(tf.transpose(sums, [0, 2, 1, 3]), [rows, heads * units]);
}
