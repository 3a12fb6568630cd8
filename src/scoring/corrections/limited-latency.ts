/** log p(X | A, Y, z2) under any limit of the Gaussian std-limit (section 5.3), from kept detail. */
import { assert } from '../../base/assert.ts';
import { tailedNormalLogDensity } from '../../base/log-densities.ts';
import type { ScoreTerms, StdLimitSource, StdLimits } from '../score-terms.ts';

/**
 * The plain sum, and for each node whose std is above its limit what the limit changes.
 *
 * @param limits those of a percentile of at least 90
 * @returns      [T, L] nats
 */
export function limitedLatencyTerm(
  { latency, latencyNodes, samples, detail, tailStds = Number.POSITIVE_INFINITY }: ScoreTerms,
  source: StdLimitSource,
  limits: Limits,
): Float32Array {
  assert(detail !== undefined, 'no stds are kept for another limit');
  const { operation, wide, wideNode, wideLogStd, wideDeviation } = detail.nodes;
  const mostOf = logStdLimit(limits, source);
  const sums = new Float32Array(latency.logPLatency);
  let firstNode = 0;
  let at = 0;
  for (let t = 0; t < latencyNodes.length; t++) {
    for (let row = t * samples; row < (t + 1) * samples; row++) {
      let change = 0;
      for (const end = at + wide[row]!; at < end; at++) {
        const logStd = wideLogStd[at]!;
        const most = mostOf(operation[firstNode + wideNode[at]!]!);
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

type Limits = Pick<StdLimits, 'global' | 'byOperation'>;

/**
 * log of an operation's largest std, unitless (stds of standardised latency).
 *
 * Differs from the paper: `operation` takes the limit of the node's own operation, an option of the
 * authors' code; the paper has one number.
 */
export function logStdLimit(
  { global, byOperation }: Limits,
  source: StdLimitSource,
): (operation: number) => number {
  if (source === 'global') {
    const limit = logLimit(global);
    return () => limit;
  }
  const limits = byOperation.map(logLimit);
  return (operation) => limits[operation]!;
}

/** The authors clamp a limit of 0 before its log. */
const logLimit = (stdLimit: number): number => Math.log(Math.max(stdLimit, 1e-7));
