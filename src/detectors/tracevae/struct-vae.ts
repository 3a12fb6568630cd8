/**
 * The structure VAE, paper section 4: q(z | A, Y), the RealNVP prior p(z), and
 * p(N, A, Y | z) = p(N | z) prod p(A_ij | z) prod p(y_i | z), equation (2).
 */
import type { Mode } from '../../nn/batch-norm.ts';
import {
  categoricalLogProb,
  clip,
  normalRowLogProb,
  normalSample,
  upperBernoulliLogProb,
} from '../../nn/distributions.ts';
import { flowLogProb } from '../../nn/flow-prior.ts';
import { gatNetwork, gatNetworkSpecs } from '../../nn/gat-network.ts';
import type { Gaussian } from '../../nn/gaussian.ts';
import { normal } from '../../nn/initialisers.ts';
import { linear, linearSpecs, mlp, mlpSpecs } from '../../nn/layers.ts';
import type { ParameterSpec, Parameters } from '../../nn/parameters.ts';
import { innerProducts, multiplyConstant } from '../../nn/products.ts';
import { realNvpSpecs } from '../../nn/real-nvp.ts';
import * as tf from '../../nn/tf.ts';
import type { StructureEncoderInput, StructureTargets } from './inputs.ts';
import type { TraceVaeConfig } from './meta.ts';

export const OPERATION_EMBEDDING = 'operation_embedding.node_embedding.weight';
export const PRIOR = 'struct_vae.pz_flow';

/**
 * log std of q(z | A, Y) and of q(z2 | A, X, Y). As the authors' code; the paper names no bounds.
 */
export const POSTERIOR_LOG_STD = { min: -7, max: 2 } as const;

/**
 * Names, as the authors' code has them, and shapes of the structure VAE's parameters (section 4):
 * the embedding [operations, embedding] of y_i, q(z | A, Y), the RealNVP prior p(z), and what p(N, A,
 * Y | z) is decoded by.
 *
 * @param operationCount padding included
 * @param decoder        of {@link paperDecoderSpecs}, or of another structure decoder
 */
export function structVaeSpecs(
  config: TraceVaeConfig,
  operationCount: number,
  decoder: readonly ParameterSpec[],
): ParameterSpec[] {
  const { heads, layers, units, latent, operationEmbedding } = config;
  const width = heads * units;
  return [
    {
      name: OPERATION_EMBEDDING,
      shape: [operationCount, operationEmbedding],
      initialise: normal(1),
    },
    ...gatNetworkSpecs('struct_vae.qz_gnn_layers', {
      inputs: config.ablation === 'singlez' ? operationEmbedding + 1 : operationEmbedding,
      layers,
      heads,
      units,
      outputs: null,
    }),
    ...linearSpecs('struct_vae.qz_mean', width, latent),
    ...linearSpecs('struct_vae.qz_logstd', width, latent),
    ...realNvpSpecs(PRIOR, { size: latent, levels: config.flowLevels, hidden: config.flowHidden }),
    ...decoder,
  ];
}

/** p(N | z), p(A | z) and p(Y | z) as the paper has them. */
export function paperDecoderSpecs(config: TraceVaeConfig, operationCount: number): ParameterSpec[] {
  const { heads, layers, units, latent, maxNodes, nodeEmbedding } = config;
  const lastHidden = config.graphEmbeddingHidden.at(-1) ?? latent;
  return [
    ...mlpSpecs('struct_vae.pG_node_count_logits', latent, config.nodeCountHidden, maxNodes + 1),
    ...mlpSpecs('struct_vae.pG_graph_embedding', latent, config.graphEmbeddingHidden, null),
    ...linearSpecs('struct_vae.pG_node_embedding', lastHidden, maxNodes * nodeEmbedding),
    ...gatNetworkSpecs('struct_vae.pG_node_type_logits', {
      inputs: nodeEmbedding,
      layers,
      heads,
      units,
      outputs: operationCount,
    }),
  ];
}

/**
 * mean + std noise: a sample for equation (1) through which gradients flow.
 *
 * @param noise [B, K] standard normal
 * @returns     [B, K]
 */
export function sampleGaussian({ mean, logStd }: Gaussian, noise: tf.Tensor2D): tf.Tensor2D {
  return normalSample(mean, logStd, noise);
}

/**
 * log density of a diagonal Gaussian, the q(.) and p(z2 | z) of equation (2).
 *
 * @param x [B, K] as the mean and the log std
 * @returns [B] nats
 */
export function gaussianLogProb(x: tf.Tensor2D, { mean, logStd }: Gaussian): tf.Tensor1D {
  return normalRowLogProb(x, mean, logStd);
}

/**
 * The encoder's node features, averaged over each structure (section 4, average pooling). SingleZ
 * (section 6.6) reads the latencies beside the operations.
 *
 * @param input operations [R, operations], latency [R, 1] standardised, pooling [S, R]
 * @returns     [S, heads x units]
 */
export function poolStructure(
  parameters: Parameters,
  config: TraceVaeConfig,
  { graph, pooling, operations, latency }: StructureEncoderInput,
  mode: Mode,
): tf.Tensor2D {
  const y = multiplyConstant(operations, parameters.get<tf.Tensor2D>(OPERATION_EMBEDDING));
  const h: tf.Tensor2D = config.ablation === 'singlez' ? tf.concat([y, latency], 1) : y;
  const nodes = gatNetwork(parameters, 'struct_vae.qz_gnn_layers', h, graph, {
    layers: config.layers,
    output: false,
    mode,
  });
  return multiplyConstant(pooling, nodes);
}

/**
 * q(z | A, Y) of equation (2), one a distinct structure. As the authors' code: log std within -7
 * and 2.
 *
 * @param input operations [R, operations], pooling [S, R]
 * @returns     [S, K] each, unitless
 */
export function encodeStructure(
  parameters: Parameters,
  config: TraceVaeConfig,
  input: StructureEncoderInput,
  mode: Mode,
): Gaussian {
  const pooled = poolStructure(parameters, config, input, mode);
  return {
    mean: linear(parameters, 'struct_vae.qz_mean', pooled),
    logStd: clip(
      linear(parameters, 'struct_vae.qz_logstd', pooled),
      POSTERIOR_LOG_STD.min,
      POSTERIOR_LOG_STD.max,
    ),
  };
}

/**
 * log p(z) under the learnable RealNVP prior of section 4.
 *
 * @param z [B, K]
 * @returns [B] nats
 */
export function structurePriorLogProb(
  parameters: Parameters,
  config: TraceVaeConfig,
  z: tf.Tensor2D,
): tf.Tensor1D {
  return flowLogProb(parameters, PRIOR, config.flowLevels, z);
}

/** The parameters of p(N | z) and p(A | z), and the node embeddings. */
export interface DecodedTopology {
  /** [B, N_max + 1] classes 0..N_max */
  readonly nodeCountLogits: tf.Tensor2D;
  /** [B, N_max, D] e */
  readonly nodeEmbedding: tf.Tensor3D;
  /** [B, N_max, N_max] of which the strict upper triangle counts */
  readonly edgeLogits: tf.Tensor3D;
}

/**
 * Logits of p(N | z) and of p(A_ij | z) = sigmoid(e_i . e_j), equation (2). As the authors' code:
 * the inner product; the paper says only that the network is fully connected.
 *
 * @param z [B, K]
 * @returns [B, N_max + 1], [B, N_max, N_max] and e [B, N_max, D]
 */
export function decodeTopology(
  parameters: Parameters,
  config: TraceVaeConfig,
  z: tf.Tensor2D,
  mode: Mode,
): DecodedTopology {
  const nodeCountLogits = mlp(parameters, 'struct_vae.pG_node_count_logits', z, {
    hidden: config.nodeCountHidden.length,
    output: true,
    mode,
  });
  const graphEmbedding = mlp(parameters, 'struct_vae.pG_graph_embedding', z, {
    hidden: config.graphEmbeddingHidden.length,
    output: false,
    mode,
  });
  const nodeEmbedding = tf.reshape(
    linear(parameters, 'struct_vae.pG_node_embedding', graphEmbedding),
    [z.shape[0], config.maxNodes, config.nodeEmbedding],
  ) as tf.Tensor3D;
  return { nodeCountLogits, nodeEmbedding, edgeLogits: innerProducts(nodeEmbedding) };
}

/**
 * Logits of p(y_i | z).
 *
 * Differs from the paper: equation (2) conditions on z alone; here, as in the authors' code, on the
 * observed adjacency too.
 *
 * @param nodeEmbedding [B, N_max, D] e of {@link decodeTopology}
 * @param graph         all N_max nodes of each trace
 * @returns             [B N_max, operations]
 */
export function decodeOperations(
  parameters: Parameters,
  config: TraceVaeConfig,
  nodeEmbedding: tf.Tensor3D,
  graph: StructureTargets['graph'],
  mode: Mode,
): tf.Tensor2D {
  const e: tf.Tensor2D = tf.reshape(nodeEmbedding, [-1, config.nodeEmbedding]);
  return gatNetwork(parameters, 'struct_vae.pG_node_type_logits', e, graph, {
    layers: config.layers,
    output: true,
    mode,
  });
}

/** log p(N | z), log p(A | z), log p(Y | z): [B] nats each. */
export interface StructureLogProbs {
  readonly logPNodeCount: tf.Tensor1D;
  readonly logPAdjacency: tf.Tensor1D;
  readonly logPNodeType: tf.Tensor1D;
}

/**
 * log p(N | z), log p(A | z) and log p(Y | z), equation (2).
 *
 * Differs from the paper: of the product over ij only i < j counts (a node comes after its parent),
 * and p(y_i | z) counts at all N_max positions, not at the trace's nodes alone, as in the authors'
 * code. Both have a part that padding, and so N_max, decides.
 *
 * @param topology        [B, N_max + 1] and [B, N_max, N_max] logits
 * @param operationLogits [B N_max, operations]
 * @param targets         of the same B traces
 * @returns               [B] nats each
 */
export function structureLogProbs(
  { nodeCountLogits, edgeLogits }: DecodedTopology,
  operationLogits: tf.Tensor2D,
  targets: StructureTargets,
): StructureLogProbs {
  const [size, maxNodes] = edgeLogits.shape;
  const operationLogProbs = categoricalLogProb(operationLogits, targets.operations);
  return {
    logPNodeCount: categoricalLogProb(nodeCountLogits, targets.nodeCount),
    logPAdjacency: upperBernoulliLogProb(edgeLogits, targets.edges),
    logPNodeType: tf.sum(tf.reshape(operationLogProbs, [size, maxNodes]), 1),
  };
}
