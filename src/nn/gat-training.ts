/**
 * A graph network in train mode on WASM: all its layers are one operation of the tape. A step has
 * four such networks of four layers, and what TensorFlow.js keeps per operation costs as much as a
 * small layer.
 */
import { type AttentionPass, attention, attentionBackward } from '../kernels/attention-kernels.ts';
import * as matrixKernels from '../kernels/matrix-kernels.ts';
import type { WasmKernels } from '../kernels/wasm-kernels.ts';
import { type NormPass, normBackward, normForward } from './batch-norm.ts';
import { ATTENTION_SLOPE } from './graph-attention.ts';
import { edgesFor, type NodeGraph } from './node-graph.ts';
import type { Parameters } from './parameters.ts';
import * as tf from './tf.ts';
import { withGradient } from './with-gradient.ts';

/** Parameters of a block: fc.weight, attn_l, attn_r and bias, then BatchNorm's weight and bias. */
interface Block {
  readonly name: string;
  readonly weight: tf.Tensor2D;
  readonly attnL: tf.Tensor3D;
  readonly attnR: tf.Tensor3D;
  readonly bias: tf.Tensor1D;
  readonly gamma: tf.Tensor1D;
  readonly beta: tf.Tensor1D;
}

/** What the gradient of a layer is computed from. */
interface LayerPass extends NormPass, Pick<AttentionPass, 'attention' | 'derivatives'> {
  /** [R, H U] behind the linear map */
  readonly f: tf.Tensor2D;
  /** [R, H U] behind attention */
  readonly attended: tf.Tensor2D;
}

/**
 * Attention, BatchNorm and LeakyReLU, layer after layer.
 *
 * @param x [R, in] unitless
 * @returns [R, heads x units]
 */
export function trainGatLayers(
  kernels: WasmKernels,
  parameters: Parameters,
  name: string,
  x: tf.Tensor2D,
  graph: NodeGraph,
  layers: number,
): tf.Tensor2D {
  const blocks = Array.from({ length: layers }, (_, layer) =>
    blockOf(parameters, `${name}.gnn.${layer}`),
  );
  const inputs = blocks.flatMap(({ weight, attnL, attnR, bias, gamma, beta }) => [
    ...[weight, attnL, attnR, bias, gamma, beta],
  ]);
  return withGradient<tf.Tensor2D>([x, ...inputs], (save) => {
    const passes: LayerPass[] = [];
    let h = x;
    for (const block of blocks) {
      const pass = layerForward(kernels, parameters, block, h, graph);
      passes.push(pass);
      h = pass.y;
    }
    // parameters and graph outlive the step
    save([x, ...passes.flatMap(tensorsOf)]);
    return {
      value: h,
      gradient: (dy, saved) => {
        const [x0, ...rest] = saved as tf.Tensor2D[];
        return backward(kernels, blocks, x0!, passesOf(rest, layers), graph, dy);
      },
    };
  });
}

function blockOf(parameters: Parameters, name: string): Block {
  const get = <T extends tf.Tensor>(part: string): T => parameters.get<T>(`${name}.${part}`);
  return {
    name,
    weight: get('gnn.fc.weight'),
    attnL: get('gnn.attn_l'),
    attnR: get('gnn.attn_r'),
    bias: get('gnn.bias'),
    gamma: get('normalization.weight'),
    beta: get('normalization.bias'),
  };
}

/** @param h [R, in] */
function layerForward(
  kernels: WasmKernels,
  parameters: Parameters,
  { name, weight, attnL, attnR, bias }: Block,
  h: tf.Tensor2D,
  graph: NodeGraph,
): LayerPass {
  const [, heads, units] = attnL.shape;
  const f = matrixKernels.product(kernels, { tensor: h }, { tensor: weight, transposed: true });
  const sizes = { heads, units, slope: ATTENTION_SLOPE };
  const { output: attended, ...weights } = attention(
    ...[kernels, f, attnL, attnR, bias, edgesFor(graph, 'wasm'), sizes],
  );
  const norm = { parameters, name: `${name}.normalization`, shares: graph.shares };
  return { f, attended, ...weights, ...normForward(kernels, norm, attended) };
}

const tensorsOf = (pass: LayerPass): tf.Tensor[] => [
  ...[pass.f, pass.attended, pass.attention, pass.derivatives, pass.y, pass.mean, pass.inverseStd],
];
const PER_PASS = 7;

/** Undoes {@link tensorsOf}. */
const passesOf = (saved: readonly tf.Tensor2D[], layers: number): LayerPass[] =>
  Array.from({ length: layers }, (_, layer) => {
    const [f, attended, weights, derivatives, y, mean, inverseStd] = saved.slice(
      layer * PER_PASS,
    ) as tf.Tensor[] as [
      tf.Tensor2D,
      tf.Tensor2D,
      tf.Tensor2D,
      tf.Tensor2D,
      tf.Tensor2D,
      tf.Tensor1D,
      tf.Tensor1D,
    ];
    return { f, attended, attention: weights, derivatives, y, mean, inverseStd };
  });

/**
 * @param dy [R, heads x units]
 * @returns  gradients of x and of each block's parameters, in the order of the inputs
 */
function backward(
  kernels: WasmKernels,
  blocks: readonly Block[],
  x: tf.Tensor2D,
  passes: readonly LayerPass[],
  graph: NodeGraph,
  dy: tf.Tensor2D,
): tf.Tensor[] {
  const edges = edgesFor(graph, 'wasm');
  const gradients: tf.Tensor[][] = [];
  let d = dy;
  for (let layer = blocks.length - 1; layer >= 0; layer--) {
    const { weight, attnL, attnR, gamma } = blocks[layer]!;
    const pass = passes[layer]!;
    const of = { x: pass.attended, shares: graph.shares, gamma };
    const [dAttended, dGamma, dBeta] = normBackward(kernels, of, pass, d);
    const [dF, dL, dR] = attentionBackward(
      ...[kernels, pass.f, attnL, attnR, edges, pass, dAttended],
    );
    const dBias = matrixKernels.sumOverRows(kernels, dAttended);
    const input = layer === 0 ? x : passes[layer - 1]!.y;
    const below = matrixKernels.product(kernels, { tensor: dF }, { tensor: weight });
    const dWeight = matrixKernels.product(
      kernels,
      { tensor: dF, transposed: true },
      { tensor: input },
    );
    gradients.unshift([dWeight, dL, dR, dBias, dGamma, dBeta]);
    tf.dispose([dAttended, dF]);
    if (d !== dy) d.dispose();
    d = below;
  }
  return [d, ...gradients.flat()];
}
