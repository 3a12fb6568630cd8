/** The inputs of a batch of traces, and its loss. */
import type { Random } from '../../base/random.ts';
import { normals } from '../../base/random.ts';
import { makeBatch, type TraceBatch } from '../../features/trace-batch.ts';
import { categoricalLogProb, normalLogProb, normalSample } from '../../nn/distributions.ts';
import type { Gaussian } from '../../nn/gaussian.ts';
import { copyMatrix } from '../../nn/lookup.ts';
import type { Parameters } from '../../nn/parameters.ts';
import * as tf from '../../nn/tf.ts';
import { treeLevels } from '../../nn/tree-levels.ts';
import type { TraceSet } from '../../trace/trace-set.ts';
import type { VaeLoss } from '../shared/vae-training.ts';
import type { GTraceFacts } from './facts.ts';
import {
  decodeLatency,
  decodeStructure,
  embedNodes,
  encodeLatency,
  encodeStructure,
  type GTraceModel,
  STATUSES,
  type TreeInput,
} from './network.ts';

/** Positions that the mean over them counts at least, most of them without a node. */
const POSITIONS = 100;
/** Positions behind the last node whose emptiness a score looks at; training has them too. */
export const POSITIONS_BEHIND = 5;
const KL_WEIGHT = 0.01;
/** Standardised latencies are cut at this in training. */
const LATENCY_MAX = 5;
/** Share of ids that stand for an unknown one in training, so that there is a row for it. */
const UNKNOWN_SHARE = 0.01;

/** Status of a node: 0 where the dataset does not say, 2 where spans failed. */
export const statusOf = ({ errorCount }: TraceSet, node: number): number => {
  if (errorCount === undefined) return 0;
  return errorCount[node]! > 0 ? 2 : 1;
};

/** Traces as the networks see them. */
export interface GTraceBatch {
  /** [B, N], latencies standardised */
  readonly trees: TraceBatch;
  /** [B, N] 0 for padding */
  readonly status: Int32Array;
}

/** @param maxNodes N */
export function gtraceBatch(
  traces: TraceSet,
  { meanMs, stdMs }: GTraceFacts,
  selected: Uint32Array,
  maxNodes: number,
): GTraceBatch {
  const us = (ms: Float32Array): Float64Array => Float64Array.from(ms, (value) => 1e3 * value);
  const scale = { meanUs: us(meanMs), divisorUs: us(stdMs) };
  const trees = makeBatch(traces, scale, selected, maxNodes);
  const status = new Int32Array(trees.parent.length);
  selected.forEach((trace, b) => {
    const first = traces.nodeOffset[trace]!;
    for (let i = 0; i < trees.nodeCount[b]!; i++) {
      status[b * maxNodes + i] = statusOf(traces, first + i);
    }
  });
  return { trees, status };
}

/** @param operation [B, N] */
export function treeInput(
  { trees, status }: GTraceBatch,
  { operationRow, serviceRow }: GTraceFacts,
): TreeInput {
  const levels = treeLevels(trees);
  const { maxNodes, operation } = trees;
  const of = (valueAt: (place: number) => number): Int32Array =>
    levels.graphOf.map((graph, row) => valueAt(graph * maxNodes + levels.nodeOf[row]!));
  return {
    levels,
    operation: of((place) => operationRow[operation[place]!] ?? 0),
    service: of((place) => serviceRow[operation[place]!] ?? 0),
    status: of((place) => status[place]!),
  };
}

/** The same with some ids replaced by the unknown one. */
function withUnknown(input: TreeInput, random: Random): TreeInput {
  const some = (ids: Int32Array): Int32Array =>
    ids.map((id) => (random.uniform() < UNKNOWN_SHARE ? 0 : id));
  return {
    levels: input.levels,
    operation: some(input.operation),
    service: some(input.service),
    status: some(input.status),
  };
}

/** -(1 + log variance - variance - mean²) / 2, the mean over rows and columns. */
function meanKl({ mean, logStd }: Gaussian): tf.Scalar {
  const logVariance = tf.mul(logStd, 2);
  const squares = tf.add(tf.exp(logVariance), tf.square(mean));
  return tf.mul(tf.mean(tf.sub(squares, tf.add(logVariance, 1))), 0.5);
}

/** What positions are compared with: [B P] each, row-major. */
interface PositionTargets {
  /** 0: no node */
  readonly operation: Int32Array;
  readonly status: Int32Array;
}

/**
 * @param positions P; nodes behind them are not looked at
 */
export function positionTargets(
  { trees, status }: GTraceBatch,
  positions: number,
): PositionTargets {
  const { size, maxNodes, nodeCount, operation } = trees;
  const targets = {
    operation: new Int32Array(size * positions),
    status: new Int32Array(size * positions),
  };
  for (let b = 0; b < size; b++) {
    for (let i = 0; i < Math.min(nodeCount[b]!, positions); i++) {
      targets.operation[b * positions + i] = operation[b * maxNodes + i]!;
      targets.status[b * positions + i] = status[b * maxNodes + i]!;
    }
  }
  return targets;
}

/**
 * The parts of the loss of a batch, nats: of structure the cross-entropy of operations, a mean over
 * positions, and that of statuses, a mean over nodes that have one; of latency a mean over nodes.
 *
 * @param random noise of both z, and which ids are unknown in training
 */
export function prepareLoss(
  parameters: Parameters,
  model: GTraceModel,
  facts: GTraceFacts,
  batch: GTraceBatch,
  random: Random,
): (mode: 'train' | 'eval') => VaeLoss {
  const { positions, operationCount, config } = model;
  const { size, maxNodes, latency } = batch.trees;
  const known = treeInput(batch, facts);
  const trained = withUnknown(known, random);
  const { levels } = known;
  const { rows } = levels;
  const noise = (count: number, width: number): tf.Tensor2D =>
    tf.tensor2d(normals(random, count * width), [count, width]);
  const noise1 = noise(size, config.latent);
  const noise2 = noise(rows, config.latency);
  const targets = positionTargets(batch, positions);
  const operation = copyMatrix(targets.operation, operationCount);
  const has = Float32Array.from(targets.status, (status) => (status > 0 ? 1 : 0));
  const statuses = has.reduce((sum, one) => sum + one, 0);
  const status = copyMatrix(targets.status, STATUSES);
  const hasStatus = tf.tensor1d(has);
  const x = tf.tensor2d(
    Float32Array.from(levels.graphOf, (graph, row) =>
      Math.min(LATENCY_MAX, latency[graph * maxNodes + levels.nodeOf[row]!]!),
    ),
    [rows, 1],
  );

  return (mode) => {
    const input = mode === 'train' ? trained : known;
    const nodes = embedNodes(parameters, input);
    const q1 = encodeStructure(parameters, nodes, levels);
    const z1 = normalSample(q1.mean, q1.logStd, noise1);
    const p1 = decodeStructure(parameters, model, z1);
    const q2 = encodeLatency(parameters, nodes);
    const z2 = normalSample(q2.mean, q2.logStd, noise2);
    const p2 = decodeLatency(parameters, model, input, z2);

    const ofOperations = tf.div(
      tf.sum(categoricalLogProb(p1.operation, operation)),
      size * Math.max(POSITIONS, positions),
    );
    const ofStatuses = tf.div(
      tf.sum(tf.mul(categoricalLogProb(p1.status, status), hasStatus)),
      Math.max(1, statuses),
    );
    return {
      kl: tf.mul(tf.add(meanKl(q1), meanKl(q2)), KL_WEIGHT),
      nllStructure: tf.neg(tf.add(ofOperations, ofStatuses) as tf.Scalar),
      nllTime: tf.neg(tf.mean<tf.Scalar>(normalLogProb(x, p2.mean, p2.logStd))),
    };
  };
}
