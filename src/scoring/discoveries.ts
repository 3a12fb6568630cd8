/**
 * Flagging by the share of false alarms that one is ready to read, in the place of a percentile: a
 * p-value per trace, and of all traces those that Benjamini and Hochberg (1995) choose.
 */
import { sorted } from '../base/statistics.ts';

/**
 * Conformal p-values: how likely a clean trace is to score at least as high, where clean traces score
 * as the reference does. None is below 1 / (1 + V).
 *
 * @param scores    [T] finite
 * @param reference [V] scores of traces that are taken to be clean: the validation traces
 * @returns         [T] (1 + reference scores at least as high) / (1 + V)
 */
export function conformalPValues(
  scores: ArrayLike<number>,
  reference: ArrayLike<number>,
): Float64Array {
  const ascending = sorted(reference);
  return Float64Array.from(scores, (score) => {
    let [low, high] = [0, ascending.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (ascending[middle]! < score) low = middle + 1;
      else high = middle;
    }
    return (1 + ascending.length - low) / (1 + ascending.length);
  });
}

/**
 * The largest p-value that is flagged: of m traces in the order of their p-values, the last whose
 * p-value is at most q times its place over m. Of the flagged ones a share of q at most is then
 * expected to be clean. Conformal p-values that share a reference keep that promise (Bates et al. 2023).
 *
 * @param pValues [m] 0 to 1
 * @param q       0 to 1
 * @returns       flag whatever is at most this; -1: nothing can be flagged
 */
export function benjaminiHochberg(pValues: ArrayLike<number>, q: number): number {
  const ascending = sorted(pValues);
  for (let place = ascending.length; place > 0; place--) {
    const p = ascending[place - 1]!;
    if (p * ascending.length <= q * place) return p;
  }
  return -1;
}
