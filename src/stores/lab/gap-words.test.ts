import { expect, test } from 'vitest';
import type { VariantReport } from '../../scoring/metrics.ts';
import { importedFixture } from '../../testing/notebook-fakes.ts';
import { fakeScores } from '../../testing/run-fakes.ts';
import { gapWords } from './gap-words.ts';

const some = fakeScores(importedFixture().traces).reports.full;

const report = (auroc: number | null, below: number | null): VariantReport => ({
  ...some,
  total: { ...some.total, auroc },
  inversion: { ...some.inversion, anomaliesBelowNormalMedian: below },
});

test('the corrections are spoken of as they do in this run', () => {
  expect(gapWords({ nll: report(0.7, 0.31), full: report(0.981, 0.04) })).toBe(
    'In this run the corrections help: ROC-AUC 0.700 with plain NLL, 0.981 with all corrections; 31.0\u00a0% of the anomalies lie below the median normal trace before, 4.00\u00a0% after.',
  );
  expect(gapWords({ nll: report(0.865, null), full: report(0.846, null) })).toBe(
    'In this run the corrections make it worse: ROC-AUC 0.865 with plain NLL, 0.846 with all corrections.',
  );
  expect(gapWords({ nll: report(0.9, null), full: report(0.901, null) })).toMatch(/change little/);
});

test('a correction that loses alone is named', () => {
  const reports = { nll: report(0.9, null), full: report(0.95, null) };
  expect(
    gapWords({ ...reports, stdlimit: report(0.8, null), bcscale: report(0.92, null) }),
  ).toMatch(/ Worse than plain NLL: NLL \+ .*\(0\.800\)\.$/);
});

test('without labelled anomalies there is nothing to say', () => {
  expect(gapWords({ nll: report(null, null), full: report(null, null) })).toBeNull();
  expect(gapWords({ nll: report(0.9, 0.1) })).toBeNull();
});
