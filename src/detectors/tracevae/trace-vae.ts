/**
 * The whole model, paper equation (2), on one batch: every term of the ELBO for one sample of
 * (z, z2) a trace.
 */
import type { TraceBatch } from '../../features/trace-batch.ts';
import type { Mode } from '../../nn/batch-norm.ts';
import type { Gaussian } from '../../nn/gaussian.ts';
import { copyMatrix } from '../../nn/lookup.ts';
import type { Padding } from '../../nn/node-layout.ts';
import type { ParameterSpec, Parameters } from '../../nn/parameters.ts';
import { multiplyConstant } from '../../nn/products.ts';
import { roomFor } from '../../nn/row-sums.ts';
import * as tf from '../../nn/tf.ts';
import {
  distinctStructures,
  type LatencyDecoderInput,
  type LatencyEncoderInput,
  type LatencyTargets,
  latencyDecoderInput,
  latencyEncoderInput,
  latencyTargets,
  type StructureEncoderInput,
  type StructureTargets,
  separateTraces,
  structureEncoderInput,
  structureTargets,
} from './inputs.ts';
import type { KnownPaths, PathTree } from './known-paths.ts';
import {
  connectLatent,
  decodeLatency,
  dispatchLatent,
  encodeLatency,
  latencyLogProb,
  latencyPrior,
  latencyVaeSpecs,
} from './latency-vae.ts';
import type { TraceVaeConfig } from './meta.ts';
import {
  type PathTargets,
  pathDecoderSpecs,
  pathHidden,
  pathLogProbs,
  pathTargets,
} from './path-decoder.ts';
import {
  type StatusTargets,
  statusLogits,
  statusLogProb,
  statusSpecs,
  statusTargets,
  type UsualStatus,
} from './status-decoder.ts';
import {
  decodeOperations,
  decodeTopology,
  encodeStructure,
  gaussianLogProb,
  paperDecoderSpecs,
  type StructureLogProbs,
  sampleGaussian,
  structureLogProbs,
  structurePriorLogProb,
  structVaeSpecs,
} from './struct-vae.ts';

/**
 * Names and shapes of all parameters, of the structure VAE and of the time VAE (section 4).
 *
 * @param operationCount padding included
 * @param known          what the structure decoder by call paths writes; absent: it is the paper's
 * @param status         how often nodes fail; absent: the model knows no statuses
 */
export function traceVaeSpecs(
  config: TraceVaeConfig,
  operationCount: number,
  known?: KnownPaths,
  status?: UsualStatus,
): ParameterSpec[] {
  const decoder =
    known === undefined
      ? paperDecoderSpecs(config, operationCount)
      : pathDecoderSpecs(config, known);
  return [
    ...structVaeSpecs(config, operationCount, decoder),
    ...latencyVaeSpecs(config),
    // last, so that all others start as they do without
    ...(status === undefined ? [] : statusSpecs(config, operationCount, status)),
  ];
}

/** A batch for one pass through the structure VAE. */
export interface StructureInput {
  readonly encoder: StructureEncoderInput;
  /** [B, S] distinct structures to traces */
  readonly copies: tf.Tensor2D;
  readonly targets: DecoderTargets;
  /** Which nodes failed; null where the model does not ask. */
  readonly status: StatusTargets | null;
}

/** What p(N, A, Y | z) is compared with, as the structure decoder takes it. */
export type DecoderTargets =
  | { readonly by: 'paper'; readonly of: StructureTargets }
  | { readonly by: 'call-paths'; readonly of: PathTargets };

/** A batch for one pass through the time VAE. */
export interface LatencyInput {
  readonly encoder: LatencyEncoderInput;
  readonly decoder: LatencyDecoderInput;
  readonly targets: LatencyTargets;
}

/**
 * A batch as q(z | A, Y) and p(N, A, Y | z) of equation (2) take it. Of SingleZ (section 6.6),
 * whose encoder reads latencies too, S = B.
 *
 * @param batch          [B, N_max]
 * @param operationCount padding included
 * @param paths          of the structure decoder by call paths; absent: it is the paper's
 * @returns              S structures for the encoder, or room for a few more; copies [B, S], B targets
 */
export function structureInput(
  batch: TraceBatch,
  operationCount: number,
  { ablation }: TraceVaeConfig,
  paths?: PathTree,
): StructureInput {
  const distinct = ablation === 'singlez' ? separateTraces(batch) : distinctStructures(batch);
  const room = roomFor(distinct.batch.size);
  return {
    encoder: structureEncoderInput(distinct.batch, distinct.multiplicity, operationCount, room),
    copies: copyMatrix(distinct.indexOf, room),
    targets:
      paths === undefined
        ? { by: 'paper', of: structureTargets(batch, operationCount) }
        : { by: 'call-paths', of: pathTargets(paths, distinct) },
    status: statusTargets(batch, operationCount),
  };
}

/**
 * A batch as q(z2 | A, X, Y) and p(X | A, Y, z2) of equation (2) take it.
 *
 * @param batch [B, N_max] latency standardised, unitless
 * @returns     rows of real nodes for the encoder; of the decoder as {@link decoderPadding} says
 */
export function latencyInput(batch: TraceBatch, mode: Mode, config: TraceVaeConfig): LatencyInput {
  const decoder = latencyDecoderInput(batch, decoderPadding(config, mode));
  return {
    encoder: latencyEncoderInput(batch),
    decoder,
    targets: latencyTargets(batch, decoder.graph),
  };
}

/**
 * Which padding nodes p(X | A, Y, z2) decodes. They count in batch statistics (as the authors'
 * code); behind the dispatching layer they are all equal within a trace, behind the network of
 * TraceVAE-FC (section 6.6) each is another. Call paths have no padding.
 */
export function decoderPadding(
  { ablation, structureDecoder }: TraceVaeConfig,
  mode: Mode,
): Padding {
  if (ablation === 'fc') return 'all';
  if (structureDecoder === 'call-paths') return 'none';
  return mode === 'train' ? 'one' : 'none';
}

/** [B] nats each. */
export interface StructurePass extends StructureLogProbs {
  /** [B, K] */
  readonly z: tf.Tensor2D;
  readonly logQz: tf.Tensor1D;
  readonly logPz: tf.Tensor1D;
  /** log p(E | z, A, Y); null where the model does not ask which nodes failed */
  readonly logPStatus: tf.Tensor1D | null;
}

/**
 * q(z | A, Y) of every trace, equation (2).
 *
 * @returns [B, K] each
 */
export function structurePosterior(
  parameters: Parameters,
  config: TraceVaeConfig,
  { encoder, copies }: Pick<StructureInput, 'encoder' | 'copies'>,
  mode: Mode,
): Gaussian {
  const { mean, logStd } = encodeStructure(parameters, config, encoder, mode);
  return { mean: multiplyConstant(copies, mean), logStd: multiplyConstant(copies, logStd) };
}

/**
 * The structure VAE's terms of equation (1), from one sample of z a trace.
 *
 * @param noise [B, K] standard normal
 * @returns     z [B, K], log probabilities [B] nats
 */
export function structurePass(
  parameters: Parameters,
  config: TraceVaeConfig,
  input: StructureInput,
  noise: tf.Tensor2D,
  mode: Mode,
): StructurePass {
  const posterior = structurePosterior(parameters, config, input, mode);
  const z = sampleGaussian(posterior, noise);
  return {
    z,
    logQz: gaussianLogProb(z, posterior),
    logPz: structurePriorLogProb(parameters, config, z),
    ...decodeStructure(parameters, config, z, input.targets, mode),
    logPStatus:
      input.status === null ? null : statusLogProb(statusLogits(parameters, z, mode), input.status),
  };
}

function decodeStructure(
  parameters: Parameters,
  config: TraceVaeConfig,
  z: tf.Tensor2D,
  targets: DecoderTargets,
  mode: Mode,
): StructureLogProbs {
  if (targets.by === 'call-paths') {
    return pathLogProbs(parameters, pathHidden(parameters, config, z, mode), targets.of);
  }
  const topology = decodeTopology(parameters, config, z, mode);
  const { graph } = targets.of;
  const { nodeEmbedding } = topology;
  const operationLogits = decodeOperations(parameters, config, nodeEmbedding, graph, mode);
  return structureLogProbs(topology, operationLogits, targets.of);
}

/** [B] nats each. */
export interface LatencyPass {
  /** [B, K2]; of SingleZ, which has no z2, z itself */
  readonly z2: tf.Tensor2D;
  /** [R, 1], a row a node of the decoder's graph */
  readonly likelihood: Gaussian;
  readonly logQz2: tf.Tensor1D;
  readonly logPz2: tf.Tensor1D;
  readonly logPLatency: tf.Tensor1D;
}

/**
 * The time VAE's terms of equation (1), from one sample of z2 a trace, or with FC's network or
 * SingleZ's z in its place (section 6.6).
 *
 * @param z     [B, K] of the structure pass
 * @param noise [B, K2] standard normal
 * @returns     z2 [B, K2], p(x_i | .) [R, 1] of standardised latency, log probabilities [B] nats
 */
export function latencyPass(
  parameters: Parameters,
  config: TraceVaeConfig,
  input: LatencyInput,
  z: tf.Tensor2D,
  noise: tf.Tensor2D,
  mode: Mode,
): LatencyPass {
  const { logQz2, logPz2, z2 } =
    config.ablation === 'singlez'
      ? withoutLatencyLatent(z)
      : latencyLatent(parameters, config, input.encoder, z, noise, mode);
  const { dispatch, operations, graph } = input.decoder;
  const dispatched =
    config.ablation === 'fc'
      ? connectLatent(parameters, config, z2, mode)
      : dispatchLatent(parameters, multiplyConstant(dispatch, z2), operations);
  const likelihood = decodeLatency(parameters, config, dispatched, graph, mode);
  const logPLatency = latencyLogProb(likelihood, input.targets, config, mode);
  return { z2, likelihood, logQz2, logPz2, logPLatency };
}

type LatencyLatent = Pick<LatencyPass, 'z2' | 'logQz2' | 'logPz2'>;

/** z2 ~ q(z2 | A, X, Y) and its densities. */
function latencyLatent(
  parameters: Parameters,
  config: TraceVaeConfig,
  encoder: LatencyEncoderInput,
  z: tf.Tensor2D,
  noise: tf.Tensor2D,
  mode: Mode,
): LatencyLatent {
  const posterior = encodeLatency(parameters, config, encoder, mode);
  const z2 = sampleGaussian(posterior, noise);
  return {
    z2,
    logQz2: gaussianLogProb(z2, posterior),
    logPz2: gaussianLogProb(z2, latencyPrior(parameters, config, z, mode)),
  };
}

/** SingleZ: the latencies are decoded from z, whose densities are the structure pass's. */
function withoutLatencyLatent(z: tf.Tensor2D): LatencyLatent {
  const zeros = tf.zeros([z.shape[0]]) as tf.Tensor1D;
  return { z2: z, logQz2: zeros, logPz2: zeros };
}
