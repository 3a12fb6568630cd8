import { expect, test } from 'vitest';
import { tracesByHand } from '../../testing/traces-by-hand.ts';
import { changeRows, nothingFound } from './changes-view.ts';

const REPORT = {
  before: 300,
  after: 40,
  tests: 3,
  found: 1,
  services: [],
  errorsKnown: true,
  changes: [
    {
      kind: 'lost-call' as const,
      path: [1, 2],
      before: 300,
      after: 40,
      shareBefore: 1,
      shareAfter: 0,
      low: 0.9,
      requests: 36,
      q: 0,
      own: null,
    },
  ],
};

test('a change is named by its call and where that is', () => {
  const [row] = changeRows(tracesByHand([[[-1, 1, 1]]]), REPORT);
  expect(row).toMatchObject({
    kind: 'lost call',
    call: 'shop/operation 2',
    below: 'shop/operation 1',
  });
});

test('why nothing is told', () => {
  expect(nothingFound(REPORT)).toBeNull();
  expect(nothingFound({ ...REPORT, found: 0 })).toContain('Nothing stands out');
  expect(nothingFound({ ...REPORT, after: 4, tests: 0, found: 0 })).toContain('Too few traces: 4');
  expect(nothingFound({ ...REPORT, before: 0, tests: 0, found: 0 })).toContain('no traces');
});
