/**
 * VGAE as a detector (section 6.4): a node's score is the importance-weighted NLL of its latency and
 * its z; node scores are averaged over the trace "to avoid the entropy gap". Its scores are not
 * measured against structure anomalies: a node that is missing has no z (section 3.3).
 *
 * Differs from the paper, which gives no loss: p(A | Z) is trained along, as in Kipf & Welling 2016,
 * and is no part of the score.
 */
import { normals } from '../../base/random.ts';
import { err, ok } from '../../base/result.ts';
import { logMeanExp } from '../../base/statistics.ts';
import { largestTree, makeBatch, repeatRows } from '../../features/trace-batch.ts';
import { normalLogProb, normalRowLogProb, standardNormalLogProb } from '../../nn/distributions.ts';
import type { NodeLayout } from '../../nn/node-layout.ts';
import { ParameterStore } from '../../nn/parameters.ts';
import { readBack } from '../../nn/read-back.ts';
import * as tf from '../../nn/tf.ts';
import type {
  DetectorData,
  FitContext,
  FitResult,
  SavedWeights,
  ScoresModel,
} from '../detector.ts';
import type { ScoreExplanation } from '../explanation.ts';
import { unusableData } from '../shared/check-data.ts';
import type { GraphSizes, Method } from '../shared/method.ts';
import { finiteScore, sampleNoise, scoreInPasses } from '../shared/score-passes.ts';
import { trainVae, type VaeSchedule } from '../shared/vae-training.ts';
import { VGAE_META, type VgaeConfig } from './meta.ts';
import {
  decodeNodes,
  edgeTargets,
  encodeNodes,
  graphInput,
  graphLoss,
  type VgaeModel,
  vgaeSpecs,
} from './network.ts';

/** Node rows of a pass at most, a sample a row. */
const ROWS_PER_PASS = 4096;

interface TrainedVgae extends VgaeModel {
  readonly store: ParameterStore;
}

export const VGAE: Method<VgaeConfig> = {
  fit: (data, { config, graphs, schedule }, context) =>
    fitVgae(data, config, graphs, schedule, context),
  restore: ({ config, graphs }, operationCount, weights) =>
    restoreVgae(config, graphs, operationCount, weights),
};

/** @param sizes of TraceVAE's graph networks */
async function fitVgae(
  data: DetectorData,
  config: VgaeConfig,
  sizes: GraphSizes,
  schedule: VaeSchedule,
  context: FitContext,
): FitResult {
  const { label } = VGAE_META;
  const unusable = unusableData(data, label);
  if (unusable !== null) return err(unusable);
  const { traces, scale } = data;
  const model = { config, sizes, operationCount: traces.operations.length };
  const { latent, learningRate } = config;
  const trained = await trainVae(
    data,
    {
      label,
      specs: vgaeSpecs(model),
      learningRate,
      structure: true,
      prepare(store, selected, random) {
        const batch = makeBatch(traces, scale, selected, largestTree(traces, selected));
        const input = graphInput(batch, model.operationCount);
        const targets = edgeTargets(batch, input.graph);
        const { rows } = input.graph;
        const noise = tf.tensor2d(normals(random, rows * latent), [rows, latent]);
        return (mode) => graphLoss(store, model, input, targets, noise, mode);
      },
    },
    schedule,
    context,
  );
  return trained.ok ? ok(modelOf({ ...model, store: trained.value })) : trained;
}

export function restoreVgae(
  config: VgaeConfig,
  sizes: GraphSizes,
  operationCount: number,
  { tensors }: SavedWeights,
): ScoresModel {
  const model = { config, sizes, operationCount };
  return modelOf({ ...model, store: ParameterStore.load(vgaeSpecs(model), tensors) });
}

function modelOf(model: TrainedVgae): ScoresModel {
  const { config, store } = model;
  return {
    kind: 'scores',
    parameterCount: store.parameterCount(),
    saveWeights: async () => ({ formatVersion: 1, tensors: await store.save() }),
    scoreTraces(data, selected, { seed, ...options }) {
      const rows = config.samples * largestTree(data.traces, selected);
      const perPass = Math.max(1, Math.floor(ROWS_PER_PASS / rows));
      return scoreInPasses(selected, perPass, options, async (traces) => {
        const { nodeScores } = await scoreNodes(model, data, traces, seed);
        return Float64Array.from(nodeScores, meanOf);
      });
    },
    explain: (data, trace, { seed }) => explainGraph(model, data, trace, seed),
    dispose: () => store.dispose(),
  };
}

const meanOf = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Node scores of some traces, each [n] nats, and what was expected of their latencies. */
async function scoreNodes(
  model: TrainedVgae,
  data: DetectorData,
  selected: Uint32Array,
  seed: number,
) {
  const { config, store, operationCount } = model;
  const { samples, latent } = config;
  const batch = makeBatch(data.traces, data.scale, selected, largestTree(data.traces, selected));
  let from: NodeLayout | undefined;
  const [mean, logStd] = await readBack(() => {
    const input = graphInput(batch, operationCount);
    from = input.graph;
    const posterior = encodeNodes(store, model, input, 'eval');
    return [posterior.mean, posterior.logStd];
  });
  const encoder = from!;
  // [nodes, samples, latent]: a node's draws do not depend on how many nodes there are
  const draws = sampleNoise(seed, batch.maxNodes * samples * latent);

  let to: NodeLayout | undefined;
  const [logPx, logQz, logPz, mu, sigma] = await readBack(() => {
    const input = graphInput(repeatRows(batch, samples), operationCount);
    const decoder = input.graph;
    to = decoder;
    // copy b L + l of a trace's rows has sample l
    const { rows } = decoder;
    const of = { mean: new Float32Array(rows * latent), logStd: new Float32Array(rows * latent) };
    const noise = new Float32Array(rows * latent);
    for (let row = 0; row < rows; row++) {
      const copy = decoder.graphOf[row]!;
      if (copy < 0) continue;
      const [b, l] = [Math.floor(copy / samples), copy % samples];
      const node = decoder.nodeOf[row]!;
      const source = (encoder.firstRow[b]! + node) * latent;
      const drawn = (node * samples + l) * latent;
      of.mean.set(mean.subarray(source, source + latent), row * latent);
      of.logStd.set(logStd.subarray(source, source + latent), row * latent);
      noise.set(draws.subarray(drawn, drawn + latent), row * latent);
    }
    const shape: [number, number] = [rows, latent];
    const [qMean, qLogStd] = [tf.tensor2d(of.mean, shape), tf.tensor2d(of.logStd, shape)];
    const z: tf.Tensor2D = tf.add(qMean, tf.mul(tf.exp(qLogStd), tf.tensor2d(noise, shape)));
    const latency = decodeNodes(store, model, input, z, 'eval');
    return [
      normalLogProb(input.latency, latency.mean, latency.logStd),
      normalRowLogProb(z, qMean, qLogStd),
      tf.sum(standardNormalLogProb(z), 1),
      latency.mean,
      latency.logStd,
    ];
  });
  const decoder = to!;
  const perNode = (of: (rows: number[]) => number): Float64Array[] =>
    Array.from(batch.nodeCount, (nodes, b) =>
      Float64Array.from({ length: nodes }, (_, node) =>
        of(Array.from({ length: samples }, (__, l) => decoder.firstRow[b * samples + l]! + node)),
      ),
    );
  return {
    nodeScores: perNode((rows) =>
      finiteScore(-logMeanExp(rows.map((row) => logPx[row]! + logPz[row]! - logQz[row]!))),
    ),
    means: perNode((rows) => meanOf(Float64Array.from(rows, (row) => mu[row]!))),
    stds: perNode((rows) => meanOf(Float64Array.from(rows, (row) => Math.exp(sigma[row]!)))),
  };
}

async function explainGraph(
  model: TrainedVgae,
  data: DetectorData,
  trace: number,
  seed: number,
): Promise<ScoreExplanation> {
  const { traces, scale } = data;
  const scored = await scoreNodes(model, data, Uint32Array.of(trace), seed);
  const [score, mean, std] = [scored.nodeScores[0]!, scored.means[0]!, scored.stds[0]!];
  const shape = traces.structures.nodeOffset[traces.structureOf[trace]!]!;
  const first = traces.nodeOffset[trace]!;
  const operationOf = (node: number): number => traces.structures.operation[shape + node]!;
  return {
    kind: 'scores',
    trace,
    score: meanOf(score),
    says: 'the mean over the nodes of the NLL of their latency and their z; structure is not scored',
    nodes: {
      observedMs: score.map((_, node) => traces.latencyUs[first + node]! / 1e3),
      expectedMs: mean.map((value, node) => {
        const op = operationOf(node);
        return (scale.meanUs[op]! + value * scale.divisorUs[op]!) / 1e3;
      }),
      stdMs: std.map((value, node) => (value * scale.divisorUs[operationOf(node)]!) / 1e3),
      score,
    },
    critical: null,
    transitions: null,
    absent: null,
  };
}
