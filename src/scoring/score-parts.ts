/**
 * What each term of equation (3) adds to a score. As in one trace's explanation, samples are
 * weighted by their share of the importance-weighted mean, so that the parts sum to the score.
 */
import {
  adjacencyTerm,
  latencyTerm,
  latencyWeights,
  nodeCountScaler,
  type Scaling,
  unlikelyEdges,
} from './corrections.ts';
import type { Corrections, ScoreTerms } from './score-terms.ts';
import { LABEL_GROUPS, type TraceGroups } from './trace-groups.ts';
import { BOUNDARY, paperTuning } from './tuning.ts';

/** Terms in the order of equation (2). */
export const TERM_PARTS = [
  'nodeCount',
  'edges',
  'operations',
  'latency',
  'klStructure',
  'klLatency',
] as const;
export type TermPart = (typeof TERM_PARTS)[number];

/** `samples` is what the log of the mean over samples adds. */
export const SCORE_PARTS = [...TERM_PARTS, 'samples'] as const;
export type ScorePart = (typeof SCORE_PARTS)[number];

const TERMS = TERM_PARTS.length;
const PARTS = SCORE_PARTS.length;

/** What the parts are made with: null or 0 leaves a correction out. */
export interface PartCorrections {
  readonly scaling: Scaling | null;
  /** [T, L] log p(X | .), stds limited or not, nats */
  readonly logPLatency: Float32Array;
  /** Of N_max / N. */
  readonly exponent: number;
}

/** These corrections with the paper's constants. */
export const paperParts = (
  { maxNodes, latency }: ScoreTerms,
  { bernoulliScaling, nodeCountNormalization, stdLimit }: Corrections,
): PartCorrections => ({
  scaling: bernoulliScaling ? paperTuning(maxNodes) : null,
  logPLatency: latencyTerm(latency, stdLimit),
  exponent: nodeCountNormalization ? 1 : 0,
});

/**
 * Writes the terms of a trace's score, [terms] nats, each sample weighted by its share of the mean
 * over samples: but for what the logarithm of that mean adds, they sum to the score.
 */
export function termSplitter(
  terms: ScoreTerms,
  { scaling, logPLatency, exponent }: PartCorrections,
): (trace: number, parts: Float64Array) => void {
  const { samples, structure, latency, structureRow, latencyNodes, maxNodes } = terms;
  const { logQz, logPz, logPNodeCount, logPNodeType } = structure;
  const { logQz2, logPz2 } = latency;
  const unlikely = unlikelyEdges(structure, terms.detail, scaling?.boundary ?? BOUNDARY);
  const scaled = nodeCountScaler(scaling);
  const factors = latencyWeights(maxNodes, exponent);
  const drawn = new Float64Array(samples * TERMS);
  const totals = new Float64Array(samples);
  return (trace, parts) => {
    const factor = factors[latencyNodes[trace]!]!;
    const firstS = structureRow[trace]! * samples;
    const firstX = trace * samples;
    let least = Number.POSITIVE_INFINITY;
    for (let l = 0; l < samples; l++) {
      const s = firstS + l;
      const x = firstX + l;
      const at = l * TERMS;
      const nodeCount = -scaled(logPNodeCount[s]!);
      const edges = -adjacencyTerm(structure, s, scaling, unlikely);
      const operations = -logPNodeType[s]!;
      const latencies = -factor * logPLatency[x]!;
      const klStructure = logQz[s]! - logPz[s]!;
      const klLatency = logQz2[x]! - logPz2[x]!;
      drawn[at] = nodeCount;
      drawn[at + 1] = edges;
      drawn[at + 2] = operations;
      drawn[at + 3] = latencies;
      drawn[at + 4] = klStructure;
      drawn[at + 5] = klLatency;
      const total = nodeCount + edges + operations + latencies + klStructure + klLatency;
      totals[l] = total;
      least = Math.min(least, total);
    }
    let norm = 0;
    // one variable a term: several times faster than a loop over terms
    let [a, b, c, d, e, f] = [0, 0, 0, 0, 0, 0];
    for (let l = 0; l < samples; l++) {
      const weight = Math.exp(least - totals[l]!);
      const at = l * TERMS;
      norm += weight;
      a += weight * drawn[at]!;
      b += weight * drawn[at + 1]!;
      c += weight * drawn[at + 2]!;
      d += weight * drawn[at + 3]!;
      e += weight * drawn[at + 4]!;
      f += weight * drawn[at + 5]!;
    }
    parts[0] = a / norm;
    parts[1] = b / norm;
    parts[2] = c / norm;
    parts[3] = d / norm;
    parts[4] = e / norm;
    parts[5] = f / norm;
  };
}

/**
 * @param rows   [R] of the terms' T traces
 * @param scores [R] nats, under the same corrections
 * @returns      [R, parts] nats; each row sums to its score
 */
export function scoreParts(
  terms: ScoreTerms,
  rows: Uint32Array,
  scores: Float64Array,
  corrections: PartCorrections,
): Float64Array {
  const split = termSplitter(terms, corrections);
  const parts = new Float64Array(rows.length * PARTS);
  rows.forEach((trace, r) => {
    const own = parts.subarray(r * PARTS, r * PARTS + TERMS);
    split(trace, own);
    parts[r * PARTS + TERMS] = own.reduce((rest, part) => rest - part, scores[r]!);
  });
  return parts;
}

/** Mean parts of a group's traces. */
export interface PartMeans {
  /** Index into {@link LABEL_GROUPS} */
  readonly group: number;
  readonly count: number;
  /** nats, the sum of the parts */
  readonly score: number;
  /** [parts] nats */
  readonly parts: Float64Array;
}

/**
 * @param parts [R, parts] nats
 * @returns     of each group that has a trace
 */
export function meanParts(parts: Float64Array, { group }: TraceGroups): PartMeans[] {
  return LABEL_GROUPS.flatMap((_, g) => {
    const sums = new Float64Array(PARTS);
    let count = 0;
    for (let r = 0; r < group.length; r++) {
      if (group[r] !== g) continue;
      count++;
      for (let p = 0; p < PARTS; p++) sums[p]! += parts[r * PARTS + p]!;
    }
    if (count === 0) return [];
    const means = sums.map((sum) => sum / count);
    return [{ group: g, count, score: means.reduce((sum, part) => sum + part, 0), parts: means }];
  });
}
