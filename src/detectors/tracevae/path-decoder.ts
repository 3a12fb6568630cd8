/**
 * The structure decoder by call paths: p(A, Y | z) as a product over the known calls of the tree's
 * nodes, a Bernoulli each. Its cost follows the nodes of a trace; N_max plays no part.
 *
 * Differs from the paper: its decoder (struct-vae.ts) writes N_max nodes, an edge or none between
 * any two, and an operation each (docs/decisions/0020).
 */
import { UNKNOWN_PATH } from '../../features/call-paths.ts';
import type { TraceBatch } from '../../features/trace-batch.ts';
import type { Mode } from '../../nn/batch-norm.ts';
import { bernoulliLogProb, categoricalLogProb } from '../../nn/distributions.ts';
import { normal } from '../../nn/initialisers.ts';
import { linear, linearSpecs, mlp, mlpSpecs } from '../../nn/layers.ts';
import type { ParameterSpec, Parameters } from '../../nn/parameters.ts';
import { affineTransposed } from '../../nn/products.ts';
import { type TwoWayIndex, twoWayIndex } from '../../nn/row-index.ts';
import { roomFor, sumRowsBy, takeRows } from '../../nn/row-sums.ts';
import * as tf from '../../nn/tf.ts';
import type { SavedWeights } from '../detector.ts';
import type { DistinctStructures } from './inputs.ts';
import { type KnownPaths, type PathTree, treeCalls } from './known-paths.ts';
import type { TraceVaeConfig } from './meta.ts';
import type { StructureLogProbs } from './struct-vae.ts';

/** Numbers that stand for a call path. */
const PATH_EMBEDDING = 64;

export const PATH_NETWORK = 'struct_vae.pG_graph_embedding';
export const PATH_HIDDEN = 'struct_vae.pG_path_hidden';
export const PATH_WEIGHT = 'struct_vae.pG_path.weight';
export const PATH_BIAS = 'struct_vae.pG_path.bias';
const COLUMNS = {
  caller: 'struct_vae.paths.caller',
  operation: 'struct_vae.paths.operation',
  count: 'struct_vae.paths.count',
} as const;

/**
 * A row [64] and a bias of each of the P known paths, which the network from z meets; and the paths
 * themselves, so that they are stored with the weights.
 *
 * Each bias begins at the logit of how often training had the path below its caller.
 */
export function pathDecoderSpecs(
  { latent, graphEmbeddingHidden }: TraceVaeConfig,
  known: KnownPaths,
): ParameterSpec[] {
  const paths = known.caller.length;
  const column = (name: string, values: ArrayLike<number>): ParameterSpec => ({
    name,
    shape: [paths],
    initialise: () => Float32Array.from(values),
    buffer: true,
  });
  return [
    ...mlpSpecs(PATH_NETWORK, latent, graphEmbeddingHidden, null),
    ...linearSpecs(PATH_HIDDEN, graphEmbeddingHidden.at(-1) ?? latent, PATH_EMBEDDING),
    {
      name: PATH_WEIGHT,
      shape: [paths, PATH_EMBEDDING],
      initialise: normal(PATH_EMBEDDING ** -0.5),
    },
    { name: PATH_BIAS, shape: [paths], initialise: () => usualLogits(known) },
    column(COLUMNS.caller, known.caller),
    column(COLUMNS.operation, known.operation),
    column(COLUMNS.count, known.count),
  ];
}

/** [P] logit of the share of the caller's traces that have the path, by the rule of succession. */
function usualLogits({ caller, count }: KnownPaths): Float32Array {
  let traces = 0;
  caller.forEach((above, path) => {
    if (above < 0) traces += count[path]!;
  });
  return Float32Array.from(count, (made, path) => {
    const of = caller[path]! < 0 ? traces : count[caller[path]!]!;
    return Math.log((made + 1) / (of - made + 1));
  });
}

/** The paths of stored weights; undefined where those are of the paper's decoder. */
export function storedPaths({ tensors }: SavedWeights): KnownPaths | undefined {
  const column = (wanted: string) => tensors.find(({ name }) => name === wanted)?.data;
  const [caller, operation, count] = [COLUMNS.caller, COLUMNS.operation, COLUMNS.count].map(column);
  if (caller === undefined || operation === undefined || count === undefined) return undefined;
  return { caller: Int32Array.from(caller), operation: Int32Array.from(operation), count };
}

/** Whether a parameter has a row for each known path. */
export const isPathRow = (name: string): boolean => name === PATH_WEIGHT || name === PATH_BIAS;
/** Whether it says which paths are known. */
export const isPathColumn = (name: string): boolean =>
  Object.values(COLUMNS).some((column) => column === name);

/** What p(A, Y | z) is compared with: B traces and their C known calls, made or not. */
export interface PathTargets {
  /** [calls] trace and path */
  readonly trace: TwoWayIndex;
  readonly path: TwoWayIndex;
  /** [calls, 1] 1 where the call was made; 0 weight where a row only fills */
  readonly made: tf.Tensor2D;
  readonly weight: tf.Tensor2D;
  /** Paths of the roots, and [B, roots] which of them each trace has; a row of 0 for none. */
  readonly roots: TwoWayIndex;
  readonly root: tf.Tensor2D;
  /** [B] 1 where the root is known */
  readonly rootKnown: tf.Tensor1D;
  /** [B] what calls add that training never saw: that they were made or not, and their operations */
  readonly unseenEdges: tf.Tensor1D;
  readonly unseenOperations: tf.Tensor1D;
}

/**
 * @param batch [B, N]
 * @param of    the distinct structures of the batch
 */
export function pathTargets(tree: PathTree, { batch, indexOf }: DistinctStructures): PathTargets {
  const structures = Array.from({ length: batch.size }, (_, s) => structureCalls(tree, batch, s));
  const size = indexOf.length;
  let calls = 0;
  for (const s of indexOf) calls += structures[s]!.path.length;
  const rows = roomFor(calls);
  const [trace, path] = [new Int32Array(rows), new Int32Array(rows)];
  const [made, weight] = [new Float32Array(rows), new Float32Array(rows)];
  const { roots } = tree;
  const paths = tree.known.caller.length;
  const root = new Float32Array(size * roots.length);
  const rootKnown = new Float32Array(size);
  const unseenEdges = new Float32Array(size);
  const unseenOperations = new Float32Array(size);
  let at = 0;
  indexOf.forEach((s, b) => {
    const one = structures[s]!;
    path.set(one.path, at);
    made.set(one.made, at);
    trace.fill(b, at, at + one.path.length);
    weight.fill(1, at, at + one.path.length);
    at += one.path.length;
    if (one.root >= 0) {
      root[b * roots.length + one.root] = 1;
      rootKnown[b] = 1;
    }
    unseenEdges[b] = one.edges;
    unseenOperations[b] = one.operations;
  });
  return {
    trace: twoWayIndex(trace, size),
    path: twoWayIndex(path, paths),
    made: tf.tensor2d(made, [rows, 1]),
    weight: tf.tensor2d(weight, [rows, 1]),
    roots: twoWayIndex(roots, paths),
    root: tf.tensor2d(root, [size, roots.length]),
    rootKnown: tf.tensor1d(rootKnown),
    unseenEdges: tf.tensor1d(unseenEdges),
    unseenOperations: tf.tensor1d(unseenOperations),
  };
}

/** One structure's part of {@link PathTargets}. */
function structureCalls(tree: PathTree, batch: TraceBatch, s: number) {
  const { root, path, node, unseen, logNoFurther } = treeCalls(tree, batch, s);
  let edges = logNoFurther.reduce((sum, logProb) => sum + logProb, 0);
  let operations = 0;
  for (const { logMade, logOperation } of unseen) {
    edges += logMade;
    operations += logOperation;
  }
  return {
    root: root === UNKNOWN_PATH ? -1 : tree.rootOf[root]!,
    path,
    made: Float32Array.from(node, (called) => (called < 0 ? 0 : 1)),
    edges,
    operations,
  };
}

/**
 * What the rows of the paths meet: the logit of a path is row . hidden + bias.
 *
 * @param z [B, K]
 * @returns [B, 64]
 */
export function pathHidden(
  parameters: Parameters,
  { graphEmbeddingHidden }: TraceVaeConfig,
  z: tf.Tensor2D,
  mode: Mode,
): tf.Tensor2D {
  const hidden = mlp(parameters, PATH_NETWORK, z, {
    hidden: graphEmbeddingHidden.length,
    output: false,
    mode,
  });
  return linear(parameters, PATH_HIDDEN, hidden);
}

/** Rows [P, 64] and biases [P] of the paths. */
export const pathRows = (
  parameters: Parameters,
): { readonly weight: tf.Tensor2D; readonly bias: tf.Tensor1D } => ({
  weight: parameters.get<tf.Tensor2D>(PATH_WEIGHT),
  bias: parameters.get<tf.Tensor1D>(PATH_BIAS),
});

/**
 * log p(A, Y | z) of B traces. The edges are the calls: of every known call of a node whether it was
 * made, and that or how many were made that training never saw there. The operations are the root's,
 * p(y_0 | z), and those of calls never seen. There is no p(N | z): the calls say how many nodes there are.
 *
 * @param hidden [B, 64] of {@link pathHidden}
 * @returns      [B] nats each
 */
export function pathLogProbs(
  parameters: Parameters,
  hidden: tf.Tensor2D,
  targets: PathTargets,
): StructureLogProbs {
  const [size] = hidden.shape;
  const { weight, bias } = pathRows(parameters);
  const column: tf.Tensor2D = tf.reshape(bias, [-1, 1]);
  const rootBias: tf.Tensor1D = tf.reshape(takeRows(column, targets.roots), [-1]);
  const rootLogits = affineTransposed(hidden, takeRows(weight, targets.roots), rootBias);
  const root = tf.mul(categoricalLogProb(rootLogits, targets.root), targets.rootKnown);
  return {
    logPNodeCount: tf.zeros([size]),
    logPAdjacency: tf.add(callsLogProb(hidden, weight, column, targets), targets.unseenEdges),
    logPNodeType: tf.add(root, targets.unseenOperations),
  };
}

/** @returns [B] log-probability of the known calls, made or not, nats */
function callsLogProb(
  hidden: tf.Tensor2D,
  weight: tf.Tensor2D,
  bias: tf.Tensor2D,
  { trace, path, made, weight: counts }: PathTargets,
): tf.Tensor1D {
  const [size] = hidden.shape;
  if (made.size === 0) return tf.zeros([size]);
  const meet = tf.mul(takeRows(weight, path), takeRows(hidden, trace)) as tf.Tensor2D;
  const logits = tf.add(tf.sum(meet, 1, true), takeRows(bias, path)) as tf.Tensor2D;
  const logProbs = tf.mul(bernoulliLogProb(logits, made), counts) as tf.Tensor2D;
  return tf.reshape(sumRowsBy(logProbs, trace), [-1]);
}
