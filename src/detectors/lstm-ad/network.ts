/**
 * The multimodal LSTM VAE of LSTM-AD (Nedelkoski et al. 2019 for the two modalities; section 6.4 for
 * the VAE): one LSTM reads the sequence of operations and latencies into z, another writes it again,
 * node by node, from z and the nodes before.
 *
 * Nodes are in BFS order, a row each, packed by step.
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
import type { Gaussian } from '../../nn/gaussian.ts';
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

/** B sequences, packed: R rows, one a node; the nodes of one step lie next to each other. */
export interface SequenceInput {
  /** [T] rows of each step */
  readonly sizes: readonly number[];
  /** [B, T] row of each node; -1 behind the last one */
  readonly rowOf: Int32Array;
  /** [R, operations] one 1 a row: the node's operation, and that of the node before */
  readonly operation: tf.Tensor2D;
  readonly before: tf.Tensor2D;
  /** [R, 1] standardised; of the node, and of the node before (0 at the root) */
  readonly latency: tf.Tensor2D;
  readonly latencyBefore: tf.Tensor2D;
  /** [B, R] 1 at each trace's last node */
  readonly last: tf.Tensor2D;
  /** [B, R] 1 at each trace's nodes */
  readonly nodes: tf.Tensor2D;
  /** [R, B] copies z to the trace's rows */
  readonly copies: tf.Tensor2D;
}

/**
 * [B, T] rows of packed sequences, the longest ones first within a step; and [T] rows a step.
 *
 * @param lengths [B] nodes of each trace
 */
export function packRows(lengths: Int32Array): {
  readonly rowOf: Int32Array;
  readonly sizes: readonly number[];
} {
  const steps = Math.max(...lengths);
  const order = Array.from(lengths.keys()).sort((a, b) => lengths[b]! - lengths[a]! || a - b);
  const rowOf = new Int32Array(lengths.length * steps).fill(-1);
  const sizes: number[] = [];
  let row = 0;
  for (let t = 0; t < steps; t++) {
    const lasting = order.filter((b) => lengths[b]! > t);
    for (const b of lasting) rowOf[b * steps + t] = row++;
    sizes.push(lasting.length);
  }
  return { rowOf, sizes };
}

/** @param batch [B, N]; tensors are the caller's tidy's */
export function sequenceInput(batch: TraceBatch, operations: number): SequenceInput {
  const { size, maxNodes, nodeCount } = batch;
  const { rowOf, sizes } = packRows(nodeCount);
  const steps = sizes.length;
  const rows = nodeCount.reduce((sum, nodes) => sum + nodes, 0);
  const operation = { own: new Int32Array(rows), before: new Int32Array(rows) };
  const latency = { own: new Float32Array(rows), before: new Float32Array(rows) };
  const traceOf = new Int32Array(rows);
  const last = new Float32Array(size * rows);
  const nodes = new Float32Array(size * rows);
  for (let b = 0; b < size; b++) {
    for (let t = 0; t < nodeCount[b]!; t++) {
      const row = rowOf[b * steps + t]!;
      const node = b * maxNodes + t;
      operation.own[row] = batch.operation[node]!;
      latency.own[row] = batch.latency[node]!;
      if (t > 0) {
        operation.before[row] = batch.operation[node - 1]!;
        latency.before[row] = batch.latency[node - 1]!;
      }
      traceOf[row] = b;
      nodes[b * rows + row] = 1;
      if (t === nodeCount[b]! - 1) last[b * rows + row] = 1;
    }
  }
  return {
    sizes,
    rowOf,
    operation: copyMatrix(operation.own, operations),
    before: copyMatrix(operation.before, operations),
    latency: tf.tensor2d(latency.own, [rows, 1]),
    latencyBefore: tf.tensor2d(latency.before, [rows, 1]),
    last: tf.tensor2d(last, [size, rows]),
    nodes: tf.tensor2d(nodes, [size, rows]),
    copies: copyMatrix(traceOf, size),
  };
}

/** q(z | sequence): [B, K] each. */
export function encodeSequence(parameters: Parameters, input: SequenceInput): Gaussian {
  const embedded = multiplyConstant(input.operation, parameters.get<tf.Tensor2D>('embedding'));
  const x: tf.Tensor2D = tf.concat([embedded, input.latency], 1);
  const states = lstm(parameters, 'encoder', x, input.sizes);
  const state = multiplyConstant(input.last, states);
  const { min, max } = POSTERIOR_LOG_STD;
  return {
    mean: linear(parameters, 'z_mean', state),
    logStd: clip(linear(parameters, 'z_log_std', state), min, max),
  };
}

/** p(node | z, nodes before) of every row. */
export interface NodeDistributions {
  /** [R, operations] */
  readonly operationLogits: tf.Tensor2D;
  /** [R, 1] each, of standardised latency, given the node's operation */
  readonly latency: Gaussian;
}

/** @param z [B, K] */
export function decodeSequence(
  parameters: Parameters,
  input: SequenceInput,
  z: tf.Tensor2D,
): NodeDistributions {
  const table = parameters.get<tf.Tensor2D>('embedding');
  const [rows] = input.latency.shape;
  const x: tf.Tensor2D = tf.concat(
    [multiplyConstant(input.before, table), input.latencyBefore, multiplyConstant(input.copies, z)],
    1,
  );
  const states = lstm(parameters, 'decoder', x, input.sizes);
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

/** [R, 1] each, nats. */
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
