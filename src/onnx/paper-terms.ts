/** p(N | z), p(A | z) and p(Y | z) of the paper's structure decoder (detectors/tracevae/paper-scores.ts). */
import type { ExportedModel } from './exported-model.ts';
import type { GraphBuilder, Value } from './graph.ts';
import { gatNetwork, linear, logSigmoid, mlp } from './networks.ts';
import { forSamples, type Trees } from './trees.ts';

/** [S, L] each, nats. */
export interface DecodedTerms {
  readonly logPNodeCount: Value;
  readonly logPAdjacency: Value;
  readonly logPAdjacencyUnlikely: Value;
  readonly logPNodeType: Value;
}

const LOG_HALF = Math.log(0.5);

/** Of log-probabilities, those below one half; 0 for others. */
export const unlikelyOf = (graph: GraphBuilder, logProbs: Value): Value =>
  graph.where(graph.op('Less', [logProbs, graph.scalar(LOG_HALF)]), logProbs, graph.scalar(0));

/** log p of the class of which `chosen` is 1. @param logits [.., C] @param rank of the logits */
export const categorical = (
  graph: GraphBuilder,
  logits: Value,
  chosen: Value,
  rank: number,
): Value =>
  graph.sum(graph.mul(graph.op('LogSoftmax', [logits], { axis: { int: -1 } }), chosen), rank - 1);

/** @param z [S, L, K] */
export function paperTerms(
  graph: GraphBuilder,
  { config, weights, operationCount }: ExportedModel,
  trees: Trees,
  z: Value,
): DecodedTerms {
  const { maxNodes, nodeEmbedding, layers, heads, units } = config;
  const nodeCountLogits = mlp(graph, weights, 'struct_vae.pG_node_count_logits', z, {
    hidden: config.nodeCountHidden.length,
    output: true,
  });
  const nodes = graph.oneHot(graph.unsqueeze(trees.nodes, 1), graph.ints([maxNodes + 1]));

  const hidden = mlp(graph, weights, 'struct_vae.pG_graph_embedding', z, {
    hidden: config.graphEmbeddingHidden.length,
    output: false,
  });
  const written = linear(graph, weights, 'struct_vae.pG_node_embedding', hidden);
  const embedding = graph.op('Reshape', [written, graph.ints([0, 0, maxNodes, nodeEmbedding])]);

  const edgeLogits = graph.matMul(embedding, graph.transpose(embedding, 4));
  const isCall = graph.unsqueeze(graph.transpose(trees.calls, 3), 1); // [S, 1, i, j]
  const sign = graph.sub(graph.mul(isCall, graph.scalar(2)), graph.scalar(1));
  const entries = graph.mul(
    logSigmoid(graph, graph.mul(edgeLogits, sign)),
    strictUpperTriangle(graph, maxNodes),
  );

  const operationLogits = gatNetwork(
    graph,
    weights,
    'struct_vae.pG_node_type_logits',
    [{ value: embedding, width: nodeEmbedding }],
    forSamples(graph, trees.neighbours),
    { layers, heads, units, output: true, rank: 4 },
  );
  const observed = graph.oneHot(graph.unsqueeze(trees.operation, 1), graph.ints([operationCount]));
  return {
    logPNodeCount: categorical(graph, nodeCountLogits, nodes, 3),
    logPAdjacency: graph.sum(entries, 2, 3),
    logPAdjacencyUnlikely: graph.sum(unlikelyOf(graph, entries), 2, 3),
    logPNodeType: graph.sum(categorical(graph, operationLogits, observed, 4), 2),
  };
}

/** [N, N] 1 where i < j */
function strictUpperTriangle(graph: GraphBuilder, nodes: number): Value {
  const values = new Float32Array(nodes * nodes);
  for (let i = 0; i < nodes; i++) values.fill(1, i * nodes + i + 1, (i + 1) * nodes);
  return graph.reals(values, [nodes, nodes]);
}
