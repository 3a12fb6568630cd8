/** Layers and the optimiser, on random shapes. */
import fc from 'fast-check';
import { createRandom, normals } from '../../src/base/random.ts';
import { createAdamW } from '../../src/nn/adam-w.ts';
import { batchNormLeakyRelu, batchNormSpecs, type Mode } from '../../src/nn/batch-norm.ts';
import { graphAttention } from '../../src/nn/graph-attention.ts';
import { graphConvolution, graphConvolutionSpecs } from '../../src/nn/graph-convolution.ts';
import { lookUp, lookUpBeside, placeRows } from '../../src/nn/lookup.ts';
import { lstm, lstmSpecs } from '../../src/nn/lstm.ts';
import { type NodeGraph, nodeGraphOf, rowShares, uniformShares } from '../../src/nn/node-graph.ts';
import { layoutNodes } from '../../src/nn/node-layout.ts';
import { ParameterStore } from '../../src/nn/parameters.ts';
import {
  affineTransposed,
  innerProducts,
  multiply,
  multiplyConstant,
} from '../../src/nn/products.ts';
import { createRmsProp } from '../../src/nn/rms-prop.ts';
import { rowIndex } from '../../src/nn/row-index.ts';
import * as tf from '../../src/nn/tf.ts';
import { treeLevels } from '../../src/nn/tree-levels.ts';
import { treeLstm, treeLstmSpecs } from '../../src/nn/tree-lstm.ts';
import { deviation } from '../../src/parity/measure.ts';
import { randomTensor } from '../../src/testing/gradients.ts';
import { randomTrees } from '../../src/testing/random-trees.ts';
import { bothWays, deviationOf, type TensorFunction, type Twin } from '../../src/testing/twins.ts';
import { withTensors } from '../../src/testing/with-tensors.ts';
import { hiddenNaNs, seeds, sizes, worstOf, worstOfAll } from './harness.ts';

/** All ways that products are read, sums of them, and a bias. */
function products(seed: number, rows: number, columns: number, depth: number): Promise<number> {
  const x = (): tf.Tensor2D =>
    tf.mul(randomTensor<tf.Tensor2D>(seed, rows, depth), 1 / Math.sqrt(depth));
  const w = (): tf.Tensor2D => randomTensor(seed + 1, columns, depth);
  return worstOfAll([
    () => [
      (a, b, c) => affineTransposed(a as tf.Tensor2D, b as tf.Tensor2D, c as tf.Tensor1D),
      [x(), w(), randomTensor(seed + 2, columns)],
    ],
    () => [(a, b) => multiply(a as tf.Tensor2D, b as tf.Tensor2D), [x(), tf.transpose(w())]],
    () => {
      const constant = x();
      return [(b) => multiplyConstant(constant, b as tf.Tensor2D), [tf.transpose(w())]];
    },
    () => [(e) => innerProducts(tf.reshape(e!, [1, rows, depth])), [x()]],
  ]);
}

async function batchNorm(seed: number, rows: number, width: number, mode: Mode): Promise<number> {
  const specs = batchNormSpecs('bn', width);
  const normalise = (store: ParameterStore): [TensorFunction, tf.Tensor[]] => {
    const shares = rowShares(Float32Array.from(normals(createRandom(seed, 1), rows), Math.abs));
    return [
      (x, gamma, beta) => {
        const given = withTensors(store, { 'bn.weight': gamma, 'bn.bias': beta });
        return batchNormLeakyRelu(given, 'bn', x as tf.Tensor2D, shares, mode);
      },
      [
        randomTensor(seed, rows, width),
        randomTensor(seed + 2, width),
        randomTensor(seed + 3, width),
      ],
    ];
  };
  const [ours, loops] = await bothWays(async () => {
    const store = ParameterStore.initialise(specs, 1);
    const [f, inputs] = normalise(store);
    const y = f(...inputs);
    return [...(await y.data()), ...(await store.pack())];
  });
  const gradients =
    mode === 'train' ? deviationOf(() => normalise(ParameterStore.initialise(specs, 1))) : 0;
  return Math.max(deviation(ours, loops), await gradients);
}

/** A random forest, its edges as each backend reads them. */
const forest = (seed: number, size: number, maxNodes: number): NodeGraph =>
  nodeGraphOf(
    layoutNodes(randomTrees(seed, size, maxNodes), { padding: 'one', packing: 'stepped' }),
  );

const attention = (
  seed: number,
  size: number,
  nodes: number,
  heads: number,
  units: number,
): Promise<number> =>
  deviationOf(() => {
    const graph = forest(seed, size, nodes);
    return [
      (f, l, r, bias) =>
        graphAttention(
          f as tf.Tensor2D,
          l as tf.Tensor3D,
          r as tf.Tensor3D,
          bias as tf.Tensor1D,
          graph,
        ),
      [
        randomTensor(seed, graph.rows, heads * units),
        randomTensor(seed + 1, 1, heads, units),
        randomTensor(seed + 2, 1, heads, units),
        randomTensor(seed + 3, heads * units),
      ],
    ];
  });

const convolution = (
  seed: number,
  size: number,
  nodes: number,
  inputs: number,
  outputs: number,
): Promise<number> =>
  deviationOf(() => {
    const graph = forest(seed, size, nodes);
    const store = ParameterStore.initialise(graphConvolutionSpecs('conv', inputs, outputs), seed);
    return [
      (x, weight, bias) => {
        const given = withTensors(store, { 'conv.weight': weight, 'conv.bias': bias });
        return graphConvolution(given, 'conv', x as tf.Tensor2D, graph);
      },
      [
        randomTensor(seed, graph.rows, inputs),
        randomTensor(seed + 1, inputs, outputs),
        randomTensor(seed + 2, outputs),
      ],
    ];
  });

async function lookups(seed: number, rows: number, width: number): Promise<number> {
  const indices = Int32Array.from({ length: 2 * rows }, (_, i) => (i * 7 + seed) % rows);
  const places = Int32Array.from({ length: 2 * rows }, (_, i) => (i % 2 === 0 ? i / 2 : -1));
  const beside = {
    values: Float32Array.of(1, 2, 3, 4),
    width: 2,
    indexOf: indices.map((i) => (i % 3) - 1),
  };
  const table = (): tf.Tensor2D => randomTensor(seed, rows, width);
  const [ours, loops] = await bothWays(async () => [
    ...(await lookUp(table(), rowIndex(indices)).data()),
    ...(await lookUpBeside(beside, table(), indices).data()),
  ]);
  const placed = await deviationOf(() => [(x) => placeRows(x as tf.Tensor2D, places), [table()]]);
  return Math.max(deviation(ours, loops), placed);
}

const sequences = (seed: number, inputs: number, units: number): Promise<number> =>
  deviationOf(() => {
    const steps = [5, 3, 3, 1];
    const specs = lstmSpecs('l', inputs, units);
    const store = ParameterStore.initialise(specs, seed);
    return [
      (x, ...tensors) => {
        const others = Object.fromEntries(specs.map(({ name }, i) => [name, tensors[i]]));
        return lstm(withTensors(store, others), 'l', x as tf.Tensor2D, steps);
      },
      [randomTensor(seed, 12, inputs), ...specs.map(({ name }) => store.get(name))],
    ];
  });

const trees = (seed: number, graphs: number, maxNodes: number, units: number): Promise<number> =>
  deviationOf(() => {
    const levels = treeLevels(randomTrees(seed, graphs, maxNodes));
    const specs = treeLstmSpecs('t', units + 1, units);
    const store = ParameterStore.initialise(specs, seed);
    return [
      (x, ...tensors) => {
        const others = Object.fromEntries(specs.map(({ name }, i) => [name, tensors[i]]));
        return treeLstm(withTensors(store, others), 't', x as tf.Tensor2D, levels);
      },
      [randomTensor(seed, levels.rows, units + 1), ...specs.map(({ name }) => store.get(name))],
    ];
  });

async function adamW(seed: number, size: number): Promise<number> {
  const initialise = (): Float32Array => normals(createRandom(seed), size);
  const [ours, loops] = await bothWays(async () => {
    const store = ParameterStore.initialise([{ name: 'a', shape: [size], initialise }], 1);
    const optimiser = createAdamW(store, ['a'], { clipNorm: 10, decay: 0.01 });
    optimiser.step([randomTensor(seed + 1, size)], 0.01);
    optimiser.step([randomTensor(seed + 2, size)], 0.01);
    const moved = [...(await store.pack()), ...(await optimiser.state())];
    optimiser.dispose();
    store.dispose();
    return moved;
  });
  return deviation(ours, loops);
}

async function rmsProp(seed: number, size: number, clipNorm: number): Promise<number> {
  const lengths = [size, size + 1, 3000];
  const names = lengths.map((_, i) => `parameter ${i}`);
  const specs = lengths.map((length, i) => ({
    name: names[i]!,
    shape: [length],
    initialise: () => normals(createRandom(seed + i), length),
  }));
  const [ours, loops] = await bothWays(async () => {
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
  return deviation(ours, loops);
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
  const bad = (): tf.Tensor2D => tf.tensor2d([Number.NaN, 1, 2, 3], [2, 2]);
  const trees = { size: 1, maxNodes: 2, nodeCount: Int32Array.of(2), parent: Int32Array.of(-1, 0) };
  const layout = layoutNodes(trees, { padding: 'none', packing: 'tight' });
  const twins: Twin[] = [
    () => [(x) => affineTransposed(x as tf.Tensor2D, tf.ones([2, 2]), tf.ones([2])), [bad()]],
    () => {
      const store = ParameterStore.initialise(batchNormSpecs('bn', 2), 1);
      const shares = uniformShares(2);
      return [(x) => batchNormLeakyRelu(store, 'bn', x as tf.Tensor2D, shares, 'train'), [bad()]];
    },
    () => {
      const graph = nodeGraphOf(layout);
      const vectors = tf.ones<tf.Rank.R3>([1, 1, 2]);
      const bias = tf.ones<tf.Rank.R1>([2]);
      return [(f) => graphAttention(f as tf.Tensor2D, vectors, vectors, bias, graph), [bad()]];
    },
  ];
  let found = await survivorsOfNaN();
  for (const twin of twins) found += await hiddenNaNs(twin);
  return found;
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
  'rows by index': () => worstOf([seeds, sizes(20), sizes(9)], lookups),
  LSTM: () => worstOf([seeds, sizes(9), sizes(9)], sequences),
  'Tree-LSTM': () => worstOf([seeds, sizes(6), sizes(9), sizes(9)], trees),
  AdamW: () => worstOf([seeds, sizes(40)], adamW),
  RMSprop: () => worstOf([seeds, sizes(40), fc.constantFrom(0.1, 1e3)], rmsProp),
  'NaN in layers': layerNaNs,
};
