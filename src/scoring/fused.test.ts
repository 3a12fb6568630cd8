/** The fused loop against the plain composition of the corrections' formulas, sample by sample. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RANDOM_MAX_NODES, randomTerms } from '../testing/random-terms.ts';
import { combineCorrected, combineSamples } from './combine.ts';
import { correctTerms } from './corrected-terms.ts';
import { limitsFor } from './corrections/stdlimit.ts';
import { EDGE_BOUNDARIES } from './score-terms.ts';

const corrections = fc.record(
  {
    bcscale: fc.record(
      {
        scalingFactor: fc.integer({ min: 1, max: 2 * RANDOM_MAX_NODES }),
        boundary: fc.constantFrom(...EDGE_BOUNDARIES),
      },
      { requiredKeys: [] },
    ),
    ncnorm: fc.record(
      { nodeCountExponent: fc.double({ min: 0, max: 2, noNaN: true }) },
      { requiredKeys: [] },
    ),
    stdlimit: fc.record(
      {
        source: fc.constantFrom('global', 'operation'),
        stdPercentile: fc.constantFrom(90, 95.5, 99, 100),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);

test('scores are in every digit what the formulas give one after the other', () => {
  fc.assert(
    fc.property(corrections, fc.integer({ min: 1, max: 1e6 }), (chosen, seed) => {
      const sizes = { traces: 12, structures: 5, samples: 3, operations: 4 };
      const [terms, val] = [randomTerms(seed, sizes), randomTerms(seed + 1, sizes)];
      const corrected = correctTerms(terms, chosen, limitsFor(val, chosen));
      expect(combineCorrected(corrected)).toEqual(combineSamples(corrected));
    }),
    { numRuns: 300 },
  );
});
