/**
 * From the terms of equation (3) to one score a trace: the importance-weighted NLL, with each of
 * the three corrections of section 5.3 as a switch. Corrections act on every sample, before the
 * mean over samples; all arithmetic is float64.
 */
import { logMeanExp } from '../base/statistics.ts';
import {
  type Corrections,
  type ScoreTerms,
  type StdLimitKind,
  type StdLimitSource,
  VARIANTS,
  type Variant,
} from './score-terms.ts';

/**
 * Scores above this, and scores that are no number, count as this many nats. As the authors' code.
 */
export const SCORE_CEILING = 1e5;

/** I(p < 0.5) of equation (6), on the log. */
const LOG_HALF = Math.log(0.5);

/**
 * The NLL of equation (3), its terms changed as equations (6) and (7) and section 5.3 say.
 *
 * @param terms [S, L] structure and [T, L] latency terms, nats
 * @returns [T] nats, higher is more anomalous:
 *   -log 1/L sum_l exp(log p(N, A, Y | z) p(z) p(X | A, Y, z2) p(z2 | z) / q(z) q(z2))
 */
export function combineScores(terms: ScoreTerms, corrections: Corrections): Float64Array {
  const { samples, maxNodes, structure, latency } = terms;
  const logPLatency = latencyTerm(latency, corrections.stdLimit);
  const scores = new Float64Array(terms.trace.length);
  const logWeight = new Float64Array(samples);

  for (let t = 0; t < scores.length; t++) {
    const latencyFactor = latencyWeight(terms, t, corrections.nodeCountNormalization);
    for (let l = 0; l < samples; l++) {
      const s = terms.structureRow[t]! * samples + l;
      const x = t * samples + l;
      const { bernoulliScaling } = corrections;
      logWeight[l] =
        nodeCountTerm(structure, s, maxNodes, bernoulliScaling) +
        adjacencyTerm(structure, s, maxNodes, bernoulliScaling) +
        structure.logPNodeType[s]! +
        (structure.logPz[s]! - structure.logQz[s]!) +
        latencyFactor * logPLatency[x]! +
        (latency.logPz2[x]! - latency.logQz2[x]!);
    }
    scores[t] = clip(-logMeanExp(logWeight));
  }
  return scores;
}

/**
 * log p(N | z), scaled as equation (6) says: times N_max² where p < 0.5.
 *
 * @param row s L + l of the [S, L] terms
 * @returns   nats
 */
export function nodeCountTerm(
  { logPNodeCount }: ScoreTerms['structure'],
  row: number,
  maxNodes: number,
  scaled: boolean,
): number {
  const logP = logPNodeCount[row]!;
  return scaled && logP < LOG_HALF ? logP * (maxNodes * maxNodes) : logP;
}

/**
 * log p(A | z), scaled as equation (6) says: each entry times N_max where p < 0.5.
 *
 * @param row s L + l of the [S, L] terms
 * @returns   nats
 */
export function adjacencyTerm(
  { logPAdjacency, logPAdjacencyUnlikely }: ScoreTerms['structure'],
  row: number,
  maxNodes: number,
  scaled: boolean,
): number {
  // the unlikely edges are in the sum once already
  const more = scaled ? (maxNodes - 1) * logPAdjacencyUnlikely[row]! : 0;
  return logPAdjacency[row]! + more;
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
