import { beforeAll, expect, test } from 'vitest';
import { createRandom, normals } from '../base/random.ts';
import { startTestBackend } from '../testing/backends.ts';
import { lstm, lstmSpecs, lstmSteps } from './lstm.ts';
import { lstmLoops } from './lstm-loops.ts';
import { ParameterStore } from './parameters.ts';
import * as tf from './tf.ts';

beforeAll(() => startTestBackend('wasm'));

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

test('two steps of one unit, by hand', () => {
  const specs = lstmSpecs('l', 1, 1);
  const array = (name: string, shape: number[], data: number[]) => ({
    name,
    shape,
    data: Float32Array.from(data),
  });
  // gates: input, forget, output, candidate
  const store = ParameterStore.load(specs, [
    array('l.input_weight', [4, 1], [1, 2, -1, 0.5]),
    array('l.hidden_weight', [4, 1], [0.5, -0.5, 1, 2]),
    array('l.bias', [4], [0, 1, 0, 0]),
  ]);
  const [x1, x2] = [1, -2];
  const c1 = sigmoid(x1) * Math.tanh(0.5 * x1);
  const h1 = sigmoid(-x1) * Math.tanh(c1);
  const c2 =
    sigmoid(2 * x2 - 0.5 * h1 + 1) * c1 + sigmoid(x2 + 0.5 * h1) * Math.tanh(0.5 * x2 + 2 * h1);
  const h2 = sigmoid(-x2 + h1) * Math.tanh(c2);
  const states = tf.tidy(() => lstm(store, 'l', tf.tensor2d([x1, x2], [2, 1]), [1, 1]).dataSync());
  expect(states[0]).toBeCloseTo(h1, 5);
  expect(states[1]).toBeCloseTo(h2, 5);
  store.dispose();
});

/** Three sequences of 4, 3 and 1 items. */
const SIZES = [3, 2, 2, 1];
const ROWS = 8;

test('gradients are those of finite differences, and sequences of a batch do not mix', () => {
  const [inputs, units] = [2, 3];
  const store = ParameterStore.initialise(lstmSpecs('l', inputs, units), 3);
  const x = normals(createRandom(1), ROWS * inputs);
  const weigh = tf.tensor2d(normals(createRandom(2), ROWS * units), [ROWS, units]);
  const run = (input: tf.Tensor2D): tf.Tensor2D => lstm(store, 'l', input, SIZES);
  const loss = (input: tf.Tensor2D): tf.Scalar => tf.sum(tf.mul(run(input), weigh));
  const of = (values: Float32Array): tf.Tensor2D => tf.tensor2d(values, [ROWS, inputs]);
  const found = tf.tidy(() =>
    tf
      .grad((input) => loss(input as tf.Tensor2D))(of(x))
      .dataSync(),
  );
  const step = 1e-2;
  x.forEach((value, i) => {
    const moved = (by: number) => tf.tidy(() => loss(of(x.with(i, value + by))).dataSync()[0]!);
    expect(found[i]).toBeCloseTo((moved(step) - moved(-step)) / (2 * step), 2);
  });
  // the first item of the second sequence moves its own states alone: rows 1, 4 and 6
  const states = (values: Float32Array) => tf.tidy(() => run(of(values)).dataSync());
  const [as, other] = [states(x), states(x.with(2, x[2]! + 1))];
  for (let row = 0; row < ROWS; row++) {
    const same = [0, 1, 2].every((u) => as[row * units + u] === other[row * units + u]);
    expect(same).toBe(![1, 4, 6].includes(row));
  }
  store.dispose();
  weigh.dispose();
});

test('loops on host memory and stock operations are twins, forward and backward', () => {
  const units = 3;
  const random = createRandom(4);
  const x = tf.tensor2d(normals(random, ROWS * 4 * units), [ROWS, 4 * units]);
  const u = tf.tensor2d(normals(random, units * 4 * units), [units, 4 * units]);
  const weigh = tf.tensor2d(normals(random, ROWS * units), [ROWS, units]);
  const of = (run: typeof lstmSteps) =>
    tf.tidy(() => {
      const { value, grads } = tf.valueAndGrads((a, b) =>
        tf.sum(tf.mul(run(a as tf.Tensor2D, b as tf.Tensor2D, SIZES), weigh)),
      )([x, u]);
      return [value, ...grads].map((tensor) => Array.from(tensor.dataSync()));
    });
  const [stock, loops] = [of(lstmSteps), of(lstmLoops)];
  stock.forEach((values, i) => {
    values.forEach((value, k) => {
      expect(Math.abs(loops[i]![k]! - value)).toBeLessThan(1e-4 * (1 + Math.abs(value)));
    });
  });
  tf.dispose([x, u, weigh]);
});
