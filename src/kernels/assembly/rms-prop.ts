/** The optimiser's loops, over one parameter at a time. */
import { FLOAT, high, low, madd, partStart } from './simd';

const LINE: i32 = 16;

/**
 * Sum of the squares of gradient + pull values.
 *
 * @param values   [P]
 * @param gradient [P]
 * @param sums     [parts] float64: this part's is written
 */
export function squaredNorm(
  values: usize,
  gradient: usize,
  sums: usize,
  size: i32,
  pull: f32,
  part: i32,
  parts: i32,
): void {
  const end = partStart(size, LINE, part + 1, parts);
  const pulls = f32x4.splat(pull);
  let a = f64x2.splat(0);
  let b = a;
  let k = partStart(size, LINE, part, parts);
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
  store<f64>(sums + <usize>part * 8, sum);
}

/**
 * s = alpha s + (1 - alpha) g², theta -= rate g / (sqrt(s) + eps), with
 * g = scale (gradient + pull theta).
 *
 * @param values  [P] of before
 * @param squares [P] changed in place
 * @param next    [P] written
 */
export function rmsProp(
  values: usize,
  gradient: usize,
  squares: usize,
  next: usize,
  size: i32,
  pull: f32,
  scale: f32,
  rate: f32,
  alpha: f32,
  rest: f32,
  epsilon: f32,
  part: i32,
  parts: i32,
): void {
  const end = partStart(size, LINE, part + 1, parts);
  let k = partStart(size, LINE, part, parts);
  for (; k + 4 <= end; k += 4) {
    const at = <usize>k * FLOAT;
    const theta = v128.load(values + at);
    const pulled = madd(f32x4.splat(pull), theta, v128.load(gradient + at));
    const g = f32x4.mul(pulled, f32x4.splat(scale));
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
    const g = (load<f32>(gradient + at) + pull * theta) * scale;
    const s = alpha * load<f32>(squares + at) + rest * (g * g);
    store<f32>(squares + at, s);
    store<f32>(next + at, theta - (rate * g) / (Mathf.sqrt(s) + epsilon));
  }
}
