import { expect, test } from 'vitest';
import { parseThreshold } from './threshold-rule.ts';
import { percentileWords, ruleWords } from './threshold-words.ts';

test.each([
  ['p99', 'the 99th percentile of the validation scores'],
  ['p97.5', 'the percentile 97.5 of the validation scores'],
  ['robust', 'the robust cut of the validation scores'],
  ['value:14.2', 'a score of 14.2 nats'],
  ['top:1', 'the highest score'],
  ['top:1500', 'the 1,500 highest scores'],
  ['share:2%', 'the highest 2 % of the scores'],
  ['budget:1/1000', '1 false alarm in 1,000 normal traces'],
  ['perday:20', '20 flagged traces per day'],
])('%s is said as: %s', (text, words) => {
  const rule = parseThreshold(text);
  expect(rule.ok && ruleWords(rule.value, 'nats')).toBe(words);
});

test('percentiles have their ordinals', () => {
  expect([1, 2, 3, 11, 92, 100].map(percentileWords)).toEqual([
    '1st percentile',
    '2nd percentile',
    '3rd percentile',
    '11th percentile',
    '92nd percentile',
    '100th percentile',
  ]);
});
