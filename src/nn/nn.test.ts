import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  bernoulliLogMass,
  categoricalLogMass,
  normalLogDensity,
  tailedNormalLogDensity,
} from '../base/log-densities.ts';
import { type createRandom, normals } from '../base/random.ts';
import { deviation } from '../parity/measure.ts';
import { startTestBackend, TEST_BACKENDS } from '../testing/backends.ts';
import { gradientsOf, randomTensor } from '../testing/gradients.ts';
import { batchNormLeakyRelu, batchNormSpecs } from './batch-norm.ts';
import {
  bernoulliLogProb,
  categoricalLogProb,
  clip,
  normalLogProb,
  tailedNormalLogProb,
} from './distributions.ts';
import { zeros } from './initialisers.ts';
import { factorise, logAbsDet } from './log-det.ts';
import { rowShares, uniformShares } from './node-graph.ts';
import { ParameterStore } from './parameters.ts';
import { addBias, innerProducts, multiply, multiplyTransposed } from './products.ts';
import { flowForward, flowInverse, realNvpSpecs } from './real-nvp.ts';
import * as tf from './tf.ts';
import { stopGradient } from './with-gradient.ts';

describe.each(TEST_BACKENDS)('nn on the %s backend', (backend) => {
  beforeAll(() => startTestBackend(backend));

  test('products have the gradients of the stock operations', async () => {
    const x = randomTensor<tf.Tensor2D>(1, 5, 4);
    const w = randomTensor<tf.Tensor2D>(2, 3, 4);
    const b = randomTensor<tf.Tensor1D>(3, 3);
    const e = randomTensor<tf.Tensor3D>(4, 2, 4, 3);
    const compare = (
      ours: (...t: tf.Tensor[]) => tf.Tensor,
      stock: (...t: tf.Tensor[]) => tf.Tensor,
      inputs: tf.Tensor[],
    ): void => {
      const wanted = gradientsOf(stock, inputs);
      gradientsOf(ours, inputs).forEach((gradient, i) => {
        expect(deviation(gradient, [...wanted[i]!])).toBeLessThan(1e-5);
      });
      const value = ours(...inputs).dataSync();
      expect(deviation(value, [...stock(...inputs).dataSync()])).toBeLessThan(1e-5);
    };
    compare(
      (a, c, d) =>
        addBias(multiplyTransposed(a as tf.Tensor2D, c as tf.Tensor2D), d as tf.Tensor1D),
      (a, c, d) => tf.add(tf.matMul(a!, c!, false, true), d!),
      [x, w, b],
    );
    compare(
      (a, c) => multiply(a as tf.Tensor2D, c as tf.Tensor2D),
      (a, c) => tf.matMul(a!, c!),
      [x, tf.transpose(w)],
    );
    compare(
      (a) => innerProducts(a as tf.Tensor3D),
      (a) => tf.matMul(a!, a!, false, true),
      [e],
    );
  });

  test('no gradient passes stopGradient', () => {
    const [gradient] = gradientsOf(
      (x) => tf.mul(x!, stopGradient(tf.square(x!))),
      [tf.tensor1d([2])],
    );
    expect(gradient![0]).toBeCloseTo(4 * randomTensor(99, 1).dataSync()[0]!, 4);
  });

  test('densities agree with float64, far tails included', () => {
    const logits = tf.tensor2d([
      [-200, 0, 3],
      [1, 2, 200],
    ]);
    const oneHot = tf.tensor2d([
      [1, 0, 0],
      [0, 1, 0],
    ]);
    const values = [...logits.dataSync()];
    const expected = [categoricalLogMass(values, 0, 3, 0), categoricalLogMass(values, 3, 3, 1)];
    expect(deviation(categoricalLogProb(logits, oneHot).dataSync(), expected)).toBeLessThan(1e-6);
    const bernoulli = bernoulliLogProb(logits, oneHot).dataSync();
    const masses = values.map((l, i) => bernoulliLogMass(l, oneHot.dataSync()[i] === 1));
    expect(deviation(bernoulli, masses)).toBeLessThan(1e-6);
    const normal = normalLogProb(tf.scalar(3), tf.scalar(1), tf.scalar(-2)).dataSync();
    expect(deviation(normal, [normalLogDensity(3, 1, -2)])).toBeLessThan(1e-6);
    const x = tf.tensor1d([-1e4, -3, 1, 1.5, 1.9, 80]);
    const [mean, logStd] = [tf.fill(x.shape, 1), tf.fill(x.shape, -2)] as tf.Tensor1D[];
    const tailed = tailedNormalLogProb(x, mean!, logStd!, 6).dataSync();
    const wanted = [...x.dataSync()].map((value) => tailedNormalLogDensity(value, 1, -2, 6));
    expect(deviation(tailed, wanted)).toBeLessThan(1e-6);
  });

  test('clip shows a NaN, and stops the gradient outside of its bounds', () => {
    expect(clip(tf.tensor1d([Number.NaN]), -7, 2).dataSync()[0]).toBeNaN();
    const [gradient] = gradientsOf((x) => clip(x!, -1, 1), [tf.tensor1d([-2, 0.5, 1, 3])]);
    const weights = randomTensor(99, 4).dataSync();
    expect([...gradient!]).toEqual([0, weights[1], weights[2], 0]);
  });

  test('BatchNorm: a row with weight 2 counts as two equal rows', () => {
    const store = ParameterStore.initialise(batchNormSpecs('bn', 3), 1);
    const rows = randomTensor<tf.Tensor2D>(8, 3, 3);
    const doubled: tf.Tensor2D = tf.concat([rows, tf.slice(rows, [2, 0], [1, 3])], 0);
    const shares = rowShares(Float32Array.of(1, 1, 2));
    const a = batchNormLeakyRelu(store, 'bn', rows, shares, 'train');
    const meanOnce = [...store.get('bn.running_mean').dataSync()];
    const varianceOnce = [...store.get('bn.running_var').dataSync()];
    const b = batchNormLeakyRelu(store, 'bn', doubled, uniformShares(4), 'train');
    expect(deviation(tf.slice(b, [0, 0], [3, 3]).dataSync(), [...a.dataSync()])).toBeLessThan(1e-5);
    // the second pass moves the statistics by the same batch once more
    const mean = [...store.get('bn.running_mean').dataSync()];
    expect(
      deviation(
        mean,
        meanOnce.map((m) => 1.9 * m),
      ),
    ).toBeLessThan(1e-5);
    const variance = [...store.get('bn.running_var').dataSync()];
    expect(
      deviation(
        variance,
        varianceOnce.map((v) => 1.9 * v - 0.9),
      ),
    ).toBeLessThan(1e-5);
    store.dispose();
  });

  test('log |det M| and M⁻¹ are those of known matrices, and of finite differences', () => {
    // determinants -6 and 8
    const known = tf.tensor3d([0, 2, 3, 0, 3, 1, 1, 3], [2, 2, 2]);
    expect(deviation(logAbsDet(known).dataSync(), [Math.log(6), Math.log(8)])).toBeLessThan(1e-6);
    const m = randomTensor<tf.Tensor3D>(10, 2, 4, 4);
    const { inverse } = factorise(m);
    const product = tf.matMul(m, inverse).dataSync();
    const identity = Array.from({ length: 32 }, (_, i) => ((i % 16) % 5 === 0 ? 1 : 0));
    expect(deviation(product, identity)).toBeLessThan(1e-5);
    const [gradient] = gradientsOf((x) => logAbsDet(x as tf.Tensor3D), [m]);
    const weights = randomTensor(99, 2).dataSync();
    const step = 1e-2;
    for (const at of [0, 7, 21]) {
      const shifted = (by: number): number => {
        const values = m.dataSync().slice();
        values[at]! += by;
        const logDets = logAbsDet(tf.tensor3d(values, [2, 4, 4])).dataSync();
        return logDets[0]! * weights[0]! + logDets[1]! * weights[1]!;
      };
      const slope = (shifted(step) - shifted(-step)) / (2 * step);
      expect(Math.abs(gradient![at]! - slope)).toBeLessThan(1e-2 * (1 + Math.abs(slope)));
    }
  });
});

test('what is derived of parameters is computed again when one of them changes, and goes with them', () => {
  const store = ParameterStore.initialise(
    ['a.x', 'a.y', 'ab'].map((name) => ({ name, shape: [2], initialise: zeros })),
    1,
  );
  let computed = 0;
  const sum = (): number => {
    const value = store.derived('a', () => {
      computed++;
      return tf.add(tf.add(store.get('a.x'), store.get('a.y')), 1);
    });
    return value.dataSync()[0]!;
  };
  expect([sum(), sum(), computed]).toEqual([1, 1, 1]);
  store.replace('ab', tf.ones([2]));
  expect([sum(), computed]).toEqual([1, 1]);
  const before = tf.memory().numTensors;
  store.replace('a.y', tf.ones([2]));
  expect([sum(), computed]).toEqual([2, 2]);
  expect(tf.memory().numTensors).toBe(before);
  store.dispose();
  expect(tf.memory().numTensors).toBe(before - 4);
});

describe('the RealNVP prior', () => {
  beforeAll(() => startTestBackend('cpu'));

  const flow = { size: 3, levels: 3, hidden: 5 };
  /** Weights of a size that float32 can invert: at 0.5 one flow in 200 has scales of nearly 0. */
  const randomFlow = (seed: number): ParameterStore => {
    const specs = realNvpSpecs('flow', flow).map((spec) => ({
      ...spec,
      initialise: spec.name.endsWith('matrix')
        ? spec.initialise
        : (random: ReturnType<typeof createRandom>, n: number) =>
            normals(random, n).map((v) => 0.3 * v),
    }));
    return ParameterStore.initialise(specs, seed);
  };

  test('inverse after forward is the identity, log-determinants cancel', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
        tf.tidy(() => {
          const store = randomFlow(seed);
          const z = randomTensor<tf.Tensor2D>(seed + 1, 4, flow.size);
          const { output, logDet } = flowForward(store, 'flow', flow.levels, z);
          const back = flowInverse(store, 'flow', flow.levels, output);
          expect(deviation(back.output.dataSync(), [...z.dataSync()])).toBeLessThan(1e-4);
          const total = tf.add(logDet, back.logDet).dataSync();
          expect(deviation(total, [0, 0, 0, 0])).toBeLessThan(1e-4);
          store.dispose();
        });
      }),
      { numRuns: 10 },
    );
  });

  test('log |det| matches finite differences', () => {
    tf.tidy(() => {
      const store = randomFlow(3);
      const z = [0.3, -0.7, 1.1];
      const f = (x: number[]): number[] => [
        ...flowForward(store, 'flow', flow.levels, tf.tensor2d([x])).output.dataSync(),
      ];
      const step = 1e-2;
      const columns = z.map((_, k) => {
        const at = (by: number): number[] => f(z.map((v, i) => (i === k ? v + by : v)));
        const [up, down] = [at(step), at(-step)];
        return up.map((v, i) => (v - down[i]!) / (2 * step));
      });
      const jacobian = tf.tensor3d([columns]);
      const { logDet } = flowForward(store, 'flow', flow.levels, tf.tensor2d([z]));
      expect(logAbsDet(jacobian).dataSync()[0]).toBeCloseTo(logDet.dataSync()[0]!, 2);
      store.dispose();
    });
  });
});
