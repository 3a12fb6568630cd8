/**
 * The structure VAE as a graph of ONNX: samples of q(z | A, Y), and the structure terms of equation
 * (3). Of SingleZ, whose z knows the latencies, a row is a trace.
 */

import type { KnownPaths } from '../detectors/tracevae/known-paths.ts';
import { LATENCY_VAE, PRIOR_LOG_STD } from '../detectors/tracevae/latency-vae.ts';
import { scoreNoise } from '../detectors/tracevae/scoring.ts';
import { POSTERIOR_LOG_STD, PRIOR } from '../detectors/tracevae/struct-vae.ts';
import { type ExportedModel, embeddedOperations, latencyFeature } from './exported-model.ts';
import { createGraph, type GraphBuilder, type Value } from './graph.ts';
import type { OnnxGraph } from './model-proto.ts';
import { clip, flowLogProb, gatNetwork, linear, mlp, sampleOf } from './networks.ts';
import { paperTerms } from './paper-terms.ts';
import { pathTerms } from './path-terms.ts';
import { latencyInput, poolNodes, treeInputs } from './trees.ts';

const ROWS = 'structures';

/** @param paths of the structure decoder by call paths; absent: it is the paper's */
export function structureGraph(model: ExportedModel, paths?: KnownPaths): OnnxGraph {
  const { config, weights, operationCount, scale, seed } = model;
  const { samples, latent, layers, heads, units } = config;
  const singleZ = config.ablation === 'singlez';
  const graph = createGraph();
  const places = paths === undefined || config.ablation !== 'none' ? config.maxNodes : 'nodes';
  const filled = config.ablation === 'dimex';
  const trees = treeInputs(graph, { batch: ROWS, places, operationCount, filled });

  const operations = embeddedOperations(graph, model, trees.operation);
  const latency = singleZ
    ? [latencyFeature(graph, latencyInput(graph, trees, scale, [ROWS, places]))]
    : [];
  const features = gatNetwork(
    graph,
    weights,
    'struct_vae.qz_gnn_layers',
    [operations, ...latency],
    trees.neighbours,
    { layers, heads, units, output: false, rank: 3 },
  );
  const pooled = poolNodes(graph, trees, features);
  const { min, max } = POSTERIOR_LOG_STD;
  const z = sampleOf(
    graph,
    linear(graph, weights, 'struct_vae.qz_mean', pooled),
    clip(graph, linear(graph, weights, 'struct_vae.qz_logstd', pooled), min, max),
    scoreNoise(seed, 'z', samples * latent),
    latent,
  );
  const flow = { size: latent, levels: config.flowLevels, rank: 3 };
  const terms = {
    logQz: z.logQ,
    logPz: flowLogProb(graph, weights, PRIOR, z.value, flow),
    ...(paths === undefined
      ? paperTerms(graph, model, trees, z.value)
      : pathTerms(graph, model, paths, trees, z.value)),
  };
  for (const [name, value] of Object.entries(terms)) graph.output(name, value, [ROWS, samples]);
  if (singleZ) graph.output('z', z.value, [ROWS, samples, latent]);
  else writeLatencyPrior(graph, model, z.value);
  return graph.finish('structure', 'Structure terms of TraceVAE, nats, one row per structure');
}

/** p(z2 | z), which the latency graph takes. */
function writeLatencyPrior(
  graph: GraphBuilder,
  { config, weights }: ExportedModel,
  z: Value,
): void {
  const shape = [ROWS, config.samples, config.latent2];
  const hidden = mlp(graph, weights, `${LATENCY_VAE}.z2_given_z_hidden_layers`, z, {
    hidden: config.z2GivenZHidden.length,
    output: false,
  });
  const logStd = linear(graph, weights, `${LATENCY_VAE}.pz2_logstd`, hidden);
  graph.output('z2Mean', linear(graph, weights, `${LATENCY_VAE}.pz2_mean`, hidden), shape);
  graph.output('z2LogStd', clip(graph, logStd, PRIOR_LOG_STD.min, PRIOR_LOG_STD.max), shape);
}
