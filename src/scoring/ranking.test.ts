import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rankingMetrics } from '../testing/ranking.ts';
import { NO_METRICS } from './ranking.ts';

/** Few distinct scores, so that ties within and across classes are common. */
const cases = fc
  .array(fc.tuple(fc.integer({ min: -4, max: 4 }), fc.integer({ min: 0, max: 1 })), {
    minLength: 2,
    maxLength: 40,
  })
  .filter((rows) => new Set(rows.map(([, anomaly]) => anomaly)).size === 2)
  .map((rows) => ({ scores: rows.map(([s]) => s / 3), anomaly: rows.map(([, a]) => a) }));

function atLeast(scores: readonly number[], anomaly: readonly number[], threshold: number) {
  const flagged = scores.map((score) => score >= threshold);
  const hits = flagged.filter((flag, i) => flag && anomaly[i] === 1).length;
  const count = flagged.filter(Boolean).length;
  const anomalies = anomaly.filter((a) => a === 1).length;
  return {
    f: (2 * hits) / (count + anomalies),
    precision: hits / count,
    recall: hits / anomalies,
  };
}

describe('rankingOfSorted', () => {
  it('gives exactly 1 where all anomalies are above all normal traces, however many', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), (anomalies) => {
        const scores = Array.from({ length: anomalies + 3 }, (_, i) => i);
        const anomaly = scores.map((_, i) => (i < 3 ? 0 : 1));
        const { averagePrecision, auroc, bestF } = rankingMetrics(scores, anomaly);
        expect([averagePrecision, auroc, bestF]).toEqual([1, 1, 1]);
      }),
    );
  });

  it('finds AUROC by counting pairs, ties half', () => {
    fc.assert(
      fc.property(cases, ({ scores, anomaly }) => {
        let won = 0;
        let pairs = 0;
        scores.forEach((a, i) => {
          scores.forEach((b, j) => {
            if (anomaly[i] !== 1 || anomaly[j] !== 0) return;
            pairs++;
            won += a > b ? 1 : a === b ? 0.5 : 0;
          });
        });
        expect(rankingMetrics(scores, anomaly).auroc).toBeCloseTo(won / pairs, 12);
      }),
    );
  });

  it('finds the best F over every threshold', () => {
    fc.assert(
      fc.property(cases, ({ scores, anomaly }) => {
        const best = Math.max(...scores.map((t) => atLeast(scores, anomaly, t).f));
        const found = rankingMetrics(scores, anomaly);
        expect(found.bestF).toBeCloseTo(best, 12);
        const again = atLeast(scores, anomaly, found.threshold!);
        expect(again.f).toBeCloseTo(best, 12);
        expect(again.precision).toBeCloseTo(found.precision!, 12);
        expect(again.recall).toBeCloseTo(found.recall!, 12);
        // no score sits on the threshold, so > and >= flag the same traces
        expect(scores).not.toContain(found.threshold);
      }),
    );
  });

  it('sums precision over the steps of recall', () => {
    fc.assert(
      fc.property(cases, ({ scores, anomaly }) => {
        const thresholds = [...new Set(scores)].sort((a, b) => b - a);
        let before = 0;
        let area = 0;
        for (const threshold of thresholds) {
          const { precision, recall } = atLeast(scores, anomaly, threshold);
          area += (recall - before) * precision;
          before = recall;
        }
        expect(rankingMetrics(scores, anomaly).averagePrecision).toBeCloseTo(area, 12);
      }),
    );
  });

  it("agrees with scikit-learn's documented example", () => {
    const found = rankingMetrics([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]);
    expect(found.averagePrecision).toBeCloseTo(0.8333, 4);
    expect(found.auroc).toBe(0.75);
    expect(found.bestF).toBe(0.8);
  });

  it('is perfect on a perfect ranking', () => {
    expect(rankingMetrics([1, 2, 3, 4], [0, 0, 1, 1])).toEqual({
      bestF: 1,
      precision: 1,
      recall: 1,
      threshold: 2.5,
      auroc: 1,
      averagePrecision: 1,
      normal: 2,
      anomalies: 2,
    });
  });

  it('has no number without an anomaly', () => {
    expect(rankingMetrics([1, 2], [0, 0])).toEqual({ ...NO_METRICS, normal: 2 });
    expect(rankingMetrics([], [])).toEqual(NO_METRICS);
  });

  it('flags every trace where all are anomalies, and has no AUROC', () => {
    expect(rankingMetrics([1, 2], [1, 1])).toEqual({
      bestF: 1,
      precision: 1,
      recall: 1,
      threshold: 0,
      auroc: null,
      averagePrecision: 1,
      normal: 0,
      anomalies: 2,
    });
  });

  const { MAX_VALUE, POSITIVE_INFINITY: up, NEGATIVE_INFINITY: down } = Number;

  it.each([
    ['the largest double from infinity', [MAX_VALUE, up], MAX_VALUE],
    ['the two infinities', [down, up], 0],
    ['the two largest doubles', [-MAX_VALUE, MAX_VALUE], 0],
    ['a number from infinity', [0, up], MAX_VALUE / 2],
    ['minus infinity from a number', [down, 0], -MAX_VALUE / 2],
    ['neighbouring doubles by > alone', [1, 1 + Number.EPSILON], 1],
  ])('parts %s by a finite threshold', (_, scores, threshold) => {
    expect(rankingMetrics(scores, [0, 1])).toMatchObject({ bestF: 1, auroc: 1, threshold });
  });

  it.each([1e-300, 0.5, 2 ** 53, -(2 ** 60), 1e300, MAX_VALUE, up])(
    'flags traces that all score %d by a finite threshold below',
    (score) => {
      const { threshold } = rankingMetrics([score, score], [0, 1]);
      expect(threshold).toSatisfy(Number.isFinite);
      expect(threshold).toBeLessThan(score);
    },
  );

  it('has no threshold below minus infinity', () => {
    const found = rankingMetrics([down, down], [0, 1]);
    expect(found).toMatchObject({ threshold: null, precision: 0.5, recall: 1, auroc: 0.5 });
  });
});
