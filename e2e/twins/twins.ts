/** Layers and the optimiser, on random shapes. */
import fc from 'fast-check';
import { ownKernels } from '../../src/kernels/own-kernels.ts';
import { batchNormLeakyRelu, batchNormSpecs, type Mode } from '../../src/nn/batch-norm.ts';
import { graphAttention } from '../../src/nn/graph-attention.ts';
import { graphConvolution, graphConvolutionSpecs } from '../../src/nn/graph-convolution.ts';
import { type NodeGraph, nodeGraphOf, uniformShares } from '../../src/nn/node-graph.ts';
import { layoutNodes } from '../../src/nn/node-layout.ts';
import { ParameterStore } from '../../src/nn/parameters.ts';
import {
  affineTransposed,
  innerProducts,
  multiply,
  multiplyConstant,
} from '../../src/nn/products.ts';
import { createRmsProp } from '../../src/nn/rms-prop.ts';
import * as tf from '../../src/nn/tf.ts';
import { deviation } from '../../src/parity/measure.ts';
import { randomTensor } from '../../src/testing/gradients.ts';
import { randomTrees } from '../../src/testing/random-trees.ts';
import { withTensors } from '../../src/testing/with-tensors.ts';
import {
  bothWays,
  deviationOf,
  hiddenNaNs,
  type Operation,
  seeds,
  sizes,
  worstOf,
  worstOfAll,
} from './harness.ts';

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
  const layout = layoutNodes(randomTrees(seed, size, maxNodes), {
    padding: 'one',
    block: 'stepped',
  });
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

/** How many parameters are numbers behind a step whose gradient has a NaN: its norm clips them all. */
async function survivorsOfNaN(): Promise<number> {
  const initialise = (): Float32Array => Float32Array.of(1, 2);
  const store = ParameterStore.initialise([{ name: 'a', shape: [2], initialise }], 1);
  const optimiser = createRmsProp(store, ['a'], { clipNorm: 1, l2: 0, penalised: new Set() });
  optimiser.step([tf.tensor1d([Number.NaN, 1])], 0.1);
  return (await store.pack()).filter((x) => !Number.isNaN(x)).length;
}

async function layerNaNs(): Promise<number> {
  const bad = tf.tensor2d([Number.NaN, 1, 2, 3], [2, 2]);
  const ones = tf.ones<tf.Rank.R2>([2, 2]);
  const vectors = tf.ones<tf.Rank.R3>([1, 1, 2]);
  const store = ParameterStore.initialise(batchNormSpecs('bn', 2), 1);
  const trees = { size: 1, maxNodes: 2, nodeCount: Int32Array.of(2), parent: Int32Array.of(-1, 0) };
  const layout = layoutNodes(trees, { padding: 'none', block: 'tight' });
  const [ours, stock] = [nodeGraphOf(layout, false), nodeGraphOf(layout, true)];
  const graph = (): NodeGraph => (ownKernels() ? ours : stock);
  const norm = (x: tf.Tensor): tf.Tensor2D =>
    batchNormLeakyRelu(store, 'bn', x as tf.Tensor2D, uniformShares(2), 'train');
  const found = [
    await hiddenNaNs((x) => affineTransposed(x as tf.Tensor2D, ones, tf.ones([2])), [bad]),
    await hiddenNaNs((x) => norm(x!), [bad]),
    await hiddenNaNs(
      (f) => graphAttention(f as tf.Tensor2D, vectors, vectors, tf.ones([2]), graph()),
      [bad],
    ),
    await survivorsOfNaN(),
  ];
  return found.reduce((sum, count) => sum + count);
}

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
  RMSprop: () => worstOf([seeds, sizes(40), fc.constantFrom(0.1, 1e3)], rmsProp),
  'NaN in layers': layerNaNs,
};
