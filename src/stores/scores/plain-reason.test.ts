import { expect, test } from 'vitest';
import { plainReason } from '../../inspect/plain-reason.ts';
import type { PlainScores } from '../../scoring/plain-scores.ts';
import { importedFixture } from '../../testing/notebook-fakes.ts';
import { fakePlainScores } from '../../testing/run-fakes.ts';
import { traceTree } from '../shared/tree-view.ts';

import { kindName, oddWords } from './trace-list-view.ts';

const { traces } = importedFixture();
const { test: scores } = fakePlainScores(traces);
const node = (row: number, at: number): string => {
  const { service, operation } = traceTree(traces, scores.trace[row]!)[at]!;
  return `${service}/${operation}`;
};
const term = (id: string, label: string, row: number) => ({
  id,
  label,
  unit: 'nats',
  values: Float64Array.from(scores.score, (_, i) => (i === row ? 5 : 0)),
});
const said: PlainScores = {
  ...scores,
  terms: [
    term('whole', 'slow as a whole', 0),
    term('place', 'slow in one place', 1),
    term('structure', 'structure not seen in training', 2),
  ],
  worstNode: new Int32Array(scores.score.length).fill(1),
};

test('the largest term says the way, and its node the place', () => {
  expect(plainReason(traces, said, 0)).toBe(`slow as a whole, most in ${node(0, 1)}`);
  expect(plainReason(traces, said, 1)).toBe(`slow in one place: ${node(1, 1)}`);
  expect(plainReason(traces, said, 2)).toBe(
    `structure not seen in training: new call ${node(2, 1)}`,
  );
  expect(plainReason(traces, said, 3)).toBe('');
});

test('a missing call is named where no node is; scores of earlier builds know of none', () => {
  const none = new Int32Array(scores.score.length).fill(-1);
  const absentCall = none.slice();
  absentCall[2] = traces.structures.operation[0]!;
  const missing = { ...said, worstNode: none, absentCall };
  expect(plainReason(traces, missing, 2)).toMatch(
    /^structure not seen in training: no call .+\/.+/,
  );
  const { worstNode: _, ...earlier } = said;
  expect(plainReason(traces, earlier, 1)).toBe('slow in one place');
  expect(plainReason(traces, earlier, 2)).toBe('structure not seen in training');
  expect(plainReason(traces, scores, 1)).toBeNull();
});

test('a flagged trace never reads as if nothing were odd', () => {
  const slow = { flagged: true, says: 'slow in one place: shop/Get' };
  expect(oddWords(slow, [])).toBe('Slow in one place: shop/Get.');
  expect(oddWords({ ...slow, says: null }, [])).toMatch(/the trace as a whole does not/);
  expect(oddWords({ ...slow, flagged: false }, [])).toMatch(/^Nothing stands out/);
  expect(oddWords(slow, [{ kind: 'missing', calls: ['shop/Get'] }])).toBe('Missing: shop/Get.');
  expect(kindName(slow, [])).toBe('as a whole');
  expect(kindName({ flagged: false }, [])).toBe('nothing odd');
});
