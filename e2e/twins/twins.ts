/** Which kernels have twins, on random shapes. */
import fc from 'fast-check';
import { createRandom } from '../../src/base/random.ts';
import { ownKernels, setOwnKernels } from '../../src/kernels/own-kernels.ts';
import { meanDifference, meansBeside, unitBall } from '../../src/nn/batch-means.ts';
import { batchNormLeakyRelu, batchNormSpecs, type Mode } from '../../src/nn/batch-norm.ts';
import {
  categoricalLogProb,
  clip,
  likelyNormalLogProb,
  normalLogProb,
  normalRowLogProb,
  normalSample,
  upperBernoulliLogProb,
} from '../../src/nn/distributions.ts';
import { graphAttention } from '../../src/nn/graph-attention.ts';
import { graphConvolution, graphConvolutionSpecs } from '../../src/nn/graph-convolution.ts';
import { type NodeGraph, nodeGraphOf } from '../../src/nn/node-graph.ts';
import { layoutNodes } from '../../src/nn/node-layout.ts';
import { ParameterStore, type Parameters } from '../../src/nn/parameters.ts';
import {
  affineTransposed,
  innerProducts,
  multiply,
  multiplyConstant,
} from '../../src/nn/products.ts';
import { flowLogProb, realNvpSpecs } from '../../src/nn/real-nvp.ts';
import { createRmsProp } from '../../src/nn/rms-prop.ts';
import * as tf from '../../src/nn/tf.ts';
import { deviation } from '../../src/parity/measure.ts';
import { randomTensor } from '../../src/testing/gradients.ts';

const RUNS = 3;

const seeds = fc.integer({ min: 1, max: 1e6 });
const sizes = (max: number) => fc.integer({ min: 1, max });

/** The worst of what `measure` gives for a few random arguments, which are always the same ones. */
async function worstOf<T extends unknown[]>(
  arbitraries: { [K in keyof T]: fc.Arbitrary<T[K]> },
  measure: (...args: T) => Promise<number>,
  numRuns = RUNS,
): Promise<number> {
  const all = fc.tuple(...arbitraries) as unknown as fc.Arbitrary<T>;
  const samples = fc.sample(all, { numRuns, seed: 1 });
  let worst = 0;
  for (const args of samples) worst = Math.max(worst, await measure(...args));
  return worst;
}

/** Parameters of a store, some of them other tensors. */
const withTensors = (
  store: ParameterStore,
  others: Readonly<Record<string, tf.Tensor | undefined>>,
): Parameters => ({
  get: <T extends tf.Tensor>(name: string): T => (others[name] as T | undefined) ?? store.get(name),
  replace: (name, tensor) => store.replace(name, tensor),
});

/** With kernels of ours, then without. */
async function bothWays<T>(compute: () => Promise<T>): Promise<[T, T]> {
  setOwnKernels(true);
  const ours = await compute();
  setOwnKernels(false);
  const stock = await compute();
  setOwnKernels(true);
  return [ours, stock];
}

type Operation = (...x: tf.Tensor[]) => tf.Tensor;

/** How far values and gradients are from those of the twin. */
async function deviationOf(f: Operation, inputs: tf.Tensor[]): Promise<number> {
  const [ours, stock] = await bothWays(async () => {
    const tensors = tf.tidy(() => {
      const weigh = (...x: tf.Tensor[]): tf.Tensor => {
        const y = f(...x);
        // so that every output counts differently
        return tf.sum(tf.mul(y, randomTensor(99, ...y.shape)));
      };
      return [f(...inputs), ...tf.grads(weigh)(inputs)];
    });
    const values = await Promise.all(tensors.map((tensor) => tensor.data()));
    tf.dispose(tensors);
    return values;
  });
  return Math.max(...ours.map((values, i) => deviation(values, Array.from(stock[i]!))));
}

async function worstOfAll(twins: readonly [Operation, tf.Tensor[]][]): Promise<number> {
  let worst = 0;
  for (const [f, inputs] of twins) worst = Math.max(worst, await deviationOf(f, inputs));
  return worst;
}

async function rmsProp(seed: number, size: number, clipNorm: number): Promise<number> {
  const lengths = [size, size + 1, 3000];
  const names = lengths.map((_, i) => `parameter ${i}`);
  const specs = await Promise.all(
    lengths.map(async (length, i) => {
      const values = (await randomTensor(seed + i, length).data()) as Float32Array;
      return { name: names[i]!, shape: [length], initialise: () => values };
    }),
  );
  const [ours, stock] = await bothWays(async () => {
    const store = ParameterStore.initialise(specs, 1);
    const options = { clipNorm, l2: 0.3, penalised: new Set(['parameter 0', 'parameter 2']) };
    const optimiser = createRmsProp(store, names, options);
    const norm = optimiser.penaltyNorm();
    const gradients = lengths.map((length, i) => randomTensor(seed + 5 + i, length));
    optimiser.step(gradients, 0.01);
    optimiser.step(gradients, 0.01);
    const moved = [...(await norm.data()), ...(await store.pack()), ...(await optimiser.state())];
    optimiser.dispose();
    store.dispose();
    return moved;
  });
  return deviation(ours, stock);
}

async function batchNorm(seed: number, rows: number, width: number, mode: Mode): Promise<number> {
  const weights = tf.abs(randomTensor(seed + 1, rows, 1));
  const column: tf.Tensor2D = tf.div(weights, tf.sum(weights));
  const shares = { row: tf.transpose(column), column, count: rows };
  const x = randomTensor<tf.Tensor2D>(seed, rows, width);
  const columns = [randomTensor(seed + 2, width), randomTensor(seed + 3, width)];
  const store = ParameterStore.initialise(batchNormSpecs('bn', width), 1);
  const normalise = (input: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor): tf.Tensor2D => {
    const given = withTensors(store, { 'bn.weight': gamma, 'bn.bias': beta });
    return batchNormLeakyRelu(given, 'bn', input as tf.Tensor2D, shares, mode);
  };
  const start = await store.pack();
  const [ours, stock] = await bothWays(async () => {
    store.restore(ParameterStore.unpack(batchNormSpecs('bn', width), start).snapshot());
    const y = normalise(x, columns[0]!, columns[1]!);
    return [...(await y.data()), ...(await store.pack())];
  });
  const gradients = mode === 'train' ? deviationOf(normalise as Operation, [x, ...columns]) : 0;
  return Math.max(deviation(ours, stock), await gradients);
}

/** The same random forest for both twins, as edges and as one dense block. */
async function onTrees(
  seed: number,
  size: number,
  maxNodes: number,
  operation: (graph: () => NodeGraph, rows: number) => [Operation, tf.Tensor[]],
): Promise<number> {
  const random = createRandom(seed);
  const nodeCount = Int32Array.from({ length: size }, () => 1 + random.integer(maxNodes));
  const parent = new Int32Array(size * maxNodes).fill(-1);
  nodeCount.forEach((nodes, b) => {
    for (let i = 1; i < nodes; i++) parent[b * maxNodes + i] = random.integer(i);
  });
  const trees = { size, maxNodes, nodeCount, parent };
  const layout = layoutNodes(trees, { padding: 'one', block: 'tight' });
  const [ours, stock] = [nodeGraphOf(layout, false), nodeGraphOf(layout, true)];
  return deviationOf(...operation(() => (ownKernels() ? ours : stock), layout.rows));
}

const attention = (
  seed: number,
  size: number,
  nodes: number,
  heads: number,
  units: number,
): Promise<number> =>
  onTrees(seed, size, nodes, (graph, rows) => [
    (f, l, r, bias) =>
      graphAttention(
        f as tf.Tensor2D,
        l as tf.Tensor3D,
        r as tf.Tensor3D,
        bias as tf.Tensor1D,
        graph(),
      ),
    [
      randomTensor(seed, rows, heads * units),
      randomTensor(seed + 1, 1, heads, units),
      randomTensor(seed + 2, 1, heads, units),
      randomTensor(seed + 3, heads * units),
    ],
  ]);

const convolution = (
  seed: number,
  size: number,
  nodes: number,
  inputs: number,
  outputs: number,
): Promise<number> => {
  const store = ParameterStore.initialise(graphConvolutionSpecs('conv', inputs, outputs), seed);
  return onTrees(seed, size, nodes, (graph, rows) => [
    (x, weight, bias) => {
      const given = withTensors(store, { 'conv.weight': weight, 'conv.bias': bias });
      return graphConvolution(given, 'conv', x as tf.Tensor2D, graph());
    },
    [
      randomTensor(seed, rows, inputs),
      randomTensor(seed + 1, inputs, outputs),
      randomTensor(seed + 2, outputs),
    ],
  ]);
};

/** All ways that products are read, sums of them, and a bias. */
async function products(
  seed: number,
  rows: number,
  columns: number,
  depth: number,
): Promise<number> {
  const x = tf.mul(randomTensor<tf.Tensor2D>(seed, rows, depth), 1 / Math.sqrt(depth));
  const w = randomTensor<tf.Tensor2D>(seed + 1, columns, depth);
  const constant = x as tf.Tensor2D;
  return worstOfAll([
    [
      (a, b, c) => affineTransposed(a as tf.Tensor2D, b as tf.Tensor2D, c as tf.Tensor1D),
      [x, w, randomTensor(seed + 2, columns)],
    ],
    [(a, b) => multiply(a as tf.Tensor2D, b as tf.Tensor2D), [x, tf.transpose(w)]],
    [(b) => multiplyConstant(constant, b as tf.Tensor2D), [tf.transpose(w)]],
    [(e) => innerProducts(tf.reshape(e!, [1, rows, depth])), [x]],
  ]);
}

async function flow(seed: number, rows: number, size: number, hidden: number): Promise<number> {
  const levels = 2;
  const specs = realNvpSpecs('flow', { size, levels, hidden });
  const names = specs.map(({ name }) => name);
  const store = ParameterStore.initialise(specs, seed);
  // the coupling's last layers start at zero
  const inputs = specs.map(({ shape }, i) =>
    tf.add(store.get(names[i]!), tf.mul(0.1, randomTensor(seed + i, ...shape))),
  );
  return deviationOf(
    (z, ...tensors) => {
      const given = withTensors(
        store,
        Object.fromEntries(names.map((name, i) => [name, tensors[i]])),
      );
      return flowLogProb(given, 'flow', levels, z as tf.Tensor2D);
    },
    [randomTensor(seed, rows, size), ...inputs],
  );
}

const normal = (seed: number, rows: number, width: number): Promise<number> => {
  const noise = randomTensor<tf.Tensor2D>(seed + 3, rows, width);
  const [x, mean, logStd] = [seed, seed + 1, seed + 2].map((s) => randomTensor(s, rows, width)) as [
    tf.Tensor2D,
    tf.Tensor2D,
    tf.Tensor2D,
  ];
  return worstOfAll([
    [(...of) => normalLogProb(of[0]!, of[1]!, of[2]!), [x, mean, logStd]],
    [
      (...of) => normalRowLogProb(...(of as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D])),
      [x, mean, logStd],
    ],
    // about half of the numbers are clipped
    [(m, s) => likelyNormalLogProb(x, m as tf.Tensor2D, s as tf.Tensor2D, 0.7), [mean, logStd]],
    [(m, s) => normalSample(m as tf.Tensor2D, s as tf.Tensor2D, noise), [mean, logStd]],
    [(s) => clip(s!, -0.5, 0.5), [logStd]],
    [(s) => clip(s!, -0.5, Number.POSITIVE_INFINITY), [logStd]],
  ]);
};

const discrete = (seed: number, rows: number, classes: number): Promise<number> => {
  const random = createRandom(seed);
  const indices = Array.from({ length: rows }, () => random.integer(classes));
  const oneHot = tf.tensor2d(
    indices.flatMap((index) => Array.from({ length: classes }, (_, c) => (c === index ? 1 : 0))),
    [rows, classes],
  );
  const edges = tf.tensor3d(
    Float32Array.from({ length: 3 * classes * classes }, () => random.integer(2)),
    [3, classes, classes],
  );
  return worstOfAll([
    [
      (logits) => categoricalLogProb(logits as tf.Tensor2D, oneHot),
      [tf.mul(5, randomTensor(seed, rows, classes))],
    ],
    [
      (logits) => upperBernoulliLogProb(logits as tf.Tensor3D, edges),
      [tf.mul(5, randomTensor(seed, 3, classes, classes))],
    ],
  ]);
};

const means = (seed: number, rows: number, width: number): Promise<number> => {
  const terms = [0, 1, 2, 3].map((i) => randomTensor<tf.Tensor1D>(seed + i, rows));
  return worstOfAll([
    [(a, b, c, d) => meanDifference([a, b] as tf.Tensor1D[], [c, d] as tf.Tensor1D[]), terms],
    [(z) => unitBall(z as tf.Tensor2D), [randomTensor(seed, rows, width)]],
    [
      (z) => tf.mul(z!, meansBeside(terms, [tf.scalar(3), tf.scalar(4)])),
      [randomTensor(seed, terms.length + 2)],
    ],
  ]);
};

export const TWINS: Readonly<Record<string, () => Promise<number>>> = {
  'small products': () => worstOf([seeds, sizes(40), sizes(40), sizes(700)], products),
  'large products': () =>
    worstOf([seeds, fc.constant(520), fc.constant(515), sizes(40)], products, 1),
  'BatchNorm in training': () =>
    worstOf([seeds, fc.integer({ min: 8, max: 70 }), sizes(40), fc.constant('train')], batchNorm),
  'BatchNorm in eval mode': () =>
    worstOf([seeds, sizes(70), sizes(40), fc.constant('eval')], batchNorm),
  'attention over trees': () =>
    worstOf([seeds, sizes(6), sizes(12), sizes(3), sizes(70)], attention),
  GraphConv: () => worstOf([seeds, sizes(6), sizes(9), sizes(20), sizes(20)], convolution),
  'RealNVP prior': () =>
    worstOf([seeds, sizes(9), fc.integer({ min: 2, max: 11 }), sizes(70)], flow),
  'Gaussian densities and samples': () => worstOf([seeds, sizes(70), sizes(12)], normal),
  'discrete densities': () =>
    worstOf([seeds, sizes(70), fc.integer({ min: 2, max: 80 })], discrete),
  'means over a batch': () => worstOf([seeds, sizes(150), sizes(12)], means),
  RMSprop: () => worstOf([seeds, sizes(40), fc.constantFrom(0.1, 1e3)], rmsProp),
};
