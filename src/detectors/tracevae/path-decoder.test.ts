import { expect, test } from 'vitest';
import { createRandom, normals } from '../../base/random.ts';
import { makeBatch } from '../../features/trace-batch.ts';
import { ParameterStore, type Parameters } from '../../nn/parameters.ts';
import { readBack } from '../../nn/read-back.ts';
import * as tf from '../../nn/tf.ts';
import { startTestBackend, TEST_BACKENDS } from '../../testing/backends.ts';
import { gradientsOf } from '../../testing/gradients.ts';
import { smallSettings } from '../../testing/small-tracevae.ts';
import { toyData } from '../../testing/toy-traces.ts';
import { adjacencyLogProb, nodeTypeLogProb } from './decoded-structures.ts';
import { distinctStructures } from './inputs.ts';
import { collectKnownPaths, openKnownPaths } from './known-paths.ts';
import { traceVaeConfig } from './meta.ts';
import { pathHidden, pathLogProbs, pathTargets } from './path-decoder.ts';
import { decodePaths, pathMismatches, reconstructPaths } from './path-scores.ts';
import { traceVaeSpecs } from './trace-vae.ts';

const small = smallSettings(3);
const config = traceVaeConfig({
  ...small,
  model: { ...small.model, structureDecoder: 'call-paths' },
});
const data = toyData(36);
const operationCount = data.traces.operations.length;
/** Paths of one kind of trace are unknown. */
const learnt = data.train.filter((trace) => data.traces.structureOf[trace] !== 1);
const known = collectKnownPaths(data.traces, learnt);
const selected = data.train.subarray(0, 8);
const batch = makeBatch(data.traces, data.scale, selected, 5);
const z = normals(createRandom(3), batch.size * config.latent);

function openModel() {
  const store = ParameterStore.initialise(traceVaeSpecs(config, operationCount, known), 5);
  return { store, config, operationCount, paths: openKnownPaths(known, operationCount) };
}

const HIDDEN = 5;

/** Rows and biases of the paths as they are given. */
const given = (weight: tf.Tensor, bias: tf.Tensor): Parameters => ({
  get: <T extends tf.Tensor>(name: string) => (name.endsWith('.weight') ? weight : bias) as T,
  replace: () => {},
  derived: (_name, compute) => compute(),
});

const drawn = (seed: number, shape: number[]): Float32Array =>
  normals(
    createRandom(seed),
    shape.reduce((size, n) => size * n, 1),
  );

for (const backend of TEST_BACKENDS) {
  test(`${backend}: gradients are those of finite differences`, async () => {
    await startTestBackend(backend);
    const paths = openKnownPaths(known, operationCount);
    const shapes = [[batch.size, HIDDEN], [known.caller.length, HIDDEN], [known.caller.length]];
    const values = shapes.map((shape, i) => drawn(i + 1, shape));
    tf.tidy(() => {
      const targets = pathTargets(paths, distinctStructures(batch));
      const logProbs = (...[hidden, weight, bias]: tf.Tensor[]): tf.Tensor => {
        const of = pathLogProbs(given(weight!, bias!), hidden as tf.Tensor2D, targets);
        return tf.stack([of.logPNodeCount, of.logPAdjacency, of.logPNodeType]);
      };
      const tensors = (): tf.Tensor[] => values.map((one, i) => tf.tensor(one, shapes[i]!));
      const gradients = gradientsOf(logProbs, tensors());
      const weighed = (): number => {
        const y = logProbs(...tensors());
        return tf.sum(tf.mul(y, tf.tensor(drawn(99, y.shape), y.shape))).dataSync()[0]!;
      };
      const step = 1e-2;
      values.forEach((one, i) => {
        one.forEach((value, k) => {
          one[k] = value + step;
          const above = weighed();
          one[k] = value - step;
          const below = weighed();
          one[k] = value;
          const slope = (above - below) / (2 * step);
          expect(Math.abs(gradients[i]![k]! - slope)).toBeLessThan(2e-2 * (1 + Math.abs(slope)));
        });
      });
    });
  });

  test(`${backend}: training and scoring give a trace the same probabilities`, async () => {
    await startTestBackend(backend);
    const model = openModel();
    const [edges, operations] = await readBack(() => {
      const targets = pathTargets(model.paths, distinctStructures(batch));
      const zRows = tf.tensor2d(z, [batch.size, config.latent]);
      const of = pathLogProbs(model.store, pathHidden(model.store, config, zRows, 'eval'), targets);
      return [of.logPAdjacency, of.logPNodeType];
    });
    const decoded = await decodePaths(model, batch, z, 1);
    for (let row = 0; row < batch.size; row++) {
      expect(edges[row]).toBeCloseTo(adjacencyLogProb(decoded, row).all, 4);
      expect(operations[row]).toBeCloseTo(nodeTypeLogProb(decoded, row), 4);
      expect(decoded.nodeCount(row)).toBe(0);
    }
    model.store.dispose();
  });
}

test('a bias begins at how often training had the call', async () => {
  await startTestBackend('cpu');
  const { store } = openModel();
  const biases = store.get('struct_vae.pG_path.bias').dataSync();
  const { caller, count } = known;
  caller.forEach((above, path) => {
    if (above < 0) return;
    const share = (count[path]! + 1) / (count[above]! + 2);
    expect(1 / (1 + Math.exp(-biases[path]!))).toBeCloseTo(share, 5);
  });
  store.dispose();
});

test('the tree that it would write has each call that is more likely made than not', async () => {
  await startTestBackend('cpu');
  const model = openModel();
  const atMean = new Float32Array(config.latent);
  const { parent, operation, edgeProbability, nodeCount } = await reconstructPaths(model, atMean);
  expect(nodeCount).toBeNull();
  expect(parent[0]).toBe(-1);
  for (let i = 1; i < parent.length; i++) {
    expect(parent[i]).toBeLessThan(i);
    expect(edgeProbability[i]).toBeGreaterThanOrEqual(0.5);
  }
  // that very tree is no mismatch, and it without its last call is one
  const treeOf = (nodes: number) => ({
    size: 1,
    maxNodes: nodes,
    nodeCount: Int32Array.of(nodes),
    parent: parent.slice(0, nodes),
    operation: Int32Array.from(operation.subarray(0, nodes)),
    latency: new Float32Array(nodes),
  });
  expect([...(await pathMismatches(model, treeOf(parent.length), atMean))]).toEqual([0]);
  expect([...(await pathMismatches(model, treeOf(parent.length - 1), atMean))]).toEqual([1]);
  model.store.dispose();
});

test('calls that a trace lacks are named, and one that training never saw differs', async () => {
  await startTestBackend('cpu');
  const model = openModel();
  const structures = distinctStructures(batch).batch;
  const zRows = new Float32Array(structures.size * config.latent);
  const decoded = await decodePaths(model, structures, zRows, 1);
  const mismatches = await pathMismatches(model, structures, zRows);
  for (let s = 0; s < structures.size; s++) {
    const nodes = structures.nodeCount[s]!;
    const entries: number[] = [];
    decoded.forEachEdge(s, (i, j, logProb) => {
      expect(i < j || j >= nodes).toBe(true);
      expect(logProb).toBeLessThanOrEqual(0);
      entries.push(j);
    });
    // every node but the root is called once, and every absent call is told once
    const absent = decoded.absentCalls[s]!.length;
    for (let j = 1; j < nodes + absent; j++) {
      expect(entries.filter((entry) => entry === j)).toHaveLength(1);
    }
    if (nodes === 2) expect(mismatches[s]).toBe(1);
  }
  model.store.dispose();
});
