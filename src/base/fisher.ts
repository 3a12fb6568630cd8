/**
 * Fisher's exact test of a two-by-two table, one-sided, and the odds ratio beside it: whether
 * something is more frequent in one group than in another.
 */

/**
 * The chance that at least so many of the marked ones fall into the first group when marks do not
 * depend on groups.
 *
 * @param inFirst     marked ones of the first group
 * @param first       size of the first group
 * @param inSecond    marked ones of the second group
 * @param second      size of the second group
 * @returns           p of "more frequent in the first", 0 to 1
 */
export function fisherGreater(
  inFirst: number,
  first: number,
  inSecond: number,
  second: number,
): number {
  const marked = inFirst + inSecond;
  const most = Math.min(marked, first);
  // hypergeometric: from the observed count upwards, each term from the one before
  let term = Math.exp(
    logChoose(first, inFirst) + logChoose(second, inSecond) - logChoose(first + second, marked),
  );
  let p = 0;
  for (let x = inFirst; x <= most; x++) {
    p += term;
    term *= ((marked - x) * (first - x)) / ((x + 1) * (second - marked + x + 1));
    if (term < p * Number.EPSILON) break;
  }
  return Math.min(1, p);
}

export interface OddsRatio {
  readonly ratio: number;
  /** Of its 95 % interval (Woolf). */
  readonly low: number;
  readonly high: number;
}

/** Half an observation is added to each cell (Haldane, Anscombe), so that it is always finite. */
export function oddsRatio(
  inFirst: number,
  first: number,
  inSecond: number,
  second: number,
): OddsRatio {
  const cells = [inFirst, first - inFirst, inSecond, second - inSecond].map((n) => n + 0.5);
  const [a, b, c, d] = cells as [number, number, number, number];
  const logRatio = Math.log((a * d) / (b * c));
  const spread = 1.96 * Math.sqrt(cells.reduce((sum, n) => sum + 1 / n, 0));
  return {
    ratio: Math.exp(logRatio),
    low: Math.exp(logRatio - spread),
    high: Math.exp(logRatio + spread),
  };
}

/**
 * p-values of many tests at once, so adjusted that a limit on them limits the share of false
 * discoveries (Benjamini, Hochberg).
 */
export function falseDiscoveryRates(p: readonly number[]): number[] {
  const order = p.map((_, i) => i).sort((a, b) => p[b]! - p[a]!);
  const adjusted = new Array<number>(p.length);
  let least = 1;
  order.forEach((test, fromLargest) => {
    least = Math.min(least, (p[test]! * p.length) / (p.length - fromLargest));
    adjusted[test] = least;
  });
  return adjusted;
}

const logChoose = (n: number, k: number): number =>
  logFactorial(n) - logFactorial(k) - logFactorial(n - k);

const SMALL = 32;
const SMALL_LOG_FACTORIALS = Float64Array.from({ length: SMALL }, (_, n) => {
  let log = 0;
  for (let i = 2; i <= n; i++) log += Math.log(i);
  return log;
});

/** Stirling's series, to float64 from 32 on. */
function logFactorial(n: number): number {
  if (n < SMALL) return SMALL_LOG_FACTORIALS[n]!;
  const series = 1 / (12 * n) - 1 / (360 * n ** 3) + 1 / (1260 * n ** 5);
  return n * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI * n) + series;
}
