/**
 * The inversion detective: anomalies below the median of normal traces, why each is there, and which
 * correction lifts it. Causes are counterfactuals of section 5.2: what its score would be with as
 * many nodes, or with stds as wide, as normal traces have.
 */
import { mean, median } from '../base/statistics.ts';
import { VARIANT_STEPS, type Variant } from '../scoring/corrections/list.ts';
import { SCORE_PARTS, type ScorePart } from '../scoring/score-parts.ts';
import type { ScoreTerms } from '../scoring/score-terms.ts';
import type { TraceGroups } from '../scoring/trace-groups.ts';

/**
 * `nodes`: with the median node count, at the mean latency term a node of normal traces, it would
 * not be inverted. `stds`: with their mean log std. `outweighed`: a term of it is above the normal
 * median, and others make up for that. `ordinary`: no term of it stands out.
 */
export const CAUSES = ['nodes', 'stds', 'outweighed', 'ordinary'] as const;
export type Cause = (typeof CAUSES)[number];

export interface InvertedTrace {
  /** Row of the traces that were compared. */
  readonly row: number;
  /** nats, without corrections */
  readonly score: number;
  /** How far below the normal median, nats. */
  readonly deficit: number;
  readonly cause: Cause;
  /** Its score would be so much higher with the nodes, or the stds, of normal traces; nats. */
  readonly gain: number;
  /** The term that stands out most against the normal median, and by how much; nats. */
  readonly outstanding: ScorePart;
  readonly excess: number;
  /** Corrections alone that lift it to the normal median of their scores, or all of them together. */
  readonly liftedBy: readonly Variant[];
}

interface Compared {
  readonly terms: ScoreTerms;
  /** [R] of the terms' T traces */
  readonly rows: Uint32Array;
  readonly groups: TraceGroups;
  /** [R, parts] of the plain NLL, nats */
  readonly parts: Float64Array;
  /** [R] nats, of each variant */
  readonly scores: Readonly<Record<Variant, Float64Array>>;
}

const PARTS = SCORE_PARTS.length;
const LATENCIES = SCORE_PARTS.indexOf('latency');
const CORRECTED = VARIANT_STEPS.filter((variant) => variant !== 'nll');

/** @returns the most inverted first; none where there is no normal trace */
export function invertedTraces({ terms, rows, groups, parts, scores }: Compared): InvertedTrace[] {
  const normal = [...rows.keys()].filter((r) => groups.group[r] === 0);
  if (normal.length === 0) return [];
  const ofNormal = (value: (r: number) => number): Float64Array => Float64Array.from(normal, value);
  const normalMedian = median(ofNormal((r) => scores.nll[r]!));
  const corrected = CORRECTED.map((variant) => ({
    variant,
    normalMedian: median(ofNormal((r) => scores[variant][r]!)),
  }));
  const usual = SCORE_PARTS.map((_, p) => median(ofNormal((r) => parts[r * PARTS + p]!)));
  const nodesOf = (r: number): number => terms.latencyNodes[rows[r]!]!;
  const usualNodes = median(ofNormal(nodesOf));
  const perNode = mean(ofNormal((r) => parts[r * PARTS + LATENCIES]! / nodesOf(r)));
  const logStds = sumLogStds(terms);
  const logStdOf = (r: number): number | null =>
    logStds === null ? null : logStds[rows[r]!]! / nodesOf(r);
  const usualLogStd = logStds === null ? null : mean(ofNormal((r) => logStdOf(r)!));

  const explain = (row: number): InvertedTrace => {
    const score = scores.nll[row]!;
    const deficit = normalMedian - score;
    const excesses = usual.map((value, p) => parts[row * PARTS + p]! - value);
    const most = excesses.indexOf(Math.max(...excesses));
    const gains = {
      nodes: (usualNodes - nodesOf(row)) * perNode,
      stds: usualLogStd === null ? 0 : (usualLogStd - logStdOf(row)!) * nodesOf(row),
    };
    const larger = gains.nodes >= gains.stds ? 'nodes' : 'stds';
    const enough = gains[larger] >= deficit;
    const cause = enough ? larger : excesses[most]! > 0 ? 'outweighed' : 'ordinary';
    const lifting = corrected
      .filter((one) => scores[one.variant][row]! >= one.normalMedian)
      .map(({ variant }) => variant);
    return {
      row,
      score,
      deficit,
      cause,
      gain: gains[larger],
      outstanding: SCORE_PARTS[most]!,
      excess: excesses[most]!,
      liftedBy: lifting,
    };
  };
  return [...rows.keys()]
    .filter((r) => groups.group[r]! > 0 && scores.nll[r]! < normalMedian)
    .map(explain)
    .sort((a, b) => b.deficit - a.deficit);
}

/** [T] sum of the log stds of a trace's nodes. */
function sumLogStds({ detail, latencyNodes }: ScoreTerms): Float64Array | null {
  if (detail === undefined) return null;
  const { logStd } = detail.nodes;
  let node = 0;
  return Float64Array.from(latencyNodes, (count) => {
    let sum = 0;
    for (const end = node + count; node < end; node++) sum += logStd[node]!;
    return sum;
  });
}
