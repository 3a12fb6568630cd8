/**
 * A threshold that flags so many traces that about {@link FALSE_ALARMS} of them are expected to be
 * usual ones: by scores that are -ln p, or by how validation traces score.
 */
import { benjaminiHochberg, conformalPValues } from './discoveries.ts';

/** Share of the flagged that may be false alarms. */
export const FALSE_ALARMS = 0.1;

/**
 * @param scores [T] -ln p, nats
 * @returns      the highest score that is not flagged; the highest of all where none is
 */
export const oddCut = (scores: Float64Array, share = FALSE_ALARMS): number =>
  cutOf(
    scores,
    scores.map((score) => Math.exp(-score)),
    share,
  );

/**
 * The same of any scores, with conformal p-values: none is below 1 / (1 + V), so that few traces can
 * only be flagged together, or not at all.
 *
 * @param val [V] of validation traces
 */
export const conformalCut = (scores: Float64Array, val: Float64Array, share: number): number =>
  cutOf(scores, conformalPValues(scores, val), share);

function cutOf(scores: Float64Array, pValues: Float64Array, share: number): number {
  const most = benjaminiHochberg(pValues, share);
  return scores.reduce(
    (cut, score, t) => (pValues[t]! > most && score > cut ? score : cut),
    Number.NEGATIVE_INFINITY,
  );
}
