import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rankingOfSorted } from '../scoring/ranking.ts';
import { measureRanked, rankTraces } from './ranking.ts';

const measure = (
  scores: readonly number[],
  anomalous: readonly number[],
  times: readonly number[],
  threshold: number | null = null,
) =>
  measureRanked(
    rankTraces(Float64Array.from(scores), threshold),
    Uint8Array.from(anomalous),
    times,
    threshold !== null,
  );

test('four traces by hand', () => {
  // from the top: anomaly, normal, anomaly, normal: precision 1 and 2/3; 3 of 4 pairs are right
  const metrics = measure([4, 3, 2, 1], [1, 0, 1, 0], [1, 1, 1, 1], 2.5);
  expect(metrics.averagePrecision).toBeCloseTo((1 + 2 / 3) / 2, 12);
  expect(metrics.auroc).toBeCloseTo(3 / 4, 12);
  // both anomalies and one normal trace: 2 * 2 / (3 + 2)
  expect(metrics.bestF).toBeCloseTo(4 / 5, 12);
  // flagged: 4 and 3
  expect(metrics).toMatchObject({ precision: 1 / 2, recall: 1 / 2, f: 1 / 2, falseAlarms: 1 / 2 });
});

test('a trace that counts twice, and one that counts not at all', () => {
  // the top anomaly is left out, the normal trace below it counts twice
  const metrics = measure([4, 3, 2, 1], [1, 0, 1, 0], [0, 2, 1, 1], 2.5);
  expect(metrics.averagePrecision).toBeCloseTo(1 / 3, 12);
  expect(metrics.auroc).toBeCloseTo(1 / 3, 12);
  expect(metrics).toMatchObject({ precision: 0, recall: 0, f: 0, falseAlarms: 2 / 3 });
});

test('equal scores are one step', () => {
  const metrics = measure([1, 1, 1, 1], [1, 0, 0, 0], [1, 1, 1, 1], 1);
  expect(metrics).toMatchObject({ averagePrecision: 1 / 4, auroc: 1 / 2, bestF: 2 / 5 });
  expect(metrics).toMatchObject({ f: 0, falseAlarms: 0 });
});

test('without anomalies, normal traces or a threshold there is no such number', () => {
  expect(measure([1, 2], [0, 0], [1, 1], 0)).toEqual({
    averagePrecision: null,
    auroc: null,
    bestF: null,
    f: null,
    precision: null,
    recall: null,
    falseAlarms: 1,
  });
  expect(measure([1, 2], [1, 1], [1, 1])).toMatchObject({
    averagePrecision: 1,
    auroc: null,
    f: null,
  });
});

test('it is the ranking of scoring/ on the traces written out as often as they count', () => {
  const trace = fc.record({
    score: fc.integer({ min: 0, max: 6 }),
    anomalous: fc.integer({ min: 0, max: 1 }),
    times: fc.integer({ min: 0, max: 3 }),
  });
  fc.assert(
    fc.property(fc.array(trace, { minLength: 1, maxLength: 30 }), (traces) => {
      const metrics = measure(
        traces.map(({ score }) => score),
        traces.map(({ anomalous }) => anomalous),
        traces.map(({ times }) => times),
      );
      const written = (kind: number) =>
        Float64Array.from(
          traces
            .filter(({ anomalous }) => anomalous === kind)
            .flatMap(({ score, times }) => new Array<number>(times).fill(score)),
        ).sort();
      const { averagePrecision, auroc, bestF } = rankingOfSorted(written(0), written(1));
      for (const [mine, theirs] of [
        [metrics.averagePrecision, averagePrecision],
        [metrics.auroc, auroc],
        [metrics.bestF, bestF],
      ] as const) {
        if (theirs === null) expect(mine).toBeNull();
        else expect(mine).toBeCloseTo(theirs, 10);
      }
    }),
  );
});
