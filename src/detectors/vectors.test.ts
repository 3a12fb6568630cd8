/** TraceAnomaly and CRISP on five traces, with a network whose likelihood is a constant. */
import { beforeAll, expect, test } from 'vitest';
import { fitLatencyScale } from '../features/latency-scale.ts';
import { fitPathScale } from '../features/path-vectors.ts';
import { startTestBackend } from '../testing/backends.ts';
import { FIRST_FOUR, fiveTraces } from '../testing/five-traces.ts';
import { zeroWeights } from '../testing/zero-weights.ts';
import { CRISP } from './crisp/crisp.ts';
import { restoreVectors, type VectorMethod } from './shared/vector-detector.ts';
import { vectorVaeSpecs } from './shared/vector-vae.ts';
import { TRACE_ANOMALY } from './trace-anomaly/trace-anomaly.ts';

beforeAll(() => startTestBackend('cpu'));

const traces = fiveTraces();
const data = {
  traces,
  train: FIRST_FOUR,
  val: FIRST_FOUR,
  scale: fitLatencyScale(traces, FIRST_FOUR, 'robust'),
};
const signal = new AbortController().signal;
const config = {
  hidden: 2,
  latent: 2,
  flowLevels: 0,
  flowHidden: 2,
  learningRate: 1e-3,
  samples: 3,
};

/** What softplus makes 1 of, with the floor of 1e-4. */
const ONE = Math.log(Math.expm1(1 - 1e-4));

/** q(z | x) = p(z) = N(0, 1) and p(x | z) = N(0, 1), whatever x is. */
async function scores(method: VectorMethod): Promise<number[]> {
  const scale = fitPathScale(traces, FIRST_FOUR, method.choose);
  const weights = zeroWeights(vectorVaeSpecs(config, 3), {
    'q.z_std.bias_store.value': [ONE, ONE],
    'p.x_std.bias_store.value': [ONE, ONE, ONE],
  });
  const columns = { ...scale.paths, meanUs: scale.meanUs, stdUs: scale.stdUs };
  const stored = Object.entries(columns).map(([name, values]) => ({
    name: `paths.${name}`,
    shape: [3],
    data: Float32Array.from(values),
  }));
  const model = restoreVectors(method, config, {
    formatVersion: 1,
    tensors: [...weights, ...stored],
  });
  const { score } = await model.scoreTraces(data, Uint32Array.of(0, 2, 3, 4), {
    seed: 1,
    signal,
    onProgress: () => {},
  });
  model.dispose();
  return [...score];
}

/** -log N(x; 0, 1) of three dimensions: 3/2 log 2 pi = 2.7568, and half the sum of squares. */
const nll = (...x: number[]): number =>
  1.5 * Math.log(2 * Math.PI) + x.reduce((sum, value) => sum + value ** 2 / 2, 0);

test('TraceAnomaly: the NLL of the whole vector', async () => {
  // (a, a/b, a/c) as features/path-vectors.test.ts computes them: 0 (-.169, -.905, -.707),
  // 2 (1.183, 1.508, 1.414), 3 (-1.521, -.905, absent), 4 (30.26, absent, -.707)
  const [s0, s2, s3, s4] = await scores(TRACE_ANOMALY);
  expect(s0).toBeCloseTo(nll(-0.169, -0.9045, -Math.SQRT1_2), 2); // 3.430
  expect(s2).toBeCloseTo(nll(1.1832, 1.5076, Math.SQRT2), 2); // 5.593
  expect(s3).toBeCloseTo(nll(-1.5213, -0.9045, -1), 2); // 4.823
  expect(s4).toBeCloseTo(nll(30.2565, -1, -Math.SQRT1_2), 1); // 461.2
});

test('CRISP: the NLL of the vector of the critical path', async () => {
  // b is hidden in trace 2, so that b has 4 6 4: mean 4.667, std .943
  const [s0, s2, s3, s4] = await scores(CRISP);
  expect(s0).toBeCloseTo(nll(-0.169, -Math.SQRT1_2, -Math.SQRT1_2), 2); // b (4 - 4.667) / .943; 3.271
  expect(s2).toBeCloseTo(nll(1.1832, -1, Math.SQRT2), 2); // b is absent; 4.957
  expect(s3).toBeCloseTo(nll(-1.5213, -Math.SQRT1_2, -1), 2); // 4.664
  expect(s4).toBeCloseTo(nll(30.2565, -1, -Math.SQRT1_2), 1);
});
