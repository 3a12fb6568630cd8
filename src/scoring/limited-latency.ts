/** log p(X | A, Y, z2) under any limit of the Gaussian std-limit (section 5.3), from kept detail. */
import { assert } from '../base/assert.ts';
import type { ScoreTerms, StdLimitKind, StdLimits } from './score-terms.ts';

/**
 * The plain sum, and for each node whose std is above its limit what the limit changes.
 *
 * @param limits those of a percentile of at least {@link WIDE_PERCENTILE}
 * @returns      [T, L] nats
 */
export function limitedLatencyTerm(
  { latency, latencyNodes, samples, detail }: ScoreTerms,
  kind: StdLimitKind,
  limits: Omit<StdLimits, 'wide'>,
): Float32Array {
  if (kind === 'off') return latency.logPLatency;
  assert(detail !== undefined, 'no stds are kept for another limit');
  const { operation, wide, wideNode, wideLogStd, wideDeviation } = detail.nodes;
  const logLimits =
    kind === 'global'
      ? limits.byOperation.map(() => logLimit(limits.global))
      : limits.byOperation.map(logLimit);
  const precisions = logLimits.map((log) => Math.exp(-2 * log));
  const sums = new Float32Array(latency.logPLatency);
  let firstNode = 0;
  let at = 0;
  for (let t = 0; t < latencyNodes.length; t++) {
    for (let row = t * samples; row < (t + 1) * samples; row++) {
      let change = 0;
      for (const end = at + wide[row]!; at < end; at++) {
        const own = operation[firstNode + wideNode[at]!]!;
        const logStd = wideLogStd[at]!;
        const most = logLimits[own]!;
        if (logStd <= most) continue;
        // log N(x; mu, limit) - log N(x; mu, std)
        const squares = precisions[own]! - Math.exp(-2 * logStd);
        change += logStd - most - (wideDeviation[at]! ** 2 * squares) / 2;
      }
      sums[row]! += change;
    }
    firstNode += latencyNodes[t]!;
  }
  return sums;
}

/** The authors clamp a limit of 0 before its log. */
export const logLimit = (stdLimit: number): number => Math.log(Math.max(stdLimit, 1e-7));
