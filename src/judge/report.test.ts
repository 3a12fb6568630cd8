import { expect, test } from 'vitest';
import type { JudgedScores, JudgedSet } from './judged.ts';
import { judgeReport } from './report.ts';
import { judgeTables } from './table.ts';

const RESAMPLES = { count: 4000, seed: 1 };

/** Ten normal traces, then two of each of three faults. */
const SET: JudgedSet = {
  name: 'shop',
  anomalous: Uint8Array.from({ length: 16 }, (_, i) => (i < 10 ? 0 : 1)),
  startSeconds: Float64Array.from({ length: 16 }, (_, i) => 100 + i),
  faultOf: Int32Array.from({ length: 16 }, (_, i) => (i < 10 ? -1 : (i - 10) >> 1)),
  faults: ['delay', 'delay', 'cpu'].map((type, i) => ({
    fault: `${i + 1}`,
    type,
    service: 'web',
    startSeconds: 105,
    endSeconds: 200,
  })),
};
const NO_RANKS = [null, null, null];
/** Every anomaly on top. */
const sharp = (seed: number): JudgedScores => ({
  detector: 'sharp',
  variant: 'plain',
  seed,
  scores: Float64Array.from({ length: 16 }, (_, i) => i),
  threshold: 9.5,
  serviceRank: [1, 4, null],
});
/** Sees the last fault alone. */
const dull: JudgedScores = {
  detector: 'dull',
  variant: 'plain',
  seed: 1,
  scores: Float64Array.from({ length: 16 }, (_, i) => (i < 10 ? i + 1 : i < 14 ? 0 : 20)),
  threshold: 15,
  serviceRank: NO_RANKS,
};
const report = judgeReport([{ set: SET, entries: [sharp(1), sharp(2), dull] }], {
  baseline: { detector: 'dull', variant: null },
  resamples: RESAMPLES,
});

test('a row per detector and seed', () => {
  expect(report.rows.map(({ detector, seed }) => [detector, seed])).toEqual([
    ['sharp', 1],
    ['sharp', 2],
    ['dull', 1],
  ]);
  expect(report.rows[0]).toMatchObject({
    set: 'shop',
    traces: { normal: 10, anomalies: 6 },
    averagePrecision: 1,
    auroc: 1,
    bestF: 1,
    interval: { averagePrecision: [1, 1], falseAlarms: [0, 0] },
    atThreshold: { f: 1, precision: 1, recall: 1, falseAlarms: 0 },
  });
  // two anomalies on top, then four of six below ten normal traces, all in one step
  const { averagePrecision, atThreshold } = report.rows[2]!;
  expect(averagePrecision).toBeCloseTo((2 * 1 + 4 * (6 / 16)) / 6, 12);
  expect(atThreshold).toMatchObject({ precision: 1, recall: 2 / 6, f: 0.5 });
});

test('intervals are over faults: none of the three that are drawn, or all of them, is the last', () => {
  // all: average precision 1. None: all six anomalies below ten normal traces, 6/16
  const [low, high] = report.rows[2]!.interval.averagePrecision!;
  expect(low).toBeCloseTo(6 / 16, 12);
  expect(high).toBe(1);
  expect(report.resamples.units).toEqual({ shop: 'faults' });
});

test('faults: what is flagged, when, and which service', () => {
  expect(report.rows[0]!.faults).toEqual([
    {
      fault: '1',
      type: 'delay',
      service: 'web',
      traces: 2,
      flagged: 2,
      delaySeconds: 5,
      serviceRank: 1,
    },
    {
      fault: '2',
      type: 'delay',
      service: 'web',
      traces: 2,
      flagged: 2,
      delaySeconds: 7,
      serviceRank: 4,
    },
    {
      fault: '3',
      type: 'cpu',
      service: 'web',
      traces: 2,
      flagged: 2,
      delaySeconds: 9,
      serviceRank: null,
    },
  ]);
  expect(report.rows[2]!.faults[0]).toMatchObject({ flagged: 0, delaySeconds: null });
});

test('a difference is of means over seeds on the same resamples', () => {
  expect(report.means.map(({ detector, seeds }) => [detector, seeds])).toEqual([
    ['sharp', [1, 2]],
    ['dull', [1]],
  ]);
  const [difference, ...others] = report.differences;
  expect(others).toEqual([]);
  expect(difference).toMatchObject({
    detector: 'sharp',
    baseline: { detector: 'dull', variant: 'plain' },
  });
  const { mean, interval } = difference!.averagePrecision;
  expect(mean).toBeCloseTo(1 - (2 + 4 * (6 / 16)) / 6, 12);
  // of a resample: 1 less what dull has there
  const [low, high] = report.rows[2]!.interval.averagePrecision!;
  expect(interval![0]).toBeCloseTo(1 - high, 12);
  expect(interval![1]).toBeCloseTo(1 - low, 12);
});

test('a detector is no further from itself than 0, however wide its own interval is', () => {
  const twin = { ...dull, detector: 'twin' };
  const { differences } = judgeReport([{ set: SET, entries: [dull, twin] }], {
    baseline: { detector: 'twin', variant: 'plain' },
    resamples: RESAMPLES,
  });
  expect(differences[0]!.averagePrecision).toEqual({ mean: 0, interval: [0, 0] });
});

test('tables: the best first, faults by type', () => {
  const lines = judgeTables(report).split('\n');
  expect(lines[2]).toMatch(/^\| shop +\| sharp +\| plain +\| 2 +\| 1 +\| 1 to 1 +\|/);
  expect(lines[3]).toMatch(/^\| shop +\| dull +\| plain +\| 1 +\| \.583 \| \.375 to 1 +\|/);
  expect(lines[5]).toMatch(/service first \| in first three \|$/);
  expect(lines).toContainEqual(
    expect.stringMatching(
      /sharp +\| plain +\| 1 +\| delay +\| 2 +\| 4 +\| 100\.0 % +\| 2 +\| 6 s +\| 1 +\| 1 /,
    ),
  );
});

test('over all sets the worst comes before the mean', () => {
  const other = { ...SET, name: 'bank' };
  const { overall } = judgeReport(
    [
      { set: SET, entries: [sharp(1), dull] },
      { set: other, entries: [{ ...dull, detector: 'sharp' }, dull] },
    ],
    { baseline: null, resamples: { count: 1, seed: 1 } },
  );
  const low = (2 + 4 * (6 / 16)) / 6;
  expect(overall).toMatchObject([
    { detector: 'sharp', sets: 2, worst: { set: 'bank', averagePrecision: low } },
    { detector: 'dull', sets: 2, worst: { set: 'shop', averagePrecision: low } },
  ]);
  expect(overall[0]!.averagePrecision).toBeCloseTo((1 + low) / 2, 12);
  expect(report.overall).toEqual([]);
});
