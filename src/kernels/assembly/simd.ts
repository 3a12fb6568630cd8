/**
 * Four float32 at a time. With relaxed SIMD a product and a sum are one instruction, rounded once
 * or twice as the processor likes; without, always twice.
 */

/** Bytes of a float32 and of a v128. */
export const FLOAT: usize = 4;
export const VECTOR: usize = 16;

/** a b + c */
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** Sum of the four. */
@inline
export function sumLanes(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) +
    f32x4.extract_lane(v, 1) +
    (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  );
}

/** First of the items [0, count) that part `part` of `parts` works on, in steps of `grain`. */
@inline
export function partStart(count: i32, grain: i32, part: i32, parts: i32): i32 {
  const grains = (count + grain - 1) / grain;
  return min(count, ((grains * part) / parts) * grain);
}

/** The next of the items that all parts share: whoever is done first takes it. Starts at 0. */
@inline
export function claim(counter: usize): i32 {
  if (ASC_FEATURE_THREADS) return atomic.add<i32>(counter, 1);
  const item = load<i32>(counter);
  store<i32>(counter, item + 1);
  return item;
}

/** Looks at a counter before a part that waits goes to sleep: what is left mostly takes less. */
const SPINS: i32 = 20_000;

/**
 * Waits until all parts are here.
 *
 * @param counter of all parts; starts at 0
 * @param met     how often this part has met the others at it
 * @returns       once more than before
 */
export function meet(counter: usize, met: i32, parts: i32): i32 {
  if (ASC_FEATURE_THREADS && parts > 1) {
    const all = (met + 1) * parts;
    let here = atomic.add<i32>(counter, 1) + 1;
    if (here === all) {
      atomic.notify(counter, -1);
    } else {
      for (let spins = 0; here < all; spins++) {
        // the others may wait for a processor that this one would keep
        if (spins > SPINS) atomic.wait<i32>(counter, here, -1);
        here = atomic.load<i32>(counter);
      }
    }
  }
  return met + 1;
}

/** e^x for x <= 88, to two units in the last place; 0 below -87. NaN stays NaN. */
@inline
export function exponential(x: f32): f32 {
  if (x < -87) return 0;
  const n = nearest<f32>(x * 1.44269504);
  // x - n ln 2, ln 2 in two parts
  const r = x - n * 0.693359375 - n * -2.12194440e-4;
  let p: f32 = 1.9875691500e-4;
  p = p * r + 1.3981999507e-3;
  p = p * r + 8.3334519073e-3;
  p = p * r + 4.1665795894e-2;
  p = p * r + 1.6666665459e-1;
  p = p * r + 5.0000001201e-1;
  const power = p * r * r + r + 1;
  return power * reinterpret<f32>((<i32>n + 127) << 23);
}

/** The first, and the last two of four float32, as float64. */
@inline
export function low(v: v128): v128 {
  return f64x2.promote_low_f32x4(v);
}

@inline
export function high(v: v128): v128 {
  return f64x2.promote_low_f32x4(
    i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15),
  );
}

/** sums[c] += factor x[c] for four columns; sums are float64. */
@inline
export function accumulate(sums: usize, factor: v128, x: v128): void {
  v128.store(sums, f64x2.add(v128.load(sums), f64x2.mul(factor, low(x))));
  v128.store(sums, f64x2.add(v128.load(sums, VECTOR), f64x2.mul(factor, high(x))), VECTOR);
}

/** The same for one. */
@inline
export function accumulateOne(sums: usize, factor: f64, x: f32): void {
  store<f64>(sums, load<f64>(sums) + factor * <f64>x);
}
