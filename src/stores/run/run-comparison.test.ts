import { expect, test } from 'vitest';
import { traceVaeConfig } from '../../detectors/tracevae/meta.ts';
import { readRunEntry } from '../../run/record-formats.ts';
import { entryOfRun, type RunEntry } from '../../run/run-entries.ts';
import { importedFixture } from '../../testing/notebook-fakes.ts';
import {
  fakeCurvePoint,
  fakeDetectorRun,
  fakePlainScores,
  fakeRun,
  fakeScores,
} from '../../testing/run-fakes.ts';
import { curvePoints, epochWords, hasVariants, metricRows, settingRows } from './run-comparison.ts';

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

test('an entry from before baselines, kept weights, power tails or call paths has none of them', () => {
  const now = entry('a', 1, null);
  const { detectors, seed, roles, limitTrain, machine } = now.settings;
  const { keepEvery: _, latencyTails, ...older } = traceVaeConfig(now.settings);
  expect(latencyTails).toBe('power');
  const settings = { detectors, seed, roles, limitTrain, ...machine, config: older };
  expect(readRunEntry({ ...now, formatVersion: 1, settings })).toEqual({
    ok: true,
    value: {
      ...now,
      settings: {
        ...now.settings,
        model: { ...now.settings.model, latencyTails: 'gaussian', structureDecoder: 'paper' },
      },
    },
  });
});

test('a run says how many of its epochs it trained, and whether it was stopped', () => {
  const planned = fakeRun().settings.schedule.epochs;
  const trained = (epochs: number, stopped: boolean): RunEntry => {
    const detector = fakeDetectorRun();
    const outcome = { ...detector.outcome, stopped };
    const curve = Array.from({ length: epochs }, (_, i) => fakeCurvePoint(i + 1, 3));
    return entryOfRun({ ...fakeRun(), detectors: [{ ...detector, outcome, curve }] }, 'a');
  };
  expect(planned).toBe(60);
  expect(epochWords(trained(60, false), 'tracevae')).toBe('60 epochs');
  expect(epochWords(trained(14, true), 'tracevae')).toBe('14 of 60 epochs, stopped');
  expect(epochWords(trained(0, true), 'tracevae')).toBe('0 of 60 epochs, stopped');
  // by its validation loss, or at the last epoch before it diverged
  expect(epochWords(trained(38, false), 'tracevae')).toBe('38 of 60 epochs');
  const automaton = { ...fakeDetectorRun(), detector: 'fsa' as const, curve: [] };
  const counted = entryOfRun({ ...fakeRun(), detectors: [automaton] }, 'a');
  expect(epochWords(counted, 'fsa')).toBe('no epochs');
});

test('with History shown a run is measured by it, and its epochs and curves are TraceVAE’s', () => {
  const plain = fakePlainScores(importedFixture().traces);
  const curve = [fakeCurvePoint(1, 3), fakeCurvePoint(2, 2)];
  const detectors = [
    { ...fakeDetectorRun(), detector: 'history' as const, curve: [], scores: plain },
    { ...fakeDetectorRun(), curve, scores },
  ];
  const kept = entryOfRun({ ...fakeRun(), detectors }, 'a');
  expect(hasVariants(kept, 'history')).toBe(false);
  expect(epochWords(kept, 'history')).toMatch(/^2 of/);
  expect(curvePoints(kept, 'history', 'loss')).toHaveLength(2);
});
