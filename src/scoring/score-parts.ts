/**
 * What each term of equation (3) adds to a score. As in one trace's explanation, samples are
 * weighted by their share of the importance-weighted mean, so that the parts sum to the score.
 */
import {
  adjacencyTerm,
  latencyWeight,
  nodeCountTerm,
  type Scaling,
  unlikelyEdges,
} from './corrections.ts';
import type { ScoreTerms } from './score-terms.ts';
import { LABEL_GROUPS, type TraceGroups } from './trace-groups.ts';
import { BOUNDARY } from './tuning.ts';

/** Terms in the order of equation (2); `samples` is what the log of the mean over samples adds. */
export const SCORE_PARTS = [
  'nodeCount',
  'edges',
  'operations',
  'latencies',
  'klStructure',
  'klLatency',
  'samples',
] as const;
export type ScorePart = (typeof SCORE_PARTS)[number];

const PARTS = SCORE_PARTS.length;
const LAST = PARTS - 1;

/** What the parts are made with: null or 0 leaves a correction out. */
export interface PartCorrections {
  readonly scaling: Scaling | null;
  /** [T, L] log p(X | .), stds limited or not, nats */
  readonly logPLatency: Float32Array;
  /** Of N_max / N. */
  readonly exponent: number;
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
  { scaling, logPLatency, exponent }: PartCorrections,
): Float64Array {
  const { samples, structure, latency, structureRow } = terms;
  const unlikely = unlikelyEdges(structure, terms.detail, scaling?.boundary ?? BOUNDARY);
  const parts = new Float64Array(rows.length * PARTS);
  const drawn = new Float64Array(samples * LAST);
  const totals = new Float64Array(samples);
  rows.forEach((t, r) => {
    const factor = latencyWeight(terms, t, true) ** exponent;
    let least = Number.POSITIVE_INFINITY;
    for (let l = 0; l < samples; l++) {
      const s = structureRow[t]! * samples + l;
      const x = t * samples + l;
      const at = l * LAST;
      drawn[at] = -nodeCountTerm(structure, s, scaling);
      drawn[at + 1] = -adjacencyTerm(structure, s, scaling, unlikely);
      drawn[at + 2] = -structure.logPNodeType[s]!;
      drawn[at + 3] = -factor * logPLatency[x]!;
      drawn[at + 4] = structure.logQz[s]! - structure.logPz[s]!;
      drawn[at + 5] = latency.logQz2[x]! - latency.logPz2[x]!;
      let total = 0;
      for (let p = 0; p < LAST; p++) total += drawn[at + p]!;
      totals[l] = total;
      least = Math.min(least, total);
    }
    let norm = 0;
    for (let l = 0; l < samples; l++) norm += Math.exp(least - totals[l]!);
    let rest = scores[r]!;
    for (let p = 0; p < LAST; p++) {
      let sum = 0;
      for (let l = 0; l < samples; l++) {
        sum += (Math.exp(least - totals[l]!) / norm) * drawn[l * LAST + p]!;
      }
      parts[r * PARTS + p] = sum;
      rest -= sum;
    }
    parts[r * PARTS + LAST] = rest;
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
