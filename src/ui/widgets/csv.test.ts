import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toCsv } from './csv.ts';

test('fields are quoted where they must be', () => {
  expect(
    toCsv([
      ['a', 'b, c', 'say "so"'],
      ['two\nlines', '', '1'],
    ]),
  ).toBe('a,"b, c","say ""so"""\n"two\nlines",,1\n');
});

test.each([
  ...['=1+1', '+cmd', '-cmd', '@sum', '\tx', '\rx', '\n=1', ' =1', '\uFEFF=1', '\u200E=1'],
  ...['＝1+1', '＋cmd', '－cmd', '＠sum', '\u0000=1', '\u00A0=1'],
])('%j is text, no formula', (text) => {
  expect(toCsv([[text]]).replace(/^"/, '')).toMatch(/^'/);
});

test('numbers stay numbers, signs and all', () => {
  expect(toCsv([['-1.5', '+2', '-3e-7']])).toBe('-1.5,+2,-3e-7\n');
});

test('no field of any text begins as a formula does', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const [first = ''] = toCsv([[text]]).replace(/^"/, '');
      if (/[=@\t\r]/.test(first)) throw new Error(JSON.stringify(text));
    }),
  );
});
