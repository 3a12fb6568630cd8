/** VGAE on five traces, with a network whose likelihood is a constant. */
import { beforeAll, expect, test } from 'vitest';
import { fitLatencyScale } from '../../features/latency-scale.ts';
import { makeBatch } from '../../features/trace-batch.ts';
import { createNodeGraph } from '../../nn/node-graph.ts';
import * as tf from '../../nn/tf.ts';
import { startTestBackend } from '../../testing/backends.ts';
import { FIRST_FOUR, fiveTraces } from '../../testing/five-traces.ts';
import { zeroWeights } from '../../testing/zero-weights.ts';
import { edgeNll, edgeTargets, vgaeSpecs } from './network.ts';
import { restoreVgae } from './vgae.ts';

beforeAll(() => startTestBackend('cpu'));

const traces = fiveTraces();
const scale = fitLatencyScale(traces, FIRST_FOUR, 'authors');
const data = { traces, train: FIRST_FOUR, val: FIRST_FOUR, scale };
const config = { latent: 2, learningRate: 1e-3, samples: 3 };
const sizes = { units: 2, heads: 1, layers: 1, operationEmbedding: 2 };
const normal = (x: number): number => Math.log(2 * Math.PI) / 2 + x ** 2 / 2;

test('a trace scores as the mean over its nodes', async () => {
  const model = { config, sizes, operationCount: 4 };
  // q(z_i) = p(z_i) = N(0, 1), so that they cancel; p(x_i) = N(0, 1)
  const tensors = zeroWeights(vgaeSpecs(model), {});
  const restored = restoreVgae(config, sizes, 4, { formatVersion: 1, tensors });
  const { score: scores } = await restored.scoreTraces(data, Uint32Array.of(0, 3, 4), {
    seed: 1,
    signal: new AbortController().signal,
    onProgress: () => {},
  });
  // x of trace 0: -.169 -.905 -.707; (.9333 + 1.3280 + 1.1689) / 3 = 1.1434
  expect(scores[0]).toBeCloseTo((normal(-0.169) + normal(-0.9045) + normal(-Math.SQRT1_2)) / 3, 2);
  // trace 3: -1.521 -.905; (2.0761 + 1.3280) / 2 = 1.7021
  expect(scores[1]).toBeCloseTo((normal(-1.5213) + normal(-0.9045)) / 2, 2);
  // trace 4: 30.257 -.707; the missing b is nowhere in it
  expect(scores[2]! / ((normal(30.2565) + normal(-Math.SQRT1_2)) / 2)).toBeCloseTo(1, 3);
  restored.dispose();
});

test('edges are reconstructed from inner products, within each trace', () => {
  const batch = makeBatch(traces, scale, Uint32Array.of(3, 0), 3);
  const graph = createNodeGraph(batch, { padding: 'none' });
  // rows: a, b of trace 3, then a, b, c of trace 0
  const z = tf.tensor2d([1, 0, 2, 0, 1, 1, 0, 1, -1, 0], [5, 2]);
  // Trace 3: a.b = 2, an edge. Trace 0: a.b = 1, an edge; a.c = -1, an edge; b.c = 0, none.
  // -log sigmoid of 2, 1 and -1: .1269, .3133, 1.3133; and log 2 = .6931; over 2 traces 1.2233
  const found = tf.tidy(() => edgeNll(z, edgeTargets(batch, graph)).dataSync()[0]!);
  expect(found).toBeCloseTo((0.1269 + 0.3133 + 1.3133 + Math.LN2) / 2, 3);
  // d/dz of b of trace 3: (sigmoid(2) - 1) a / 2 traces
  const gradient = tf.tidy(() =>
    tf
      .grad((x) => edgeNll(x as tf.Tensor2D, edgeTargets(batch, graph)))(z)
      .dataSync(),
  );
  expect(gradient[2]).toBeCloseTo((1 / (1 + Math.exp(-2)) - 1) / 2, 5);
  z.dispose();
});
