/**
 * What GTrace scores: the oddest position of a trace's structure, and the oddest latency of its
 * nodes. Neither network sees a latency, so traces of one tree with the same statuses share what the
 * networks say, and a further one costs a Gaussian per node and sample.
 */
import { logMeanExp } from '../../base/statistics.ts';
import { largestTree, repeatRows } from '../../features/trace-batch.ts';
import { categoricalLogProb } from '../../nn/distributions.ts';
import { copyMatrix } from '../../nn/lookup.ts';
import type { ParameterStore } from '../../nn/parameters.ts';
import { readBack } from '../../nn/read-back.ts';
import * as tf from '../../nn/tf.ts';
import { nodeCount, type TraceSet } from '../../trace/trace-set.ts';
import { finiteScore, inPasses, type PassOptions, sampleNoise } from '../shared/score-passes.ts';
import { type GTraceFacts, standardise } from './facts.ts';
import { gtraceBatch, POSITIONS_BEHIND, positionTargets, statusOf, treeInput } from './loss.ts';
import {
  decodeLatency,
  decodeStructure,
  embedNodes,
  encodeLatency,
  encodeStructure,
  type GTraceModel,
  STATUSES,
} from './network.ts';

/** Node rows of a pass at most, a sample a row, and numbers of its largest tensor. */
const ROWS_PER_PASS = 8192;
const NUMBERS_PER_PASS = 4e6;

export interface TrainedGTrace extends GTraceModel {
  readonly facts: GTraceFacts;
  readonly store: ParameterStore;
}

/** What the networks say of a tree with its statuses: L samples, the node's first. */
interface TreeOpinion {
  /** -log of the mean over samples of p(oddest position | z1) p(z1) / q(z1), nats */
  readonly structure: number;
  /** [n, L] of the standardised latency */
  readonly mean: Float32Array;
  readonly logStd: Float32Array;
  /** [n, L] log q(z2) - log p(z2), the mean over dimensions */
  readonly kl: Float64Array;
}

/** Scores of T traces, before they are divided by their units. */
export interface RawScores {
  /** [T] nats */
  readonly structure: Float64Array;
  /** [T] of the oddest node, nats */
  readonly latency: Float64Array;
  readonly worstNode: Int32Array;
}

/** @param selected [T] */
export async function rawScores(
  model: TrainedGTrace,
  traces: TraceSet,
  selected: Uint32Array,
  seed: number,
  { signal, onProgress }: PassOptions,
): Promise<RawScores> {
  const total = selected.length;
  const structure = new Float64Array(total);
  const latency = new Float64Array(total);
  const worstNode = new Int32Array(total).fill(-1);
  const groups = treeGroups(traces, selected);
  const doneBy = [0];
  for (const places of groups) doneBy.push(doneBy.at(-1)! + places.length);
  const options: PassOptions = {
    signal,
    onProgress: ({ done }) => onProgress({ done: doneBy[done]!, total }),
  };
  await inPasses(groups.length, perPass(model, traces, selected), options, async (start, end) => {
    const pass = groups.slice(start, end);
    const of = Uint32Array.from(pass, (places) => selected[places[0]!]!);
    const opinions = await treeOpinions(model, traces, of, seed);
    pass.forEach((places, i) => {
      const opinion = opinions[i]!;
      for (const place of places) {
        const nodes = latencyScores(model, traces, selected[place]!, opinion);
        const worst = nodes.reduce((best, value, node) => (value > nodes[best]! ? node : best), 0);
        structure[place] = opinion.structure;
        latency[place] = nodes[worst]!;
        worstNode[place] = worst;
      }
    });
  });
  return { structure, latency, worstNode };
}

function perPass(
  { config, positions, operationCount }: GTraceModel,
  traces: TraceSet,
  selected: Uint32Array,
): number {
  const rows = ROWS_PER_PASS / (config.samples * largestTree(traces, selected));
  const numbers = NUMBERS_PER_PASS / (config.samples * positions * operationCount);
  return Math.max(1, Math.floor(Math.min(rows, numbers)));
}

/** Places of the traces that share a tree and statuses, group by group. */
function treeGroups(traces: TraceSet, selected: Uint32Array): (readonly number[])[] {
  const groups = new Map<string, number[]>();
  selected.forEach((trace, place) => {
    const key = `${traces.structureOf[trace]!}:${failedNodes(traces, trace)}`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [place]);
    else known.push(place);
  });
  return [...groups.values()];
}

function failedNodes(traces: TraceSet, trace: number): string {
  if (traces.errorCount === undefined) return '';
  let failed = '';
  const first = traces.nodeOffset[trace]!;
  for (let i = 0; i < nodeCount(traces, trace); i++) {
    if (statusOf(traces, first + i) === 2) failed += `${i},`;
  }
  return failed;
}

/** @param selected [G] a trace of each tree */
export async function treeOpinions(
  model: TrainedGTrace,
  traces: TraceSet,
  selected: Uint32Array,
  seed: number,
): Promise<TreeOpinion[]> {
  const { config, store, facts, positions, operationCount } = model;
  const { samples, latent, latency: width } = config;
  const maxNodes = largestTree(traces, selected);
  const once = gtraceBatch(traces, facts, selected, maxNodes);
  const batch = {
    trees: repeatRows(once.trees, samples),
    status: repeated(once.status, maxNodes, samples),
  };
  const input = treeInput(batch, facts);
  const { rows, graphOf, nodeOf } = input.levels;
  const { size } = batch.trees;
  const targets = positionTargets(batch, positions);
  // the same draws for every trace: of z1 first, then of each node's z2
  const draws = sampleNoise(seed, samples * latent + maxNodes * samples * width);
  const noise1 = new Float32Array(size * latent);
  for (let b = 0; b < size; b++) {
    const from = (b % samples) * latent;
    noise1.set(draws.subarray(from, from + latent), b * latent);
  }
  const noise2 = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const from = samples * latent + (nodeOf[row]! * samples + (graphOf[row]! % samples)) * width;
    noise2.set(draws.subarray(from, from + width), row * width);
  }

  const [ofOperations, ofStatuses, kl1, kl2, mean, logStd] = await readBack(() => {
    const nodes = embedNodes(store, input);
    const first = drawn(encodeStructure(store, nodes, input.levels), noise1);
    const p1 = decodeStructure(store, model, first.z);
    const second = drawn(encodeLatency(store, nodes), noise2);
    const p2 = decodeLatency(store, model, input, second.z);
    return [
      categoricalLogProb(p1.operation, copyMatrix(targets.operation, operationCount)),
      categoricalLogProb(p1.status, copyMatrix(targets.status, STATUSES)),
      first.kl,
      second.kl,
      p2.mean,
      p2.logStd,
    ];
  });

  const opinions = Array.from(selected, (_, g): TreeOpinion => {
    const nodes = once.trees.nodeCount[g]!;
    const looked = Math.min(positions, nodes + POSITIONS_BEHIND);
    const weights = Array.from({ length: samples }, (__, l) => {
      const copy = g * samples + l;
      let oddest = 0;
      for (let at = copy * positions; at < copy * positions + looked; at++) {
        const ofStatus = targets.status[at]! > 0 ? ofStatuses[at]! : 0;
        oddest = Math.max(oddest, -ofOperations[at]! - ofStatus);
      }
      return -oddest - kl1[copy]!;
    });
    return {
      structure: finiteScore(-logMeanExp(weights)),
      mean: new Float32Array(nodes * samples),
      logStd: new Float32Array(nodes * samples),
      kl: new Float64Array(nodes * samples),
    };
  });
  for (let row = 0; row < rows; row++) {
    const opinion = opinions[Math.floor(graphOf[row]! / samples)]!;
    const at = nodeOf[row]! * samples + (graphOf[row]! % samples);
    opinion.mean[at] = mean[row]!;
    opinion.logStd[at] = logStd[row]!;
    opinion.kl[at] = kl2[row]!;
  }
  return opinions;
}

/** [G, N] each row L times in a row. */
function repeated(values: Int32Array, width: number, times: number): Int32Array {
  const out = new Int32Array(values.length * times);
  for (let row = 0; row < out.length / width; row++) {
    const from = Math.floor(row / times) * width;
    out.set(values.subarray(from, from + width), row * width);
  }
  return out;
}

/**
 * A sample, and log q(z) - log p(z), the mean over dimensions.
 *
 * @param noise [R, K]
 */
function drawn(
  { mean, logStd }: { mean: tf.Tensor2D; logStd: tf.Tensor2D },
  noise: Float32Array,
): { z: tf.Tensor2D; kl: tf.Tensor1D } {
  const draws = tf.tensor2d(noise, mean.shape);
  const z: tf.Tensor2D = tf.add(mean, tf.mul(tf.exp(logStd), draws));
  const squares = tf.mul(tf.sub(tf.square(z), tf.square(draws)), 0.5);
  return { z, kl: tf.mean(tf.sub(squares, logStd), 1) };
}

/**
 * Each node's -log of the mean over samples of p(x | z2) p(z2) / q(z2), above the least that the
 * floor of the log variance leaves, so that no score of a likely latency is below 0.
 *
 * @returns [n] nats
 */
export function latencyScores(
  { config, facts }: TrainedGTrace,
  traces: TraceSet,
  trace: number,
  { mean, logStd, kl }: TreeOpinion,
): Float64Array {
  const { samples, logVarianceFloor } = config;
  const { structures, structureOf, nodeOffset, latencyUs } = traces;
  const shape = structures.nodeOffset[structureOf[trace]!]!;
  const first = nodeOffset[trace]!;
  const weights = new Float64Array(samples);
  return Float64Array.from({ length: nodeCount(traces, trace) }, (_, node) => {
    const x = standardise(facts, structures.operation[shape + node]!, latencyUs[first + node]!);
    for (let l = 0; l < samples; l++) {
      const at = node * samples + l;
      const distance = (x - mean[at]!) * Math.exp(-logStd[at]!);
      weights[l] = -(distance ** 2) / 2 - logStd[at]! - kl[at]!;
    }
    return finiteScore(-logMeanExp(weights) - logVarianceFloor / 2);
  });
}
