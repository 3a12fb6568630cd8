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
import { copyMatrix } from '../../src/nn/lookup.ts';
import { ParameterStore } from '../../src/nn/parameters.ts';
import { flowInverse, realNvpSpecs } from '../../src/nn/real-nvp.ts';
import * as tf from '../../src/nn/tf.ts';
import { deviation } from '../../src/parity/measure.ts';
import { randomTensor } from '../../src/testing/gradients.ts';
import { bothWays, deviationOf, type Twin } from '../../src/testing/twins.ts';
import { withTensors } from '../../src/testing/with-tensors.ts';
import { hiddenNaNs, seeds, sizes, worstOf, worstOfAll } from './harness.ts';

async function flow(seed: number, rows: number, size: number, hidden: number): Promise<number> {
  const levels = 2;
  const specs = realNvpSpecs('flow', { size, levels, hidden });
  const names = specs.map(({ name }) => name);
  const z = (): tf.Tensor2D => randomTensor(seed, rows, size);
  const [ours, loops] = await bothWays(async () => {
    const store = ParameterStore.initialise(specs, seed);
    const { output, logDet } = flowInverse(store, 'flow', levels, z());
    return [...(await output.data()), ...(await logDet.data())];
  });
  const gradients = await deviationOf(() => {
    const store = ParameterStore.initialise(specs, seed);
    // the coupling's last layers start at zero
    const inputs = specs.map(({ shape }, i) =>
      tf.add(store.get(names[i]!), tf.mul(0.1, randomTensor(seed + i, ...shape))),
    );
    return [
      (x, ...tensors) => {
        const others = Object.fromEntries(names.map((name, i) => [name, tensors[i]]));
        return flowLogProb(withTensors(store, others), 'flow', levels, x as tf.Tensor2D);
      },
      [z(), ...inputs],
    ];
  });
  return Math.max(deviation(ours, loops), gradients);
}

const normal = (seed: number, rows: number, width: number): Promise<number> => {
  const [x, mean, logStd, noise] = [0, 1, 2, 3].map(
    (i) => (): tf.Tensor2D => randomTensor(seed + i, rows, width),
  ) as [() => tf.Tensor2D, () => tf.Tensor2D, () => tf.Tensor2D, () => tf.Tensor2D];
  return worstOfAll([
    () => [(...of) => normalLogProb(of[0]!, of[1]!, of[2]!), [x(), mean(), logStd()]],
    () => [
      (...of) => normalRowLogProb(...(of as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D])),
      [x(), mean(), logStd()],
    ],
    () => {
      const constant: tf.Tensor = x();
      // about half of the numbers are clipped
      return [(m, s) => likelyNormalLogProb(constant, m!, s!, 0.7), [mean(), logStd()]];
    },
    () => {
      const drawn: tf.Tensor = noise();
      return [(m, s) => normalSample(m!, s!, drawn), [mean(), logStd()]];
    },
    () => [(s) => clip(s!, -0.5, 0.5), [logStd()]],
    () => [(s) => clip(s!, -0.5, Number.POSITIVE_INFINITY), [logStd()]],
  ]);
};

const discrete = (seed: number, rows: number, classes: number): Promise<number> => {
  const random = createRandom(seed);
  const indices = Array.from({ length: rows }, () => random.integer(classes));
  const edges = Float32Array.from({ length: 3 * classes * classes }, () => random.integer(2));
  return worstOfAll([
    () => {
      const oneHot = copyMatrix(indices, classes);
      return [
        (logits) => categoricalLogProb(logits as tf.Tensor2D, oneHot),
        [tf.mul(5, randomTensor(seed, rows, classes))],
      ];
    },
    () => {
      const adjacency = tf.tensor3d(edges, [3, classes, classes]);
      return [
        (logits) => upperBernoulliLogProb(logits as tf.Tensor3D, adjacency),
        [tf.mul(5, randomTensor(seed, 3, classes, classes))],
      ];
    },
  ]);
};

const means = (seed: number, rows: number, width: number): Promise<number> => {
  const terms = (): tf.Tensor1D[] => [0, 1, 2, 3].map((i) => randomTensor(seed + i, rows));
  return worstOfAll([
    () => [
      (a, b, c, d) => meanDifference([a, b] as tf.Tensor1D[], [c, d] as tf.Tensor1D[]),
      terms(),
    ],
    () => [(z) => unitBall(z as tf.Tensor2D), [randomTensor(seed, rows, width)]],
    () => {
      const [given, scalars] = [terms(), [tf.scalar(3), tf.scalar(4)]];
      return [
        (z) => tf.mul(z!, meansBeside(given, scalars)),
        [randomTensor(seed, given.length + scalars.length)],
      ];
    },
  ]);
};

async function lossNaNs(): Promise<number> {
  const first = (x: tf.Tensor): tf.Tensor1D => tf.reshape(tf.slice(x, [0, 0], [3, 1]), [-1]);
  const ofMatrix = (f: (x: tf.Tensor2D, good: tf.Tensor2D) => tf.Tensor): Twin => {
    return () => {
      const good = tf.ones<tf.Rank.R2>([3, 2]);
      const bad = tf.tensor2d([Number.NaN, 1, 2, 3, 4, 5], [3, 2]);
      return [(x) => f(x as tf.Tensor2D, good), [bad]];
    };
  };
  const twins: Twin[] = [
    ofMatrix((x, good) => normalRowLogProb(x, good, good)),
    ofMatrix((x, good) => normalLogProb(good, good, x)),
    ofMatrix((x, good) => likelyNormalLogProb(good, x, good, 6)),
    ofMatrix((x, good) => normalSample(good, x, good)),
    ofMatrix((x) => clip(x, -7, 2)),
    ofMatrix((x, good) => categoricalLogProb(x, good)),
    () => [
      (x) => upperBernoulliLogProb(x as tf.Tensor3D, tf.ones([1, 2, 2])),
      [tf.tensor3d([1, Number.NaN, 2, 3], [1, 2, 2])],
    ],
    ofMatrix((x, good) => meanDifference([first(x)], [first(good)])),
    ofMatrix((x) => unitBall(x)),
  ];
  let found = 0;
  for (const twin of twins) found += await hiddenNaNs(twin);
  return found;
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
