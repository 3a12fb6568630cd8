/**
 * Parity with a model that the authors' code trained on TrainTicket (64 units): 40 real traces,
 * scored at the posterior means. The files are large and live beside the repository; without them
 * the test is skipped.
 */
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { startTestBackend, TEST_BACKENDS } from '../testing/backends.ts';
import { quantityLine } from './lines.ts';
import type { Quantity } from './measure.ts';
import { compareFiles } from './parity.ts';
import { WEIGHTS_FILE } from './trained-model.ts';

const folder = new URL('../../../shared/goldens/trained-trainticket64/', import.meta.url);
const present = existsSync(new URL(WEIGHTS_FILE, folder));
if (!present) console.info(`skipped: no trained model at ${folder.pathname}`);

const file = (name: string): File => new File([readFileSync(new URL(name, folder))], name);

test.skipIf(!present).each(TEST_BACKENDS)('a trained model on the %s backend', async (backend) => {
  await startTestBackend(backend);
  const quantities: Quantity[] = [];
  const compared = await compareFiles([file('golden.json'), file(WEIGHTS_FILE)], 'all', (found) =>
    quantities.push(found),
  );
  expect(compared.ok).toBe(true);
  expect(quantities.length).toBeGreaterThan(0);
  expect(quantities.filter(({ status }) => status !== 'ok').map(quantityLine)).toEqual([]);
});
