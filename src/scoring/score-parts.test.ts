import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomTerms } from '../testing/random-terms.ts';
import { combineCorrected } from './combine.ts';
import { correctTerms } from './corrected-terms.ts';
import { VARIANTS, variantWith } from './corrections/list.ts';
import { meanParts, SCORE_PARTS, scoreParts } from './score-parts.ts';

test('the parts of a score sum to it, under every variant and factor', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1e6 }),
      fc.constantFrom(...VARIANTS),
      fc.double({ min: 0, max: 2, noNaN: true }),
      (seed, variant, nodeCountExponent) => {
        const terms = randomTerms(seed, { traces: 9, structures: 4, samples: 3, operations: 5 });
        const corrections = variantWith(variant, {
          ncnorm: { nodeCountExponent },
          stdlimit: { source: 'operation' },
        });
        const corrected = correctTerms(terms, corrections);
        const scores = combineCorrected(corrected);
        const parts = scoreParts(corrected, terms.trace, scores);
        scores.forEach((score, t) => {
          const own = parts.subarray(t * SCORE_PARTS.length, (t + 1) * SCORE_PARTS.length);
          const sum = own.reduce((total, part) => total + part, 0);
          expect(Math.abs(sum - score)).toBeLessThan(1e-9 * Math.max(1, Math.abs(score)));
          // the log of a mean over L samples is at most log L beside the weighted mean of the logs
          expect(own.at(-1)!).toBeGreaterThanOrEqual(-1e-6);
          expect(own.at(-1)!).toBeLessThanOrEqual(Math.log(terms.samples) + 1e-6);
        });
      },
    ),
  );
});

test('means are of each group’s own traces', () => {
  const parts = Float64Array.from({ length: 3 * SCORE_PARTS.length }, (_, i) =>
    Math.floor(i / SCORE_PARTS.length),
  );
  const groups = { labelled: true, group: Uint8Array.of(0, 2, 2), mismatched: new Uint8Array(3) };
  const means = meanParts(parts, groups);
  expect(means.map(({ group, count, score }) => [group, count, score])).toEqual([
    [0, 1, 0],
    [2, 2, 1.5 * SCORE_PARTS.length],
  ]);
});
