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
  const states = tf.tidy(() => lstm(store, 'l', tf.tensor2d([x1, x2], [2, 1]), 1).dataSync());
  expect(states[0]).toBeCloseTo(h1, 5);
  expect(states[1]).toBeCloseTo(h2, 5);
  store.dispose();
});

test('gradients are those of finite differences, and sequences of a batch do not mix', () => {
  const [steps, batch, inputs, units] = [4, 3, 2, 3];
  const specs = lstmSpecs('l', inputs, units);
  const store = ParameterStore.initialise(specs, 3);
  const x = normals(createRandom(1), steps * batch * inputs);
  const weigh = normals(createRandom(2), steps * batch * units);
  const loss = (values: Float32Array): number =>
    tf.tidy(() => {
      const out = lstm(store, 'l', tf.tensor2d(values, [steps * batch, inputs]), batch);
      return tf.sum(tf.mul(out, tf.tensor2d(weigh, [steps * batch, units]))).dataSync()[0]!;
    });
  const found = tf.tidy(() =>
    tf
      .grad((input) =>
        tf.sum(
          tf.mul(
            lstm(store, 'l', input as tf.Tensor2D, batch),
            tf.tensor2d(weigh, [steps * batch, units]),
          ),
        ),
      )(tf.tensor2d(x, [steps * batch, inputs]))
      .dataSync(),
  );
  const step = 1e-2;
  x.forEach((value, i) => {
    const moved = (by: number) => loss(x.with(i, value + by));
    expect(found[i]).toBeCloseTo((moved(step) - moved(-step)) / (2 * step), 2);
  });
  // the last item of the first sequence moves no state of the others
  const states = (values: Float32Array) =>
    tf.tidy(() => lstm(store, 'l', tf.tensor2d(values, [steps * batch, inputs]), batch).dataSync());
  const [as, other] = [states(x), states(x.with(0, x[0]! + 1))];
  for (let row = 0; row < steps * batch; row++) {
    const same = [0, 1, 2].every((u) => as[row * units + u] === other[row * units + u]);
    expect(same).toBe(row % batch !== 0);
  }
  store.dispose();
});

test('loops on host memory and stock operations are twins, forward and backward', () => {
  const [steps, batch, units] = [5, 4, 3];
  const random = createRandom(4);
  const x = tf.tensor2d(normals(random, steps * batch * 4 * units), [steps * batch, 4 * units]);
  const u = tf.tensor2d(normals(random, units * 4 * units), [units, 4 * units]);
  const weigh = tf.tensor2d(normals(random, steps * batch * units), [steps * batch, units]);
  const of = (run: typeof lstmSteps) =>
    tf.tidy(() => {
      const { value, grads } = tf.valueAndGrads((a, b) =>
        tf.sum(tf.mul(run(a as tf.Tensor2D, b as tf.Tensor2D, batch), weigh)),
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
