/** A correction that is added to the list has all that the paper's three have. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { klweight } from '../../testing/example-correction.ts';
import { randomTerms } from '../../testing/random-terms.ts';
import { combineScores } from '../combine.ts';
import { correctTerms } from '../corrected-terms.ts';
import { SCORE_PARTS, scoreParts } from '../score-parts.ts';
import { csvHeader } from '../scores-csv.ts';
import { readCorrections, writeCorrections } from './in-address.ts';
import {
  CORRECTIONS,
  chosenWords,
  constantWords,
  correctionsKey,
  onStep,
  stepsOf,
  stepWords,
  titleOf,
  variantSuffix,
  variantWith,
  variantWords,
} from './list.ts';

const list = [...CORRECTIONS, klweight];
const SIZES = { traces: 7, structures: 3, samples: 4, operations: 5 };

test('it has a variant, words and a column', () => {
  expect(stepsOf(list)).toEqual(['nll', 'bcscale', 'ncnorm', 'stdlimit', 'klweight', 'full']);
  expect(variantWith('klweight', {}, list)).toEqual({ klweight: {} });
  expect(Object.keys(variantWith('full', {}, list))).toContain('klweight');
  expect(variantWords('klweight', list)).toBe('NLL + KL weight');
  expect(stepWords('klweight', list)).toBe('KL weight alone');
  expect(variantSuffix('klweight', list)).toBe('-KLWeight');
  expect(titleOf(klweight)).toBe('KL weight');
  expect(csvHeader(list)).toBe(
    'traceId,set,label,nll,bcscale,ncnorm,stdlimit,klweight,full,nodes,mismatch',
  );
});

test('its slider says what it is set to, and an address keeps that', () => {
  const [weight] = klweight.constants;
  if (weight?.kind !== 'number') throw new Error('the weight is a number');
  expect(constantWords(weight, 0.35000000000000003)).toBe('× 0.35');
  expect(onStep(weight, 0.34)).toBe(0.35);
  const corrections = { ncnorm: {}, klweight: { klWeight: 0.35 } };
  expect(chosenWords(corrections, list)).toBe(
    'NLL + node count normalization + KL weight (Weight of the KL of z × 0.35)',
  );
  const address = writeCorrections(corrections, list);
  expect(address).toBe('ncnorm.klweight(klWeight=0.35)');
  expect(readCorrections(address, list)).toEqual(corrections);
  expect(readCorrections('klweight(klWeight=2)', list)).toEqual({ klweight: {} });
  expect(correctionsKey({ klweight: {} }, list)).not.toBe(
    correctionsKey({ klweight: { klWeight: 0.35 } }, list),
  );
});

test('scores count it in every sample, beside the paper’s, and their parts sum to them', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1e6 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.constantFrom(...stepsOf(list)),
      (seed, klWeight, variant) => {
        const terms = randomTerms(seed, SIZES);
        const others = variantWith(variant, {}, CORRECTIONS);
        const corrections = { ...others, klweight: { klWeight } };
        const scores = combineScores(terms, corrections, terms.stdLimits, list);

        // the same by hand: terms whose divergence is so much smaller, without the correction
        const { logQz, logPz } = terms.structure;
        const shrunk = {
          ...terms,
          structure: {
            ...terms.structure,
            logPz: Float64Array.from(logPz, (logP, s) => klWeight * (logP - logQz[s]!)),
            logQz: new Float64Array(logQz.length),
          },
        };
        const expected = combineScores(shrunk as unknown as typeof terms, others);
        scores.forEach((score, t) => {
          expect(score).toBeCloseTo(expected[t]!, 9);
        });

        const corrected = correctTerms(terms, corrections, terms.stdLimits, list);
        const parts = scoreParts(corrected, terms.trace, scores);
        scores.forEach((score, t) => {
          const own = parts.subarray(t * SCORE_PARTS.length, (t + 1) * SCORE_PARTS.length);
          expect(own.reduce((sum, part) => sum + part, 0)).toBeCloseTo(score, 8);
          expect(own.at(-1)).toBeLessThanOrEqual(Math.log(terms.samples) + 1e-6);
        });
      },
    ),
  );
});

test('its default follows the model', () => {
  const terms = randomTerms(3, SIZES);
  const usual = combineScores(terms, { klweight: {} }, terms.stdLimits, list);
  const told = { klweight: { klWeight: 4 / terms.maxNodes } };
  expect(usual).toEqual(combineScores(terms, told, terms.stdLimits, list));
  expect(usual).not.toEqual(combineScores(terms, {}));
});

test('a correction that the list lacks is not passed over', () => {
  expect(() => combineScores(randomTerms(1, SIZES), { klweight: {} })).toThrow('klweight');
});
