/**
 * VGAE (Kipf & Welling 2016, section 3.3): a latent variable a node, independent of each other in
 * posterior and prior, behind the graph networks of TraceVAE (section 6.4).
 *
 * q(z_i | A, X, Y) and p(x_i | A, Y, Z) are graph attention networks; p(A_ij | Z) = sigmoid(z_i . z_j).
 */
import type { TraceBatch } from '../../features/trace-batch.ts';
import {
  clip,
  likelyNormalLogProb,
  normalRowLogProb,
  normalSample,
  standardNormalLogProb,
  upperBernoulliLogProb,
} from '../../nn/distributions.ts';
import { gatNetwork, gatNetworkSpecs } from '../../nn/gat-network.ts';
import type { Gaussian } from '../../nn/gaussian.ts';
import { normal } from '../../nn/initialisers.ts';
import { linear, linearSpecs } from '../../nn/layers.ts';
import { copyMatrix, placeRows } from '../../nn/lookup.ts';
import { createNodeGraph, type NodeGraph } from '../../nn/node-graph.ts';
import { rowValues } from '../../nn/node-layout.ts';
import type { ParameterSpec, Parameters } from '../../nn/parameters.ts';
import { innerProducts, multiplyConstant } from '../../nn/products.ts';
import * as tf from '../../nn/tf.ts';
import type { GraphSizes } from '../shared/method.ts';
import type { VgaeConfig } from './meta.ts';

export interface VgaeModel {
  readonly config: VgaeConfig;
  readonly sizes: GraphSizes;
  /** Padding included. */
  readonly operationCount: number;
}

/** Bounds of log stds, as TraceVAE's: the posterior's, and a latency's from below. */
const POSTERIOR_LOG_STD = { min: -7, max: 2 } as const;
const LATENCY_LOG_STD_MIN = -7;
/** In training a latency is clipped this many predicted stds from its mean, as TraceVAE's. */
const LIKELY_STDS = 6;

export function vgaeSpecs({ config, sizes, operationCount }: VgaeModel): ParameterSpec[] {
  const { units, heads, layers, operationEmbedding } = sizes;
  const { latent } = config;
  const network = { layers, heads, units };
  return [
    { name: 'embedding', shape: [operationCount, operationEmbedding], initialise: normal(1) },
    ...gatNetworkSpecs('q', { ...network, inputs: operationEmbedding + 1, outputs: null }),
    ...linearSpecs('z_mean', heads * units, latent),
    ...linearSpecs('z_log_std', heads * units, latent),
    ...gatNetworkSpecs('p', { ...network, inputs: operationEmbedding + latent, outputs: 2 }),
  ];
}

/** R rows of the real nodes of B traces. */
export interface GraphInput {
  readonly graph: NodeGraph;
  /** [R, operations] one 1 a row */
  readonly operation: tf.Tensor2D;
  /** [R, 1] standardised */
  readonly latency: tf.Tensor2D;
  /** [B, R] 1 at each trace's nodes */
  readonly nodes: tf.Tensor2D;
}

/** @param batch [B, N] */
export function graphInput(batch: TraceBatch, operationCount: number): GraphInput {
  const graph = createNodeGraph(batch, { padding: 'none' });
  const { rows, graphOf } = graph;
  const nodes = new Float32Array(batch.size * rows);
  graphOf.forEach((of, row) => {
    if (of >= 0) nodes[of * rows + row] = 1;
  });
  return {
    graph,
    operation: copyMatrix(rowValues(batch, graph, batch.operation), operationCount),
    latency: tf.tensor2d(rowValues(batch, graph, batch.latency), [rows, 1]),
    nodes: tf.tensor2d(nodes, [batch.size, rows]),
  };
}

/** What p(A | Z) is asked for: each trace by itself, filled up to N nodes. */
export interface EdgeTargets {
  /** [B N] row of each node, -1 for padding */
  readonly rowOf: Int32Array;
  /** N */
  readonly nodes: number;
  /** [B, N, N] 1 where i is the parent of j */
  readonly edges: tf.Tensor3D;
  /** Pairs i < j with a padding node, of all traces: their logits are 0. */
  readonly paddingPairs: number;
}

/** @param batch [B, N] */
export function edgeTargets(batch: TraceBatch, { firstRow }: NodeGraph): EdgeTargets {
  const { size, maxNodes: nodes, nodeCount, parent } = batch;
  const rowOf = new Int32Array(size * nodes).fill(-1);
  const edges = new Float32Array(size * nodes * nodes);
  let paddingPairs = 0;
  for (let b = 0; b < size; b++) {
    const own = nodeCount[b]!;
    paddingPairs += (nodes * (nodes - 1) - own * (own - 1)) / 2;
    for (let j = 0; j < own; j++) {
      rowOf[b * nodes + j] = firstRow[b]! + j;
      const i = parent[b * nodes + j]!;
      if (i >= 0) edges[(b * nodes + i) * nodes + j] = 1;
    }
  }
  return { rowOf, nodes, edges: tf.tensor3d(edges, [size, nodes, nodes]), paddingPairs };
}

/** -log p(A | Z), p(A_ij | Z) = sigmoid(z_i . z_j): mean over the batch, nats. */
export function edgeNll(
  z: tf.Tensor2D,
  { rowOf, nodes, edges, paddingPairs }: EdgeTargets,
): tf.Scalar {
  const [traces] = edges.shape;
  const placed = tf.reshape(placeRows(z, rowOf), [traces, nodes, z.shape[1]]) as tf.Tensor3D;
  const logP = tf.sum(upperBernoulliLogProb(innerProducts(placed), edges));
  // each pair with padding has log sigmoid(0)
  const all: tf.Scalar = tf.add(logP, paddingPairs * Math.LN2);
  return tf.div(tf.neg(all), traces);
}

const embedded = (parameters: Parameters, { operation }: GraphInput): tf.Tensor2D =>
  multiplyConstant(operation, parameters.get<tf.Tensor2D>('embedding'));

/** q(z_i | A, X, Y): [R, K] each. */
export function encodeNodes(
  parameters: Parameters,
  { sizes }: VgaeModel,
  input: GraphInput,
  mode: 'train' | 'eval',
): Gaussian {
  const h: tf.Tensor2D = tf.concat([embedded(parameters, input), input.latency], 1);
  const { layers } = sizes;
  const nodes = gatNetwork(parameters, 'q', h, input.graph, { layers, output: false, mode });
  const { min, max } = POSTERIOR_LOG_STD;
  return {
    mean: linear(parameters, 'z_mean', nodes),
    logStd: clip(linear(parameters, 'z_log_std', nodes), min, max),
  };
}

/**
 * p(x_i | A, Y, Z): [R, 1] each, of standardised latency.
 *
 * @param z [R, K]
 */
export function decodeNodes(
  parameters: Parameters,
  { sizes }: VgaeModel,
  input: GraphInput,
  z: tf.Tensor2D,
  mode: 'train' | 'eval',
): Gaussian {
  const h: tf.Tensor2D = tf.concat([z, embedded(parameters, input)], 1);
  const { layers } = sizes;
  const output = gatNetwork(parameters, 'p', h, input.graph, { layers, output: true, mode });
  const { rows } = input.graph;
  return {
    mean: tf.slice(output, [0, 0], [rows, 1]),
    logStd: clip(
      tf.slice(output, [0, 1], [rows, 1]),
      LATENCY_LOG_STD_MIN,
      Number.POSITIVE_INFINITY,
    ),
  };
}

/** The parts of the negative ELBO, means over the batch, nats. */
export function graphLoss(
  parameters: Parameters,
  model: VgaeModel,
  input: GraphInput,
  targets: EdgeTargets,
  noise: tf.Tensor2D,
  mode: 'train' | 'eval',
) {
  const { mean, logStd } = encodeNodes(parameters, model, input, mode);
  const z = normalSample(mean, logStd, noise);
  const logQz = normalRowLogProb(z, mean, logStd);
  const kl = tf.sub(logQz, tf.sum(standardNormalLogProb(z), 1));
  const latency = decodeNodes(parameters, model, input, z, mode);
  const logPx = likelyNormalLogProb(input.latency, latency.mean, latency.logStd, LIKELY_STDS);
  const perTrace = (ofNodes: tf.Tensor): tf.Scalar =>
    tf.mean(multiplyConstant(input.nodes, tf.reshape(ofNodes, [-1, 1])));
  return {
    kl: perTrace(kl),
    nllStructure: edgeNll(z, targets),
    nllTime: tf.neg(perTrace(logPx)) as tf.Scalar,
  };
}
