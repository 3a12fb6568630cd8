/**
 * The two halves of GTrace: q(z1 | G) and p(G | z1) over the operations of a trace in breadth-first
 * order, and q(z2 | node) and p(latency | z2 of the node and all below it). They share the
 * embeddings; a measured latency is never an input.
 */

import { clip } from '../../nn/distributions.ts';
import type { Gaussian } from '../../nn/gaussian.ts';
import { normal, uniform } from '../../nn/initialisers.ts';
import { linear, linearSpecs } from '../../nn/layers.ts';
import type { ParameterSpec, Parameters } from '../../nn/parameters.ts';
import { twoWayIndex } from '../../nn/row-index.ts';
import { sumRowsBy, takeRows } from '../../nn/row-sums.ts';
import * as tf from '../../nn/tf.ts';
import type { TreeLevels } from '../../nn/tree-levels.ts';
import { treeLstm, treeLstmSpecs } from '../../nn/tree-lstm.ts';
import type { GTraceConfig } from './meta.ts';

export interface GTraceModel {
  readonly config: GTraceConfig;
  /** Classes of a position: the operations, and 0 for no node. */
  readonly operationCount: number;
  readonly serviceCount: number;
  /** P, that the decoder of structure gives. */
  readonly positions: number;
}

/** 0: the dataset does not say; else whether spans of the node failed. */
export const STATUSES = 3;

/** The R nodes of B traces, in the order of their levels. */
export interface TreeInput {
  readonly levels: TreeLevels;
  /** [R] rows of the embeddings */
  readonly operation: Int32Array;
  readonly service: Int32Array;
  readonly status: Int32Array;
}

/** As PyTorch draws a Linear. */
const linearAs = (name: string, inputs: number, outputs: number): ParameterSpec[] =>
  linearSpecs(name, inputs, outputs).map((spec) => ({
    ...spec,
    initialise: uniform(1 / Math.sqrt(inputs)),
  }));

export function gtraceSpecs(model: GTraceModel): ParameterSpec[] {
  const { config, operationCount, serviceCount, positions } = model;
  const { embedding, latent, decoder, latency } = config;
  const node = 3 * embedding;
  const table = (name: string, rows: number, width: number): ParameterSpec => ({
    name,
    shape: [rows, width],
    initialise: normal(1),
  });
  return [
    table('operation', operationCount, embedding),
    table('service', serviceCount, embedding),
    table('status', STATUSES, embedding),
    ...treeLstmSpecs('q1.tree', node, node),
    ...linearAs('q1.node', node, 2 * latent),
    ...linearAs('p1.hidden.0', latent, decoder),
    ...linearAs('p1.hidden.1', decoder, decoder),
    ...linearAs('p1.positions', decoder, positions * 2 * decoder),
    ...linearAs('p1.operation', decoder, operationCount),
    ...linearAs('p1.status', decoder, STATUSES),
    ...linearAs('q2.hidden', node, latency),
    ...linearAs('q2.z', latency, 2 * latency),
    ...treeLstmSpecs('p2.tree', latency, latency),
    ...linearAs('p2.node', latency, latency),
    ...linearAs('p2.mean', latency, 1),
    ...linearAs('p2.log_variance', latency, 1),
    table('p2.factor', operationCount, 2),
  ];
}

/** [R, 3 embeddings] of operation, service and status. */
export function embedNodes(parameters: Parameters, input: TreeInput): tf.Tensor2D {
  const of = (name: 'operation' | 'service' | 'status'): tf.Tensor2D => {
    const table = parameters.get<tf.Tensor2D>(name);
    return takeRows(table, twoWayIndex(input[name], table.shape[0]));
  };
  return tf.concat2d([of('operation'), of('service'), of('status')], 1);
}

/** Mean, and a log variance between -1 and 1, of the two halves of the columns. */
function gaussianOf(columns: tf.Tensor2D): Gaussian {
  const [mean, logVariance] = tf.split(columns, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
  return { mean, logStd: tf.mul(tf.tanh(logVariance), 0.5) };
}

/**
 * q(z1 | G), of sums over the nodes of each trace.
 *
 * @param nodes [R, 3 embeddings]
 * @returns     [B, latent] each
 */
export function encodeStructure(
  parameters: Parameters,
  nodes: tf.Tensor2D,
  levels: TreeLevels,
): Gaussian {
  const states = tf.relu(treeLstm(parameters, 'q1.tree', nodes, levels));
  const ofNodes = linear(parameters, 'q1.node', states);
  return gaussianOf(sumRowsBy(ofNodes, twoWayIndex(levels.graphOf, levels.graphs)));
}

/** Logits of every position of B traces: row b P + i is position i of trace b. */
export interface Positions {
  /** [B P, operations] nats; class 0: no node */
  readonly operation: tf.Tensor2D;
  /** [B P, statuses] nats */
  readonly status: tf.Tensor2D;
}

/** @param z [B, latent] */
export function decodeStructure(
  parameters: Parameters,
  { config, positions }: GTraceModel,
  z: tf.Tensor2D,
): Positions {
  let h = z;
  for (const layer of [0, 1]) h = tf.relu(linear(parameters, `p1.hidden.${layer}`, h));
  const rows = z.shape[0] * positions;
  const each = tf.reshape(linear(parameters, 'p1.positions', h), [rows, 2 * config.decoder]);
  const [operation, status] = tf.split(each, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
  return {
    operation: linear(parameters, 'p1.operation', operation),
    status: linear(parameters, 'p1.status', status),
  };
}

/**
 * q(z2 | node), of the node alone.
 *
 * @param nodes [R, 3 embeddings]
 * @returns     [R, latency] each
 */
export const encodeLatency = (parameters: Parameters, nodes: tf.Tensor2D): Gaussian =>
  gaussianOf(linear(parameters, 'q2.z', tf.relu(linear(parameters, 'q2.hidden', nodes))));

/**
 * p(latency | z2 of the node and of all below it), of standardised latencies.
 *
 * @param z [R, latency]
 * @returns [R, 1] each
 */
export function decodeLatency(
  parameters: Parameters,
  { config }: GTraceModel,
  { levels, operation }: TreeInput,
  z: tf.Tensor2D,
): Gaussian {
  const states = tf.relu(treeLstm(parameters, 'p2.tree', z, levels));
  const h = linear(parameters, 'p2.node', states);
  const table = parameters.get<tf.Tensor2D>('p2.factor');
  const factors = takeRows(table, twoWayIndex(operation, table.shape[0]));
  const [ofMean, ofLogVariance] = tf.split(factors, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
  const logVariance: tf.Tensor2D = tf.mul(linear(parameters, 'p2.log_variance', h), ofLogVariance);
  const floored = clip(logVariance, config.logVarianceFloor, Number.POSITIVE_INFINITY);
  return {
    mean: tf.mul(linear(parameters, 'p2.mean', h), ofMean),
    logStd: tf.mul(floored, 0.5),
  };
}
