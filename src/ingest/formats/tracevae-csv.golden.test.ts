/**
 * The same graphs as the authors' loader makes of the same rows: structure and milliseconds exactly.
 * The file's `preprocessing` was made by the authors' published code; nothing is random.
 */
import { expect, it } from 'vitest';
import type { Quantity } from '../../parity/measure.ts';
import { comparePreprocessing, importRows } from '../../parity/preprocessing.ts';
import { readGolden } from '../../testing/golden/tracevae-golden.ts';

const { preprocessing } = readGolden();

it('makes and labels the graphs of the authors’ loader', () => {
  const found: Quantity[] = [];
  comparePreprocessing(preprocessing, (quantity) => found.push(quantity));
  const deviations = Object.fromEntries(found.map(({ name, relative }) => [name, relative]));
  expect(deviations).toEqual({
    'import: traces': 0,
    'import: traces labelled normal': 0,
    'import: traces labelled structure': 0,
    'import: traces labelled time': 0,
    'import: parents': 0,
    'import: operations': 0,
    'import: spans merged into a node': 0,
    'import: latency, ms': 0,
    'import: standardised latency': expect.closeTo(0, 7),
  });
});

it('counts what that loader skips', () => {
  const { ledger } = importRows(preprocessing);
  expect(ledger.map(({ reason, count }) => [reason, count])).toEqual([
    ['database-span', 1],
    ['single-node', 1],
    ['unknown-operation', 1],
    ['orphan-root', 1],
  ]);
});
