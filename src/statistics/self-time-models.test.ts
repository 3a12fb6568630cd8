import { expect, test } from 'vitest';
import { createRandom } from '../base/random.ts';
import { firstTraces, type NodeByHand, tracesByHand } from '../testing/traces-by-hand.ts';
import { learnStructures } from './known-structures.ts';
import {
  createLogSelfTimes,
  learnSelfTimeModels,
  modelsOf,
  residualsOf,
  tracesByKnown,
} from './self-time-models.ts';

/** a works for exp(x) ms, and calls b, which works for exp(y) ms. */
const pair = (x: number, y: number): readonly NodeByHand[] => [
  [-1, 1, Math.exp(x) + Math.exp(y)],
  [0, 2, Math.exp(y)],
];

function modelOf(trees: readonly (readonly NodeByHand[])[]) {
  const traces = tracesByHand(trees);
  const train = firstTraces(trees.length);
  const known = learnStructures(traces, train);
  const learning = learnSelfTimeModels(traces, tracesByKnown(traces, train, known), known);
  let step = learning.next();
  while (step.done !== true) step = learning.next();
  return { traces, model: modelsOf(step.value, known)[0]! };
}

test('a residual is what ridge regression on the other nodes leaves', () => {
  const random = createRandom(3);
  const logs = Array.from({ length: 400 }, () => {
    const load = random.normal();
    return [5 + load, 3 + load + 0.5 * random.normal()] as const;
  });
  const { model } = modelOf(logs.map(([x, y]) => pair(x, y)));
  const of = (column: 0 | 1): number[] => logs.map((row) => row[column]);
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const std = (values: readonly number[]): number =>
    Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));
  const z = (column: 0 | 1, value: number): number => (value - mean(of(column))) / std(of(column));
  const r = mean(logs.map(([x, y]) => z(0, x) * z(1, y)));

  const traces = tracesByHand([pair(5, 5)]);
  const residuals = new Float64Array(2);
  createLogSelfTimes(traces)(0, residuals);
  const distance = residualsOf(model, residuals);
  // ridge 0.1: one node predicted from the other by r / (1 + 0.1)
  const [zx, zy] = [z(0, 5), z(1, 5)];
  expect(residuals[0]).toBeCloseTo(zx - (r / 1.1) * zy, 2);
  expect(residuals[1]).toBeCloseTo(zy - (r / 1.1) * zx, 2);
  const determinant = 1.1 ** 2 - r ** 2;
  expect(distance).toBeCloseTo((1.1 * (zx ** 2 + zy ** 2) - 2 * r * zx * zy) / determinant, 1);
});

test('a structure with fewer than 50 traces has no model', () => {
  const trees = Array.from({ length: 49 }, (_, i) => pair(i / 10, 1));
  expect(modelOf(trees).model).toBeNull();
  expect(modelOf([...trees, pair(0, 0)]).model).not.toBeNull();
});

test('self times that never vary, or are negative, leave finite residuals', () => {
  const side: readonly NodeByHand[] = [
    [-1, 1, 10],
    [0, 2, 9],
    [0, 3, 9],
  ];
  const { model } = modelOf(Array.from({ length: 50 }, () => side));
  const traces = tracesByHand([side]);
  const residuals = new Float64Array(3);
  createLogSelfTimes(traces)(0, residuals);
  expect(residualsOf(model, residuals)).toBeCloseTo(0, 6);
  // float32 holds a mean of 9 to 4e-7, and the floor of a std is 0.1
  for (const residual of residuals) expect(residual).toBeCloseTo(0, 4);
});
