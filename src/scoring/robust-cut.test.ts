import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRandom } from '../base/random.ts';
import { countAbove, percentile, sorted } from '../base/statistics.ts';
import { exceededBy, robustCut } from './robust-cut.ts';

type Draw = () => number;

/** Scores of normal traces: bounded, light, heavy and in groups. */
const SHAPES: Readonly<Record<string, (seed: number) => Draw>> = {
  uniform: (seed) => {
    const random = createRandom(seed);
    return () => random.uniform();
  },
  gaussian: (seed) => {
    const random = createRandom(seed);
    return () => 200 + 30 * random.normal();
  },
  'negative, as densities have': (seed) => {
    const random = createRandom(seed);
    return () => -500 + 40 * random.normal();
  },
  'minus log p': (seed) => {
    const random = createRandom(seed);
    return () => -Math.log(1 - random.uniform());
  },
  'log-normal, sigma 1': (seed) => {
    const random = createRandom(seed);
    return () => Math.exp(random.normal());
  },
  'Pareto, index 3': (seed) => {
    const random = createRandom(seed);
    return () => (1 - random.uniform()) ** (-1 / 3);
  },
  'Pareto, index 1.5': (seed) => {
    const random = createRandom(seed);
    return () => (1 - random.uniform()) ** (-1 / 1.5);
  },
  'two groups': (seed) => {
    const random = createRandom(seed);
    return () => (random.uniform() < 0.7 ? 10 + random.normal() : 20 + 2 * random.normal());
  },
};

const take = (draw: Draw, count: number): Float64Array =>
  Float64Array.from({ length: count }, draw);

/** Of normal scores, how many lie above the cut that validation gave, over several draws. */
function falseAlarms(shape: (seed: number) => Draw, count: number): number {
  const draws = 12;
  let share = 0;
  for (let seed = 1; seed <= draws; seed++) {
    const { threshold } = robustCut(take(shape(seed), count))!;
    share += countAbove(sorted(take(shape(1000 + seed), 20_000)), threshold) / 20_000 / draws;
  }
  return share;
}

describe('the robust cut of clean validation scores', () => {
  test.each(Object.keys(SHAPES))('keeps false alarms near 1 percent: %s', (name) => {
    // the percentile itself has 1.7 % for 300 scores and 1.2 % for 1,000
    expect(falseAlarms(SHAPES[name]!, 1000)).toBeLessThan(0.025);
    expect(falseAlarms(SHAPES[name]!, 5000)).toBeLessThan(0.013);
  });

  test('is the 99th percentile where nothing speaks against it', () => {
    const scores = take(SHAPES.gaussian!(3), 2000);
    const cut = robustCut(scores)!;
    expect(cut).toMatchObject({ contaminated: false, oddShare: 0, above: 20, expected: 20 });
    expect(cut.threshold).toBe(percentile(scores, 99));
  });
});

describe('the robust cut of validation scores that hold anomalies', () => {
  const mixed = (name: string, share: number, odd: number, count = 1000) => {
    const scores = take(SHAPES[name]!(5), count);
    const random = createRandom(6);
    const anomalies = Math.round(count * share);
    for (let i = 0; i < anomalies; i++) scores[i] = odd * (1 + 0.1 * random.uniform());
    return { cut: robustCut(scores)!, anomalies, odd };
  };

  test.each([
    ['gaussian', 0.05, 600],
    ['gaussian', 0.1, 600],
    ['minus log p', 0.05, 9],
    ['minus log p', 0.1, 9],
    ['log-normal, sigma 1', 0.1, 60],
    ['gaussian', 0.15, 600],
  ])('finds them again: %s, %d', (name, share, odd) => {
    const { cut } = mixed(name, share, odd);
    expect(cut.contaminated).toBe(true);
    expect(cut.threshold).toBeLessThan(odd);
    expect(cut.percentile99).toBeGreaterThanOrEqual(odd);
    expect(Math.abs(cut.oddShare - share)).toBeLessThan(0.02);
    expect(cut.above).toBeGreaterThanOrEqual(Math.round(1000 * share));
  });

  test('lets a share of 1 % be: the percentile lies below those', () => {
    const { cut } = mixed('gaussian', 0.01, 600);
    expect(cut.threshold).toBeLessThan(600);
  });
});

describe('the robust cut of any scores', () => {
  const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), {
    minLength: 1,
    maxLength: 400,
  });

  test('is finite and never above the percentile', () => {
    fc.assert(
      fc.property(values, (list) => {
        const cut = robustCut(Float64Array.from(list))!;
        expect(Number.isFinite(cut.threshold)).toBe(true);
        expect(cut.threshold).toBeLessThanOrEqual(percentile(list, 99));
      }),
    );
  });

  test('moves with the scale and the origin of the scores', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: -900, max: 900 }),
        (scale, origin) => {
          const scores = take(SHAPES['minus log p']!(scale), 400);
          for (let i = 0; i < 30; i++) scores[i] = 12 + i / 30;
          const cut = robustCut(scores)!;
          const moved = robustCut(scores.map((score) => scale * score + origin))!;
          expect(moved.above).toBe(cut.above);
          expect(moved.threshold).toBeCloseTo(scale * cut.threshold + origin, 5);
        },
      ),
    );
  });

  test('is none without scores, and the percentile of few or of equal ones', () => {
    expect(robustCut(new Float64Array(0))).toBeNull();
    expect(robustCut(Float64Array.of(1, 2, 3))).toMatchObject({ contaminated: false });
    expect(robustCut(new Float64Array(500).fill(7))).toMatchObject({
      threshold: 7,
      contaminated: false,
      above: 0,
    });
  });
});

describe('what a share of normal traces exceeds', () => {
  test('never rises with the share, and is finite', () => {
    const shares = fc.array(fc.double({ min: 1e-6, max: 1, noNaN: true }), { minLength: 2 });
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(SHAPES)),
        fc.nat(1e5),
        shares,
        (name, seed, list) => {
          const scores = sorted(take(SHAPES[name]!(seed), 300));
          const values = list.sort((a, b) => a - b).map((share) => exceededBy(scores, share));
          for (const [i, value] of values.entries()) {
            expect(Number.isFinite(value)).toBe(true);
            if (i > 0) expect(value).toBeLessThanOrEqual(values[i - 1]! + 1e-9);
          }
        },
      ),
    );
  });

  test('is the percentile where enough lie above it', () => {
    const scores = sorted(take(SHAPES.gaussian!(3), 2000));
    expect(exceededBy(scores, 0.01)).toBe(percentile(scores, 99));
  });

  test('goes on beyond the largest score: one in a thousand of 300', () => {
    // of an exponential distribution ln(1000) = 6.9
    const draws = Array.from({ length: 20 }, (_, seed) =>
      exceededBy(sorted(take(SHAPES['minus log p']!(seed + 1), 300)), 0.001),
    );
    const mean = draws.reduce((sum, value) => sum + value, 0) / draws.length;
    expect(mean).toBeGreaterThan(5.5);
    expect(mean).toBeLessThan(9);
  });
});
