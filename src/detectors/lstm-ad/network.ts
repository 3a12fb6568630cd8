/**
 * The multimodal LSTM VAE of LSTM-AD (Nedelkoski et al. 2019 for the two modalities; section 6.4 for
 * the VAE): one LSTM reads the sequence of operations and latencies into z, another writes it again,
 * node by node, from z and the nodes before.
 *
 * Rows are time-major: row t B + b is node t of trace b, in BFS order.
 */
import type { TraceBatch } from '../../features/trace-batch.ts';
import {
  categoricalLogProb,
  clip,
  likelyNormalLogProb,
  normalLogProb,
  normalRowLogProb,
  normalSample,
  standardNormalLogProb,
} from '../../nn/distributions.ts';
import { normal } from '../../nn/initialisers.ts';
import { linear, linearSpecs } from '../../nn/layers.ts';
import { copyMatrix } from '../../nn/lookup.ts';
import { lstm, lstmSpecs } from '../../nn/lstm.ts';
import type { ParameterSpec, Parameters } from '../../nn/parameters.ts';
import { multiplyConstant } from '../../nn/products.ts';
import * as tf from '../../nn/tf.ts';
import type { LstmAdConfig } from './meta.ts';

/** Bounds of log stds, as TraceVAE's: the posterior's, and a latency's from below. */
const POSTERIOR_LOG_STD = { min: -7, max: 2 } as const;
const LATENCY_LOG_STD_MIN = -7;
/** In training a latency is clipped this many predicted stds from its mean, as TraceVAE's. */
const LIKELY_STDS = 6;

/** @param operations padding included */
export function lstmAdSpecs(
  { units, embedding, latent }: LstmAdConfig,
  operations: number,
): ParameterSpec[] {
  return [
    { name: 'embedding', shape: [operations, embedding], initialise: normal(1) },
    ...lstmSpecs('encoder', embedding + 1, units),
    ...linearSpecs('z_mean', units, latent),
    ...linearSpecs('z_log_std', units, latent),
    ...lstmSpecs('decoder', embedding + 1 + latent, units),
    ...linearSpecs('operation', units, operations),
    ...linearSpecs('latency', units + embedding, 2),
  ];
}

/** B sequences of at most T nodes. */
export interface SequenceInput {
  readonly batch: number;
  readonly steps: number;
  /** [T B, operations] one 1 a row: the node's operation, and that of the node before */
  readonly operation: tf.Tensor2D;
  readonly before: tf.Tensor2D;
  /** [T B, 1] standardised; of the node, and of the node before (0 at the root) */
  readonly latency: tf.Tensor2D;
  readonly latencyBefore: tf.Tensor2D;
  /** [B, T B] 1 at each trace's last node */
  readonly last: tf.Tensor2D;
  /** [B, T B] 1 at each trace's nodes */
  readonly nodes: tf.Tensor2D;
  /** [T B, B] copies z to the trace's rows */
  readonly copies: tf.Tensor2D;
}

/** @param batch [B, N], N >= T; tensors are the caller's tidy's */
export function sequenceInput(batch: TraceBatch, operations: number): SequenceInput {
  const { size, maxNodes, nodeCount } = batch;
  const steps = Math.max(...nodeCount);
  const rows = steps * size;
  const at = <A extends Int32Array | Float32Array>(values: A, into: A, shift: 0 | 1): A => {
    for (let t = shift; t < steps; t++) {
      for (let b = 0; b < size; b++) into[t * size + b] = values[b * maxNodes + t - shift]!;
    }
    return into;
  };
  const last = new Float32Array(size * rows);
  const nodes = new Float32Array(size * rows);
  for (let b = 0; b < size; b++) {
    last[b * rows + (nodeCount[b]! - 1) * size + b] = 1;
    for (let t = 0; t < nodeCount[b]!; t++) nodes[b * rows + t * size + b] = 1;
  }
  const column = (values: Float32Array): tf.Tensor2D => tf.tensor2d(values, [rows, 1]);
  const ids = (shift: 0 | 1) => at(batch.operation, new Int32Array(rows), shift);
  const latencies = (shift: 0 | 1) => at(batch.latency, new Float32Array(rows), shift);
  return {
    batch: size,
    steps,
    operation: copyMatrix(ids(0), operations),
    before: copyMatrix(ids(1), operations),
    latency: column(latencies(0)),
    latencyBefore: column(latencies(1)),
    last: tf.tensor2d(last, [size, rows]),
    nodes: tf.tensor2d(nodes, [size, rows]),
    copies: copyMatrix(
      Int32Array.from({ length: rows }, (_, row) => row % size),
      size,
    ),
  };
}

export interface Gaussian {
  readonly mean: tf.Tensor2D;
  readonly logStd: tf.Tensor2D;
}

/** q(z | sequence): [B, K] each. */
export function encodeSequence(parameters: Parameters, input: SequenceInput): Gaussian {
  const embedded = multiplyConstant(input.operation, parameters.get<tf.Tensor2D>('embedding'));
  const x: tf.Tensor2D = tf.concat([embedded, input.latency], 1);
  const states = lstm(parameters, 'encoder', x, input.batch);
  const state = multiplyConstant(input.last, states);
  const { min, max } = POSTERIOR_LOG_STD;
  return {
    mean: linear(parameters, 'z_mean', state),
    logStd: clip(linear(parameters, 'z_log_std', state), min, max),
  };
}

/** p(node | z, nodes before) of every row. */
export interface NodeDistributions {
  /** [T B, operations] */
  readonly operationLogits: tf.Tensor2D;
  /** [T B, 1] each, of standardised latency, given the node's operation */
  readonly latency: Gaussian;
}

/** @param z [B, K] */
export function decodeSequence(
  parameters: Parameters,
  input: SequenceInput,
  z: tf.Tensor2D,
): NodeDistributions {
  const table = parameters.get<tf.Tensor2D>('embedding');
  const rows = input.steps * input.batch;
  const x: tf.Tensor2D = tf.concat(
    [multiplyConstant(input.before, table), input.latencyBefore, multiplyConstant(input.copies, z)],
    1,
  );
  const states = lstm(parameters, 'decoder', x, input.batch);
  const own = multiplyConstant(input.operation, table);
  const output = linear(parameters, 'latency', tf.concat([states, own], 1));
  return {
    operationLogits: linear(parameters, 'operation', states),
    latency: {
      mean: tf.slice(output, [0, 0], [rows, 1]),
      logStd: clip(
        tf.slice(output, [0, 1], [rows, 1]),
        LATENCY_LOG_STD_MIN,
        Number.POSITIVE_INFINITY,
      ),
    },
  };
}

/** [T B, 1] each, nats; rows of padding are to be masked. */
export interface NodeLogProbs {
  readonly operation: tf.Tensor2D;
  readonly latency: tf.Tensor2D;
}

/** @param mode in training latencies far out count as {@link LIKELY_STDS} stds */
export function nodeLogProbs(
  { operationLogits, latency }: NodeDistributions,
  input: SequenceInput,
  mode: 'train' | 'eval',
): NodeLogProbs {
  const { mean, logStd } = latency;
  return {
    operation: tf.reshape(categoricalLogProb(operationLogits, input.operation), [-1, 1]),
    latency:
      mode === 'train'
        ? likelyNormalLogProb(input.latency, mean, logStd, LIKELY_STDS)
        : normalLogProb(input.latency, mean, logStd),
  };
}

/** The parts of the negative ELBO of equation (1), means over the batch, nats. */
export function sequenceLoss(
  parameters: Parameters,
  input: SequenceInput,
  noise: tf.Tensor2D,
  mode: 'train' | 'eval',
) {
  const { mean, logStd } = encodeSequence(parameters, input);
  const z = normalSample(mean, logStd, noise);
  const logQz = normalRowLogProb(z, mean, logStd);
  const logPz = tf.sum(standardNormalLogProb(z), 1);
  const nodes = nodeLogProbs(decodeSequence(parameters, input, z), input, mode);
  const nll = (logProb: tf.Tensor2D): tf.Scalar =>
    tf.neg(tf.mean<tf.Scalar>(multiplyConstant(input.nodes, logProb)));
  return {
    kl: tf.mean(tf.sub(logQz, logPz)) as tf.Scalar,
    nllStructure: nll(nodes.operation),
    nllTime: nll(nodes.latency),
  };
}
