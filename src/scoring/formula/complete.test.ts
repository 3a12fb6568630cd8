import { expect, test } from 'vitest';
import { checkFormula } from './check.ts';
import { completeFormula } from './complete.ts';

const written = (text: string, caret = text.length): string[] =>
  completeFormula(text, caret).options.map((one) => one.written);

test('the word before the caret is completed, names that begin so first', () => {
  expect(completeFormula('full + 2*kl', 11).from).toBe(9);
  expect(written('full + 2*kl')).toEqual(['kl.z', 'kl.z2']);
  expect(written('full + 2*KL.z2')).toEqual(['kl.z2']);
  expect(written('max(se')[0]).toBe('self');
  expect(written('time')).toEqual(['nll.time', 'nll.time.limited', 'nodes.time']);
  expect(written('nll.e + 1', 5)).toEqual(['nll.edges', 'nll.edges.below(p)']);
  expect(written('zzz')).toEqual([]);
});

test('after an operator everything is offered, and what is taken can be read', () => {
  const { from, options } = completeFormula('full + ', 7);
  expect(from).toBe(7);
  expect(options.length).toBeGreaterThan(25);
  for (const { insert } of options) {
    const inner = insert.startsWith('score') ? 'kl.z2)' : 'self)';
    const whole = insert.endsWith('(') || insert.endsWith(', ') ? `${insert}${inner}` : insert;
    const checked = checkFormula(`full + max(${whole} + 0*self)`);
    // terms of samples do not mix with those of nodes: they are known all the same
    expect(checked.ok || !/there is no/.test(checked.error.what), insert).toBe(true);
  }
});
