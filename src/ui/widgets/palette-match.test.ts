import { expect, test } from 'vitest';
import { matching } from './palette-match.ts';

const item = (title: string, group = 'do') => ({ title, group });
const titles = (query: string) => matching(ITEMS, query).map(({ title }) => title);

const ITEMS = [
  item('Show run “Run 3”', 'run'),
  item('Start training'),
  item('Go to Model and training', 'cell'),
  item('Go to Scores', 'cell'),
  item('Export scores.csv'),
];

test('typed words begin words of the title, in any order, best first', () => {
  expect(titles('train')).toEqual(['Start training', 'Go to Model and training']);
  expect(titles('st tr')).toEqual(['Start training']);
  expect(titles('training start')).toEqual(['Start training']);
  expect(titles('Go')).toEqual(['Go to Model and training', 'Go to Scores']);
});

test('a group counts too, and a part of a word where it stands so', () => {
  expect(titles('cell scores')).toEqual(['Go to Scores']);
  expect(titles('ining')).toEqual(['Start training', 'Go to Model and training']);
});

test('an empty text keeps all, one that nothing is called gives none', () => {
  expect(titles('  ')).toEqual(ITEMS.map(({ title }) => title));
  expect(titles('zebra')).toEqual([]);
});
