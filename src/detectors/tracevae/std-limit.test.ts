import { beforeAll, expect, test } from 'vitest';
import { percentile } from '../../base/statistics.ts';
import { makeBatch } from '../../features/trace-batch.ts';
import { ParameterStore } from '../../nn/parameters.ts';
import { startTestBackend } from '../../testing/backends.ts';
import { SMALL_TRACEVAE } from '../../testing/small-tracevae.ts';
import { toyData } from '../../testing/toy-traces.ts';
import { sampleLatencies } from './latency-scores.ts';
import { scoreNoise } from './scoring.ts';
import { findStdLimits } from './std-limit.ts';
import { traceVaeSpecs } from './trace-vae.ts';

const config = SMALL_TRACEVAE;
const data = toyData(40);
const operationCount = data.traces.operations.length;
const SEED = 1;

const createModel = () => ({
  store: ParameterStore.initialise(traceVaeSpecs(config, operationCount), 3),
  config,
  operationCount,
});

beforeAll(() => startTestBackend('cpu'));

test('limits are the 99th percentiles of the stds of all nodes, and of each operation’s, at least 1', async () => {
  const model = createModel();
  const limits = await findStdLimits(model, data, data.val, SEED);

  // trace by trace, with the noise that all share
  const noise = scoreNoise(SEED, 'z2', config.latent2);
  const all: number[] = [];
  const ofOperation = Array.from({ length: operationCount }, (): number[] => []);
  for (const trace of data.val) {
    const batch = makeBatch(data.traces, data.scale, Uint32Array.of(trace), config.maxNodes);
    const { firstRow, logStd } = await sampleLatencies(model, batch, noise);
    for (let i = 0; i < batch.nodeCount[0]!; i++) {
      const std = Math.exp(logStd[firstRow[0]! + i]!);
      all.push(std);
      ofOperation[batch.operation[i]!]!.push(std);
    }
  }
  expect(limits.global).toBeCloseTo(percentile(all, 99), 5);
  ofOperation.forEach((stds, operation) => {
    const own = stds.length === 0 ? limits.global : Math.max(1, percentile(stds, 99));
    expect(limits.byOperation[operation]).toBeCloseTo(own, 5);
  });
  // no trace has the padding operation: it takes the common limit
  expect(ofOperation[0]).toEqual([]);
  expect(new Set(limits.byOperation).size).toBeGreaterThan(2);
  model.store.dispose();
});

test('without validation traces there is no limit', async () => {
  const model = createModel();
  const { global, byOperation } = await findStdLimits(model, data, new Uint32Array(0), SEED);
  expect(global).toBe(Number.POSITIVE_INFINITY);
  expect([...byOperation]).toEqual(Array(operationCount).fill(Number.POSITIVE_INFINITY));
  model.store.dispose();
});
