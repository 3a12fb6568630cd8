/**
 * Parity with the authors' implementation, number for number: forward pass, scores, gradients, one
 * optimiser step, preprocessing. Tolerances as the golden file states them.
 */
import { describe, expect, test } from 'vitest';
import * as tf from '../nn/tf.ts';
import { startTestBackend, TEST_BACKENDS } from '../testing/backends.ts';
import { readGolden } from '../testing/golden/tracevae-golden.ts';
import { type Comparison, loadGolden } from './golden-model.ts';
import { quantityLine } from './lines.ts';
import type { Quantity } from './measure.ts';
import { FORWARD } from './parity.ts';
import { compareTraining } from './training-step.ts';

const golden = readGolden();

describe.each(TEST_BACKENDS)('the golden numbers on the %s backend', (backend) => {
  const comparisons: [string, Comparison][] = Object.entries({
    ...FORWARD,
    'training steps': compareTraining,
  });

  test.each(comparisons)('%s', async (name, comparison) => {
    await startTestBackend(backend);
    const before = tf.memory().numTensors;
    const model = loadGolden(golden);
    const quantities: Quantity[] = [];
    await comparison(model, (quantity) => quantities.push(quantity));
    model.store.dispose();
    expect(tf.memory().numTensors).toBe(before);
    const lines = (status: Quantity['status']): string[] =>
      quantities.filter((quantity) => quantity.status === status).map(quantityLine);
    expect(lines('failed')).toEqual([]);
    // Only what the decision on biases before a BatchNorm explains.
    for (const line of lines('not-reached')) expect(line).toMatch(/ at \S+\.gnn\.bias\[/);
    if (name !== 'training steps') expect(lines('not-reached')).toEqual([]);
    const worst = Math.max(...quantities.map(({ relative }) => relative));
    console.info(`${backend}, ${name}: ${quantities.length} quantities, ${worst.toExponential(1)}`);
  });
});
