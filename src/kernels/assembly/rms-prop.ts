/** The optimiser's loops, over all parameters of a table. */
import { FLOAT, high, low, madd, partStart } from './simd';

const LINE: i32 = 16;
/** A parameter in the table: addresses of {@link field}s, its size and whether it is penalised. */
const SLOT_BYTES: usize = 6 * 4;
const VALUES: usize = 0;
const GRADIENT: usize = 4;
const SQUARES: usize = 8;
const NEXT: usize = 12;
const SIZE: usize = 16;
const PENALISED: usize = 20;

@inline
function field(slot: usize, name: usize): usize {
  return <usize>load<u32>(slot + name);
}

/**
 * Sums of the squares of gradient + pull values, parameter by parameter; pull counts for the
 * penalised ones.
 *
 * @param sums  [count, parts] float64: this part's are written
 * @param whole parameters of fewer numbers are one part's
 */
export function squaredNorms(
  table: usize,
  count: i32,
  sums: usize,
  pull: f32,
  whole: i32,
  part: i32,
  parts: i32,
): void {
  for (let i = 0; i < count; i++) {
    const slot = table + <usize>i * SLOT_BYTES;
    const size = <i32>field(slot, SIZE);
    const isWhole = size < whole;
    const pulled = field(slot, PENALISED) !== 0 ? pull : 0;
    let sum: f64 = 0;
    if (!isWhole || i % parts === part) {
      const first = isWhole ? 0 : partStart(size, LINE, part, parts);
      const end = isWhole ? size : partStart(size, LINE, part + 1, parts);
      sum = squaredNorm(field(slot, VALUES), field(slot, GRADIENT), pulled, first, end);
    }
    store<f64>(sums + <usize>(i * parts + part) * 8, sum);
  }
}

/** Of the numbers [first, end) of one parameter. */
function squaredNorm(values: usize, gradient: usize, pull: f32, first: i32, end: i32): f64 {
  const pulls = f32x4.splat(pull);
  let a = f64x2.splat(0);
  let b = a;
  let k = first;
  for (; k + 4 <= end; k += 4) {
    const at = <usize>k * FLOAT;
    const g = madd(pulls, v128.load(values + at), v128.load(gradient + at));
    const first = low(g);
    const last = high(g);
    a = f64x2.add(a, f64x2.mul(first, first));
    b = f64x2.add(b, f64x2.mul(last, last));
  }
  a = f64x2.add(a, b);
  let sum = f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
  for (; k < end; k++) {
    const at = <usize>k * FLOAT;
    const g = <f64>(load<f32>(gradient + at) + pull * load<f32>(values + at));
    sum += g * g;
  }
  return sum;
}

/**
 * s = alpha s + (1 - alpha) g², theta -= rate g / (sqrt(s) + eps), with
 * g = scale (gradient + pull theta), for each parameter; pull counts for the penalised ones. Squares
 * are changed in place, the new theta are written to `next`.
 */
export function rmsProp(
  table: usize,
  count: i32,
  pull: f32,
  scale: f32,
  rate: f32,
  alpha: f32,
  rest: f32,
  epsilon: f32,
  part: i32,
  parts: i32,
): void {
  for (let i = 0; i < count; i++) {
    const slot = table + <usize>i * SLOT_BYTES;
    const size = <i32>field(slot, SIZE);
    const values = field(slot, VALUES);
    const gradient = field(slot, GRADIENT);
    const squares = field(slot, SQUARES);
    const next = field(slot, NEXT);
    const pulled = field(slot, PENALISED) !== 0 ? pull : 0;
    const end = partStart(size, LINE, part + 1, parts);
    let k = partStart(size, LINE, part, parts);
    for (; k + 4 <= end; k += 4) {
      const at = <usize>k * FLOAT;
      const theta = v128.load(values + at);
      const g = f32x4.mul(
        madd(f32x4.splat(pulled), theta, v128.load(gradient + at)),
        f32x4.splat(scale),
      );
      const s = f32x4.add(
        f32x4.mul(f32x4.splat(alpha), v128.load(squares + at)),
        f32x4.mul(f32x4.splat(rest), f32x4.mul(g, g)),
      );
      v128.store(squares + at, s);
      const step = f32x4.div(
        f32x4.mul(f32x4.splat(rate), g),
        f32x4.add(f32x4.sqrt(s), f32x4.splat(epsilon)),
      );
      v128.store(next + at, f32x4.sub(theta, step));
    }
    for (; k < end; k++) {
      const at = <usize>k * FLOAT;
      const theta = load<f32>(values + at);
      const g = (load<f32>(gradient + at) + pulled * theta) * scale;
      const s = alpha * load<f32>(squares + at) + rest * (g * g);
      store<f32>(squares + at, s);
      store<f32>(next + at, theta - (rate * g) / (Mathf.sqrt(s) + epsilon));
    }
  }
}
