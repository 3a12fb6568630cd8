/**
 * The graph network of the paper, used four times (section 4): blocks of graph attention with
 * concatenated heads -> BatchNorm -> LeakyReLU; the decoders end with a GraphConv. The paper has
 * four layers, two heads and 500 units a head (section 6.2).
 *
 * As the authors' code: BatchNorm, LeakyReLU and GraphConv, of which the paper is silent.
 */
import { batchNormLeakyRelu, batchNormSpecs, type Mode } from './batch-norm.ts';
import { gatNetworkInference } from './gat-inference.ts';
import { trainGatLayers } from './gat-training.ts';
import { graphAttention } from './graph-attention.ts';
import { graphConvolution, graphConvolutionSpecs } from './graph-convolution.ts';
import { xavierNormal, zeros } from './initialisers.ts';
import type { NodeGraph } from './node-graph.ts';
import type { ParameterSpec, Parameters } from './parameters.ts';
import { multiplyTransposed } from './products.ts';
import { byBackend } from './routine.ts';
import type * as tf from './tf.ts';

export interface GatNetworkShape {
  readonly inputs: number;
  readonly layers: number;
  readonly heads: number;
  /** Per head. */
  readonly units: number;
  /** Width of a last GraphConv, or null for none. */
  readonly outputs: number | null;
}

/**
 * Parameters of {@link gatNetwork}; per layer fc.weight [heads x units, in], attn_l and attn_r
 * [1, heads, units], bias [heads x units]; then BatchNorm's and the GraphConv's.
 *
 * As the authors' code: names, shapes and initial values are those of DGL's GATConv.
 */
export function gatNetworkSpecs(name: string, shape: GatNetworkShape): ParameterSpec[] {
  const { inputs, layers, heads, units, outputs } = shape;
  const width = heads * units;
  const specs: ParameterSpec[] = [];
  for (let layer = 0; layer < layers; layer++) {
    const block = `${name}.gnn.${layer}`;
    const fanIn = layer === 0 ? inputs : width;
    const attention = { shape: [1, heads, units], initialise: xavierNormal(width, units) };
    specs.push(
      ...batchNormSpecs(`${block}.normalization`, width),
      { name: `${block}.gnn.attn_l`, ...attention },
      { name: `${block}.gnn.attn_r`, ...attention },
      { name: `${block}.gnn.bias`, shape: [width], initialise: zeros },
      {
        name: `${block}.gnn.fc.weight`,
        shape: [width, fanIn],
        initialise: xavierNormal(fanIn, width),
      },
    );
  }
  if (outputs !== null) {
    specs.push(...graphConvolutionSpecs(`${name}.gnn.${layers}.gnn`, width, outputs));
  }
  return specs;
}

/**
 * One attention layer, paper section 3.2: f = x Wᵀ, attention over f, bias. Veličković et al. 2018,
 * heads concatenated as in its eq. (5).
 *
 * @param x [R, in] unitless
 * @returns [R, heads x units]
 */
export function gatLayer(
  parameters: Parameters,
  block: string,
  x: tf.Tensor2D,
  graph: NodeGraph,
): tf.Tensor2D {
  const f = multiplyTransposed(x, parameters.get<tf.Tensor2D>(`${block}.gnn.fc.weight`));
  return graphAttention(
    f,
    parameters.get<tf.Tensor3D>(`${block}.gnn.attn_l`),
    parameters.get<tf.Tensor3D>(`${block}.gnn.attn_r`),
    parameters.get<tf.Tensor1D>(`${block}.gnn.bias`),
    graph,
  );
}

/**
 * The layers of section 6.2, one after the other.
 *
 * @param x [R, in] unitless
 * @returns [R, heads x units], or [R, outputs] where a GraphConv ends the network
 */
export function gatNetwork(
  parameters: Parameters,
  name: string,
  x: tf.Tensor2D,
  graph: NodeGraph,
  { mode, ...depth }: NetworkDepth & { readonly mode: Mode },
): tf.Tensor2D {
  return mode === 'eval'
    ? inferNetwork(parameters, name, x, graph, depth)
    : trainNetwork(parameters, name, x, graph, depth);
}

interface NetworkDepth {
  readonly layers: number;
  /** Whether a GraphConv ends the network. */
  readonly output: boolean;
}

const inferNetwork = byBackend({
  cpu: (
    parameters: Parameters,
    name: string,
    x: tf.Tensor2D,
    graph: NodeGraph,
    depth: NetworkDepth,
  ) => layerByLayer('eval', parameters, name, x, graph, depth),
  wasm: gatNetworkInference,
  webgpu: 'as cpu',
});

const trainNetwork = byBackend({
  cpu: (
    parameters: Parameters,
    name: string,
    x: tf.Tensor2D,
    graph: NodeGraph,
    depth: NetworkDepth,
  ) => layerByLayer('train', parameters, name, x, graph, depth),
  wasm: (kernels, parameters, name, x, graph, { layers, output }) => {
    const h = trainGatLayers(kernels, parameters, name, x, graph, layers);
    return output ? graphConvolution(parameters, `${name}.gnn.${layers}.gnn`, h, graph) : h;
  },
  webgpu: 'as cpu',
});

function layerByLayer(
  mode: Mode,
  parameters: Parameters,
  name: string,
  x: tf.Tensor2D,
  graph: NodeGraph,
  { layers, output }: NetworkDepth,
): tf.Tensor2D {
  let h = x;
  for (let layer = 0; layer < layers; layer++) {
    const block = `${name}.gnn.${layer}`;
    const attended = gatLayer(parameters, block, h, graph);
    h = batchNormLeakyRelu(parameters, `${block}.normalization`, attended, graph.shares, mode);
  }
  return output ? graphConvolution(parameters, `${name}.gnn.${layers}.gnn`, h, graph) : h;
}
