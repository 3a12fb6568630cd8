/** LSTM-AD on five traces, with a network whose likelihood is a constant. */
import { beforeAll, expect, test } from 'vitest';
import { fitLatencyScale } from '../../features/latency-scale.ts';
import { startTestBackend } from '../../testing/backends.ts';
import { FIRST_FOUR, fiveTraces } from '../../testing/five-traces.ts';
import { zeroWeights } from '../../testing/zero-weights.ts';
import { restoreLstmAd } from './lstm-ad.ts';
import { lstmAdSpecs } from './network.ts';

beforeAll(() => startTestBackend('cpu'));

const traces = fiveTraces();
/** x = (latency - mean) / std with the stds as they are: a 2.958, b 1.658, c 2.828 ms. */
const scale = fitLatencyScale(traces, FIRST_FOUR, 'authors');
const data = { traces, train: FIRST_FOUR, val: FIRST_FOUR, scale };
const config = { units: 2, embedding: 2, latent: 2, learningRate: 1e-3, samples: 3 };
const signal = new AbortController().signal;

function constantModel() {
  const weights = zeroWeights(lstmAdSpecs(config, 4), {
    // logits up to a constant: p(a) = 1/2, p(b) = p(c) = 1/4, and nearly nothing for padding
    'operation.bias_store.value': [-30, Math.log(2), 0, 0],
    // mean 0, log std 0
    'latency.bias_store.value': [0, 0],
  });
  return restoreLstmAd(config, 4, { formatVersion: 1, tensors: weights });
}

const normal = (x: number): number => Math.log(2 * Math.PI) / 2 + x ** 2 / 2;

test('a trace scores as its oddest node, by operation and latency', async () => {
  const model = constantModel();
  const { score: scores } = await model.scoreTraces(data, Uint32Array.of(0, 2, 3, 4), {
    seed: 1,
    signal,
    onProgress: () => {},
  });
  // Nodes of trace 0: a log 2 + n(-.169) = 1.626, b log 4 + n(-.905) = 2.714,
  // c log 4 + n(-.707) = 2.555: b. Trace 2: a log 2 + n(1.183) = 2.312, b log 4 + n(1.508) = 3.442,
  // c log 4 + n(1.414) = 3.305: b. Trace 3: a log 2 + n(-1.521) = 2.769, b 2.714: a.
  // Trace 4: a log 2 + n(30.257) = 459.3.
  expect(scores[0]).toBeCloseTo(Math.log(4) + normal(-0.9045), 2);
  expect(scores[1]).toBeCloseTo(Math.log(4) + normal(1.5076), 2);
  expect(scores[2]).toBeCloseTo(Math.log(2) + normal(-1.5213), 2);
  expect(scores[3]! / (Math.log(2) + normal(30.2565))).toBeCloseTo(1, 3);
  model.dispose();
});

test('an explanation has each node’s score, and what was expected in milliseconds', async () => {
  const model = constantModel();
  const { nodes, score } = await model.explain(data, 3, { seed: 1 });
  expect(score).toBe(Math.max(...nodes.score));
  expect(nodes.score[1]).toBeCloseTo(Math.log(4) + normal(-0.9045), 2);
  expect(nodes.expectedMs[0]).toBeCloseTo(10.5, 2);
  expect(nodes.stdMs[1]).toBeCloseTo(1.658, 2);
  model.dispose();
});
