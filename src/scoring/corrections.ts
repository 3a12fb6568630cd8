/**
 * From the terms of equation (3) to one score a trace: the importance-weighted NLL, with each of
 * the three corrections of section 5.3 as a switch and their constants as settings. Corrections act
 * on every sample, before the mean over samples; all arithmetic is float64.
 */
import { assert } from '../base/assert.ts';
import { limitedLatencyTerm } from './limited-latency.ts';
import {
  type Corrections,
  EDGE_BOUNDARIES,
  type ScoreDetail,
  type ScoredSets,
  type ScoreTerms,
  type StdLimitKind,
  type StdLimitSource,
  type StdLimits,
  type StructureTerms,
  VARIANTS,
  type Variant,
} from './score-terms.ts';
import { BOUNDARY, paperTuning, STD_PERCENTILE, type Tuning } from './tuning.ts';

/**
 * Scores above this, and scores that are no number, count as this many nats. As the authors' code.
 */
export const SCORE_CEILING = 1e5;

/**
 * The NLL of equation (3), its terms changed as equations (6) and (7) and section 5.3 say.
 *
 * @param terms     [S, L] structure and [T, L] latency terms, nats
 * @param tuning    the paper's constants unless told
 * @param stdLimits those of `tuning.stdPercentile`, where it is not the paper's
 * @returns [T] nats, higher is more anomalous:
 *   -log 1/L sum_l exp(log p(N, A, Y | z) p(z) p(X | A, Y, z2) p(z2 | z) / q(z) q(z2))
 */
export function combineScores(
  terms: ScoreTerms,
  corrections: Corrections,
  tuning: Tuning = paperTuning(terms.maxNodes),
  stdLimits: Omit<StdLimits, 'wide'> = terms.stdLimits,
): Float64Array {
  const { stdLimit } = corrections;
  return combineSums(
    terms,
    structureSums(terms, corrections.bernoulliScaling ? tuning : null),
    tuning.stdPercentile === STD_PERCENTILE
      ? latencyTerm(terms.latency, stdLimit)
      : limitedLatencyTerm(terms, stdLimit, stdLimits),
    corrections.nodeCountNormalization ? tuning.nodeCountExponent : 0,
  );
}

/**
 * The mean over samples of what {@link combineScores} adds.
 *
 * @param structureSum [S, L] log p(N, A, Y | z) p(z) / q(z), corrected, nats
 * @param logPLatency  [T, L] log p(X | A, Y, z2), stds limited, nats
 * @param exponent     of N_max / N in equation (7); 0 for none
 * @returns            [T] nats
 */
export function combineSums(
  terms: ScoreTerms,
  structureSum: Float64Array,
  logPLatency: Float32Array,
  exponent: number,
): Float64Array {
  const { samples, structureRow, latencyNodes, maxNodes } = terms;
  const { logPz2, logQz2 } = terms.latency;
  const weights = latencyWeights(maxNodes, exponent);
  const scores = new Float64Array(terms.trace.length);
  const logWeight = new Float64Array(samples);
  for (let t = 0; t < scores.length; t++) {
    const factor = weights[latencyNodes[t]!]!;
    const s = structureRow[t]! * samples;
    const x = t * samples;
    let max = Number.NEGATIVE_INFINITY;
    let sum = 0;
    for (let l = 0; l < samples; l++) {
      const value =
        structureSum[s + l]! + factor * logPLatency[x + l]! + (logPz2[x + l]! - logQz2[x + l]!);
      logWeight[l] = value;
      if (value > max) max = value;
    }
    // the maximum taken out, as base's logMeanExp does; a NaN stays one and is clipped
    for (let l = 0; l < samples; l++) {
      const below = logWeight[l]! - max;
      if (!(below < NEGLIGIBLE)) sum += Math.exp(below);
    }
    scores[t] = clip(-(max + Math.log(sum / samples)));
  }
  return scores;
}

/** exp of this is a hundredth of what a float64 of 1 can tell, and its cost is most of a score's. */
const NEGLIGIBLE = -41;

/** [N_max + 1] (N_max / N)^exponent by N. */
export const latencyWeights = (maxNodes: number, exponent: number): Float64Array =>
  Float64Array.from({ length: maxNodes + 1 }, (_, n) => (maxNodes / Math.max(1, n)) ** exponent);

/** The constants of equation (6). */
export type Scaling = Pick<Tuning, 'scalingFactor' | 'boundary'>;

/**
 * What the structure adds to a sample's log weight: log p(N, A, Y | z) + log p(z) - log q(z).
 *
 * @param scaling equation (6) with these constants, or null for none
 * @returns       [S, L] nats
 */
export function structureSums(
  { structure, detail }: ScoreTerms,
  scaling: Scaling | null,
): Float64Array {
  const unlikely = unlikelyEdges(structure, detail, scaling?.boundary ?? BOUNDARY);
  const { logPNodeCount, logPNodeType, logPz, logQz } = structure;
  const scaled = nodeCountScaler(scaling);
  return Float64Array.from(
    logPNodeType,
    (logP, row) =>
      scaled(logPNodeCount[row]!) +
      adjacencyTerm(structure, row, scaling, unlikely) +
      logP +
      (logPz[row]! - logQz[row]!),
  );
}

/**
 * log p(N | z), scaled as equation (6) says: times N_max² where p < 0.5.
 *
 * @param row s L + l of the [S, L] terms
 * @returns   nats
 */
export function nodeCountTerm(
  { logPNodeCount }: StructureTerms,
  row: number,
  scaling: Scaling | null,
): number {
  return nodeCountScaler(scaling)(logPNodeCount[row]!);
}

/** {@link nodeCountTerm} of any log p(N | z), for loops over many. */
export function nodeCountScaler(scaling: Scaling | null): (logP: number) => number {
  const boundary = scaling === null ? Number.NEGATIVE_INFINITY : Math.log(scaling.boundary);
  const factor = scaling === null ? 1 : scaling.scalingFactor * scaling.scalingFactor;
  return (logP) => (logP >= boundary ? logP : logP * factor);
}

/**
 * log p(A | z), scaled as equation (6) says: each entry times N_max where p < 0.5.
 *
 * @param row      s L + l of the [S, L] terms
 * @param unlikely [S, L] the part of entries below the boundary, as {@link unlikelyEdges} gives it
 * @returns        nats
 */
export function adjacencyTerm(
  { logPAdjacency }: StructureTerms,
  row: number,
  scaling: Scaling | null,
  unlikely: Float32Array,
): number {
  // the unlikely edges are in the sum once already
  const more = scaling === null ? 0 : (scaling.scalingFactor - 1) * unlikely[row]!;
  return logPAdjacency[row]! + more;
}

/**
 * The part of log p(A | z) from entries with p(A_ij | z) below a boundary: I(.) of equation (6).
 *
 * @param boundary 0.5, or another of {@link EDGE_BOUNDARIES} where the terms have detail
 * @returns        [S, L] nats
 */
export function unlikelyEdges(
  { logPAdjacencyUnlikely }: StructureTerms,
  detail: ScoreDetail | undefined,
  boundary: number,
): Float32Array {
  if (boundary === BOUNDARY) return logPAdjacencyUnlikely;
  const bins = EDGE_BOUNDARIES.indexOf(boundary) + 1;
  assert(bins > 0 && detail !== undefined, `no edges are kept by a boundary of ${boundary}`);
  const { filled, bin, sum } = detail.edges;
  const sums = new Float32Array(filled.length);
  let at = 0;
  for (let row = 0; row < filled.length; row++) {
    let below = 0;
    for (const end = at + filled[row]!; at < end; at++) {
      if (bin[at]! < bins) below += sum[at]!;
    }
    sums[row] = below;
  }
  return sums;
}

/** [T, L] log p(X | A, Y, z2), nats, under a std limit (section 5.3). */
export function latencyTerm(latency: ScoreTerms['latency'], stdLimit: StdLimitKind): Float32Array {
  switch (stdLimit) {
    case 'off':
      return latency.logPLatency;
    case 'global':
      return latency.logPLatencyLimited;
    case 'operation':
      return latency.logPLatencyLimitedByOperation;
  }
}

/**
 * What log p(X | A, Y, z2) of a trace is multiplied by, N_max / N of equation (7), unitless; of
 * DimEx's filled traces N is N_max.
 */
export const latencyWeight = (terms: ScoreTerms, trace: number, normalised: boolean): number =>
  normalised ? terms.maxNodes / terms.latencyNodes[trace]! : 1;

const clip = (score: number): number =>
  Number.isFinite(score) ? Math.min(score, SCORE_CEILING) : SCORE_CEILING;

/**
 * Which corrections of section 5.3 make up a named variant of the score (section 6.6).
 *
 * @param source of sigma_p99, where the variant limits stds: the paper's one number by default
 */
export function correctionsOf(variant: Variant, source: StdLimitSource = 'global'): Corrections {
  const all = variant === 'full';
  return {
    bernoulliScaling: all || variant === 'bcscale',
    nodeCountNormalization: all || variant === 'ncnorm',
    stdLimit: all || variant === 'stdlimit' ? source : 'off',
  };
}

/** The variant of section 6.6 that these corrections make up, or null. */
export const variantOf = (corrections: Corrections, source: StdLimitSource): Variant | null =>
  VARIANTS.find((variant) => sameCorrections(correctionsOf(variant, source), corrections)) ?? null;

export const sameCorrections = (a: Corrections, b: Corrections): boolean =>
  a.bernoulliScaling === b.bernoulliScaling &&
  a.nodeCountNormalization === b.nodeCountNormalization &&
  a.stdLimit === b.stdLimit;

/**
 * Every variant of section 6.6, from the same samples.
 *
 * @param terms [S, L] structure and [T, L] latency terms, nats
 * @returns     [T] nats each
 */
export function combineVariants(
  terms: ScoreTerms,
  source: StdLimitSource = 'global',
): Record<Variant, Float64Array> {
  const entries = VARIANTS.map((name) => [name, combineScores(terms, correctionsOf(name, source))]);
  return Object.fromEntries(entries) as Record<Variant, Float64Array>;
}

/** Every named variant of both sets. */
export function combineSets(
  val: ScoreTerms,
  test: ScoreTerms,
  source: StdLimitSource,
): Record<Variant, ScoredSets> {
  const [ofVal, ofTest] = [combineVariants(val, source), combineVariants(test, source)];
  const entries = VARIANTS.map((name) => [name, { val: ofVal[name], test: ofTest[name] }]);
  return Object.fromEntries(entries) as Record<Variant, ScoredSets>;
}
