import { expect, test } from 'vitest';
import { modelTermsIn } from '../../../testing/model-terms.ts';
import { CELL_SAYS } from './cell-words.ts';

test('what a cell is for is said without a term of the model', () => {
  for (const [cell, says] of Object.entries(CELL_SAYS)) {
    expect([cell, modelTermsIn(says)]).toEqual([cell, []]);
  }
});

test('terms of the model are recognised as words, not as parts of others', () => {
  expect(modelTermsIn('mean NLL, 12.3 nats at the 99th percentile of validation')).toEqual([
    'NLL',
    'nats',
    'validation',
    'percentile',
  ]);
  expect(modelTermsIn('priority, alternatives, a follower, zebra')).toEqual([]);
});
