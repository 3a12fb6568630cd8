/**
 * LSTM-AD (section 6.4; Nedelkoski et al. 2019): the score of a node is the NLL of its operation and
 * its latency; that of a trace is the maximum over its nodes ("maximized instead of summed up").
 *
 * Differs from the paper, which does not say in which order nodes form a sequence: here in the BFS
 * order of section 2. A node's NLL is the importance mean over samples of z, without the KL
 * divergence, which belongs to no node.
 */
import { normals } from '../../base/random.ts';
import { err, ok } from '../../base/result.ts';
import { logMeanExp } from '../../base/statistics.ts';
import { largestTree, makeBatch, repeatRows } from '../../features/trace-batch.ts';
import { normalSample } from '../../nn/distributions.ts';
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
import type { Method } from '../shared/method.ts';
import { finiteScore, sampleNoise, scoreInPasses } from '../shared/score-passes.ts';
import { trainVae, type VaeSchedule } from '../shared/vae-training.ts';
import { LSTM_AD_META, type LstmAdConfig } from './meta.ts';
import {
  decodeSequence,
  encodeSequence,
  lstmAdSpecs,
  nodeLogProbs,
  packRows,
  sequenceInput,
  sequenceLoss,
} from './network.ts';

/** Node rows of a pass at most, a sample a row. */
const ROWS_PER_PASS = 8192;

interface LstmAdModel {
  readonly config: LstmAdConfig;
  readonly store: ParameterStore;
  readonly operationCount: number;
}

export const LSTM_AD: Method<LstmAdConfig> = {
  fit: (data, { config, schedule }, context) => fitLstmAd(data, config, schedule, context),
  restore: ({ config }, operationCount, weights) => restoreLstmAd(config, operationCount, weights),
};

async function fitLstmAd(
  data: DetectorData,
  config: LstmAdConfig,
  schedule: VaeSchedule,
  context: FitContext,
): FitResult {
  const { label } = LSTM_AD_META;
  const unusable = unusableData(data, label);
  if (unusable !== null) return err(unusable);
  const { traces, scale } = data;
  const operationCount = traces.operations.length;
  const { latent, learningRate } = config;
  const trained = await trainVae(
    data,
    {
      label,
      specs: lstmAdSpecs(config, operationCount),
      learningRate,
      structure: true,
      prepare(store, selected, random) {
        const batch = makeBatch(traces, scale, selected, largestTree(traces, selected));
        const input = sequenceInput(batch, operationCount);
        const noise = tf.tensor2d(normals(random, batch.size * latent), [batch.size, latent]);
        return (mode) => sequenceLoss(store, input, noise, mode);
      },
    },
    schedule,
    context,
  );
  return trained.ok ? ok(modelOf({ config, store: trained.value, operationCount })) : trained;
}

export function restoreLstmAd(
  config: LstmAdConfig,
  operationCount: number,
  { tensors }: SavedWeights,
): ScoresModel {
  const store = ParameterStore.load(lstmAdSpecs(config, operationCount), tensors);
  return modelOf({ config, store, operationCount });
}

function modelOf(model: LstmAdModel): ScoresModel {
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
        return Float64Array.from(nodeScores, (scores) => Math.max(...scores));
      });
    },
    explain: (data, trace, { seed }) => explainSequence(model, data, trace, seed),
    dispose: () => store.dispose(),
  };
}

/** Node scores of some traces, each [n] nats, and what was expected of their latencies. */
async function scoreNodes(
  { config, store, operationCount }: LstmAdModel,
  data: DetectorData,
  selected: Uint32Array,
  seed: number,
) {
  const { samples, latent } = config;
  const batch = makeBatch(data.traces, data.scale, selected, largestTree(data.traces, selected));
  const [operation, latency, mean, logStd] = await readBack(() => {
    const posterior = encodeSequence(store, sequenceInput(batch, operationCount));
    const noise = tf.tensor2d(sampleNoise(seed, samples * latent), [samples, latent]);
    const each = (x: tf.Tensor2D): tf.Tensor2D =>
      tf.reshape(tf.tile(tf.expandDims(x, 1), [1, samples, 1]), [-1, latent]);
    const drawn = tf.tile(noise, [batch.size, 1]);
    const z = normalSample(each(posterior.mean), each(posterior.logStd), drawn);
    const input = sequenceInput(repeatRows(batch, samples), operationCount);
    const distributions = decodeSequence(store, input, z);
    const logProbs = nodeLogProbs(distributions, input, 'eval');
    const { mean: mu, logStd: sigma } = distributions.latency;
    return [logProbs.operation, logProbs.latency, mu, sigma];
  });
  const { rowOf, sizes } = packRows(repeatRows(batch, samples).nodeCount);
  /** The samples of node t of trace b. */
  const rowsOf = (b: number, t: number): number[] =>
    Array.from({ length: samples }, (_, l) => rowOf[(b * samples + l) * sizes.length + t]!);
  const perNode = (of: (rows: number[]) => number): Float64Array[] =>
    Array.from(batch.nodeCount, (nodes, b) =>
      Float64Array.from({ length: nodes }, (_, t) => of(rowsOf(b, t))),
    );
  const meanOf = (rows: number[], value: (row: number) => number): number =>
    rows.reduce((sum, row) => sum + value(row), 0) / rows.length;
  return {
    nodeScores: perNode((rows) =>
      finiteScore(-logMeanExp(rows.map((row) => operation[row]! + latency[row]!))),
    ),
    means: perNode((rows) => meanOf(rows, (row) => mean[row]!)),
    stds: perNode((rows) => meanOf(rows, (row) => Math.exp(logStd[row]!))),
  };
}

async function explainSequence(
  model: LstmAdModel,
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
    score: Math.max(...score),
    says: 'the largest NLL of a node: of its operation and its latency, given z and the nodes before it',
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
