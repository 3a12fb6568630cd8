/** What the loss is made of, on random shapes. */
import fc from 'fast-check';
import { createRandom } from '../../src/base/random.ts';
import { meanDifference, meansBeside, unitBall } from '../../src/nn/batch-means.ts';
import {
  categoricalLogProb,
  clip,
  likelyNormalLogProb,
  normalLogProb,
  normalRowLogProb,
  normalSample,
  upperBernoulliLogProb,
} from '../../src/nn/distributions.ts';
import { flowLogProb } from '../../src/nn/flow-prior.ts';
import { ParameterStore } from '../../src/nn/parameters.ts';
import { flowInverse, realNvpSpecs } from '../../src/nn/real-nvp.ts';
import * as tf from '../../src/nn/tf.ts';
import { deviation } from '../../src/parity/measure.ts';
import { randomTensor } from '../../src/testing/gradients.ts';
import { withTensors } from '../../src/testing/with-tensors.ts';
import { bothWays, deviationOf, hiddenNaNs, seeds, sizes, worstOf, worstOfAll } from './harness.ts';

async function flow(seed: number, rows: number, size: number, hidden: number): Promise<number> {
  const levels = 2;
  const specs = realNvpSpecs('flow', { size, levels, hidden });
  const names = specs.map(({ name }) => name);
  const store = ParameterStore.initialise(specs, seed);
  // the coupling's last layers start at zero
  const inputs = specs.map(({ shape }, i) =>
    tf.add(store.get(names[i]!), tf.mul(0.1, randomTensor(seed + i, ...shape))),
  );
  const z = randomTensor<tf.Tensor2D>(seed, rows, size);
  const [ours, stock] = await bothWays(async () => {
    const { output, logDet } = flowInverse(store, 'flow', levels, z);
    return [...(await output.data()), ...(await logDet.data())];
  });
  const gradients = await deviationOf(
    (x, ...tensors) => {
      const given = withTensors(
        store,
        Object.fromEntries(names.map((name, i) => [name, tensors[i]])),
      );
      return flowLogProb(given, 'flow', levels, x as tf.Tensor2D);
    },
    [z, ...inputs],
  );
  return Math.max(deviation(ours, stock), gradients);
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

async function lossNaNs(): Promise<number> {
  const bad = tf.tensor2d([Number.NaN, 1, 2, 3, 4, 5], [3, 2]);
  const good = tf.ones<tf.Rank.R2>([3, 2]);
  const first = (x: tf.Tensor): tf.Tensor1D => tf.reshape(tf.slice(x, [0, 0], [3, 1]), [-1]);
  const square = tf.tensor3d([1, Number.NaN, 2, 3], [1, 2, 2]);
  const found = [
    await hiddenNaNs((x) => normalRowLogProb(x as tf.Tensor2D, good, good), [bad]),
    await hiddenNaNs((x) => normalLogProb(good, good, x as tf.Tensor2D), [bad]),
    await hiddenNaNs((x) => likelyNormalLogProb(good, x as tf.Tensor2D, good, 6), [bad]),
    await hiddenNaNs((x) => normalSample(good, x as tf.Tensor2D, good), [bad]),
    await hiddenNaNs((x) => clip(x!, -7, 2), [bad]),
    await hiddenNaNs((x) => categoricalLogProb(x as tf.Tensor2D, good), [bad]),
    await hiddenNaNs((x) => upperBernoulliLogProb(x as tf.Tensor3D, tf.ones([1, 2, 2])), [square]),
    await hiddenNaNs((x) => meanDifference([first(x!)], [first(good)]), [bad]),
    await hiddenNaNs((x) => unitBall(x as tf.Tensor2D), [bad]),
  ];
  return found.reduce((sum, count) => sum + count);
}

export const LOSS_TWINS: Readonly<Record<string, () => Promise<number>>> = {
  'RealNVP prior': () =>
    worstOf([seeds, sizes(9), fc.integer({ min: 2, max: 11 }), sizes(70)], flow),
  'Gaussian densities and samples': () => worstOf([seeds, sizes(70), sizes(12)], normal),
  'discrete densities': () =>
    worstOf([seeds, sizes(70), fc.integer({ min: 2, max: 80 })], discrete),
  'means over a batch': () => worstOf([seeds, sizes(150), sizes(12)], means),
  'NaN in the loss': lossNaNs,
};
