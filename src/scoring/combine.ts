/**
 * From the terms of equation (3) to one score per trace: the importance-weighted NLL under a choice
 * of corrections and their constants. Corrections act on every sample, before the mean over samples;
 * all arithmetic is float64.
 */
import { type CorrectedTerms, correctTerms, sampleLogWeight } from './corrected-terms.ts';
import type { Correction } from './corrections/correction.ts';
import {
  CORRECTIONS,
  type CorrectionsOf,
  correctionsOf,
  perVariant,
  type Variant,
} from './corrections/list.ts';
import type { ScoredSets, ScoreTerms, StdLimitSource, StdLimits } from './score-terms.ts';

/**
 * Scores above this, and scores that are no number, count as this many nats. As the authors' code.
 */
export const SCORE_CEILING = 1e5;

/**
 * The NLL of equation (3), its terms changed as equations (6) and (7) and section 5.3 say.
 *
 * @param terms     [S, L] structure and [T, L] latency terms, nats
 * @param stdLimits at the percentile that the corrections name; those of the terms unless told
 * @returns [T] nats, higher is more anomalous:
 *   -log 1/L sum_l exp(log p(N, A, Y | z) p(z) p(X | A, Y, z2) p(z2 | z) / q(z) q(z2))
 */
export const combineScores = (
  terms: ScoreTerms,
  corrections: CorrectionsOf,
  stdLimits: StdLimits = terms.stdLimits,
  list: readonly Correction[] = CORRECTIONS,
): Float64Array => combineCorrected(correctTerms(terms, corrections, stdLimits, list));

/**
 * Scores of terms that are corrected. Where nothing but latencies has a factor by trace, which is so
 * of the paper's corrections, what a structure adds is summed once for all of its traces.
 *
 * @param sums [S, L] of {@link structureSums}, where the caller keeps them
 */
export function combineCorrected(
  corrected: CorrectedTerms,
  sums: () => Float64Array = () => structureSums(corrected),
): Float64Array {
  const { latency, ...others } = corrected.factors;
  return Object.keys(others).length === 0
    ? combineSums(corrected, sums(), latency)
    : combineSamples(corrected);
}

/** As equation (3) has it, sample by sample: every term with its factor. */
export function combineSamples(corrected: CorrectedTerms): Float64Array {
  const { samples, trace } = corrected.terms;
  const logWeight = new Float64Array(samples);
  return Float64Array.from(trace, (_, t) => {
    for (let l = 0; l < samples; l++) logWeight[l] = sampleLogWeight(corrected, t, l);
    return scoreOf(logWeight);
  });
}

/** The score of a trace from its samples' log weights, [L] nats. */
function scoreOf(logWeight: Float64Array): number {
  let max = Number.NEGATIVE_INFINITY;
  for (let l = 0; l < logWeight.length; l++) if (logWeight[l]! > max) max = logWeight[l]!;
  // the maximum taken out, as base's logMeanExp does; a NaN stays one and is clipped
  let sum = 0;
  for (let l = 0; l < logWeight.length; l++) {
    const below = logWeight[l]! - max;
    if (!(below < NEGLIGIBLE)) sum += Math.exp(below);
  }
  return clipScore(-(max + Math.log(sum / logWeight.length)));
}

/** e^-41 is below half an ulp of 1: adding it changes nothing, and skipping it saves the exp. */
const NEGLIGIBLE = -41;

/**
 * What the structure adds to a sample's log weight: log p(N, A, Y | z) + log p(z) - log q(z).
 *
 * @returns [S, L] nats
 */
export function structureSums({ terms, nodeCount, edges }: CorrectedTerms): Float64Array {
  const { logPNodeType, logPz, logQz } = terms.structure;
  return Float64Array.from(
    logPNodeType,
    (logP, row) => nodeCount[row]! + edges[row]! + logP + (logPz[row]! - logQz[row]!),
  );
}

/**
 * The mean over samples where structures are summed.
 *
 * @param structureSum [S, L] of {@link structureSums}
 * @param factorOf     of a trace's log p(X | .); none unless told
 * @returns            [T] nats
 */
export function combineSums(
  { terms, logPLatency, logPStatus }: Pick<CorrectedTerms, 'terms' | 'logPLatency' | 'logPStatus'>,
  structureSum: Float64Array,
  factorOf?: (trace: number) => number,
): Float64Array {
  const { samples, structureRow } = terms;
  const { logPz2, logQz2 } = terms.latency;
  const scores = new Float64Array(terms.trace.length);
  const logWeight = new Float64Array(samples);
  for (let t = 0; t < scores.length; t++) {
    const factor = factorOf === undefined ? 1 : factorOf(t);
    const s = structureRow[t]! * samples;
    const x = t * samples;
    for (let l = 0; l < samples; l++) {
      logWeight[l] =
        structureSum[s + l]! + factor * logPLatency[x + l]! + (logPz2[x + l]! - logQz2[x + l]!);
    }
    if (logPStatus !== null) {
      for (let l = 0; l < samples; l++) logWeight[l]! += logPStatus[x + l]!;
    }
    scores[t] = scoreOf(logWeight);
  }
  return scores;
}

/** A score that is no number, or beyond the ceiling, is the ceiling. */
export const clipScore = (score: number): number =>
  Number.isFinite(score) ? Math.min(score, SCORE_CEILING) : SCORE_CEILING;

/**
 * Every variant of section 6.6, from the same samples.
 *
 * @param terms [S, L] structure and [T, L] latency terms, nats
 * @returns     [T] nats each
 */
export const combineVariants = (
  terms: ScoreTerms,
  source: StdLimitSource = 'global',
): Record<Variant, Float64Array> =>
  perVariant((variant) => combineScores(terms, correctionsOf(variant, source)));

/** Every named variant of both sets. */
export function combineSets(
  val: ScoreTerms,
  test: ScoreTerms,
  source: StdLimitSource,
): Record<Variant, ScoredSets> {
  const [ofVal, ofTest] = [combineVariants(val, source), combineVariants(test, source)];
  return perVariant((variant) => ({ val: ofVal[variant], test: ofTest[variant] }));
}
