/** VGAE on five traces, with a network whose likelihood is a constant. */
import { beforeAll, expect, test } from 'vitest';
import { fitLatencyScale } from '../../features/latency-scale.ts';
import { makeBatch } from '../../features/trace-batch.ts';
import { createNodeGraph } from '../../nn/node-graph.ts';
import { startTestBackend } from '../../testing/backends.ts';
import { FIRST_FOUR, fiveTraces } from '../../testing/five-traces.ts';
import { zeroWeights } from '../../testing/zero-weights.ts';
import { edgeTargets, vgaeSpecs } from './network.ts';
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
  const scores = await restored.scoreTraces(data, Uint32Array.of(0, 3, 4), {
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

test('edges to be reconstructed are those of a trace’s own pairs of nodes', () => {
  const batch = makeBatch(traces, scale, Uint32Array.of(3, 0), 3);
  const graph = createNodeGraph(batch, { padding: 'none' });
  const { edges, pairs } = edgeTargets(batch, graph);
  const cells = (tensor: typeof edges): string[] => {
    const values = tensor.dataSync();
    return Array.from(values.keys()).flatMap((cell) => {
      if (values[cell] === 0) return [];
      const [i, j] = [Math.floor(cell / graph.rows), cell % graph.rows];
      const place = (row: number) => `${graph.graphOf[row]}.${graph.nodeOf[row]}`;
      return [`${place(i)}-${place(j)}`];
    });
  };
  // graph 0 is a ( b ), graph 1 is a ( b, c ): b and c are a pair without an edge
  expect(cells(edges).sort()).toEqual(['0.0-0.1', '1.0-1.1', '1.0-1.2']);
  expect(cells(pairs).sort()).toEqual(['0.0-0.1', '1.0-1.1', '1.0-1.2', '1.1-1.2']);
});
