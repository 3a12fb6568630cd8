import { beforeAll, describe, expect, test } from 'vitest';
import { createRandom, normals } from '../base/random.ts';
import { startTestBackend, TEST_BACKENDS } from '../testing/backends.ts';
import { gradientsOf, randomTensor } from '../testing/gradients.ts';
import { ParameterStore } from './parameters.ts';
import { twoWayIndex } from './row-index.ts';
import { sumRowsBy, takeRows } from './row-sums.ts';
import * as tf from './tf.ts';
import { treeLevels } from './tree-levels.ts';
import { treeLstm, treeLstmSpecs } from './tree-lstm.ts';

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** A root with two children, the second of which has one; a node by itself; a chain of three. */
const TREES = {
  size: 3,
  maxNodes: 4,
  nodeCount: Int32Array.of(4, 1, 3),
  parent: Int32Array.of(-1, 0, 0, 2, -1, -1, -1, -1, -1, 0, 1, -1),
};
const LEVELS = treeLevels(TREES);

test('levels: roots first, parents as rows of the level above', () => {
  expect(LEVELS.sizes).toEqual([3, 3, 2]);
  expect([...LEVELS.graphOf]).toEqual([0, 1, 2, 0, 0, 2, 0, 2]);
  expect([...LEVELS.nodeOf]).toEqual([0, 0, 0, 1, 2, 1, 3, 2]);
  expect(LEVELS.parentOf.map((rows) => [...rows])).toEqual([[], [0, 0, 2], [1, 2]]);
});

describe.each(TEST_BACKENDS)('the Tree-LSTM on the %s backend', (backend) => {
  beforeAll(() => startTestBackend(backend));

  test('a parent with two children, one unit, by hand', () => {
    const array = (name: string, shape: number[], data: number[]) => ({
      name: `t.${name}`,
      shape,
      data: Float32Array.from(data),
    });
    // gates: input, output, candidate, forget
    const store = ParameterStore.load(treeLstmSpecs('t', 1, 1), [
      array('input_weight', [4, 1], [1, -1, 0.5, 2]),
      array('bias', [4], [0.1, 0.2, -0.3, 1]),
      array('children_weight', [3, 1], [0.5, 1, 2]),
      array('forget_weight', [1, 1], [-0.5]),
    ]);
    const [x, left, right] = [1, -2, 0.5];
    const leaf = (value: number) => {
      const c = sigmoid(value + 0.1) * Math.tanh(0.5 * value - 0.3);
      return { c, h: sigmoid(-value + 0.2) * Math.tanh(c) };
    };
    const [a, b] = [leaf(left), leaf(right)];
    const sum = a.h + b.h;
    const forget = (h: number): number => sigmoid(2 * x + 1 - 0.5 * h);
    const c =
      sigmoid(x + 0.1 + 0.5 * sum) * Math.tanh(0.5 * x - 0.3 + 2 * sum) +
      forget(a.h) * a.c +
      forget(b.h) * b.c;
    const h = sigmoid(-x + 0.2 + sum) * Math.tanh(c);
    const levels = treeLevels({
      size: 1,
      maxNodes: 3,
      nodeCount: Int32Array.of(3),
      parent: Int32Array.of(-1, 0, 0),
    });
    const states = tf.tidy(() =>
      treeLstm(store, 't', tf.tensor2d([x, left, right], [3, 1]), levels).dataSync(),
    );
    [h, a.h, b.h].forEach((value, i) => {
      expect(states[i]).toBeCloseTo(value, 5);
    });
    store.dispose();
  });

  test('levels of a batch give what the definition gives tree by tree', () => {
    const [inputs, units] = [2, 3];
    const store = ParameterStore.initialise(treeLstmSpecs('t', inputs, units), 3);
    store.replace('t.bias', tf.tensor1d(normals(createRandom(8), 4 * units)));
    const x = normals(createRandom(1), LEVELS.rows * inputs);
    const values = (name: string) => store.get(`t.${name}`).dataSync();
    const [w, b, u, f] = ['input_weight', 'bias', 'children_weight', 'forget_weight'].map(values);
    const rowOf = (graph: number, node: number): number =>
      LEVELS.graphOf.findIndex((of, row) => of === graph && LEVELS.nodeOf[row] === node);
    const dot = (matrix: ArrayLike<number>, row: number, vector: readonly number[]): number =>
      vector.reduce((sum, value, k) => sum + value * matrix[row * vector.length + k]!, 0);
    const state = (graph: number, node: number): { h: number[]; c: number[] } => {
      const children = [0, 1, 2, 3]
        .filter((child) => TREES.parent[graph * 4 + child] === node)
        .filter((child) => child < TREES.nodeCount[graph]!)
        .map((child) => state(graph, child));
      const row = rowOf(graph, node);
      const own = [...x.subarray(row * inputs, (row + 1) * inputs)];
      const each = Array.from({ length: units }, (_, k) => k);
      const sum = each.map((k) => children.reduce((total, child) => total + child.h[k]!, 0));
      const gate = (g: number, k: number): number =>
        dot(w!, g * units + k, own) + b![g * units + k]! + dot(u!, g * units + k, sum);
      const c = each.map((k) =>
        children.reduce(
          (total, child) =>
            total +
            child.c[k]! *
              sigmoid(dot(w!, 3 * units + k, own) + b![3 * units + k]! + dot(f!, k, child.h)),
          sigmoid(gate(0, k)) * Math.tanh(gate(2, k)),
        ),
      );
      return { c, h: each.map((k) => sigmoid(gate(1, k)) * Math.tanh(c[k]!)) };
    };
    const found = tf.tidy(() =>
      treeLstm(store, 't', tf.tensor2d(x, [LEVELS.rows, inputs]), LEVELS).dataSync(),
    );
    for (let row = 0; row < LEVELS.rows; row++) {
      state(LEVELS.graphOf[row]!, LEVELS.nodeOf[row]!).h.forEach((value, k) => {
        expect(found[row * units + k]).toBeCloseTo(value, 5);
      });
    }
    store.dispose();
  });

  test('gradients are those of finite differences, of every weight too', () => {
    const [inputs, units] = [2, 2];
    const specs = treeLstmSpecs('t', inputs, units);
    const store = ParameterStore.initialise(specs, 5);
    const x = randomTensor<tf.Tensor2D>(1, LEVELS.rows, inputs);
    const weigh = randomTensor<tf.Tensor2D>(2, LEVELS.rows, units);
    const loss = (): tf.Scalar => tf.sum(tf.mul(treeLstm(store, 't', x, LEVELS), weigh));
    for (const { name, shape } of specs) {
      const start = store.get(name);
      const values = start.dataSync().slice();
      const found = tf.tidy(() => {
        const { grads } = tf.valueAndGrads(() => loss())([start]);
        return grads[0]!.dataSync().slice();
      });
      const step = 1e-2;
      const moved = (i: number, by: number): number => {
        store.replace(
          name,
          tf.tensor(Float32Array.from(values).with(i, values[i]! + by), shape.slice()),
        );
        return tf.tidy(() => loss().dataSync()[0]!);
      };
      found.forEach((gradient, i) => {
        expect(gradient).toBeCloseTo((moved(i, step) - moved(i, -step)) / (2 * step), 2);
      });
      store.replace(name, tf.tensor(values, shape.slice()));
    }
    store.dispose();
    tf.dispose([x, weigh]);
  });

  test('trees of one node give every weight a gradient', () => {
    const store = ParameterStore.initialise(treeLstmSpecs('t', 1, 2), 5);
    const levels = treeLevels({
      size: 2,
      maxNodes: 1,
      nodeCount: Int32Array.of(1, 1),
      parent: Int32Array.of(-1, -1),
    });
    const grads = tf.tidy(() =>
      tf
        .valueAndGrads(() =>
          tf.sum<tf.Scalar>(treeLstm(store, 't', tf.tensor2d([1, 2], [2, 1]), levels)),
        )(store.trainable().map((name) => store.get(name)))
        .grads.map((gradient) => Math.hypot(...gradient.dataSync())),
    );
    expect(grads[0]).toBeGreaterThan(0);
    expect(grads.slice(2)).toEqual([0, 0]);
    store.dispose();
  });

  test('rows taken and summed by index are each other’s gradient', () => {
    const rows = Int32Array.of(2, 0, 2, 1);
    tf.tidy(() => {
      const x = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
      expect([...takeRows(x, twoWayIndex(rows, 3)).dataSync()]).toEqual([5, 6, 1, 2, 5, 6, 3, 4]);
      const y = tf.tensor2d([1, 2, 3, 4, 5, 6, 7, 8], [4, 2]);
      expect([...sumRowsBy(y, twoWayIndex(rows, 4)).dataSync()]).toEqual([3, 4, 7, 8, 6, 8, 0, 0]);
      const weights = randomTensor(99, 4, 2).dataSync();
      const [dx] = gradientsOf((a) => takeRows(a as tf.Tensor2D, twoWayIndex(rows, 3)), [x]);
      expect(dx![4]).toBeCloseTo(weights[0]! + weights[4]!, 6);
      const [dy] = gradientsOf((a) => sumRowsBy(a as tf.Tensor2D, twoWayIndex(rows, 4)), [y]);
      expect(dy![6]).toBeCloseTo(weights[2]!, 6);
    });
  });
});
