/**
 * The time VAE as a graph of ONNX: samples of q(z2 | A, X, Y), and the latency terms of equation (3).
 * A row is a trace, which names the row of its structure in what the structure graph gave.
 */
import { standardLogDensity } from '../base/log-densities.ts';
import {
  FC_HIDDEN,
  FC_NODES,
  LATENCY_LOG_STD_MIN,
  LATENCY_VAE,
  tailsFrom,
} from '../detectors/tracevae/latency-vae.ts';
import { scoreNoise } from '../detectors/tracevae/scoring.ts';
import { POSTERIOR_LOG_STD } from '../detectors/tracevae/struct-vae.ts';
import { logStdLimit } from '../scoring/corrections/limited-latency.ts';
import {
  type ExportedModel,
  embeddedOperations,
  LOG_DENSITY_AT_0,
  latencyFeature,
  normalLogProb,
} from './exported-model.ts';
import { createGraph, type GraphBuilder, type Value } from './graph.ts';
import type { OnnxGraph } from './model-proto.ts';
import { clip, type FeaturePart, gatNetwork, linear, mlp, sampleOf } from './networks.ts';
import { forSamples, latencyInput, poolNodes, type Trees, treeInputs } from './trees.ts';

const ROWS = 'traces';
const STRUCTURES = 'structures';

export function latencyGraph(model: ExportedModel): OnnxGraph {
  const { config, weights, operationCount, scale } = model;
  const { samples, layers, heads, units } = config;
  // a std near its least, e^-7, multiplies what the networks have rounded
  const graph = createGraph('double');
  const hasPlaces = config.ablation === 'fc' || config.ablation === 'dimex';
  const places = hasPlaces ? config.maxNodes : 'nodes';
  const filled = config.ablation === 'dimex';
  const trees = treeInputs(graph, { batch: ROWS, places, operationCount, filled });
  const latency = latencyInput(graph, trees, scale, [ROWS, places]);
  const structure = graph.input('structure', 'int64', [ROWS]);
  const operations = embeddedOperations(graph, model, trees.operation);

  const { z2, logQz2, logPz2 } =
    config.ablation === 'singlez'
      ? givenLatent(graph, model, structure)
      : ownLatent(graph, model, structure, trees, [operations, latencyFeature(graph, latency)]);
  const output = gatNetwork(
    graph,
    weights,
    `${LATENCY_VAE}.pG_node_features`,
    nodeFeatures(graph, model, z2, operations),
    forSamples(graph, trees.neighbours),
    { layers, heads, units, output: true, rank: 4 },
  );
  const [mean, raw] = graph.split(output, [1, 1]).map((part) => {
    return graph.op('Squeeze', [part, graph.ints([3])]); // [T, L, N]
  });
  const logStd = clip(graph, raw!, LATENCY_LOG_STD_MIN, Number.POSITIVE_INFINITY);
  const deviation = graph.op('Abs', [graph.sub(graph.unsqueeze(latency, 1), mean!)]);
  const real = graph.unsqueeze(trees.real, 1);
  const sumUnder = (limited: Value): Value => {
    const logProbs = tailedLogProb(graph, deviation, limited, tailsFrom(config));
    return graph.sum(graph.mul(logProbs, real), 2);
  };
  const most = (limit: Value): Value => graph.op('Min', [logStd, limit]);
  const global = logStdLimit(model.stdLimits, 'global')(0);
  const limitOf = logStdLimit(model.stdLimits, 'operation');
  const byOperation = graph.reals(
    Array.from({ length: operationCount }, (_, operation) => limitOf(operation)),
    [operationCount],
  );
  const ofNode = graph.unsqueeze(graph.gather(byOperation, trees.operation), 1);
  const logPLatency = sumUnder(logStd);
  const none = graph.mul(logPLatency, graph.scalar(0));
  const terms = {
    logQz2: logQz2 ?? none,
    logPz2: logPz2 ?? none,
    logPLatency,
    logPLatencyLimited: sumUnder(most(graph.scalar(global))),
    logPLatencyLimitedByOperation: sumUnder(most(ofNode)),
  };
  for (const [name, value] of Object.entries(terms)) graph.output(name, value, [ROWS, samples]);
  return graph.finish('latency', 'Latency terms of TraceVAE, nats, one row per trace');
}

interface Latent {
  /** [T, L, K2] */
  readonly z2: Value;
  /** [T, L]; absent where there is no z2: its densities are 0 */
  readonly logQz2?: Value;
  readonly logPz2?: Value;
}

/** Samples of q(z2 | A, X, Y), and p(z2 | z) by what the structure graph gave. */
function ownLatent(
  graph: GraphBuilder,
  { config, weights, seed }: ExportedModel,
  structure: Value,
  trees: Trees,
  parts: readonly FeaturePart[],
): Latent {
  const { samples, latent2, layers, heads, units } = config;
  const [priorMean, priorLogStd] = ['z2Mean', 'z2LogStd'].map((name) => {
    return graph.gather(graph.input(name, 'float', [STRUCTURES, samples, latent2]), structure);
  });
  const shape = { layers, heads, units, output: false, rank: 3 };
  const name = `${LATENCY_VAE}.qz2_gnn_layers`;
  const features = gatNetwork(graph, weights, name, parts, trees.neighbours, shape);
  const pooled = poolNodes(graph, trees, features);
  const { min, max } = POSTERIOR_LOG_STD;
  const { value, logQ } = sampleOf(
    graph,
    linear(graph, weights, `${LATENCY_VAE}.qz2_mean`, pooled),
    clip(graph, linear(graph, weights, `${LATENCY_VAE}.qz2_logstd`, pooled), min, max),
    scoreNoise(seed, 'z2', samples * latent2),
    latent2,
  );
  const logPz2 = graph.sum(normalLogProb(graph, value, priorMean!, priorLogStd!), 2);
  return { z2: value, logQz2: logQ, logPz2 };
}

/** SingleZ: latencies are decoded from z. */
function givenLatent(graph: GraphBuilder, { config }: ExportedModel, structure: Value): Latent {
  const z = graph.input('z', 'float', [STRUCTURES, config.samples, config.latent]);
  return { z2: graph.gather(z, structure) };
}

/** What the decoder reads: z2 next to each operation, or what FC's network writes. Broadcasts to [T, L, N, F]. */
function nodeFeatures(
  graph: GraphBuilder,
  { config, weights }: ExportedModel,
  z2: Value,
  operations: FeaturePart,
): FeaturePart[] {
  const { ablation, maxNodes, latent, latent2, operationEmbedding } = config;
  if (ablation === 'fc') {
    const width = latent2 + operationEmbedding;
    const hidden = mlp(graph, weights, FC_HIDDEN, z2, {
      hidden: config.graphEmbeddingHidden.length,
      output: false,
    });
    const written = linear(graph, weights, FC_NODES, hidden);
    return [{ value: graph.op('Reshape', [written, graph.ints([0, 0, maxNodes, width])]), width }];
  }
  return [
    { value: graph.unsqueeze(z2, 2), width: ablation === 'singlez' ? latent : latent2 },
    { ...operations, value: graph.unsqueeze(operations.value, 1) },
  ];
}

/**
 * log p(x_i | A, Y, z2), its tails from so many stds on (base/log-densities.ts).
 *
 * @param deviation |x - mean|
 */
function tailedLogProb(graph: GraphBuilder, deviation: Value, logStd: Value, stds: number): Value {
  const distance = graph.mul(deviation, graph.exp(graph.op('Neg', [logStd])));
  const square = graph.mul(graph.mul(distance, distance), graph.scalar(-0.5));
  const near = graph.add(square, graph.scalar(LOG_DENSITY_AT_0));
  if (stds === Number.POSITIVE_INFINITY) return graph.sub(near, logStd);
  const times = graph.op('Max', [graph.mul(distance, graph.scalar(1 / stds)), graph.scalar(1)]);
  const beyond = graph.add(
    graph.mul(graph.op('Log', [times]), graph.scalar(-stds * stds)),
    graph.scalar(standardLogDensity(stds)),
  );
  const isFar = graph.op('Greater', [distance, graph.scalar(stds)]);
  return graph.sub(graph.where(isFar, beyond, near), logStd);
}
