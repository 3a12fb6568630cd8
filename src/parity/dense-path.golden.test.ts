/**
 * What WebGPU computes - dense masked attention in packed blocks, tensor-only log-determinants, the
 * optimiser on flat vectors - run on the cpu backend and held against the golden numbers.
 */
import { beforeAll, expect, test, vi } from 'vitest';
import { latencyInput } from '../detectors/tracevae/trace-vae.ts';
import * as tf from '../nn/tf.ts';
import { startTestBackend } from '../testing/backends.ts';
import { readGolden } from '../testing/golden/tracevae-golden.ts';
import { loadGolden } from './golden-model.ts';
import { quantityLine } from './lines.ts';
import type { Quantity } from './measure.ts';
import { compareGolden } from './parity.ts';

vi.mock(import('../nn/host-memory.ts'), async (original) => ({
  ...(await original()),
  tensorsAreHostMemory: () => false,
}));

const golden = readGolden();

beforeAll(() => startTestBackend('cpu'));

test('several traces share a block, and the graph is dense', () => {
  const { store, batch, config } = loadGolden(golden);
  store.dispose();
  tf.tidy(() => {
    const { graph } = latencyInput(batch, 'train', config).encoder;
    expect(graph.dense).not.toBeNull();
    expect(graph.rows / graph.block).toBeLessThan(batch.size);
  });
});

test('every golden number', async () => {
  const quantities: Quantity[] = [];
  await compareGolden(golden, 'all', (quantity) => quantities.push(quantity));
  const failed = quantities.filter(({ status }) => status === 'failed');
  expect(failed.map(quantityLine)).toEqual([]);
  for (const { status, where } of quantities) {
    if (status === 'not-reached') expect(where).toMatch(/\.gnn\.bias\[/);
  }
});
