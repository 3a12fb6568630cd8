/** A run that goes on from a kept model: what training is handed, and what the run says. */
import { expect, test } from 'vitest';
import type { KeptModel } from '../../model/kept-model.ts';
import { toyTraces } from '../../testing/toy-traces.ts';
import { operationsOf } from '../../trace/vocabulary.ts';
import { startOf, startWords } from './start-of.ts';

const OF = { name: 'shop', keptAt: 1, dataHash: 'abc' };
const weights = { formatVersion: 1, tensors: [] } as const;
const validation = toyTraces(3);
const model = {
  validation,
  detectors: [{ detector: 'tracevae', weights }],
} as unknown as KeptModel;
const kept = async () => model;

test('TraceVAE is handed the weights of the model; what cannot begin with them is handed none', async () => {
  const settings = { startedFrom: OF };
  expect(await startOf(kept, settings, 'tracevae')).toEqual({
    ok: true,
    value: { start: { name: 'shop', operations: operationsOf(validation), weights } },
  });
  expect(await startOf(kept, settings, 'history')).toEqual({ ok: true, value: {} });
  expect(await startOf(kept, settings, 'tracevae-fc')).toEqual({ ok: true, value: {} });
  expect(await startOf(kept, {}, 'tracevae')).toEqual({ ok: true, value: {} });
});

test('a model that is gone is said, and training does not begin at random instead', async () => {
  expect(await startOf(async () => null, { startedFrom: OF }, 'tracevae')).toMatchObject({
    ok: false,
    error: {
      what: expect.stringContaining('the model shop'),
      advice: expect.stringContaining('or start at random'),
    },
  });
});

test('operations that the model never saw are counted', () => {
  const [, ...known] = operationsOf(validation);
  const start = { name: 'shop', operations: operationsOf(validation), weights };
  expect(startWords(start, validation)).toBe('Training began with the weights of the model shop.');
  expect(startWords({ ...start, operations: known }, validation)).toMatch(
    /one operation that it never saw began at random/,
  );
  expect(startWords({ ...start, operations: [] }, validation)).toMatch(/5 operations that it/);
});
