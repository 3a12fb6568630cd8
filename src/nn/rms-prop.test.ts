/** RMSprop on each backend that runs under Node. */
import { beforeAll, describe, expect, test } from 'vitest';
import { createRandom, normals } from '../base/random.ts';
import { deviation } from '../parity/measure.ts';
import { startTestBackend, TEST_BACKENDS } from '../testing/backends.ts';
import { randomTensor } from '../testing/gradients.ts';
import { RMS_PROP } from './optimiser.ts';
import { ParameterStore } from './parameters.ts';
import { createRmsProp } from './rms-prop.ts';
import * as tf from './tf.ts';

describe.each(TEST_BACKENDS)('RMSprop on the %s backend', (backend) => {
  beforeAll(() => startTestBackend(backend));

  test('two steps of RMSprop, by hand', async () => {
    const [rate, clipNorm, l2] = [0.01, 1, 0.1];
    const start = { w: [0.3, -0.4], b: [2] };
    const specs = Object.entries(start).map(([name, values]) => ({
      name,
      shape: [values.length],
      initialise: () => Float32Array.from(values),
    }));
    const store = ParameterStore.initialise(specs, 0);
    const optimiser = createRmsProp(store, ['w', 'b'], { clipNorm, l2, penalised: new Set(['w']) });
    expect(optimiser.penaltyNorm().dataSync()[0]).toBeCloseTo(0.5, 6);
    const theta = [...start.w, ...start.b];
    const squares = [0, 0, 0];
    for (const gradient of [
      [1, 2, -3], // longer than the clip
      [0.1, -0.2, 0.3],
    ]) {
      optimiser.step([tf.tensor1d(gradient.slice(0, 2)), tf.tensor1d(gradient.slice(2))], rate);
      const norm = Math.hypot(theta[0]!, theta[1]!);
      const pulled = gradient.map((g, i) => (i < 2 ? g + (l2 * theta[i]!) / norm : g));
      const scale = Math.min(1, clipNorm / Math.hypot(...pulled));
      pulled.forEach((g, i) => {
        squares[i] = RMS_PROP.alpha * squares[i]! + (1 - RMS_PROP.alpha) * (scale * g) ** 2;
        theta[i]! -= (rate * scale * g) / (Math.sqrt(squares[i]!) + RMS_PROP.epsilon);
      });
    }
    expect(deviation(await store.pack(), theta)).toBeLessThan(1e-6);
    expect(deviation(await optimiser.state(), squares)).toBeLessThan(1e-6);
    optimiser.dispose();
    store.dispose();
  });

  test('RMSprop goes on from its state', async () => {
    const specs = [
      { name: 'w', shape: [2, 3], initialise: () => normals(createRandom(1), 6) },
      { name: 'b', shape: [2], initialise: () => normals(createRandom(2), 2) },
    ];
    const options = { clipNorm: 1, l2: 0.1, penalised: new Set(['w']) };
    /** @param change makes the second step with an optimiser that takes over from the first */
    const train = async (change: boolean): Promise<number[]> => {
      const store = ParameterStore.initialise(specs, 0);
      let optimiser = createRmsProp(store, ['w', 'b'], options);
      for (const seed of [3, 4]) {
        optimiser.step([randomTensor(seed, 2, 3), randomTensor(seed + 10, 2)], 0.01);
        if (!change) continue;
        const state = await optimiser.state();
        optimiser.dispose();
        optimiser = createRmsProp(store, ['w', 'b'], { ...options, state });
      }
      const values = [...(await store.pack()), ...(await optimiser.state())];
      optimiser.dispose();
      store.dispose();
      return values;
    };
    expect(await train(true)).toEqual(await train(false));
  });
});
