/** log p(X | A, Y, z2) under any limit of the Gaussian std-limit (section 5.3), from kept detail. */
import { assert } from '../base/assert.ts';
import { tailedNormalLogDensity } from '../base/log-densities.ts';
import type { ScoreTerms, StdLimitKind, StdLimits } from './score-terms.ts';

/**
 * The plain sum, and for each node whose std is above its limit what the limit changes.
 *
 * @param limits those of a percentile of at least {@link WIDE_PERCENTILE}
 * @returns      [T, L] nats
 */
export function limitedLatencyTerm(
  { latency, latencyNodes, samples, detail, tailStds = Number.POSITIVE_INFINITY }: ScoreTerms,
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
  const sums = new Float32Array(latency.logPLatency);
  let firstNode = 0;
  let at = 0;
  for (let t = 0; t < latencyNodes.length; t++) {
    for (let row = t * samples; row < (t + 1) * samples; row++) {
      let change = 0;
      for (const end = at + wide[row]!; at < end; at++) {
        const logStd = wideLogStd[at]!;
        const most = logLimits[operation[firstNode + wideNode[at]!]!]!;
        if (logStd <= most) continue;
        const deviation = wideDeviation[at]!;
        change +=
          tailedNormalLogDensity(deviation, 0, most, tailStds) -
          tailedNormalLogDensity(deviation, 0, logStd, tailStds);
      }
      sums[row]! += change;
    }
    firstNode += latencyNodes[t]!;
  }
  return sums;
}

/** The authors clamp a limit of 0 before its log. */
export const logLimit = (stdLimit: number): number => Math.log(Math.max(stdLimit, 1e-7));
