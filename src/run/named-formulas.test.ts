import { expect, test } from 'vitest';
import { readNamedFormula } from './named-formulas.ts';

test.each([
  ['full + 2*kl.z2', 'full + 2*kl.z2', 'full + 2*kl.z2'],
  [' mine = full + 2*kl.z2 ', 'mine', 'full + 2*kl.z2'],
  ['my score, 2 = nll', 'my score, 2', 'nll'],
  ['kl.z2 >= 3', 'kl.z2 >= 3', 'kl.z2 >= 3'],
  ['kl.z2 == 3', 'kl.z2 == 3', 'kl.z2 == 3'],
  ['small = nodes <= 3', 'small', 'nodes <= 3'],
  ['one = nodes == 1', 'one', 'nodes == 1'],
])('%s has a name and a formula', (typed, name, text) => {
  expect(readNamedFormula(typed)).toEqual({ ok: true, value: { name, text } });
});

test('a formula that is longer than a name has to be given one', () => {
  const long = `full${' + kl.z2'.repeat(9)}`;
  expect(readNamedFormula(long)).toMatchObject({ error: { advice: 'write NAME = FORMULA' } });
  expect(readNamedFormula(`long = ${long}`)).toMatchObject({ ok: true, value: { text: long } });
});
