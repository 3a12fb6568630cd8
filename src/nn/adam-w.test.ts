/** AdamW on each backend that runs under Node. */
import { beforeAll, describe, expect, test } from 'vitest';
import { startTestBackend, TEST_BACKENDS } from '../testing/backends.ts';
import { ADAM_W, createAdamW } from './adam-w.ts';
import { ParameterStore } from './parameters.ts';
import * as tf from './tf.ts';

const START = { w: [0.3, -0.4], b: [2] };
const GRADIENTS = [
  [1, 2, -3], // longer than the clip
  [0.1, -0.2, 0.3],
  [-0.2, 0.1, 0],
];
const [RATE, CLIP, DECAY] = [0.01, 1, 0.1];

const newStore = (): ParameterStore =>
  ParameterStore.initialise(
    Object.entries(START).map(([name, values]) => ({
      name,
      shape: [values.length],
      initialise: () => Float32Array.from(values),
    })),
    0,
  );

/** @param change goes on with an optimiser made of the former one's state after every step */
async function threeSteps(change: boolean): Promise<number[]> {
  const store = newStore();
  const options = { clipNorm: CLIP, decay: DECAY };
  let optimiser = createAdamW(store, ['w', 'b'], options);
  for (const gradient of GRADIENTS) {
    tf.tidy(() => {
      optimiser.step([tf.tensor1d(gradient.slice(0, 2)), tf.tensor1d(gradient.slice(2))], RATE);
    });
    if (!change) continue;
    const state = await optimiser.state();
    optimiser.dispose();
    optimiser = createAdamW(store, ['w', 'b'], { ...options, state });
  }
  const values = [...(await store.pack())];
  optimiser.dispose();
  store.dispose();
  return values;
}

describe.each(TEST_BACKENDS)('AdamW on the %s backend', (backend) => {
  beforeAll(() => startTestBackend(backend));

  test('three steps, by hand', async () => {
    const theta = [...START.w, ...START.b];
    const [mean, square] = [
      [0, 0, 0],
      [0, 0, 0],
    ];
    const { beta1, beta2, epsilon } = ADAM_W;
    GRADIENTS.forEach((gradient, step) => {
      const scale = Math.min(1, CLIP / (Math.hypot(...gradient) + 1e-6));
      gradient.forEach((value, i) => {
        const g = scale * value;
        mean[i] = beta1 * mean[i]! + (1 - beta1) * g;
        square[i] = beta2 * square[i]! + (1 - beta2) * g ** 2;
        const likely = mean[i]! / (1 - beta1 ** (step + 1));
        const spread = Math.sqrt(square[i]! / (1 - beta2 ** (step + 1))) + epsilon;
        theta[i] = theta[i]! * (1 - RATE * DECAY) - (RATE * likely) / spread;
      });
    });
    const before = tf.memory().numTensors;
    (await threeSteps(false)).forEach((value, i) => {
      expect(value).toBeCloseTo(theta[i]!, 5);
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  test('it goes on from its state', async () => {
    expect(await threeSteps(true)).toEqual(await threeSteps(false));
  });
});
