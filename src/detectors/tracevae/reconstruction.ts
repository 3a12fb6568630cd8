/** The tree that the model would write for a trace: the most probable one at the mean of q(z). */
import { argMax, categoricalLogMass, logSigmoidOf } from '../../base/log-densities.ts';
import { createNodeGraph } from '../../nn/node-graph.ts';
import { readBack } from '../../nn/read-back.ts';
import * as tf from '../../nn/tf.ts';
import type { TraceExplanation } from '../explanation.ts';
import { reconstructPaths } from './path-scores.ts';
import { decodeOperations, decodeTopology } from './struct-vae.ts';
import { hasPaths, type StructureSamples } from './structure-scores.ts';
import type { TrainingModel } from './train-step.ts';

/**
 * The most probable N, A and Y under p(N, A, Y | z) of equation (2), at the posterior mean of z.
 *
 * Differs from the paper: it does not say how a tree is read from p(A | z). Here node j hangs under
 * the earlier node with the most probable edge, and operations are the most probable ones given
 * these edges.
 *
 * @param observed [1, N_max] one trace, with room for the model's N_max, and its mean of z
 * @returns        columns [n] of the n reconstructed nodes, probabilities from 0 to 1
 */
export async function reconstructTree(
  model: TrainingModel,
  { structures, meanZ }: Pick<StructureSamples, 'structures' | 'meanZ'>,
): Promise<TraceExplanation['reconstruction']> {
  if (hasPaths(model)) return reconstructPaths(model, meanZ);
  const { store, config, operationCount } = model;
  const { maxNodes } = structures;
  const zRow = (): tf.Tensor2D => tf.tensor2d(meanZ, [1, config.latent]);
  const [nodeCountLogits, edgeLogits] = await readBack(() => {
    const topology = decodeTopology(store, config, zRow(), 'eval');
    return [topology.nodeCountLogits, topology.edgeLogits];
  });
  const classes = maxNodes + 1;
  const nodes = Math.max(1, argMax(nodeCountLogits, 0, classes));

  const parent = new Int32Array(maxNodes).fill(-1);
  const edgeProbability = new Float32Array(nodes).fill(1);
  for (let j = 1; j < nodes; j++) {
    let best = 0;
    for (let i = 1; i < j; i++) {
      if (edgeLogits[i * maxNodes + j]! > edgeLogits[best * maxNodes + j]!) best = i;
    }
    parent[j] = best;
    edgeProbability[j] = Math.exp(logSigmoidOf(edgeLogits[best * maxNodes + j]!));
  }

  const [operationLogits] = await readBack(() => {
    const tree = { size: 1, maxNodes, nodeCount: Int32Array.of(nodes), parent };
    const { nodeEmbedding } = decodeTopology(store, config, zRow(), 'eval');
    const graph = createNodeGraph(tree, { padding: 'all' });
    return [decodeOperations(store, config, nodeEmbedding, graph, 'eval')];
  });
  const operation = new Uint32Array(nodes);
  const operationProbability = new Float32Array(nodes);
  for (let i = 0; i < nodes; i++) {
    const start = i * operationCount;
    operation[i] = argMax(operationLogits, start, operationCount);
    operationProbability[i] = Math.exp(
      categoricalLogMass(operationLogits, start, operationCount, operation[i]!),
    );
  }
  const nodeCountMass = (count: number): number =>
    Math.exp(categoricalLogMass(nodeCountLogits, 0, classes, count));
  return {
    parent: parent.slice(0, nodes),
    operation,
    edgeProbability,
    operationProbability,
    nodeCount: {
      probability: nodeCountMass(nodes),
      observed: nodeCountMass(structures.nodeCount[0]!),
    },
  };
}
