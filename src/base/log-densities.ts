/**
 * Log-densities of single numbers in float64, for scoring: sums over hundreds of entries keep their
 * digits, and parts of a sum can be told apart. The families of eq. (2), as in nn/distributions.ts.
 */
const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/**
 * log N(x; mean, exp(logStd)²), as p(x_i | A, Y, z2) of eq. (2).
 *
 * @param x      unitless
 * @param mean   on the scale of x
 * @param logStd log of the std in units of x
 * @returns      nats
 */
export function normalLogDensity(x: number, mean: number, logStd: number): number {
  return standardLogDensity((x - mean) * Math.exp(-logStd)) - logStd;
}

/**
 * log N(x; mean, std²) within `stds` stds of the mean; beyond, the density falls as the power
 * -stds² of the distance, which continues the Gaussian and its slope.
 *
 * Differs from the paper: its p(x_i | A, Y, z2) is a Gaussian throughout. The integral of this
 * density is above 1 by 2e-9 for 6 stds.
 *
 * @param x      unitless
 * @param mean   on the scale of x
 * @param logStd log of the std in units of x
 * @param stds   where the tails begin; infinity: a Gaussian
 * @returns      nats
 */
export function tailedNormalLogDensity(
  x: number,
  mean: number,
  logStd: number,
  stds: number,
): number {
  const distance = Math.abs(x - mean) * Math.exp(-logStd);
  if (!(distance > stds)) return normalLogDensity(x, mean, logStd);
  return standardLogDensity(stds) - logStd - stds * stds * Math.log(distance / stds);
}

/** log N(x; 0, 1) in nats, x unitless: the base density of the prior p(z), section 4. */
export const standardLogDensity = (x: number): number => -HALF_LOG_TWO_PI - 0.5 * x * x;

/** log sigmoid(x) in nats, x a logit in nats. */
export const logSigmoidOf = (x: number): number =>
  Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)));

/**
 * log p(1) or log p(0) of a Bernoulli: p(A_ij | z) of eq. (2).
 *
 * @param logit nats
 * @returns     nats
 */
export const bernoulliLogMass = (logit: number, one: boolean): number =>
  logSigmoidOf(one ? logit : -logit);

/**
 * log p(target) of a categorical: p(N | z) and p(y_i | z) of eq. (2).
 *
 * @param logits [at least start + classes] nats; those of this variable begin at `start`
 * @param target 0 to classes - 1
 * @returns      nats
 */
export function categoricalLogMass(
  logits: ArrayLike<number>,
  start: number,
  classes: number,
  target: number,
): number {
  const max = logits[start + argMax(logits, start, classes)]!;
  let sum = 0;
  for (let c = 0; c < classes; c++) sum += Math.exp(logits[start + c]! - max);
  return logits[start + target]! - max - Math.log(sum);
}

/**
 * The first largest of `count` values from `start` on; 0 where all are NaN.
 *
 * @param values [at least start + count]
 * @returns      0 to count - 1
 */
export function argMax(values: ArrayLike<number>, start: number, count: number): number {
  let best = 0;
  for (let i = 1; i < count; i++) if (values[start + i]! > values[start + best]!) best = i;
  return best;
}
