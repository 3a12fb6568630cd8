/**
 * The time VAE, paper section 4: q(z2 | A, X, Y), the prior p(z2 | z), and
 * p(X | A, Y, z2) = prod p(x_i | A, Y, z2) behind the dispatching layer, equation (2).
 *
 * No gradient reaches the structure VAE from here: the operation embedding and z are taken as they
 * are (the dashed arrows of figure 4).
 */
import type { Mode } from '../../nn/batch-norm.ts';
import {
  clip,
  likelyNormalLogProb,
  normalLogProb,
  tailedNormalLogProb,
} from '../../nn/distributions.ts';
import { gatNetwork, gatNetworkSpecs } from '../../nn/gat-network.ts';
import type { Gaussian } from '../../nn/gaussian.ts';
import { linear, linearSpecs, mlp, mlpSpecs } from '../../nn/layers.ts';
import { columnOf, lookUp, lookUpBeside, type RowsOf } from '../../nn/lookup.ts';
import type { ParameterSpec, Parameters } from '../../nn/parameters.ts';
import { multiplyConstant } from '../../nn/products.ts';
import type { RowIndex } from '../../nn/row-index.ts';
import * as tf from '../../nn/tf.ts';
import { stopGradient } from '../../nn/with-gradient.ts';
import type { LatencyDecoderInput, LatencyEncoderInput, LatencyTargets } from './inputs.ts';
import type { TraceVaeConfig } from './meta.ts';
import { OPERATION_EMBEDDING, POSTERIOR_LOG_STD } from './struct-vae.ts';

export const LATENCY_VAE = 'latency_vae';

/** As the authors' code; the paper names no bounds. */
export const PRIOR_LOG_STD = { min: -5, max: 2 } as const;
/** As the authors' code. No upper bound: the std limit of section 5.3 is applied when scoring. */
export const LATENCY_LOG_STD_MIN = -7;

/**
 * Names, as the authors' code has them, and shapes of the time VAE's parameters (section 4): of two
 * networks of attention, q(z2 | A, X, Y) and p(X | A, Y, z2), and of the prior p(z2 | z).
 *
 * As the authors' code: the prior's hidden layers. SingleZ (section 6.6) has p(X | A, Y, z) alone.
 */
export function latencyVaeSpecs(config: TraceVaeConfig): ParameterSpec[] {
  const { heads, layers, units, latent, latent2, operationEmbedding } = config;
  const singleZ = config.ablation === 'singlez';
  const dispatched = (singleZ ? latent : latent2) + operationEmbedding;
  const decoder = gatNetworkSpecs(`${LATENCY_VAE}.pG_node_features`, {
    inputs: dispatched,
    layers,
    heads,
    units,
    outputs: 2,
  });
  if (singleZ) return decoder;
  const width = heads * units;
  const lastHidden = config.z2GivenZHidden.at(-1) ?? latent;
  return [
    ...gatNetworkSpecs(`${LATENCY_VAE}.qz2_gnn_layers`, {
      inputs: operationEmbedding + 1,
      layers,
      heads,
      units,
      outputs: null,
    }),
    ...linearSpecs(`${LATENCY_VAE}.qz2_mean`, width, latent2),
    ...linearSpecs(`${LATENCY_VAE}.qz2_logstd`, width, latent2),
    ...mlpSpecs(`${LATENCY_VAE}.z2_given_z_hidden_layers`, latent, config.z2GivenZHidden, null),
    ...linearSpecs(`${LATENCY_VAE}.pz2_mean`, lastHidden, latent2),
    ...linearSpecs(`${LATENCY_VAE}.pz2_logstd`, lastHidden, latent2),
    ...(config.ablation === 'fc' ? fullyConnectedSpecs(config, dispatched) : []),
    ...decoder,
  ];
}

export const FC_HIDDEN = `${LATENCY_VAE}.pG_graph_embedding`;
export const FC_NODES = `${LATENCY_VAE}.pG_node_embedding`;

function fullyConnectedSpecs(config: TraceVaeConfig, width: number): ParameterSpec[] {
  const { latent2, graphEmbeddingHidden: hidden, maxNodes } = config;
  return [
    ...mlpSpecs(FC_HIDDEN, latent2, hidden, null),
    ...linearSpecs(FC_NODES, hidden.at(-1) ?? latent2, maxNodes * width),
  ];
}

/** y_i of each row, without a gradient. */
function embedOperations(parameters: Parameters, operations: RowIndex): tf.Tensor2D {
  return lookUp(parameters.get<tf.Tensor2D>(OPERATION_EMBEDDING), operations);
}

/**
 * The time encoder's node features, averaged over each trace (section 4, average pooling).
 *
 * @param input operations [R], latency [R, 1] standardised, pooling [B, R]
 * @returns [B, heads x units]
 */
export function poolLatency(
  parameters: Parameters,
  config: TraceVaeConfig,
  { graph, pooling, operations, latency }: LatencyEncoderInput,
  mode: Mode,
): tf.Tensor2D {
  const h: tf.Tensor2D = tf.concat([embedOperations(parameters, operations), latency], 1);
  const nodes = gatNetwork(parameters, `${LATENCY_VAE}.qz2_gnn_layers`, h, graph, {
    layers: config.layers,
    output: false,
    mode,
  });
  return multiplyConstant(pooling, nodes);
}

/**
 * q(z2 | A, X, Y), equation (2). As the authors' code: log std within -7 and 2, and no part for z.
 *
 * @param input operations [R], latency [R, 1] standardised, pooling [B, R]
 * @returns     [B, K2] each, unitless
 */
export function encodeLatency(
  parameters: Parameters,
  config: TraceVaeConfig,
  input: LatencyEncoderInput,
  mode: Mode,
): Gaussian {
  const pooled = poolLatency(parameters, config, input, mode);
  return {
    mean: linear(parameters, `${LATENCY_VAE}.qz2_mean`, pooled),
    logStd: clip(
      linear(parameters, `${LATENCY_VAE}.qz2_logstd`, pooled),
      POSTERIOR_LOG_STD.min,
      POSTERIOR_LOG_STD.max,
    ),
  };
}

/**
 * p(z2 | z), equation (2): a Gaussian conditioned on z, which gets no gradient from here. As the
 * authors' code: log std within -5 and 2.
 *
 * @param z [B, K]
 * @returns [B, K2] each, unitless
 */
export function latencyPrior(
  parameters: Parameters,
  config: TraceVaeConfig,
  z: tf.Tensor2D,
  mode: Mode,
): Gaussian {
  const hidden = mlp(parameters, `${LATENCY_VAE}.z2_given_z_hidden_layers`, stopGradient(z), {
    hidden: config.z2GivenZHidden.length,
    output: false,
    mode,
  });
  return {
    mean: linear(parameters, `${LATENCY_VAE}.pz2_mean`, hidden),
    logStd: clip(
      linear(parameters, `${LATENCY_VAE}.pz2_logstd`, hidden),
      PRIOR_LOG_STD.min,
      PRIOR_LOG_STD.max,
    ),
  };
}

/**
 * The dispatching layer (figure 5): every node gets its trace's z2 beside its own operation,
 * Z2_i = [z2 || y_i].
 *
 * @param z2Rows     [R, K2] z2 of each row's trace
 * @param operations [R] operation ids
 * @returns          [R, K2 + embedding]
 */
export function dispatchLatent(
  parameters: Parameters,
  z2Rows: tf.Tensor2D,
  operations: RowIndex,
): tf.Tensor2D {
  return tf.concat([z2Rows, embedOperations(parameters, operations)], 1);
}

/**
 * {@link dispatchLatent} of samples on the host, without a gradient: copied, because a product would
 * be larger than the network.
 *
 * @param z2         samples [graphs, K2] and the graph of each of R rows, -1 for none
 * @param operations [R] operation ids
 * @returns          [R, K2 + embedding]
 */
export function dispatchSamples(
  parameters: Parameters,
  z2: RowsOf,
  operations: Int32Array,
): tf.Tensor2D {
  return lookUpBeside(z2, parameters.get<tf.Tensor2D>(OPERATION_EMBEDDING), operations);
}

/**
 * TraceVAE-FC (section 6.6): a fully connected network in the place of the dispatching layer. It
 * knows a node by its position alone.
 *
 * Differs from the paper: it gives this network no sizes. It has the structure decoder's layers,
 * and its output is as wide as the dispatching layer's.
 *
 * @param z2 [B, K2]
 * @returns  [B N_max, K2 + embedding], row b N_max + i
 */
export function connectLatent(
  parameters: Parameters,
  config: TraceVaeConfig,
  z2: tf.Tensor2D,
  mode: Mode,
): tf.Tensor2D {
  const hidden = mlp(parameters, FC_HIDDEN, z2, {
    hidden: config.graphEmbeddingHidden.length,
    output: false,
    mode,
  });
  const nodes = linear(parameters, FC_NODES, hidden);
  return tf.reshape(nodes, [-1, config.latent2 + config.operationEmbedding]);
}

/**
 * mu and log sigma of p(x_i | A, Y, z2), equation (2), for the observed A and Y.
 *
 * Differs from the paper: log sigma is at least -7, as in the authors' code; section 5.3 bounds it
 * from above alone.
 *
 * @param dispatched [R, K2 + embedding] Z2 of {@link dispatchLatent} or {@link connectLatent}
 * @param graph      the decoder's R rows
 * @returns          [R, 1] each, a row a node, standardised latency
 */
export function decodeLatency(
  parameters: Parameters,
  config: TraceVaeConfig,
  dispatched: tf.Tensor2D,
  graph: LatencyDecoderInput['graph'],
  mode: Mode,
): Gaussian {
  const output = latencyOutputs(parameters, config, dispatched, graph, mode);
  return {
    mean: columnOf(output, 0),
    logStd: clip(columnOf(output, 1), LATENCY_LOG_STD_MIN, Number.POSITIVE_INFINITY),
  };
}

/**
 * What {@link decodeLatency} makes its Gaussians of.
 *
 * @returns [R, 2] mean, and log std before {@link LATENCY_LOG_STD_MIN}
 */
export function latencyOutputs(
  parameters: Parameters,
  config: TraceVaeConfig,
  dispatched: tf.Tensor2D,
  graph: LatencyDecoderInput['graph'],
  mode: Mode,
): tf.Tensor2D {
  return gatNetwork(parameters, `${LATENCY_VAE}.pG_node_features`, dispatched, graph, {
    layers: config.layers,
    output: true,
    mode,
  });
}

/**
 * Standard deviations from the mean where the tails of p(x_i | A, Y, z2) begin, in eval mode:
 * where training clips latencies (SafeNormal). Infinity: a Gaussian, as the paper.
 */
export const tailsFrom = ({ latencyTails, safeNormalStds }: TraceVaeConfig): number =>
  latencyTails === 'power' ? safeNormalStds : Number.POSITIVE_INFINITY;

/**
 * log p(X | A, Y, z2) over the real nodes of each trace, equation (2).
 *
 * Differs from the paper: in training the latency is clipped to mean +- `safeNormalStds` std,
 * bounds without gradient, as in the authors' code, so that one outlier does not decide a step; in
 * eval mode the density may have tails from there on ({@link tailsFrom}).
 *
 * @param distribution [R, 1] each, of standardised latency
 * @param targets      latency [R, 1] standardised, sums over real nodes [B, R]
 * @returns            [B] nats
 */
export function latencyLogProb(
  distribution: Gaussian,
  { latency, sumNodes }: LatencyTargets,
  config: TraceVaeConfig,
  mode: Mode,
): tf.Tensor1D {
  const { mean, logStd } = distribution;
  const stds = config.safeNormalStds;
  const perNode =
    mode === 'train'
      ? likelyNormalLogProb(latency, mean, logStd, stds)
      : config.latencyTails === 'power'
        ? tailedNormalLogProb(latency, mean, logStd, stds)
        : normalLogProb(latency, mean, logStd);
  return tf.reshape(multiplyConstant(sumNodes, perNode), [-1]);
}
