import { expect, test } from 'vitest';
import { NO_FILTER } from '../../../inspect/trace-query.ts';
import { toyTraces } from '../../../testing/toy-traces.ts';
import { filterChips } from './filter-words.ts';

const traces = toyTraces(6);
const named = { traces, columns: { structureNumber: Uint32Array.of(3, 1, 2) }, unit: 'nats' };
const words = (change: Partial<typeof NO_FILTER>, shown: 'all' | 'flagged' = 'all') =>
  filterChips({ ...NO_FILTER, ...change }, shown, named).map((chip) => chip.words);

test('what is open is not said', () => {
  expect(words({})).toEqual([]);
  expect(words({ search: '  ' })).toEqual([]);
});

test('every part is said in words, with its unit', () => {
  const start = new Date(2026, 10, 30, 17, 33, 39, 123).getTime();
  expect(
    words({
      search: ' pay ',
      flagged: false,
      errors: true,
      service: 1,
      operation: 5,
      lacks: 3,
      root: 4,
      kind: 'slow-whole-1b3k',
      structure: 0,
      duration: [1500, null],
      start: [start, null],
      nodes: [null, 7],
      score: [2, 12.5],
    }),
  ).toEqual([
    '“pay”',
    'not flagged',
    'with errors',
    'passes through shop',
    'passes through shop/operation 5',
    'without shop/operation 3',
    'root shop/operation 4',
    'kind: slow as a whole',
    'structure #3',
    'took at least 1.50 s',
    'started from Nov 30 17:33:39.123',
    'nodes at most 7',
    'score 2.00 nats to 12.5 nats',
  ]);
});

test('a flag is not said where flagged traces are shown, and an unknown id does no harm', () => {
  expect(words({ flagged: true }, 'flagged')).toEqual([]);
  expect(words({ service: 99, structure: 99 })).toEqual([
    'passes through no service',
    'structure #?',
  ]);
});
