/**
 * Equation (5) with the numbers of a dataset: mean NLL = KLD[p* || p_model] + H[p*].
 *
 * Differs from the paper: section 5.3 says that neither side of the sum can be estimated exactly.
 * Here the entropy is roughly that of the structures that occur, plus that of Gaussians with the
 * stds that the model gives to the latencies, independent of each other as section 5.2 takes them;
 * what is left of the mean NLL stands for the KL divergence.
 */
import type { ScoreTerms } from '../scoring/score-terms.ts';
import { LABEL_GROUPS, type TraceGroups } from '../scoring/trace-groups.ts';

/** H[N(0, 1)], nats. */
export const NORMAL_ENTROPY = 0.5 * Math.log(2 * Math.PI * Math.E);

export interface EntropyRow {
  /** Index into {@link LABEL_GROUPS} */
  readonly group: number;
  readonly count: number;
  readonly meanNodes: number;
  /** nats */
  readonly meanNll: number;
  /** Of the structures' frequencies, nats. */
  readonly structureEntropy: number;
  /** Mean over traces of sum_i H[N(0, sigma_i)], nats; null where stds were not kept. */
  readonly latencyEntropy: number | null;
  /** n H[N(0, 1)] at the mean node count, as section 5.2 has it, nats. */
  readonly roughLatencyEntropy: number;
}

/**
 * @param rows [R] of the terms' T traces
 * @param nll  [R] nats, without corrections
 * @returns    of each group that has a trace
 */
export function entropyRows(
  terms: ScoreTerms,
  rows: Uint32Array,
  nll: Float64Array,
  { group }: TraceGroups,
): EntropyRow[] {
  const ofTrace = latencyEntropies(terms);
  return LABEL_GROUPS.flatMap((_, g) => {
    const frequency = new Map<number, number>();
    let count = 0;
    let nodes = 0;
    let score = 0;
    let entropy = 0;
    rows.forEach((t, r) => {
      if (group[r] !== g) return;
      count++;
      nodes += terms.nodeCount[t]!;
      score += nll[r]!;
      entropy += ofTrace?.[t] ?? 0;
      const row = terms.structureRow[t]!;
      frequency.set(row, (frequency.get(row) ?? 0) + 1);
    });
    if (count === 0) return [];
    return [
      {
        group: g,
        count,
        meanNodes: nodes / count,
        meanNll: score / count,
        structureEntropy: pluginEntropy([...frequency.values()]),
        latencyEntropy: ofTrace === null ? null : entropy / count,
        roughLatencyEntropy: (nodes / count) * NORMAL_ENTROPY,
      },
    ];
  });
}

/** [T] sum over a trace's nodes of H[N(0, sigma_i)], nats. */
function latencyEntropies({ detail, latencyNodes }: ScoreTerms): Float64Array | null {
  if (detail === undefined) return null;
  const { logStd } = detail.nodes;
  let node = 0;
  return Float64Array.from(latencyNodes, (count) => {
    let sum = 0;
    for (const end = node + count; node < end; node++) sum += NORMAL_ENTROPY + logStd[node]!;
    return sum;
  });
}

/** Entropy of frequencies, nats: 0 where there is one kind, log n where all n are equally frequent. */
export function pluginEntropy(frequencies: readonly number[]): number {
  const total = frequencies.reduce((sum, count) => sum + count, 0);
  return -frequencies.reduce((sum, count) => sum + (count / total) * Math.log(count / total), 0);
}
