import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRandom } from '../base/random.ts';
import { firstTraces, tracesByHand } from '../testing/traces-by-hand.ts';
import {
  averagePath,
  createIsolationScore,
  createMeanPath,
  type Forest,
  growForest,
  sampleSize,
} from './isolation-forest.ts';
import {
  growOperationForests,
  openOperationForests,
  stepOf,
  tabulate,
} from './operation-forests.ts';

test('c(n) is exact', () => {
  expect(averagePath(1)).toBe(0);
  expect(averagePath(2)).toBe(1);
  expect(averagePath(3)).toBeCloseTo(5 / 3, 12);
  // H(3) = 11/6
  expect(averagePath(4)).toBeCloseTo(11 / 3 - 3 / 2, 12);
  expect(averagePath(256)).toBeCloseTo(10.2487, 4);
});

test('a score is 1 for no path, 1/2 for the usual one, and 1/2 where there is one row', () => {
  const score = createIsolationScore(256);
  expect(score(0)).toBe(1);
  expect(score(averagePath(256))).toBeCloseTo(0.5, 12);
  expect(score(2 * averagePath(256))).toBeCloseTo(0.25, 12);
  expect(createIsolationScore(1)(0)).toBe(0.5);
});

const OPTIONS = { trees: 100, sample: 256 };
const normalRows = (count: number, features: number): Float32Array => {
  const random = createRandom(5);
  return Float32Array.from({ length: count * features }, () => random.normal());
};

test('a row far from all others has the highest score', () => {
  const rows = normalRows(500, 2);
  const forest = growForest(rows, 2, OPTIONS, createRandom(1));
  const score = createIsolationScore(sampleSize(500, OPTIONS));
  expect(score(createMeanPath(forest)([9, 9]))).toBeGreaterThan(0.7);
  expect(score(createMeanPath(forest)([0, 0]))).toBeLessThan(0.5);
});

test('rows beyond the training range score alike, as no cut is there', () => {
  const forest = growForest(normalRows(500, 1), 1, OPTIONS, createRandom(1));
  expect(createMeanPath(forest)([1e6])).toBe(createMeanPath(forest)([100]));
});

test('equal rows are one leaf', () => {
  const forest = growForest(new Float32Array(300).fill(7), 1, OPTIONS, createRandom(1));
  expect(forest.feature).toHaveLength(100);
  expect(createMeanPath(forest)([7])).toBeCloseTo(averagePath(256), 4);
});

/** Edges from each tree's root to its deepest leaf, and rows by leaf of the trees that hold them. */
function depths({ root, feature, right }: Forest): number[] {
  const deepest = (node: number): number =>
    feature[node]! < 0 ? 0 : 1 + Math.max(deepest(node + 1), deepest(right[node]!));
  return Array.from(root, deepest);
}

test('trees end at the height limit, and cut features that vary alone', () => {
  const rows = normalRows(1000, 3);
  for (let row = 0; row < 1000; row++) rows[3 * row + 1] = 4;
  const forest = growForest(rows, 3, OPTIONS, createRandom(2));
  expect(Math.max(...depths(forest))).toBe(8);
  expect(new Set(forest.feature)).toEqual(new Set([-1, 0, 2]));
});

test('the same seed gives the same forest, another one another', () => {
  const rows = normalRows(400, 2);
  const grow = (seed: number) => growForest(rows, 2, OPTIONS, createRandom(seed));
  expect(grow(3)).toEqual(grow(3));
  expect(grow(3).value).not.toEqual(grow(4).value);
});

test('two rows are set apart by one cut between them', () => {
  const forest = growForest(Float32Array.of(10, 20), 1, OPTIONS, createRandom(1));
  expect(createMeanPath(forest)([10])).toBe(1);
  expect(createMeanPath(forest)([20])).toBe(1);
  for (let node = 0; node < forest.feature.length; node++) {
    if (forest.feature[node]! < 0) continue;
    expect(forest.value[node]).toBeGreaterThan(10);
    expect(forest.value[node]).toBeLessThanOrEqual(20);
  }
});

test('a table has what walking the trees gives, at every step', () => {
  const steps = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 2, maxLength: 40 });
  fc.assert(
    fc.property(steps, fc.integer({ min: 2, max: 16 }), (values, sample) => {
      const rows = Float32Array.from(values);
      const forest = growForest(rows, 1, { trees: 7, sample }, createRandom(1));
      const [low, high] = [Math.min(...values), Math.max(...values)];
      const grownOn = sampleSize(rows.length, { trees: 7, sample });
      const table = tabulate(forest, low, high, grownOn);
      const score = createIsolationScore(grownOn);
      for (let step = low; step <= high; step++) {
        expect(table[step - low]).toBeCloseTo(score(createMeanPath(forest)([step])), 5);
      }
    }),
    { numRuns: 50 },
  );
});

test('operations with enough nodes have a forest, all others share one', () => {
  const random = createRandom(8);
  const trees = Array.from(
    { length: 300 },
    (_, i) =>
      [
        [-1, 1, 10 * Math.exp(0.1 * random.normal())],
        [0, i < 200 ? 2 : 3, 1],
      ] as const,
  );
  const learning = growOperationForests(tracesByHand(trees), firstTraces(300), OPTIONS, 1);
  let step = learning.next();
  while (step.done !== true) step = learning.next();
  expect([...step.value.operation]).toEqual([1, -1]);
  const scoreOf = openOperationForests(step.value);
  const ms = 1000;
  expect(scoreOf(1, 100 * ms)).toBeGreaterThan(scoreOf(1, 10 * ms) + 0.2);
  expect(scoreOf(1, 1000 * ms)).toBe(scoreOf(1, 100 * ms));
  // 2, 3 and what was never met: all of the others took 1 ms
  expect(scoreOf(2, ms)).toBeCloseTo(0.5, 6);
  expect(scoreOf(9, ms)).toBe(scoreOf(3, ms));
  expect(stepOf(0)).toBe(0);
  expect(stepOf(Math.E)).toBe(1000);
});
