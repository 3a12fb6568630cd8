import { expect, test } from 'vitest';
import { LSTM_AD_META } from '../../detectors/lstm-ad/meta.ts';
import { TRACEVAE_PRESETS } from '../../detectors/tracevae/meta.ts';
import { TRACEVAE_SETTINGS } from '../../detectors/tracevae/meta-settings.ts';
import { countSets } from '../../features/set-counts.ts';
import type { PrepareReport } from '../../prepare/prepare.ts';
import { PAPER_SETTINGS } from '../../prepare/settings.ts';
import { type DetectorRun, RUN_FORMAT, type RunRecord } from '../../run/record.ts';
import { splitOptions } from '../../run/settings.ts';
import { importedFixture } from '../../testing/notebook-fakes.ts';
import {
  fakeCurvePoint,
  fakePlainScores,
  fakeScores,
  fakeTrainOutcome,
} from '../../testing/run-fakes.ts';
import type { LedgerEntry, Reason } from '../../trace/ledger.ts';
import type { Dataset } from '../dataset/dataset-store.ts';
import { describeLedger } from '../dataset/ledger-view.ts';
import { importReport, runReport as reportWith } from './run-report.ts';

const dataset: Dataset = {
  id: 'd',
  name: 'fixture',
  imported: importedFixture(),
  roles: ['train', 'val', 'test'],
};

const trained: DetectorRun = {
  detector: 'tracevae',
  outcome: fakeTrainOutcome(),
  curve: [fakeCurvePoint(1, Number.NaN)],
  scores: fakeScores(dataset.imported.traces),
  restarts: 0,
  incidents: ['training diverged'],
};

const run: RunRecord = {
  formatVersion: RUN_FORMAT,
  id: 'r',
  datasetId: 'd',
  savedAt: 0,
  preset: 'tiny',
  settings: {
    detectors: ['tracevae'],
    ...TRACEVAE_PRESETS.tiny,
    baselines: {},
    seed: 7,
    machine: { backend: 'auto' },
    roles: dataset.roles,
    limitTrain: null,
  },
  detectors: [trained],
  pending: [],
  failed: [],
  repeats: [],
  peakHeapBytes: 5,
};

const app = { name: 'tracevae-notebook', version: '0.1.0', userAgent: 'test' };
const runReport = (of: Dataset, ran: RunRecord, by: typeof app): string =>
  reportWith(of, ran, by, countSets(of.imported.traces, splitOptions(ran.settings)));
const report = JSON.parse(runReport(dataset, run, app));

test('every setting of the page is in the config', () => {
  expect(Object.keys(report.config)).toEqual(
    expect.arrayContaining(TRACEVAE_SETTINGS.map(({ label }) => label)),
  );
  expect(report.config['early stopping after']).toBe(TRACEVAE_PRESETS.tiny.schedule.earlyStopping);
});

test('run.json has the keys that scripts rely on, in order', () => {
  expect(Object.keys(report)).toEqual([
    'formatVersion',
    'app',
    'environment',
    'dataset',
    'config',
    'seed',
    'timing',
    'curves',
    'results',
    'warnings',
    'provenance',
  ]);
  expect(Object.keys(report.dataset)).toEqual([
    'files',
    'spans',
    'operations',
    'services',
    'uniqueStructures',
    'maxNodes',
    'traces',
    'rejected',
    'repaired',
    'noted',
    'labels',
  ]);
  expect(Object.keys(report.timing)).toEqual([
    'importSeconds',
    'importSpansPerSecond',
    'trainSeconds',
    'trainTracesPerSecond',
    'scoreSeconds',
    'scoreTracesPerSecond',
    'peakHeapBytes',
  ]);
  expect(Object.keys(report.curves[0])).toEqual([
    'epoch',
    'phase',
    'loss',
    'valLoss',
    'kl',
    'nllStructure',
    'nllTime',
    'learningRate',
    'seconds',
  ]);
  expect(report.results.map((r: { variant: string }) => r.variant)).toEqual([
    'full',
    'nll',
    'bcscale',
    'ncnorm',
    'stdlimit',
  ]);
  expect(Object.keys(report.results[0])).toEqual([
    'detector',
    'variant',
    'total',
    'structure',
    'time',
    'inversion',
    'atThreshold',
  ]);
  expect(Object.keys(report.results[0].total)).toEqual([
    'bestF',
    'precision',
    'recall',
    'threshold',
    'auroc',
    'averagePrecision',
    'normal',
    'anomalies',
  ]);
  expect(Object.keys(report.results[0].atThreshold)).toEqual([
    'percentile',
    'threshold',
    'total',
    'structure',
    'time',
  ]);
});

test('numbers that are not finite are null', () => {
  expect(report.curves[0].loss).toBeNull();
});

test('the sets are counted as the run used them', () => {
  expect(report.dataset.traces).toEqual({ train: 60, val: 12, test: 38 });
  expect(report.dataset.labels).toEqual({ normal: 30, structure: 4, time: 4 });
});

test('the import report adds up: spans read are spans in trees plus spans in the ledger', () => {
  const { imported } = dataset;
  const parsed = JSON.parse(importReport(dataset, 8, null));
  const inLedger = parsed.ledger.reduce(
    (sum: number, row: { count: number }) => sum + row.count,
    0,
  );
  let kept = 0;
  for (let t = 0; t < imported.traces.structureOf.length; t++) {
    const [from, to] = [imported.traces.nodeOffset[t]!, imported.traces.nodeOffset[t + 1]!];
    if (to - from > 8) continue;
    for (let i = from; i < to; i++) kept += imported.traces.spanCount[i]!;
  }
  expect(parsed.trainable).toBeLessThan(parsed.traces);
  expect(inLedger + kept).toBe(parsed.spans);
});

test('the files have the whole ledger of the page: losses, repairs and notes', () => {
  const entry = (reason: Reason, count: number): LedgerEntry => ({
    reason,
    count,
    examples: [{ file: 'a.csv', line: count }],
  });
  const ledger = [entry('bad-duration', 3), entry('clock-skew', 5), entry('unmatched-label', 7)];
  const mended: Dataset = { ...dataset, imported: { ...dataset.imported, ledger } };
  const { maxNodes } = run.settings.model;

  const imported = JSON.parse(importReport(mended, maxNodes, null));
  const inFile = [...imported.ledger, ...imported.repairs, ...imported.notes];
  const onPage = describeLedger(mended.imported, maxNodes);
  expect(inFile.map(({ reason, count }) => [reason, count])).toEqual(
    onPage.map(({ reason, count }) => [reason, count]),
  );
  expect(imported.ledger).toContainEqual(ledger[0]);
  expect(imported.repairs).toEqual([ledger[1]]);
  expect(imported.notes).toEqual([ledger[2]]);

  const ran = JSON.parse(runReport(mended, run, app)).dataset;
  expect(ran.rejected).toMatchObject({ 'bad-duration': 3 });
  expect(ran.repaired).toEqual({ 'clock-skew': 5 });
  expect(ran.noted).toEqual({ 'unmatched-label': 7 });

  // of prepared parts: theirs, and that of the files which they were made from
  const report = { settings: PAPER_SETTINGS } as PrepareReport;
  const prepared: Dataset = { ...dataset, preparation: { report, source: mended } };
  const parts = JSON.parse(runReport(prepared, run, app)).dataset;
  const { spans, rejected, repaired, noted } = ran;
  expect(parts.repaired).toEqual({});
  expect(parts.source).toEqual({ spans, rejected, repaired, noted });
});

test('several detectors stand beside each other, in results, times and curves', () => {
  const second: DetectorRun = { ...trained, detector: 'tracevae-fc', restarts: 2, incidents: [] };
  const both = { ...run, detectors: [trained, second] };
  const parsed = JSON.parse(runReport(dataset, both, app));
  expect(parsed.results.map((r: { detector: string }) => r.detector)).toEqual([
    ...Array(5).fill('tracevae'),
    ...Array(5).fill('tracevae-fc'),
  ]);
  expect(parsed.timing).toMatchObject({ trainSeconds: 4, trainTracesPerSecond: 60 });
  expect(parsed.detectors.map((d: { detector: string }) => d.detector)).toEqual([
    'tracevae',
    'tracevae-fc',
  ]);
  expect(parsed.detectors[1]).toMatchObject({ parameters: 1234, stdLimit: 1 });
  expect(parsed.warnings).toEqual(
    expect.arrayContaining([
      'TraceVAE: training diverged',
      'TraceVAE-FC: training was started anew 2 times after it diverged',
    ]),
  );
});

test('several test files have their metrics each', () => {
  const scores = fakeScores(dataset.imported.traces);
  const { reports } = scores;
  const split = { ...trained, scores: { ...scores, byFile: [{ file: 0, reports }] } };
  const parsed = JSON.parse(runReport(dataset, { ...run, detectors: [split] }, app));
  expect(parsed.resultsByFile).toEqual([
    { file: dataset.imported.files[0]!.name, results: parsed.results },
  ]);
});

test('a detector without terms has one result, its settings, and no std limit', () => {
  const scores = fakePlainScores(dataset.imported.traces);
  const baseline: DetectorRun = { ...trained, detector: 'lstm-ad', scores, incidents: [] };
  const { tiny } = LSTM_AD_META.presets;
  const settings = { ...run.settings, baselines: { 'lstm-ad': tiny } };
  const both = { ...run, settings, detectors: [trained, baseline] };
  const parsed = JSON.parse(runReport(dataset, both, app));
  expect(parsed.results.slice(5)).toEqual([
    { ...parsed.results[0], detector: 'lstm-ad', variant: 'plain' },
  ]);
  expect(parsed.config['LSTM-AD: LSTM units']).toBe(tiny.units);
  expect(parsed.config).not.toHaveProperty('FSA: k');
  expect(parsed.detectors[1].stdLimit).toBeNull();
});

test('History comes first with one plain result; the curves are of what has epochs', () => {
  const scores = fakePlainScores(dataset.imported.traces);
  const history: DetectorRun = { ...trained, detector: 'history', curve: [], scores };
  const both = { ...run, detectors: [history, trained] };
  const parsed = JSON.parse(runReport(dataset, both, app));
  expect(parsed.results.map((r: { detector: string }) => r.detector)).toEqual([
    'history',
    ...Array(5).fill('tracevae'),
  ]);
  expect(parsed.results[0].variant).toBe('plain');
  expect(parsed.curves).toHaveLength(trained.curve.length);
  expect(parsed.detectors[0].curves).toEqual([]);
});

test('other seeds and what failed are told beside the results', () => {
  const { report } = fakePlainScores(dataset.imported.traces);
  const seed = {
    detector: 'fsa',
    seed: 8,
    report,
    trainSeconds: 1,
    scoreTracesPerSecond: 2,
  } as const;
  const failure = {
    detector: 'crisp',
    seed: 7,
    stage: 'training',
    what: 'training diverged',
    where: 'CRISP, epoch 1',
    advice: 'use another seed',
  } as const;
  const more = { ...run, repeats: [seed], failed: [failure] };
  const parsed = JSON.parse(runReport(dataset, more, app));
  expect(parsed.repeats).toMatchObject([{ detector: 'fsa', seed: 8, variant: 'plain' }]);
  expect(parsed.failed).toEqual([failure]);
  expect(parsed.warnings).toContain('CRISP was not trained: training diverged, CRISP, epoch 1');
});
