/** Kernels on WASM against the same operations on cpu, on any shapes. */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { createRandom, normals } from '../base/random.ts';
import { wasmKernels } from '../kernels/wasm-kernels.ts';
import { deviation } from '../parity/measure.ts';
import { startTestBackend } from '../testing/backends.ts';
import { randomTensor } from '../testing/gradients.ts';
import { randomTrees } from '../testing/random-trees.ts';
import { bothWays, deviationOf, type Twin } from '../testing/twins.ts';
import { withTensors } from '../testing/with-tensors.ts';
import { meanDifference, meansBeside, unitBall } from './batch-means.ts';
import { batchNormLeakyRelu, batchNormSpecs } from './batch-norm.ts';
import {
  categoricalLogProb,
  clip,
  likelyNormalLogProb,
  normalLogProb,
  normalRowLogProb,
  normalSample,
  upperBernoulliLogProb,
} from './distributions.ts';
import { flowLogProb } from './flow-prior.ts';
import { gatLayer, gatNetwork, gatNetworkSpecs } from './gat-network.ts';
import { graphAttention } from './graph-attention.ts';
import { aggregate, graphConvolution } from './graph-convolution.ts';
import { columnOf, copyMatrix } from './lookup.ts';
import { type NodeGraph, nodeGraphOf, rowShares, uniformShares } from './node-graph.ts';
import { layoutNodes } from './node-layout.ts';
import { ParameterStore, type Parameters } from './parameters.ts';
import {
  affine,
  affineTransposed,
  innerProducts,
  multiply,
  multiplyConstant,
  sumRows,
} from './products.ts';
import { realNvpSpecs } from './real-nvp.ts';
import { createRmsProp } from './rms-prop.ts';
import * as tf from './tf.ts';

const TOLERANCE = 2e-5;

const seeds = fc.integer({ min: 1, max: 1e6 });

async function expectTwins(twin: Twin): Promise<void> {
  expect(await deviationOf(twin)).toBeLessThan(TOLERANCE);
}

const sizes = (max: number) => fc.integer({ min: 1, max });

describe('operations on wasm and on cpu', () => {
  beforeAll(async () => {
    await startTestBackend('wasm');
    expect(wasmKernels()).not.toBeNull();
  });

  test('products, with sizes that no tile divides and deeper than a panel', () =>
    fc.assert(
      fc.asyncProperty(
        ...[seeds, sizes(110), sizes(30), sizes(700)],
        async (seed, rows, columns, depth) => {
          const x = (): tf.Tensor2D =>
            tf.mul(randomTensor<tf.Tensor2D>(seed, rows, depth), 1 / Math.sqrt(depth));
          const w = (): tf.Tensor2D => randomTensor(seed + 1, columns, depth);
          await expectTwins(() => [
            (a, b, c) => affineTransposed(a as tf.Tensor2D, b as tf.Tensor2D, c as tf.Tensor1D),
            [x(), w(), randomTensor(seed + 2, columns)],
          ]);
          await expectTwins(() => [
            (a, b, c) => affine(a as tf.Tensor2D, b as tf.Tensor2D, c as tf.Tensor1D),
            [x(), tf.transpose(w()), randomTensor(seed + 2, columns)],
          ]);
          await expectTwins(() => {
            const constant = x();
            return [(b) => multiplyConstant(constant, b as tf.Tensor2D), [tf.transpose(w())]];
          });
          const sums = await bothWays(async () =>
            sumRows(randomTensor(seed, rows, depth)).dataSync(),
          );
          expect(deviation(sums[0], [...sums[1]])).toBeLessThan(TOLERANCE);
        },
      ),
      { numRuns: 40 },
    ));

  test('Gram matrices and their gradient, rounded as the stock kernel rounds them', () =>
    fc.assert(
      fc.asyncProperty(
        ...[seeds, fc.integer({ min: 2, max: 6 }), sizes(35), sizes(110)],
        async (seed, graphs, nodes, depth) => {
          const e = (): tf.Tensor3D => randomTensor(seed, graphs, nodes, depth);
          await expectTwins(() => [(x) => innerProducts(x as tf.Tensor3D), [e()]]);
          const [ours, stock] = tf.tidy(() => {
            const dy = randomTensor<tf.Tensor3D>(seed + 1, graphs, nodes, nodes);
            const back = tf.grad((x) => innerProducts(x as tf.Tensor3D))(e(), dy);
            const both = tf.add(dy, tf.transpose(dy, [0, 2, 1])) as tf.Tensor3D;
            return [
              [innerProducts(e()), back],
              [tf.matMul(e(), tf.transpose(e(), [0, 2, 1])), tf.matMul(both, e())],
            ].map((tensors) => tensors.map((tensor) => tensor.dataSync())) as [
              Float32Array[],
              Float32Array[],
            ];
          });
          expect(ours).toEqual(stock);
        },
      ),
      { numRuns: 30 },
    ));

  test('a clone is the same values, for as long as one of the two is there', () => {
    const tensors = tf.memory().numTensors;
    const x = randomTensor(1, 3, 2);
    const values = [...x.dataSync()];
    const clone = tf.clone(x);
    const same = tf.cast(x, 'float32');
    const whole = tf.cast(x, 'int32');
    x.dispose();
    expect([...clone.dataSync()]).toEqual(values);
    clone.dispose();
    expect([...same.dataSync()]).toEqual(values);
    expect([...whole.dataSync()]).toEqual(values.map((value) => Math.trunc(value) + 0));
    tf.dispose([same, whole]);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  test('BatchNorm with LeakyReLU, rows of unequal weight, running statistics', () =>
    fc.assert(
      fc.asyncProperty(
        ...[seeds, fc.integer({ min: 8, max: 40 }), sizes(40)],
        async (seed, rows, width) => {
          const running: number[][] = [];
          await expectTwins(() => {
            const shares = rowShares(
              Float32Array.from(randomTensor(seed + 1, rows).dataSync(), Math.abs),
            );
            return [
              (x, gamma, beta) => {
                const store = ParameterStore.initialise(batchNormSpecs('bn', width), 1);
                const given = withTensors(store, { 'bn.weight': gamma, 'bn.bias': beta });
                const y = batchNormLeakyRelu(given, 'bn', x as tf.Tensor2D, shares, 'train');
                running.push([...store.get('bn.running_var').dataSync()]);
                return y;
              },
              [
                randomTensor(seed, rows, width),
                randomTensor(seed + 2, width),
                randomTensor(seed + 3, width),
              ],
            ];
          });
          expect(deviation(running[0]!, running.at(-1)!)).toBeLessThan(TOLERANCE);
        },
      ),
      { numRuns: 40 },
    ));

  test('attention and aggregation over random trees', () =>
    fc.assert(
      fc.asyncProperty(
        ...[seeds, sizes(6), sizes(9), sizes(3), sizes(21)],
        async (seed, size, nodes, heads, units) => {
          const trees = randomTrees(seed, size, nodes);
          const layout = layoutNodes(trees, { padding: 'one', packing: 'tight' });
          await expectTwins(() => {
            const graph = nodeGraphOf(layout);
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
                randomTensor(seed, layout.rows, heads * units),
                randomTensor(seed + 1, 1, heads, units),
                randomTensor(seed + 2, 1, heads, units),
                randomTensor(seed + 3, heads * units),
              ],
            ];
          });
          await expectTwins(() => {
            const graph = nodeGraphOf(layout);
            return [
              (x) => aggregate(x as tf.Tensor2D, graph),
              [randomTensor(seed, layout.rows, units)],
            ];
          });
        },
      ),
      { numRuns: 40 },
    ));

  test('a graph network in eval mode, all of it one kernel, and its weights change', () => {
    const trees = fc.oneof(fc.tuple(sizes(40), sizes(9)), fc.tuple(sizes(3), sizes(130)));
    const outputs = fc.constantFrom(null, 1, 3, 60);
    const shapes = fc.record({ inputs: sizes(21), layers: sizes(3), heads: sizes(3), outputs });
    return fc.assert(
      fc.asyncProperty(
        ...[seeds, trees, shapes, sizes(21)],
        async (seed, [size, nodes], shape, units) => {
          const layout = layoutNodes(randomTrees(seed, size, nodes), {
            padding: 'one',
            packing: 'tight',
          });
          const specs = gatNetworkSpecs('net', { ...shape, units });
          const { layers, outputs } = shape;
          const [ours, loops] = await bothWays(async () => {
            const store = ParameterStore.initialise(specs, seed);
            const infer = (output: boolean): number[] =>
              tf.tidy(() => {
                const graph = nodeGraphOf(layout);
                const x = randomTensor<tf.Tensor2D>(seed, layout.rows, shape.inputs);
                const y = gatNetwork(store, 'net', x, graph, { layers, output, mode: 'eval' });
                return [...y.dataSync()];
              });
            const found = [infer(false), infer(outputs !== null)];
            for (const { name } of specs) {
              // a little, so that logits stay where rounding does not decide the softmax
              store.replace(name, tf.add(tf.mul(store.get(name), 1.05), 0.01));
              found.push(infer(outputs !== null));
            }
            store.dispose();
            return found;
          });
          ours.forEach((values, i) => {
            expect(deviation(values, loops[i]!)).toBeLessThan(TOLERANCE);
          });
        },
      ),
      { numRuns: 20 },
    );
  });

  test('a graph network in train mode is one operation, and in every digit its layers', () => {
    const shapes = fc.record({ inputs: sizes(9), layers: sizes(3), heads: sizes(3) });
    return fc.assert(
      fc.property(
        ...[seeds, fc.integer({ min: 8, max: 20 }), sizes(9), shapes, sizes(9)],
        fc.constantFrom(null, 2),
        (seed, size, nodes, { layers, ...shape }, units, outputs) => {
          const specs = gatNetworkSpecs('net', { ...shape, layers, units, outputs });
          const trained = specs.filter(({ buffer }) => !buffer);
          const buffers = specs.filter(({ buffer }) => buffer);
          const layout = layoutNodes(randomTrees(seed, size, nodes), {
            padding: 'one',
            packing: 'tight',
          });
          type Network = (parameters: Parameters, x: tf.Tensor2D, graph: NodeGraph) => tf.Tensor2D;
          const whole: Network = (parameters, x, graph) =>
            gatNetwork(parameters, 'net', x, graph, {
              ...{ layers, output: outputs !== null, mode: 'train' },
            });
          const byLayer: Network = (parameters, x, graph) => {
            let h = x;
            for (let layer = 0; layer < layers; layer++) {
              const block = `net.gnn.${layer}`;
              const attended = gatLayer(parameters, block, h, graph);
              const norm = `${block}.normalization`;
              h = batchNormLeakyRelu(parameters, norm, attended, graph.shares, 'train');
            }
            if (outputs === null) return h;
            return graphConvolution(parameters, `net.gnn.${layers}.gnn`, h, graph);
          };
          const [ours, layered] = [whole, byLayer].map((network) => {
            const store = ParameterStore.initialise(specs, seed);
            const found = tf.tidy(() => {
              const graph = nodeGraphOf(layout);
              const f = (x: tf.Tensor, ...tensors: tf.Tensor[]): tf.Tensor => {
                const given = Object.fromEntries(trained.map(({ name }, i) => [name, tensors[i]!]));
                const y = network(withTensors(store, given), x as tf.Tensor2D, graph);
                return tf.sum(tf.mul(y, randomTensor(99, ...y.shape)));
              };
              const inputs = [
                randomTensor(seed, layout.rows, shape.inputs),
                ...trained.map((spec, i) => randomTensor(seed + 1 + i, ...spec.shape)),
              ];
              const { value, grads } = tf.valueAndGrads(f)(inputs);
              const running = buffers.map(({ name }) => store.get(name));
              return [value, ...grads, ...running].map((tensor) => tensor.dataSync());
            });
            store.dispose();
            return found;
          });
          expect(ours).toEqual(layered);
        },
      ),
      { numRuns: 15 },
    );
  });

  test('a step of RMSprop, clipped and not', () =>
    fc.assert(
      fc.asyncProperty(
        ...[seeds, sizes(40), fc.constantFrom(0.1, 1e3)],
        async (seed, size, clipNorm) => {
          const specs = ['a', 'b'].map((name, i) => ({
            name,
            shape: [size + i],
            initialise: () => normals(createRandom(seed + i), size + i),
          }));
          const [ours, loops] = await bothWays(async () => {
            const store = ParameterStore.initialise(specs, 1);
            const options = { clipNorm, l2: 0.3, penalised: new Set(['a']) };
            const optimiser = createRmsProp(store, ['a', 'b'], options);
            const gradients = [randomTensor(seed + 5, size), randomTensor(seed + 6, size + 1)];
            optimiser.step(gradients, 0.01);
            optimiser.step(gradients, 0.01);
            const moved = await store.pack();
            optimiser.dispose();
            store.dispose();
            return [...moved];
          });
          expect(deviation(ours, loops)).toBeLessThan(TOLERANCE);
        },
      ),
      { numRuns: 40 },
    ));

  test('log p(z) of the flow prior', () => {
    const levels = 3;
    const widths = fc.integer({ min: 2, max: 11 });
    return fc.assert(
      fc.asyncProperty(
        ...[seeds, sizes(9), widths, sizes(70)],
        async (seed, rows, size, hidden) => {
          const specs = realNvpSpecs('flow', { size, levels, hidden });
          await expectTwins(() => {
            const store = ParameterStore.initialise(specs, seed);
            // the coupling's last layers start at zero
            const inputs = specs.map(({ name, shape }, i) =>
              tf.add(store.get(name), tf.mul(0.1, randomTensor(seed + i, ...shape))),
            );
            store.dispose();
            return [
              (z, ...tensors) => {
                const given = Object.fromEntries(specs.map(({ name }, i) => [name, tensors[i]]));
                const parameters = withTensors(store, given);
                return flowLogProb(parameters, 'flow', levels, z as tf.Tensor2D);
              },
              [randomTensor(seed, rows, size), ...inputs],
            ];
          });
        },
      ),
      { numRuns: 25 },
    );
  });

  test('log-densities of normals, samples of them, and what is clipped', () =>
    fc.assert(
      fc.asyncProperty(...[seeds, sizes(70), sizes(12)], async (seed, rows, width) => {
        const of = (...scale: readonly number[]) =>
          scale.map((by, i) => tf.mul(by, randomTensor(seed + i, rows, width)) as tf.Tensor2D);
        const three = (x: readonly tf.Tensor[]) => x as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
        await expectTwins(() => [(...x) => normalRowLogProb(...three(x)), of(2, 1, 0.7)]);
        await expectTwins(() => [(...x) => normalLogProb(...three(x)), of(2, 1, 0.7)]);
        await expectTwins(() => {
          const [x, mean, logStd] = of(3, 1, 0.7);
          return [(m, s) => likelyNormalLogProb<tf.Tensor>(x!, m!, s!, 2), [mean!, logStd!]];
        });
        await expectTwins(() => {
          const [mean, logStd, noise] = of(2, 1, 1);
          return [(m, s) => normalSample<tf.Tensor>(m!, s!, noise!), [mean!, logStd!]];
        });
        await expectTwins(() => [(x) => clip(x!, -0.5, 1), of(1)]);
        await expectTwins(() => [(x) => clip(x!, -0.5, Number.POSITIVE_INFINITY), of(1)]);
      }),
      { numRuns: 20 },
    ));

  test('log-densities given logits, far from 0 too', () =>
    fc.assert(
      fc.asyncProperty(
        ...[seeds, sizes(40), sizes(70), fc.constantFrom(1, 8, 60)],
        async (seed, rows, classes, scale) => {
          const logits = (...shape: number[]) => tf.mul(scale, randomTensor(seed, ...shape));
          await expectTwins(() => {
            const target = copyMatrix(
              Array.from({ length: rows }, (_, row) => (7 * row) % classes),
              classes,
            );
            return [(x) => categoricalLogProb(x as tf.Tensor2D, target), [logits(rows, classes)]];
          });
          const nodes = Math.min(classes, 20);
          await expectTwins(() => {
            const made = tf.cast(
              tf.greater(randomTensor(seed + 1, rows, nodes, nodes), 0.5),
              'float32',
            );
            return [
              (x) => upperBernoulliLogProb(x as tf.Tensor3D, made as tf.Tensor3D),
              [logits(rows, nodes, nodes)],
            ];
          });
        },
      ),
      { numRuns: 20 },
    ));

  test('a column', () =>
    fc.assert(
      fc.asyncProperty(...[seeds, sizes(70), sizes(5)], async (seed, rows, width) => {
        const k = seed % width;
        const x = (): tf.Tensor => randomTensor(seed, rows, width);
        await expectTwins(() => [(of) => columnOf(of as tf.Tensor2D, k), [x()]]);
      }),
      { numRuns: 10 },
    ));

  test('means over a batch, and the unit ball', () =>
    fc.assert(
      fc.asyncProperty(...[seeds, sizes(70), sizes(12)], async (seed, rows, width) => {
        const terms = (count: number) =>
          Array.from({ length: count }, (_, i) => randomTensor<tf.Tensor1D>(seed + i, rows));
        await expectTwins(() => [
          (a, b, c) => meanDifference([a as tf.Tensor1D], [b as tf.Tensor1D, c as tf.Tensor1D]),
          terms(3),
        ]);
        await expectTwins(() => [
          (z) => unitBall(z as tf.Tensor2D),
          [randomTensor(seed, rows, width)],
        ]);
        const means = () => Promise.resolve(meansBeside(terms(3), [tf.scalar(3)]).arraySync());
        const [ours, loops] = await bothWays(means);
        expect(deviation(ours, loops)).toBeLessThan(TOLERANCE);
      }),
      { numRuns: 20 },
    ));

  test('a log-density of NaN is NaN, and what is clipped too', () => {
    const NAN = tf.tensor2d([Number.NaN, 1], [1, 2]);
    const one = tf.tensor2d([1, 0], [1, 2]);
    const all = [
      normalRowLogProb(NAN, one, one),
      likelyNormalLogProb(one, NAN, one, 6),
      clip(NAN, -1, 1),
      categoricalLogProb(NAN, one),
      unitBall(NAN),
      meanDifference([tf.tensor1d([Number.NaN])], [tf.tensor1d([1])]),
      upperBernoulliLogProb(
        tf.tensor3d([0, Number.NaN, 0, 0], [1, 2, 2]),
        tf.tensor3d([0, 1, 0, 0], [1, 2, 2]),
      ),
    ];
    for (const tensor of all) expect(tensor.dataSync()[0]).toBeNaN();
    tf.dispose([NAN, one, ...all]);
  });

  test('NaN is spread, not hidden', () => {
    const nan = tf.tensor2d([Number.NaN, 1, 2, 3], [2, 2]);
    const w = tf.ones<tf.Rank.R2>([2, 2]);
    expect([...multiply(nan, w).dataSync()].slice(0, 2)).toEqual([Number.NaN, Number.NaN]);
    const store = ParameterStore.initialise(batchNormSpecs('bn', 2), 1);
    const y = batchNormLeakyRelu(store, 'bn', nan, uniformShares(2), 'train').dataSync();
    expect([...y].map(Number.isNaN)).toEqual([true, false, true, false]);
  });
});
