/**
 * The graph network in eval mode on WASM: all of it in one kernel. Scoring spends its time here.
 *
 * The attention logits are linear in a layer's input, <W x, a> = <Wᵀ a, x>, so they come out of the
 * same product as two more columns a head. BatchNorm by its running statistics is a scale and a
 * shift, which takes in the bias.
 */
import { inferGat, type PackedLayer, packLayers } from '../kernels/gat-inference.ts';
import type { WasmKernels } from '../kernels/wasm-kernels.ts';
import { evalAffine, LEAKY_SLOPE } from './batch-norm.ts';
import { ATTENTION_SLOPE } from './graph-attention.ts';
import { viewFloats } from './host-memory.ts';
import { edgesFor, type NodeGraph } from './node-graph.ts';
import type { Parameters } from './parameters.ts';
import * as tf from './tf.ts';
import { withGradient } from './with-gradient.ts';

/**
 * Layers of LeakyReLU(BatchNorm(attention over x Wᵀ, + bias)), section 6.2 with Veličković et al.
 * 2018, eq. (3) to (5), and the GraphConv that may end them (Kipf & Welling 2017, eq. (2)).
 *
 * @param x [R, in] unitless
 * @returns [R, outputs], or [R, heads x units] without GraphConv; not differentiable
 */
export function gatNetworkInference(
  kernels: WasmKernels,
  parameters: Parameters,
  name: string,
  x: tf.Tensor2D,
  graph: NodeGraph,
  { layers, output }: { readonly layers: number; readonly output: boolean },
): tf.Tensor2D {
  const [, heads, units] = parameters.get<tf.Tensor3D>(`${name}.gnn.0.gnn.attn_l`).shape;
  const last = `${name}.gnn.${layers}.gnn`;
  return withGradient([x], () => {
    const blocks = parameters.derived(name, () =>
      pack(Array.from({ length: layers }, (_, i) => readBlock(parameters, `${name}.gnn.${i}`))),
    );
    const convolution = output
      ? {
          packed: parameters.derived(last, () => pack([readGraphConvolution(parameters, last)])),
          outputs: parameters.get(`${last}.bias`).size,
        }
      : null;
    const slopes = { slope: ATTENTION_SLOPE, leakySlope: LEAKY_SLOPE };
    const sizes = { layers, heads, units, ...slopes };
    return {
      value: inferGat(kernels, x, blocks, convolution, edgesFor(graph, 'wasm'), sizes),
      gradient: () => {
        throw new Error('eval mode is not differentiated');
      },
    };
  });
}

const pack = (layers: readonly PackedLayer[]): tf.Tensor1D => tf.tensor1d(packLayers(layers));

function readBlock(parameters: Parameters, block: string): PackedLayer {
  const weight = parameters.get<tf.Tensor2D>(`${block}.gnn.fc.weight`);
  const [width, depth] = weight.shape;
  const values = viewFloats(weight);
  const attentions = ['attn_l', 'attn_r'].map((vector) =>
    attentionColumns(parameters.get<tf.Tensor3D>(`${block}.gnn.${vector}`), values, depth),
  );
  const heads = attentions[0]!.length / depth;
  const extended = new Float32Array((width + 2 * heads) * depth);
  extended.set(values);
  attentions.forEach((columns, i) => {
    extended.set(columns, (width + i * heads) * depth);
  });
  const { scale, shift } = evalAffine(parameters, `${block}.normalization`);
  const bias = parameters.get<tf.Tensor1D>(`${block}.gnn.bias`);
  const shiftWithBias = tf.add(shift, tf.mul(bias, scale));
  const behind = [scale, shiftWithBias].map((values) => viewFloats(values).slice());
  return { weight: extended, columns: width + 2 * heads, behind };
}

/**
 * Wᵀ a of each head.
 *
 * @param attention [1, heads, units]
 * @param weight    [heads x units, depth]
 * @returns         [heads, depth]
 */
function attentionColumns(
  attention: tf.Tensor3D,
  weight: Float32Array,
  depth: number,
): Float64Array {
  const [, heads, units] = attention.shape;
  const factors = viewFloats(attention);
  const sums = new Float64Array(heads * depth);
  for (let row = 0; row < heads * units; row++) {
    const head = Math.floor(row / units);
    for (let k = 0; k < depth; k++) {
      sums[head * depth + k]! += factors[row]! * weight[row * depth + k]!;
    }
  }
  return sums;
}

function readGraphConvolution(parameters: Parameters, name: string): PackedLayer {
  const transposed = tf.transpose(parameters.get<tf.Tensor2D>(`${name}.weight`));
  const bias = viewFloats(parameters.get(`${name}.bias`)).slice();
  return { weight: viewFloats(transposed).slice(), columns: bias.length, behind: [bias] };
}
