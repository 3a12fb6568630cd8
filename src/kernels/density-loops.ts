/**
 * Log-densities and means over a batch as loops over plain arrays, with their gradients: for a number
 * per node or a few per trace a loop costs less than the start of each of the ten operations that it
 * replaces. Every step is rounded to float32 as theirs are, sums are in their order, and powers are
 * theirs, so that every digit is.
 */

const f32 = Math.fround;
const MINUS_HALF_LOG_TWO_PI = f32(-0.5 * Math.log(2 * Math.PI));

/** Numbers of a normal each, all of one length. */
export interface Normals {
  readonly x: Float32Array;
  readonly mean: Float32Array;
  readonly logStd: Float32Array;
  /** e^-logStd */
  readonly inverse: Float32Array;
  /** How far from the mean x is clipped; null: as it is. */
  readonly reach: Float32Array | null;
}

/** Of x, clipped or not, from the mean. */
function distanceOf({ x, mean, reach }: Normals, i: number): number {
  const m = mean[i]!;
  const value = x[i]!;
  if (reach === null) return f32(value - m);
  return f32(Math.min(Math.max(value, f32(m - reach[i]!)), f32(m + reach[i]!)) - m);
}

/** @returns [n / width] log-densities, those of `width` neighbours added up, nats */
export function normalLogProb(normals: Normals, width: number): Float32Array {
  const { logStd, inverse } = normals;
  const sums = new Float32Array(logStd.length / width);
  for (let i = 0, row = 0; row < sums.length; row++) {
    let sum = 0;
    for (const end = i + width; i < end; i++) {
      const standardised = f32(distanceOf(normals, i) * inverse[i]!);
      const half = f32(0.5 * f32(standardised * standardised));
      sum = f32(sum + f32(f32(MINUS_HALF_LOG_TWO_PI - logStd[i]!) - half));
    }
    sums[row] = sum;
  }
  return sums;
}

export interface NormalGradients {
  readonly dX: Float32Array;
  readonly dMean: Float32Array;
  readonly dLogStd: Float32Array;
}

/**
 * @param dy [n / width]
 * @returns  [n] each; of x it is 0 where x is clipped, as of all x where it may be
 */
export function normalBackward(normals: Normals, dy: Float32Array, width: number): NormalGradients {
  const { x, inverse, reach } = normals;
  const [dX, dMean, dLogStd] = [x, x, x].map(({ length }) => new Float32Array(length)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  for (let i = 0; i < x.length; i++) {
    const d = dy[Math.floor(i / width)]!;
    const distance = distanceOf(normals, i);
    const given = f32(d * f32(distance * inverse[i]!));
    dMean[i] = given * inverse[i]!;
    if (reach === null) dX[i] = -dMean[i]!;
    dLogStd[i] = f32(f32(given * distance) * inverse[i]!) - d;
  }
  return { dX, dMean, dLogStd };
}

/** NaN stays NaN, and what is infinite becomes it. */
export const clip = (x: Float32Array, min: number, max: number): Float32Array =>
  x.map((value) => Math.min(Math.max(value, min), max) + value * 0);

/** @returns dy where x is inside or on a bound, else 0 */
export const clipBackward = (
  x: Float32Array,
  dy: Float32Array,
  min: number,
  max: number,
): Float32Array => {
  const [low, high] = [f32(min), f32(max)];
  return dy.map((d, i) => (x[i]! >= low && x[i]! <= high ? d : 0));
};

/** In order. */
export function meanOf(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum = f32(sum + value);
  return f32(sum / values.length);
}

/** mean_b (sum of the positive terms - sum of the negative ones), [B] each */
export function meanDifference(
  positive: readonly Float32Array[],
  negative: readonly Float32Array[],
): number {
  const sumOf = (terms: readonly Float32Array[]): Float32Array =>
    terms.reduce((sum, term) => sum.map((value, b) => value + term[b]!));
  const minus = sumOf(negative);
  return meanOf(sumOf(positive).map((value, b) => value - minus[b]!));
}

interface Moments {
  readonly mean: number;
  /** [K] from the mean */
  readonly centred: Float32Array;
  /** biased */
  readonly variance: number;
}

/** Of the K numbers of each row. */
const momentsOf = (z: Float32Array, width: number): Moments[] =>
  Array.from({ length: z.length / width }, (_, row) => {
    const numbers = z.slice(row * width, (row + 1) * width);
    const mean = meanOf(numbers);
    const centred = numbers.map((value) => value - mean);
    return { mean, centred, variance: meanOf(centred.map((value) => value * value)) };
  });

/** mean_b (mean_d z)² + mean_b (var_d z - 1)² of z [B, K] */
export function unitBall(z: Float32Array, width: number): number {
  const moments = momentsOf(z, width);
  const means = Float32Array.from(moments, ({ mean }) => mean * mean);
  const variances = Float32Array.from(moments, ({ variance }) => f32(variance - 1) ** 2);
  return f32(meanOf(means) + meanOf(variances));
}

/** @returns [B, K] */
export function unitBallBackward(z: Float32Array, width: number, dy: number): Float32Array {
  const moments = momentsOf(z, width);
  const share = f32(dy / moments.length);
  const dZ = new Float32Array(z.length);
  moments.forEach(({ mean, centred, variance }, row) => {
    const dSquare = f32(f32(share * f32(2 * f32(variance - 1))) / width);
    const dCentred = centred.map((value) => dSquare * f32(2 * value));
    let sum = 0;
    for (const d of dCentred) sum = f32(sum + d);
    const dMean = f32(f32(f32(share * f32(2 * mean)) - sum) / width);
    dZ.set(
      dCentred.map((d) => d + dMean),
      row * width,
    );
  });
  return dZ;
}
