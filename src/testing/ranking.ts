/** Metrics of scores with their labels, in any order, as the tests have them. */
import type { Metrics } from '../scoring/metrics.ts';
import { rankingOfSorted } from '../scoring/ranking.ts';

/**
 * @param scores  [T] nats, not NaN
 * @param anomaly [T] 1 anomaly, 0 normal
 */
export function rankingMetrics(scores: ArrayLike<number>, anomaly: ArrayLike<number>): Metrics {
  const ofClass = (label: number): Float64Array =>
    Float64Array.from(scores)
      .filter((_, trace) => anomaly[trace] === label)
      .sort();
  return rankingOfSorted(ofClass(0), ofClass(1));
}
