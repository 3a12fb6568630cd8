/**
 * How far two samples are apart: the Kolmogorov-Smirnov distance, which is also the least share of
 * values that must have changed for one distribution to become the other. A fifth of the requests
 * four times slower is a distance of .2, wherever the median stays.
 */

export interface Distance {
  /** 0 to 1: how much more of `after` than of `before` lies on one side of `atValue`. */
  readonly share: number;
  /** A bound that the true distance stays above with 95 % confidence, at least 0. */
  readonly low: number;
  /** Whether it is the larger values that became more. */
  readonly larger: boolean;
  /** The value that divides best: the distance is the difference of the shares above it. */
  readonly atValue: number;
  /** Shares of the values above {@link atValue}. */
  readonly aboveBefore: number;
  readonly aboveAfter: number;
  /** Of no difference (asymptotic, two-sided). */
  readonly p: number;
}

/** Of the Kolmogorov distribution at 95 %. */
const CRITICAL = 1.358;

/** @param before, after ascending, not empty */
export function distance(before: ArrayLike<number>, after: ArrayLike<number>): Distance {
  let [i, j] = [0, 0];
  let best = 0;
  let at = { value: before[0]!, i: 0, j: 0 };
  while (i < before.length && j < after.length) {
    const value = Math.min(before[i]!, after[j]!);
    while (i < before.length && before[i]! <= value) i++;
    while (j < after.length && after[j]! <= value) j++;
    const difference = i / before.length - j / after.length;
    if (Math.abs(difference) > Math.abs(best)) {
      best = difference;
      at = { value, i, j };
    }
  }
  const effective = Math.sqrt((before.length * after.length) / (before.length + after.length));
  const share = Math.abs(best);
  return {
    share,
    low: Math.max(0, share - CRITICAL / effective),
    larger: best > 0,
    atValue: at.value,
    aboveBefore: 1 - at.i / before.length,
    aboveAfter: 1 - at.j / after.length,
    p: kolmogorovTail((effective + 0.12 + 0.11 / effective) * share),
  };
}

/** P(K > lambda) of the Kolmogorov distribution; the correction of its argument is Stephens' (1970). */
export function kolmogorovTail(lambda: number): number {
  if (lambda < 0.3) return 1; // below, the series is 1 to 4 digits and converges slowly
  let sum = 0;
  for (let k = 1; k <= 100; k++) {
    const term = Math.exp(-2 * k * k * lambda * lambda);
    sum += k % 2 === 1 ? term : -term;
    if (term < 1e-17) break;
  }
  return Math.min(1, 2 * sum);
}

export interface ShareChange {
  /** Of `after` less that of `before`, -1 to 1. */
  readonly difference: number;
  /** The end of its 95 % interval that is nearer to none (Newcombe 1998, method 10); 0 where it holds 0. */
  readonly near: number;
}

export function shareChange(
  inBefore: number,
  before: number,
  inAfter: number,
  after: number,
): ShareChange {
  const [p, q] = [inBefore / before, inAfter / after];
  const [b, a] = [wilson(inBefore, before), wilson(inAfter, after)];
  const difference = q - p;
  const low = difference - Math.hypot(q - a.low, b.high - p);
  const high = difference + Math.hypot(a.high - q, p - b.low);
  return { difference, near: low > 0 ? low : high < 0 ? high : 0 };
}

const Z = 1.959964;

/** Wilson's 95 % interval of a share. */
function wilson(hits: number, of: number): { readonly low: number; readonly high: number } {
  const share = hits / of;
  const middle = (share + (Z * Z) / (2 * of)) / (1 + (Z * Z) / of);
  const half =
    (Z / (1 + (Z * Z) / of)) * Math.sqrt((share * (1 - share)) / of + (Z * Z) / (4 * of * of));
  return { low: middle - half, high: middle + half };
}
