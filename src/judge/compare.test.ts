import { expect, test } from 'vitest';
import { runThrough } from '../base/slices.ts';
import { compareDetectors } from './compare.ts';

const ANOMALOUS = Uint8Array.of(0, 0, 0, 1, 1, 1);
const entry = (detector: string, ...scores: number[]) => ({
  detector,
  scores: Float64Array.from(scores),
});

test('what is always ahead is ahead in all of the interval; the baseline has no difference', () => {
  const sharp = entry('sharp', 1, 2, 3, 4, 5, 6);
  const dull = entry('dull', 6, 5, 4, 3, 2, 1);
  const [own, other] = runThrough(
    compareDetectors(ANOMALOUS, [sharp, dull], 'dull', { count: 50, seed: 1 }),
  );
  expect(own).toMatchObject({
    detector: 'sharp',
    averagePrecision: { mean: 1, interval: [1, 1] },
  });
  // anomalies below three normal traces: 1/4, 2/5, 3/6
  expect(other!.averagePrecision.mean).toBeCloseTo((1 / 4 + 2 / 5 + 3 / 6) / 3, 12);
  expect(other!.difference).toBeNull();
  expect(own!.difference!.mean).toBeCloseTo(1 - (1 / 4 + 2 / 5 + 3 / 6) / 3, 12);
  expect(own!.difference!.interval![0]).toBeGreaterThan(0.4);
});

test('it pauses after every resample', () => {
  const work = compareDetectors(ANOMALOUS, [entry('one', 1, 2, 3, 4, 5, 6)], 'one', {
    count: 7,
    seed: 1,
  });
  let pauses = 0;
  while (work.next().done !== true) pauses++;
  expect(pauses).toBe(7);
});
