/**
 * The part of each score that most outweighs the same part of normal traces: a first hint at why a
 * trace is odd, from stored terms alone. Validation traces stand for the normal ones.
 */
import { median } from '../base/statistics.ts';
import {
  adjacencyTerm,
  latencyTerm,
  latencyWeight,
  nodeCountTerm,
  unlikelyEdges,
} from './corrections.ts';
import type { Corrections, ScoreTerms } from './score-terms.ts';
import { BOUNDARY, paperTuning } from './tuning.ts';

/** Parts of equation (3), as {@link TopReasons.part} counts them. */
export const SCORE_PARTS = [
  'nodeCount',
  'edges',
  'operations',
  'latency',
  'klStructure',
  'klLatency',
] as const;
export type ScorePartName = (typeof SCORE_PARTS)[number];

export interface TopReasons {
  /** [R] index into {@link SCORE_PARTS} */
  readonly part: Uint8Array;
  /** [R] nats above the median of the same part over validation traces; may be negative */
  readonly excess: Float32Array;
}

/**
 * @param rows [R] rows of the test terms
 */
export function topReasons(
  val: ScoreTerms,
  test: ScoreTerms,
  rows: Uint32Array,
  corrections: Corrections,
): TopReasons {
  const usual = usualParts(val, corrections);
  const part = new Uint8Array(rows.length);
  const excess = new Float32Array(rows.length);
  const parts = new Float64Array(SCORE_PARTS.length);
  const split = partSplitter(test, corrections);
  rows.forEach((row, r) => {
    split(row, parts);
    let top = 0;
    for (let p = 1; p < parts.length; p++) {
      if (parts[p]! - usual[p]! > parts[top]! - usual[top]!) top = p;
    }
    part[r] = top;
    excess[r] = parts[top]! - usual[top]!;
  });
  return { part, excess };
}

/** [parts] median over all traces; 0 where there are none. */
function usualParts(terms: ScoreTerms, corrections: Corrections): Float64Array {
  const count = terms.trace.length;
  const columns = SCORE_PARTS.map(() => new Float64Array(count));
  const parts = new Float64Array(SCORE_PARTS.length);
  const split = partSplitter(terms, corrections);
  for (let t = 0; t < count; t++) {
    split(t, parts);
    parts.forEach((value, p) => {
      columns[p]![t] = value;
    });
  }
  return Float64Array.from(columns, (column) => (count === 0 ? 0 : median(column)));
}

/**
 * Writes the parts of a trace's score, nats, each sample weighted by its share of the mean over
 * samples: but for what the logarithm of that mean adds, they sum to the score.
 */
export function partSplitter(
  terms: ScoreTerms,
  { bernoulliScaling, nodeCountNormalization, stdLimit }: Corrections,
): (trace: number, parts: Float64Array) => void {
  const { samples, maxNodes, structure, latency, detail } = terms;
  const scaling = bernoulliScaling ? paperTuning(maxNodes) : null;
  const unlikely = unlikelyEdges(structure, detail, BOUNDARY);
  const logPLatency = latencyTerm(latency, stdLimit);
  const perSample = new Float64Array(samples * SCORE_PARTS.length);
  const totals = new Float64Array(samples);
  return (trace, parts) => {
    const factor = latencyWeight(terms, trace, nodeCountNormalization);
    let least = Number.POSITIVE_INFINITY;
    for (let l = 0; l < samples; l++) {
      const s = terms.structureRow[trace]! * samples + l;
      const x = trace * samples + l;
      const at = l * SCORE_PARTS.length;
      perSample[at] = -nodeCountTerm(structure, s, scaling);
      perSample[at + 1] = -adjacencyTerm(structure, s, scaling, unlikely);
      perSample[at + 2] = -structure.logPNodeType[s]!;
      perSample[at + 3] = -factor * logPLatency[x]!;
      perSample[at + 4] = structure.logQz[s]! - structure.logPz[s]!;
      perSample[at + 5] = latency.logQz2[x]! - latency.logPz2[x]!;
      let total = 0;
      for (let p = 0; p < SCORE_PARTS.length; p++) total += perSample[at + p]!;
      totals[l] = total;
      if (total < least) least = total;
    }
    parts.fill(0);
    let norm = 0;
    for (let l = 0; l < samples; l++) {
      const weight = Math.exp(least - totals[l]!);
      norm += weight;
      for (let p = 0; p < SCORE_PARTS.length; p++) {
        parts[p]! += weight * perSample[l * SCORE_PARTS.length + p]!;
      }
    }
    for (let p = 0; p < parts.length; p++) parts[p]! /= norm;
  };
}
