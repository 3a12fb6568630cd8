/**
 * The structure decoder by call paths on the host: logits of the calls of a tree from what the
 * network makes of z, summed in float64; which trees the model would not write as they are, and which
 * it would write.
 */
import {
  argMax,
  bernoulliLogMass,
  categoricalLogMass,
  logSigmoidOf,
} from '../../base/log-densities.ts';
import { UNKNOWN_PATH } from '../../features/call-paths.ts';
import type { TraceBatch } from '../../features/trace-batch.ts';
import { readBack } from '../../nn/read-back.ts';
import * as tf from '../../nn/tf.ts';
import type { TraceExplanation } from '../explanation.ts';
import type { AbsentCall, DecodedStructures } from './decoded-structures.ts';
import { type PathTree, type TreeCalls, treeCalls } from './known-paths.ts';
import { pathHidden, pathRows } from './path-decoder.ts';
import type { TrainingModel } from './train-step.ts';

/** The model of a decoder by call paths. */
export type PathModel = TrainingModel & { readonly paths: PathTree };

/** Logits of paths for rows of z. */
interface PathLogits {
  /** Of a path for a row of z, nats. */
  of(row: number, path: number): number;
  /** [roots] up to a constant */
  ofRoots(row: number): Float32Array;
}

/** @param z [rows, K] */
async function readLogits(model: PathModel, z: Float32Array): Promise<PathLogits> {
  const { store, config } = model;
  const rows = z.length / config.latent;
  const [hidden, weight, bias] = await readBack(() => {
    const paths = pathRows(store);
    const of = pathHidden(store, config, tf.tensor2d(z, [rows, config.latent]), 'eval');
    return [of, tf.clone(paths.weight), tf.clone(paths.bias)];
  });
  const width = hidden.length / rows;
  const of = (row: number, path: number): number => {
    let sum = bias[path]!;
    const [h, w] = [row * width, path * width];
    for (let k = 0; k < width; k++) sum += hidden[h + k]! * weight[w + k]!;
    return sum;
  };
  return {
    of,
    ofRoots: (row) => Float32Array.from(model.paths.roots, (path) => of(row, path)),
  };
}

/** log p(y_0 | z) among the known roots, nats. */
const rootLogProb = (logits: Float32Array, root: number): number =>
  categoricalLogMass(logits, 0, logits.length, root);

/**
 * What the decoder makes of samples of z.
 *
 * @param structures [S, N]
 * @param z          [S, L, K]
 * @param samples    L
 */
export async function decodePaths(
  model: PathModel,
  structures: TraceBatch,
  z: Float32Array,
  samples: number,
): Promise<DecodedStructures> {
  const { paths } = model;
  const logits = await readLogits(model, z);
  const { maxNodes, nodeCount, parent } = structures;
  const trees = callsOfAll(paths, structures);
  const absentCalls = trees.map((tree) => absentCallsOf(paths, tree));
  // the logits of a row are read by several sums
  const callLogits = trees.map(({ path }, s) => {
    const own = new Float64Array(path.length * samples);
    for (let l = 0; l < samples; l++) {
      path.forEach((call, c) => {
        own[l * path.length + c] = logits.of(s * samples + l, call);
      });
    }
    return own;
  });
  return {
    by: 'call-paths',
    absentCalls,
    nodeCount: () => 0,
    forEachEdge(row, visit) {
      const s = Math.floor(row / samples);
      const { path, caller, node, unseen, logNoFurther } = trees[s]!;
      const first = (row % samples) * path.length;
      const own = callLogits[s]!;
      let absent = nodeCount[s]!;
      for (let c = 0; c < path.length; c++) {
        const called = node[c]!;
        const made = called >= 0;
        visit(caller[c]!, made ? called : absent++, bernoulliLogMass(own[first + c]!, made));
      }
      for (const { node: j, logMade } of unseen) {
        const i = parent[s * maxNodes + j]!;
        if (i < 0) visit(0, absent, logMade);
        else visit(i, j, logMade);
      }
      for (const logProb of logNoFurther) visit(0, absent, logProb);
    },
    forEachOperation(row, visit) {
      const s = Math.floor(row / samples);
      const { root, unseen } = trees[s]!;
      const logProbs = new Float64Array(nodeCount[s]!);
      for (const { node, logOperation } of unseen) logProbs[node] = logOperation;
      if (root !== UNKNOWN_PATH) {
        logProbs[0] = rootLogProb(logits.ofRoots(row), paths.rootOf[root]!);
      }
      logProbs.forEach((logProb, i) => {
        visit(i, logProb);
      });
    },
  };
}

const callsOfAll = (paths: PathTree, structures: TraceBatch): TreeCalls[] =>
  Array.from({ length: structures.size }, (_, s) => treeCalls(paths, structures, s));

function absentCallsOf({ known }: PathTree, { path, caller, node }: TreeCalls): AbsentCall[] {
  const absent: AbsentCall[] = [];
  path.forEach((call, c) => {
    if (node[c]! < 0) absent.push({ caller: caller[c]!, operation: known.operation[call]! });
  });
  return absent;
}

/**
 * Which structures the model would not write as they are: at this z a call that is absent is more
 * likely made than not, or one that is made is not, another root is more likely, or training never
 * saw a call.
 *
 * @param structures [S, N]
 * @param z          [S, K]
 * @returns          [S] 1 where anything differs
 */
export async function pathMismatches(
  model: PathModel,
  structures: TraceBatch,
  z: Float32Array,
): Promise<Uint8Array> {
  const logits = await readLogits(model, z);
  return Uint8Array.from(callsOfAll(model.paths, structures), (tree, s) => {
    const { root, path, node, unseen } = tree;
    if (unseen.length > 0) return 1;
    const roots = logits.ofRoots(s);
    if (argMax(roots, 0, roots.length) !== model.paths.rootOf[root]) return 1;
    return path.some((call, c) => logits.of(s, call) > 0 !== node[c]! >= 0) ? 1 : 0;
  });
}

/**
 * The tree of the most probable root and, from there down, of the calls that are made with p >= 0.5.
 *
 * @param z [K]
 * @returns columns [n] of its nodes, probabilities from 0 to 1
 */
export async function reconstructPaths(
  model: PathModel,
  z: Float32Array,
): Promise<TraceExplanation['reconstruction']> {
  const { paths } = model;
  const logits = await readLogits(model, z);
  const roots = logits.ofRoots(0);
  const root = argMax(roots, 0, roots.length);
  const path = [paths.roots[root]!];
  const parent = [-1];
  const edgeProbability = [1];
  for (let i = 0; i < path.length; i++) {
    for (const call of paths.callsOf(path[i]!)) {
      const logit = logits.of(0, call);
      if (logit < 0) continue;
      path.push(call);
      parent.push(i);
      edgeProbability.push(Math.exp(logSigmoidOf(logit)));
    }
  }
  // of a call, the path says which operation it is
  const operationProbability = new Float32Array(path.length).fill(1);
  operationProbability[0] = Math.exp(rootLogProb(roots, root));
  return {
    parent: Int32Array.from(parent),
    operation: Uint32Array.from(path, (of) => paths.known.operation[of]!),
    edgeProbability: Float32Array.from(edgeProbability),
    operationProbability,
    nodeCount: null,
  };
}
