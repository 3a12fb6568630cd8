/**
 * What each term of equation (3) adds to a score. As in one trace's explanation, samples are
 * weighted by their share of the importance-weighted mean, so that the parts sum to the score.
 */
import type { CorrectedTerms } from './corrected-terms.ts';
import { TERM_PARTS } from './score-terms.ts';
import { LABEL_GROUPS, type TraceGroups } from './trace-groups.ts';

/** `samples` is what the log of the mean over samples adds. */
export const SCORE_PARTS = [...TERM_PARTS, 'samples'] as const;
export type ScorePart = (typeof SCORE_PARTS)[number];

const TERMS = TERM_PARTS.length;
const PARTS = SCORE_PARTS.length;

/**
 * Writes the terms of a trace's score, [terms] nats, each sample weighted by its share of the mean
 * over samples: but for what the logarithm of that mean adds, they sum to the score.
 */
export function termSplitter({
  terms,
  nodeCount,
  edges,
  logPLatency,
  logPStatus,
  factors,
}: CorrectedTerms): (trace: number, parts: Float64Array) => void {
  const { samples, structure, latency, structureRow } = terms;
  const { logQz, logPz, logPNodeType } = structure;
  const { logQz2, logPz2 } = latency;
  const factorOf = TERM_PARTS.map((part) => factors[part] ?? one);
  const drawn = new Float64Array(samples * TERMS);
  const totals = new Float64Array(samples);
  return (trace, parts) => {
    const [fN, fA, fY, fX, fZ, fZ2, fE] = factorOf.map((factor) => factor(trace)) as SevenNumbers;
    const firstS = structureRow[trace]! * samples;
    const firstX = trace * samples;
    let least = Number.POSITIVE_INFINITY;
    for (let l = 0; l < samples; l++) {
      const s = firstS + l;
      const x = firstX + l;
      const at = l * TERMS;
      const ofNodeCount = -fN * nodeCount[s]!;
      const ofEdges = -fA * edges[s]!;
      const ofOperations = -fY * logPNodeType[s]!;
      const ofLatencies = -fX * logPLatency[x]!;
      const klStructure = fZ * (logQz[s]! - logPz[s]!);
      const klLatency = fZ2 * (logQz2[x]! - logPz2[x]!);
      drawn[at] = ofNodeCount;
      drawn[at + 1] = ofEdges;
      drawn[at + 2] = ofOperations;
      drawn[at + 3] = ofLatencies;
      drawn[at + 4] = klStructure;
      drawn[at + 5] = klLatency;
      const ofStatus = logPStatus === null ? 0 : -fE * logPStatus[x]!;
      drawn[at + 6] = ofStatus;
      const total =
        ofNodeCount + ofEdges + ofOperations + ofLatencies + klStructure + klLatency + ofStatus;
      totals[l] = total;
      least = Math.min(least, total);
    }
    let norm = 0;
    // one variable a term: several times faster than a loop over terms
    let [a, b, c, d, e, f, g] = [0, 0, 0, 0, 0, 0, 0];
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
      g += weight * drawn[at + 6]!;
    }
    parts[0] = a / norm;
    parts[1] = b / norm;
    parts[2] = c / norm;
    parts[3] = d / norm;
    parts[4] = e / norm;
    parts[5] = f / norm;
    parts[6] = g / norm;
  };
}

type SevenNumbers = [number, number, number, number, number, number, number];
const one = (): number => 1;

/**
 * @param rows   [R] of the terms' T traces
 * @param scores [R] nats, under the same corrections
 * @returns      [R, parts] nats; each row sums to its score
 */
export function scoreParts(
  corrected: CorrectedTerms,
  rows: Uint32Array,
  scores: Float64Array,
): Float64Array {
  const split = termSplitter(corrected);
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
