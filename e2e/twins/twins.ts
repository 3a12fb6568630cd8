/** Which kernels have twins, on random shapes. */
import fc from 'fast-check';
import { setOwnKernels } from '../../src/kernels/own-kernels.ts';
import { batchNormLeakyRelu, batchNormSpecs, type Mode } from '../../src/nn/batch-norm.ts';
import { ParameterStore, type Parameters } from '../../src/nn/parameters.ts';
import { createRmsProp } from '../../src/nn/rms-prop.ts';
import * as tf from '../../src/nn/tf.ts';
import { deviation } from '../../src/parity/measure.ts';
import { randomTensor } from '../../src/testing/gradients.ts';

const RUNS = 4;

const seeds = fc.integer({ min: 1, max: 1e6 });
const sizes = (max: number) => fc.integer({ min: 1, max });

/** The worst of what `measure` gives for a few random arguments, which are always the same ones. */
async function worstOf<T extends unknown[]>(
  arbitraries: { [K in keyof T]: fc.Arbitrary<T[K]> },
  measure: (...args: T) => Promise<number>,
): Promise<number> {
  const all = fc.tuple(...arbitraries) as unknown as fc.Arbitrary<T>;
  const samples = fc.sample(all, { numRuns: RUNS, seed: 1 });
  let worst = 0;
  for (const args of samples) worst = Math.max(worst, await measure(...args));
  return worst;
}

/** Parameters of a store, some of them other tensors. */
const withTensors = (
  store: ParameterStore,
  others: Readonly<Record<string, tf.Tensor | undefined>>,
): Parameters => ({
  get: <T extends tf.Tensor>(name: string): T => (others[name] as T | undefined) ?? store.get(name),
  replace: (name, tensor) => store.replace(name, tensor),
});

/** With kernels of ours, then without. */
async function bothWays<T>(compute: () => Promise<T>): Promise<[T, T]> {
  setOwnKernels(true);
  const ours = await compute();
  setOwnKernels(false);
  const stock = await compute();
  setOwnKernels(true);
  return [ours, stock];
}

type Operation = (...x: tf.Tensor[]) => tf.Tensor;

/** How far values and gradients are from those of the twin. */
async function deviationOf(f: Operation, inputs: tf.Tensor[]): Promise<number> {
  const [ours, stock] = await bothWays(async () => {
    const tensors = tf.tidy(() => {
      const weigh = (...x: tf.Tensor[]): tf.Tensor => {
        const y = f(...x);
        // so that every output counts differently
        return tf.sum(tf.mul(y, randomTensor(99, ...y.shape)));
      };
      return [f(...inputs), ...tf.grads(weigh)(inputs)];
    });
    const values = await Promise.all(tensors.map((tensor) => tensor.data()));
    tf.dispose(tensors);
    return values;
  });
  return Math.max(...ours.map((values, i) => deviation(values, Array.from(stock[i]!))));
}

async function rmsProp(seed: number, size: number, clipNorm: number): Promise<number> {
  const lengths = [size, size + 1, 3000];
  const names = lengths.map((_, i) => `parameter ${i}`);
  const specs = await Promise.all(
    lengths.map(async (length, i) => {
      const values = (await randomTensor(seed + i, length).data()) as Float32Array;
      return { name: names[i]!, shape: [length], initialise: () => values };
    }),
  );
  const [ours, stock] = await bothWays(async () => {
    const store = ParameterStore.initialise(specs, 1);
    const options = { clipNorm, l2: 0.3, penalised: new Set(['parameter 0', 'parameter 2']) };
    const optimiser = createRmsProp(store, names, options);
    const norm = optimiser.penaltyNorm();
    const gradients = lengths.map((length, i) => randomTensor(seed + 5 + i, length));
    optimiser.step(gradients, 0.01);
    optimiser.step(gradients, 0.01);
    const moved = [...(await norm.data()), ...(await store.pack()), ...(await optimiser.state())];
    optimiser.dispose();
    store.dispose();
    return moved;
  });
  return deviation(ours, stock);
}

async function batchNorm(seed: number, rows: number, width: number, mode: Mode): Promise<number> {
  const weights = tf.abs(randomTensor(seed + 1, rows, 1));
  const column: tf.Tensor2D = tf.div(weights, tf.sum(weights));
  const shares = { row: tf.transpose(column), column, count: rows };
  const x = randomTensor<tf.Tensor2D>(seed, rows, width);
  const columns = [randomTensor(seed + 2, width), randomTensor(seed + 3, width)];
  const store = ParameterStore.initialise(batchNormSpecs('bn', width), 1);
  const normalise = (input: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor): tf.Tensor2D => {
    const given = withTensors(store, { 'bn.weight': gamma, 'bn.bias': beta });
    return batchNormLeakyRelu(given, 'bn', input as tf.Tensor2D, shares, mode);
  };
  const start = await store.pack();
  const [ours, stock] = await bothWays(async () => {
    store.restore(ParameterStore.unpack(batchNormSpecs('bn', width), start).snapshot());
    const y = normalise(x, columns[0]!, columns[1]!);
    return [...(await y.data()), ...(await store.pack())];
  });
  const gradients = mode === 'train' ? deviationOf(normalise as Operation, [x, ...columns]) : 0;
  return Math.max(deviation(ours, stock), await gradients);
}

export const TWINS: Readonly<Record<string, () => Promise<number>>> = {
  'BatchNorm in training': () =>
    worstOf([seeds, fc.integer({ min: 8, max: 70 }), sizes(40), fc.constant('train')], batchNorm),
  'BatchNorm in eval mode': () =>
    worstOf([seeds, sizes(70), sizes(40), fc.constant('eval')], batchNorm),
  RMSprop: () => worstOf([seeds, sizes(40), fc.constantFrom(0.1, 1e3)], rmsProp),
};
