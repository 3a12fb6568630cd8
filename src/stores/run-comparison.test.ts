import { expect, test } from 'vitest';
import { entryOfRun, type RunEntry, readRunEntry } from '../storage/run-entries.ts';
import { importedFixture } from '../testing/notebook-fakes.ts';
import {
  fakeCurvePoint,
  fakeDetectorRun,
  fakePlainScores,
  fakeRun,
  fakeScores,
} from '../testing/run-fakes.ts';
import { curvePoints, hasVariants, metricRows, settingRows } from './run-comparison.ts';

const scores = fakeScores(importedFixture().traces);

function entry(id: string, seed: number, bestF: number | null): RunEntry {
  const run = fakeRun();
  const full = scores.reports.full;
  const reports = { ...scores.reports, full: { ...full, total: { ...full.total, bestF } } };
  return entryOfRun(
    {
      ...run,
      id,
      settings: { ...run.settings, seed },
      detectors: [{ ...fakeDetectorRun(), scores: { ...scores, reports } }],
    },
    id,
  );
}

test('settings say which of them differ', () => {
  const rows = settingRows([entry('a', 1, null), entry('b', 2, null)]);
  expect(rows.filter(({ differs }) => differs)).toEqual([
    { name: 'seed', values: ['1', '2'], differs: true },
  ]);
  expect(rows.map(({ name }) => name)).toContain('units per head');
});

test('metrics are measured against the baseline, where both have them', () => {
  const entries = [entry('a', 1, 0.9), entry('b', 1, 0.75), entry('c', 1, null)];
  const choice = { detector: 'tracevae', variant: 'full' } as const;
  const [a, b, c] = metricRows(entries, { ...choice, baseline: 'a' });
  expect(a!.cells.bestF).toEqual({ value: 0.9, delta: null });
  expect(b!.cells.bestF.delta).toBeCloseTo(-0.15);
  expect(c!.cells.bestF).toEqual({ value: null, delta: null });
  const [first] = metricRows(entries, { ...choice, baseline: null });
  expect(first!.cells.bestF.delta).toBeNull();
});

test('curves leave out epochs without a validation', () => {
  const run = fakeRun();
  const curve = [fakeCurvePoint(1, 3), { ...fakeCurvePoint(2, 2), valLoss: 2.5 }];
  const kept = entryOfRun({ ...run, detectors: [{ ...fakeDetectorRun(), curve }] }, 'a');
  expect(curvePoints(kept, 'tracevae', 'loss')).toEqual([
    { x: 1, y: 3 },
    { x: 2, y: 2 },
  ]);
  expect(curvePoints(kept, 'tracevae', 'valLoss')).toEqual([{ x: 2, y: 2.5 }]);
});

test('a detector without terms is measured by its score, whatever variant is chosen', () => {
  const plain = fakePlainScores(importedFixture().traces);
  const detectors = [{ ...fakeDetectorRun(), detector: 'vgae' as const, scores: plain }];
  const kept = entryOfRun({ ...fakeRun(), detectors }, 'a');
  const [row] = metricRows([kept], { detector: 'vgae', variant: 'ncnorm', baseline: null });
  expect(row!.cells.auroc.value).toBe(plain.report.total.auroc);
  expect(hasVariants(kept, 'vgae')).toBe(false);
  expect(hasVariants(entry('b', 1, null), 'tracevae')).toBe(true);
});

test('an entry from before there were baselines, kept weights or power tails has none of them', () => {
  const { settings, ...kept } = entry('a', 1, null);
  const { baselines: _, config, ...before } = settings;
  const { keepEvery: __, latencyTails, ...older } = config;
  expect(latencyTails).toBe('power');
  expect(readRunEntry({ ...kept, settings: { ...before, config: older } })).toEqual({
    ok: true,
    value: { ...kept, settings: { ...settings, config: { ...config, latencyTails: 'gaussian' } } },
  });
});
