import { beforeAll, expect, test } from 'vitest';
import { ParameterStore } from '../../nn/parameters.ts';
import { startTestBackend } from '../../testing/backends.ts';
import { toyData } from '../../testing/toy-traces.ts';
import { TRACEVAE_PRESETS } from './meta.ts';
import { findStdLimits } from './std-limit.ts';
import { traceVaeSpecs } from './trace-vae.ts';

const config = { ...TRACEVAE_PRESETS.tiny, units: 4, layers: 1, flowLevels: 1, maxNodes: 6 };
const data = toyData(40);
const operationCount = data.traces.operations.length;

beforeAll(() => startTestBackend('cpu'));

test('one limit for all nodes, and another one for each operation', async () => {
  const store = ParameterStore.initialise(traceVaeSpecs(config, operationCount), 3);
  const model = { store, config, operationCount };
  const { global, byOperation } = await findStdLimits(model, data, data.val, 1);
  expect(byOperation).toHaveLength(operationCount);
  // no trace has the padding operation: the common limit is its own
  expect(byOperation[0]).toBe(global);
  const own = Array.from(byOperation.slice(1));
  expect(Math.min(...own)).toBeLessThan(global);
  expect(new Set(own).size).toBe(own.length);
  store.dispose();
});

test('without validation traces there is no limit', async () => {
  const store = ParameterStore.initialise(traceVaeSpecs(config, operationCount), 3);
  const model = { store, config, operationCount };
  const { global, byOperation } = await findStdLimits(model, data, new Uint32Array(0), 1);
  expect(global).toBe(Number.POSITIVE_INFINITY);
  expect([...byOperation]).toEqual(Array(operationCount).fill(Number.POSITIVE_INFINITY));
  store.dispose();
});
