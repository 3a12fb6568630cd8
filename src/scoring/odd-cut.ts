/**
 * The threshold of scores that are -ln p, where no set is known to be clean that a percentile could be
 * of: so many are flagged that about {@link FALSE_ALARMS} of them are expected to be usual traces.
 */
import { benjaminiHochberg } from './discoveries.ts';

/** Share of the flagged that may be false alarms. */
export const FALSE_ALARMS = 0.1;

/**
 * @param scores [T] -ln p, nats
 * @returns      the highest score that is not flagged; the highest of all where none is
 */
export function oddCut(scores: Float64Array, share = FALSE_ALARMS): number {
  const most = benjaminiHochberg(
    scores.map((score) => Math.exp(-score)),
    share,
  );
  return scores.reduce(
    (cut, score) => (Math.exp(-score) > most && score > cut ? score : cut),
    Number.NEGATIVE_INFINITY,
  );
}
