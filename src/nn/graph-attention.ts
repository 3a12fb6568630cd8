/**
 * Graph attention (Veličković et al. 2018; paper section 3.2) as DGL's GATConv computes it, between
 * the shared linear map and the bias, which it adds.
 *
 * As the authors' code: no dropout, no residual, no activation.
 */
import { attention, attentionBackward } from '../kernels/attention-kernels.ts';
import { sumOverRows } from '../kernels/matrix-kernels.ts';
import type { WasmKernels } from '../kernels/wasm-kernels.ts';
import * as gpu from '../kernels/webgpu-attention.ts';
import { attentionBackward as gpuAttentionBackward } from '../kernels/webgpu-attention-backward.ts';
import type { WebGpuKernels } from '../kernels/webgpu-kernels.ts';
import { type AttentionInput, attend, attendBackward } from './graph-attention-loops.ts';
import { viewFloats } from './host-memory.ts';
import { edgesFor, type NodeGraph } from './node-graph.ts';
import { addBias } from './products.ts';
import { byBackend } from './routine.ts';
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
export const graphAttention = byBackend({
  cpu: loopAttention,
  wasm: wasmAttention,
  webgpu: webgpuAttention,
});

function wasmAttention(
  kernels: WasmKernels,
  f: tf.Tensor2D,
  attnL: tf.Tensor3D,
  attnR: tf.Tensor3D,
  bias: tf.Tensor1D,
  graph: NodeGraph,
): tf.Tensor2D {
  const edges = edgesFor(graph, 'wasm');
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
        return [...gradients, sumOverRows(kernels, dy)];
      },
    };
  });
}

function webgpuAttention(
  kernels: WebGpuKernels,
  f: tf.Tensor2D,
  attnL: tf.Tensor3D,
  attnR: tf.Tensor3D,
  bias: tf.Tensor1D,
  graph: NodeGraph,
): tf.Tensor2D {
  const edges = edgesFor(graph, 'webgpu');
  const [, heads, units] = attnL.shape;
  return withGradient([f, attnL, attnR, bias], (save) => {
    const sizes = { heads, units, slope: ATTENTION_SLOPE };
    const pass = gpu.attention(kernels, f, attnL, attnR, bias, edges, sizes);
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
        return gpuAttentionBackward(...[kernels, x, l, r, edges, forward, dy, ATTENTION_SLOPE]);
      },
    };
  });
}

function loopAttention(
  f: tf.Tensor2D,
  attnL: tf.Tensor3D,
  attnR: tf.Tensor3D,
  bias: tf.Tensor1D,
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
  const attended = withGradient<tf.Tensor2D>([f, attnL, attnR], (save) => {
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
  return addBias(attended, bias);
}
