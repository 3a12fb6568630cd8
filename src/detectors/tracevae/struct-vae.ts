/**
 * The structure VAE, paper section 4: q(z | A, Y), the RealNVP prior p(z), and
 * p(N, A, Y | z) = p(N | z) prod p(A_ij | z) prod p(y_i | z), equation (2).
 */
import type { Mode } from '../../nn/batch-norm.ts';
import {
  bernoulliLogProb,
  categoricalLogProb,
  clip,
  normalLogProb,
} from '../../nn/distributions.ts';
import { gatNetwork, gatNetworkSpecs } from '../../nn/gat-network.ts';
import { normal } from '../../nn/initialisers.ts';
import { linear, linearSpecs, mlp, mlpSpecs } from '../../nn/layers.ts';
import type { ParameterSpec, Parameters } from '../../nn/parameters.ts';
import { innerProducts, multiplyConstant } from '../../nn/products.ts';
import { flowLogProb, realNvpSpecs } from '../../nn/real-nvp.ts';
import * as tf from '../../nn/tf.ts';
import type { StructureEncoderInput, StructureTargets } from './inputs.ts';
import type { TraceVaeConfig } from './meta.ts';

export const OPERATION_EMBEDDING = 'operation_embedding.node_embedding.weight';
export const PRIOR = 'struct_vae.pz_flow';

/** log std of q(z | A, Y) and of q(z2 | A, X, Y) */
export const POSTERIOR_LOG_STD = { min: -7, max: 2 } as const;

export function structVaeSpecs(config: TraceVaeConfig, operationCount: number): ParameterSpec[] {
  const { heads, layers, units, latent, maxNodes, nodeEmbedding, operationEmbedding } = config;
  const width = heads * units;
  const lastHidden = config.graphEmbeddingHidden.at(-1) ?? latent;
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

/** A diagonal Gaussian: of z, or of z2. */
export interface Gaussian {
  readonly mean: tf.Tensor2D;
  readonly logStd: tf.Tensor2D;
}

/** mean + std noise: a sample through which gradients flow. */
export function sampleGaussian({ mean, logStd }: Gaussian, noise: tf.Tensor2D): tf.Tensor2D {
  return tf.add(mean, tf.mul(tf.exp(logStd), noise));
}

/**
 * @param x [B, K]
 * @returns [B] nats
 */
export function gaussianLogProb(x: tf.Tensor2D, { mean, logStd }: Gaussian): tf.Tensor1D {
  return tf.sum(normalLogProb(x, mean, logStd), 1);
}

/**
 * The encoder's node features, averaged over each structure (section 4, average pooling). SingleZ
 * reads the latencies beside the operations.
 *
 * @returns [S, heads x units]
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
 * q(z | A, Y), one a distinct structure.
 *
 * @returns [S, K]
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

/** log p(z) under the RealNVP prior: [B] nats. */
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

/** @param z [B, K] */
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
 * Logits of p(y_i | z), given the observed adjacency.
 *
 * @param nodeEmbedding [B, N_max, D]
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

/** All entries of the strict upper triangle count, and all N_max positions: padding too. */
export function structureLogProbs(
  { nodeCountLogits, edgeLogits }: DecodedTopology,
  operationLogits: tf.Tensor2D,
  targets: StructureTargets,
): StructureLogProbs {
  const [size, maxNodes] = edgeLogits.shape;
  const edgeLogProbs = tf.mul(
    bernoulliLogProb(edgeLogits, targets.edges),
    strictUpperTriangle(maxNodes),
  );
  const operationLogProbs = categoricalLogProb(operationLogits, targets.operations);
  return {
    logPNodeCount: categoricalLogProb(nodeCountLogits, targets.nodeCount),
    logPAdjacency: tf.sum(edgeLogProbs, [1, 2]),
    logPNodeType: tf.sum(tf.reshape(operationLogProbs, [size, maxNodes]), 1),
  };
}

/** [1, N, N] 1 where i < j */
function strictUpperTriangle(nodes: number): tf.Tensor3D {
  const values = new Float32Array(nodes * nodes);
  for (let i = 0; i < nodes; i++) values.fill(1, i * nodes + i + 1, (i + 1) * nodes);
  return tf.tensor3d(values, [1, nodes, nodes]);
}
