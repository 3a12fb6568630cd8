/**
 * BatchNorm with the LeakyReLU behind it (Ioffe & Szegedy 2015), and sums over rows. Parts share
 * columns, so that every sum is one part's; sums are float64.
 */
import { accumulate, accumulateOne, FLOAT, partStart } from './simd';

/** Columns of a cache line: parts do not share one. */
const LINE: i32 = 16;
const DOUBLE: usize = 8;

/**
 * y = LeakyReLU(gamma (x - mean) / sqrt(var + eps) + beta), with mean and var over rows.
 *
 * @param x          [R, F]
 * @param shares     [R] weight of each row, sum 1
 * @param y          [R, F] written
 * @param mean       [F] written
 * @param variance   [F] written
 * @param inverseStd [F] written: 1 / sqrt(var + eps)
 * @param runningMean   [F] of before, as the running variance
 * @param movedMean     [F] written: rest running + momentum mean
 * @param movedVariance [F] written: the same of the variance times `unbiased`
 * @param rest          1 - momentum
 * @param sums       [F] float64 of scratch
 */
export function batchNorm(
  x: usize,
  shares: usize,
  gamma: usize,
  beta: usize,
  y: usize,
  mean: usize,
  variance: usize,
  inverseStd: usize,
  runningMean: usize,
  runningVariance: usize,
  movedMean: usize,
  movedVariance: usize,
  sums: usize,
  rows: i32,
  width: i32,
  epsilon: f32,
  slope: f32,
  momentum: f32,
  rest: f32,
  unbiased: f32,
  part: i32,
  parts: i32,
): void {
  const rowBytes = <usize>width * FLOAT;
  const start = partStart(width, LINE, part, parts);
  const end = partStart(width, LINE, part + 1, parts);
  const vectors = start + ((end - start) & ~3);

  clear(sums, start, end);
  for (let r = 0; r < rows; r++) {
    const row = x + <usize>r * rowBytes;
    const share = <f64>load<f32>(shares + <usize>r * FLOAT);
    const factor = f64x2.splat(share);
    let c = start;
    for (; c < vectors; c += 4) {
      accumulate(sums + <usize>c * DOUBLE, factor, v128.load(row + <usize>c * FLOAT));
    }
    for (; c < end; c++) {
      accumulateOne(sums + <usize>c * DOUBLE, share, load<f32>(row + <usize>c * FLOAT));
    }
  }
  narrow(sums, mean, start, end);

  clear(sums, start, end);
  for (let r = 0; r < rows; r++) {
    const row = x + <usize>r * rowBytes;
    const share = <f64>load<f32>(shares + <usize>r * FLOAT);
    const factor = f64x2.splat(share);
    let c = start;
    for (; c < vectors; c += 4) {
      const at = <usize>c * FLOAT;
      const d = f32x4.sub(v128.load(row + at), v128.load(mean + at));
      accumulate(sums + <usize>c * DOUBLE, factor, f32x4.mul(d, d));
    }
    for (; c < end; c++) {
      const at = <usize>c * FLOAT;
      const d = load<f32>(row + at) - load<f32>(mean + at);
      accumulateOne(sums + <usize>c * DOUBLE, share, d * d);
    }
  }
  narrow(sums, variance, start, end);
  for (let c = start; c < end; c++) {
    const at = <usize>c * FLOAT;
    const v = load<f32>(variance + at);
    store<f32>(inverseStd + at, 1 / Mathf.sqrt(v + epsilon));
    const m = load<f32>(mean + at);
    store<f32>(movedMean + at, load<f32>(runningMean + at) * rest + m * momentum);
    store<f32>(
      movedVariance + at,
      load<f32>(runningVariance + at) * rest + v * unbiased * momentum,
    );
  }

  const slopes = f32x4.splat(slope);
  for (let r = 0; r < rows; r++) {
    const row = <usize>r * rowBytes;
    let c = start;
    for (; c < vectors; c += 4) {
      const at = <usize>c * FLOAT;
      const d = f32x4.sub(v128.load(x + row + at), v128.load(mean + at));
      const standardised = f32x4.mul(d, v128.load(inverseStd + at));
      const n = f32x4.add(f32x4.mul(standardised, v128.load(gamma + at)), v128.load(beta + at));
      // as 0 <= slope <= 1; NaN stays NaN
      v128.store(y + row + at, f32x4.max(n, f32x4.mul(n, slopes)));
    }
    for (; c < end; c++) {
      const at = <usize>c * FLOAT;
      const d = load<f32>(x + row + at) - load<f32>(mean + at);
      const n = d * load<f32>(inverseStd + at) * load<f32>(gamma + at) + load<f32>(beta + at);
      store<f32>(y + row + at, max(n, n * slope));
    }
  }
}

/**
 * The gradient of {@link batchNorm}, with its mean and inverse std.
 *
 * @param dy     [R, F]
 * @param dX     [R, F] written
 * @param dGamma [F] written
 * @param dBeta  [F] written
 * @param sums   [2, F] float64 of scratch
 */
export function batchNormBackward(
  x: usize,
  shares: usize,
  gamma: usize,
  y: usize,
  mean: usize,
  inverseStd: usize,
  dy: usize,
  dX: usize,
  dGamma: usize,
  dBeta: usize,
  sums: usize,
  rows: i32,
  width: i32,
  slope: f32,
  part: i32,
  parts: i32,
): void {
  const rowBytes = <usize>width * FLOAT;
  const start = partStart(width, LINE, part, parts);
  const end = partStart(width, LINE, part + 1, parts);
  const vectors = start + ((end - start) & ~3);
  const sumsOfGamma = sums + <usize>width * DOUBLE;
  const zero = f32x4.splat(0);
  const slopes = f32x4.splat(slope);
  const one = f64x2.splat(1);

  clear(sums, start, end);
  clear(sumsOfGamma, start, end);
  for (let r = 0; r < rows; r++) {
    const row = <usize>r * rowBytes;
    let c = start;
    for (; c < vectors; c += 4) {
      const at = <usize>c * FLOAT;
      const cell = row + at;
      const d = v128.load(dy + cell);
      // y has the sign of what went into the LeakyReLU
      const g = v128.bitselect(d, f32x4.mul(d, slopes), f32x4.gt(v128.load(y + cell), zero));
      const standardised = f32x4.mul(
        f32x4.sub(v128.load(x + cell), v128.load(mean + at)),
        v128.load(inverseStd + at),
      );
      v128.store(dX + cell, g);
      accumulate(sums + <usize>c * DOUBLE, one, g);
      accumulate(sumsOfGamma + <usize>c * DOUBLE, one, f32x4.mul(g, standardised));
    }
    for (; c < end; c++) {
      const at = <usize>c * FLOAT;
      const cell = row + at;
      const d = load<f32>(dy + cell);
      const g = load<f32>(y + cell) > 0 ? d : d * slope;
      const standardised =
        (load<f32>(x + cell) - load<f32>(mean + at)) * load<f32>(inverseStd + at);
      store<f32>(dX + cell, g);
      accumulateOne(sums + <usize>c * DOUBLE, 1, g);
      accumulateOne(sumsOfGamma + <usize>c * DOUBLE, 1, g * standardised);
    }
  }
  narrow(sums, dBeta, start, end);
  narrow(sumsOfGamma, dGamma, start, end);

  for (let r = 0; r < rows; r++) {
    const row = <usize>r * rowBytes;
    // each row moves mean and variance by its share
    const share = load<f32>(shares + <usize>r * FLOAT);
    const factor = f32x4.splat(share);
    let c = start;
    for (; c < vectors; c += 4) {
      const at = <usize>c * FLOAT;
      const cell = row + at;
      const inverse = v128.load(inverseStd + at);
      const standardised = f32x4.mul(f32x4.sub(v128.load(x + cell), v128.load(mean + at)), inverse);
      const drift = f32x4.add(
        v128.load(dBeta + at),
        f32x4.mul(standardised, v128.load(dGamma + at)),
      );
      const g = f32x4.sub(v128.load(dX + cell), f32x4.mul(factor, drift));
      v128.store(dX + cell, f32x4.mul(g, f32x4.mul(inverse, v128.load(gamma + at))));
    }
    for (; c < end; c++) {
      const at = <usize>c * FLOAT;
      const cell = row + at;
      const inverse = load<f32>(inverseStd + at);
      const standardised = (load<f32>(x + cell) - load<f32>(mean + at)) * inverse;
      const drift = load<f32>(dBeta + at) + standardised * load<f32>(dGamma + at);
      store<f32>(
        dX + cell,
        (load<f32>(dX + cell) - share * drift) * (inverse * load<f32>(gamma + at)),
      );
    }
  }
}

/**
 * Sum over rows.
 *
 * @param x    [R, F]
 * @param y    [F] written
 * @param sums [F] float64 of scratch
 */
export function sumRows(
  x: usize,
  y: usize,
  sums: usize,
  rows: i32,
  width: i32,
  part: i32,
  parts: i32,
): void {
  const start = partStart(width, LINE, part, parts);
  const end = partStart(width, LINE, part + 1, parts);
  const vectors = start + ((end - start) & ~3);
  const one = f64x2.splat(1);
  clear(sums, start, end);
  for (let r = 0; r < rows; r++) {
    const row = x + <usize>(r * width) * FLOAT;
    let c = start;
    for (; c < vectors; c += 4) {
      accumulate(sums + <usize>c * DOUBLE, one, v128.load(row + <usize>c * FLOAT));
    }
    for (; c < end; c++) {
      accumulateOne(sums + <usize>c * DOUBLE, 1, load<f32>(row + <usize>c * FLOAT));
    }
  }
  narrow(sums, y, start, end);
}

function clear(sums: usize, start: i32, end: i32): void {
  memory.fill(sums + <usize>start * DOUBLE, 0, <usize>(end - start) * DOUBLE);
}

/** float64 sums to float32. */
function narrow(sums: usize, to: usize, start: i32, end: i32): void {
  for (let c = start; c < end; c++) {
    store<f32>(to + <usize>c * FLOAT, <f32>load<f64>(sums + <usize>c * DOUBLE));
  }
}
