/**
 * Graph attention over the edges of trees (Veličković et al. 2018): R rows, H heads of U units.
 * Edges are stored by destination: those into row v are [start[v], start[v + 1]) of `source`, and
 * the first of them is v's own.
 */
import {
  accumulate,
  accumulateOne,
  exponential,
  FLOAT,
  madd,
  partStart,
  sumLanes,
  VECTOR,
} from './simd';

@inline
export function edgeAt(edges: usize, index: i32): i32 {
  return load<i32>(edges + <usize>index * 4);
}

/** <x, y> of n numbers. */
@inline
function dot(x: usize, y: usize, n: i32): f32 {
  let sums = f32x4.splat(0);
  let k: i32 = 0;
  for (; k + 4 <= n; k += 4) {
    const at = <usize>k * FLOAT;
    sums = madd(v128.load(x + at), v128.load(y + at), sums);
  }
  let sum = sumLanes(sums);
  for (; k < n; k++) {
    const at = <usize>k * FLOAT;
    sum += load<f32>(x + at) * load<f32>(y + at);
  }
  return sum;
}

/** y += factor x */
@inline
export function addScaled(y: usize, factor: f32, x: usize, n: i32): void {
  const factors = f32x4.splat(factor);
  let k: i32 = 0;
  for (; k + 4 <= n; k += 4) {
    const at = <usize>k * FLOAT;
    v128.store(y + at, madd(factors, v128.load(x + at), v128.load(y + at)));
  }
  for (; k < n; k++) {
    const at = <usize>k * FLOAT;
    store<f32>(y + at, load<f32>(y + at) + factor * load<f32>(x + at));
  }
}

/**
 * <f[v], attnL> and <f[v], attnR> for each row and head.
 *
 * @param logits [R, 2 H] as source, then as destination
 */
export function attentionLogits(
  features: usize,
  attnL: usize,
  attnR: usize,
  logits: usize,
  rows: i32,
  heads: i32,
  units: i32,
  part: i32,
  parts: i32,
): void {
  const end = partStart(rows, 1, part + 1, parts);
  const headBytes = <usize>units * FLOAT;
  for (let v = partStart(rows, 1, part, parts); v < end; v++) {
    const row = features + <usize>(v * heads) * headBytes;
    const to = logits + <usize>(v * 2 * heads) * FLOAT;
    for (let h = 0; h < heads; h++) {
      const at = <usize>h * headBytes;
      store<f32>(to + <usize>h * FLOAT, dot(row + at, attnL + at, units));
      store<f32>(to + <usize>(heads + h) * FLOAT, dot(row + at, attnR + at, units));
    }
  }
}

/**
 * out[v] = sum over u of a(u -> v) f[u] + bias.
 *
 * @param logits      [R, 2 H]
 * @param attention   [edges, H] written: a(u -> v)
 * @param derivatives [edges, H] written: of the LeakyReLU on the logits
 */
export function attend(
  features: usize,
  logits: usize,
  bias: usize,
  start: usize,
  source: usize,
  attention: usize,
  derivatives: usize,
  output: usize,
  rows: i32,
  heads: i32,
  units: i32,
  slope: f32,
  part: i32,
  parts: i32,
): void {
  const first = partStart(rows, 1, part, parts);
  const end = partStart(rows, 1, part + 1, parts);
  const width = heads * units;
  attendRows(
    features, width, logits, 2 * heads, bias, 0, start, source, attention, derivatives, output,
    first, end, heads, units, slope, 0,
  );
}

/**
 * {@link attend} for rows [first, end). Addresses are of row 0 and edge 0, wherever those lie.
 *
 * @param features    rows are `featureStride` numbers apart
 * @param logits      first of row 0's 2 H; rows are `logitStride` numbers apart
 * @param derivatives 0 for not wanted
 * @param scale       [H U] or 0; with it LeakyReLU(scale out + bias) is written
 */
export function attendRows(
  features: usize,
  featureStride: i32,
  logits: usize,
  logitStride: i32,
  bias: usize,
  scale: usize,
  start: usize,
  source: usize,
  attention: usize,
  derivatives: usize,
  output: usize,
  first: i32,
  end: i32,
  heads: i32,
  units: i32,
  slope: f32,
  leakySlope: f32,
): void {
  const headBytes = <usize>units * FLOAT;
  for (let v = first; v < end; v++) {
    const firstEdge = edgeAt(start, v);
    const endEdge = edgeAt(start, v + 1);
    for (let h = 0; h < heads; h++) {
      const own = load<f32>(logits + <usize>(v * logitStride + heads + h) * FLOAT);
      let highest: f32 = -f32.MAX_VALUE;
      for (let e = firstEdge; e < endEdge; e++) {
        const sum =
          load<f32>(logits + <usize>(edgeAt(source, e) * logitStride + h) * FLOAT) + own;
        const derivative: f32 = sum > 0 ? 1 : slope;
        const logit = sum * derivative;
        const at = <usize>(e * heads + h) * FLOAT;
        if (derivatives !== 0) store<f32>(derivatives + at, derivative);
        store<f32>(attention + at, logit);
        // a NaN logit fails the comparison; the exponential below spreads it
        if (logit > highest) highest = logit;
      }
      let total: f32 = 0;
      for (let e = firstEdge; e < endEdge; e++) {
        const at = <usize>(e * heads + h) * FLOAT;
        const power = exponential(load<f32>(attention + at) - highest);
        store<f32>(attention + at, power);
        total += power;
      }
      const inverse: f32 = 1 / total;
      for (let e = firstEdge; e < endEdge; e++) {
        const at = <usize>(e * heads + h) * FLOAT;
        store<f32>(attention + at, load<f32>(attention + at) * inverse);
      }
      const column = <usize>h * headBytes;
      const to = output + <usize>(v * heads) * headBytes + column;
      const biasOfHead: usize = bias + column;
      const scaleOfHead: usize = scale === 0 ? 0 : scale + column;
      let k: i32 = 0;
      for (; k + 16 <= units; k += 16) {
        const at = <usize>k * FLOAT;
        let s0 = f32x4.splat(0);
        let s1 = s0;
        let s2 = s0;
        let s3 = s0;
        for (let e = firstEdge; e < endEdge; e++) {
          const a = v128.load32_splat(attention + <usize>(e * heads + h) * FLOAT);
          const from = features + <usize>(edgeAt(source, e) * featureStride) * FLOAT + column + at;
          s0 = madd(a, v128.load(from), s0);
          s1 = madd(a, v128.load(from, VECTOR), s1);
          s2 = madd(a, v128.load(from, 2 * VECTOR), s2);
          s3 = madd(a, v128.load(from, 3 * VECTOR), s3);
        }
        finish(to + at, s0, biasOfHead + at, scaleOfHead, at, leakySlope);
        finish(to + at + VECTOR, s1, biasOfHead + at + VECTOR, scaleOfHead, at + VECTOR, leakySlope);
        finish(to + at + 2 * VECTOR, s2, biasOfHead + at + 2 * VECTOR, scaleOfHead, at + 2 * VECTOR, leakySlope);
        finish(to + at + 3 * VECTOR, s3, biasOfHead + at + 3 * VECTOR, scaleOfHead, at + 3 * VECTOR, leakySlope);
      }
      for (; k < units; k++) {
        const at = <usize>k * FLOAT;
        let sum: f32 = 0;
        for (let e = firstEdge; e < endEdge; e++) {
          const from = features + <usize>(edgeAt(source, e) * featureStride) * FLOAT + column + at;
          sum += load<f32>(attention + <usize>(e * heads + h) * FLOAT) * load<f32>(from);
        }
        if (scale === 0) {
          sum += load<f32>(biasOfHead + at);
        } else {
          sum = sum * load<f32>(scaleOfHead + at) + load<f32>(biasOfHead + at);
          if (sum < 0) sum *= leakySlope;
        }
        store<f32>(to + at, sum);
      }
    }
  }
}

@inline
function finish(to: usize, sum: v128, bias: usize, scale: usize, at: usize, slope: f32): void {
  if (scale === 0) {
    v128.store(to, f32x4.add(sum, v128.load(bias)));
    return;
  }
  const y = madd(sum, v128.load(scale + at), v128.load(bias));
  // max(y, slope y), as 0 <= slope <= 1; NaN stays NaN
  v128.store(to, f32x4.max(y, f32x4.mul(y, f32x4.splat(slope))));
}

/**
 * The gradient of {@link attend} without scale: of features, and of the logits.
 *
 * @param dy        [R, H U]
 * @param dFeatures [R, H U] written
 * @param dLogits   [R, 2 H] written
 * @param firstRow  [G + 1] of each graph: no edge leaves a graph, so parts share graphs
 */
export function attendBackward(
  features: usize,
  attnL: usize,
  attnR: usize,
  start: usize,
  source: usize,
  attention: usize,
  derivatives: usize,
  dy: usize,
  dFeatures: usize,
  dLogits: usize,
  firstRow: usize,
  graphs: i32,
  heads: i32,
  units: i32,
  part: i32,
  parts: i32,
): void {
  const first = edgeAt(firstRow, partStart(graphs, 1, part, parts));
  const end = edgeAt(firstRow, partStart(graphs, 1, part + 1, parts));
  const headBytes = <usize>units * FLOAT;
  const rowBytes = <usize>heads * headBytes;
  const logitBytes = <usize>(2 * heads) * FLOAT;
  memory.fill(dFeatures + <usize>first * rowBytes, 0, <usize>(end - first) * rowBytes);
  memory.fill(dLogits + <usize>first * logitBytes, 0, <usize>(end - first) * logitBytes);

  for (let v = first; v < end; v++) {
    const firstEdge = edgeAt(start, v);
    const endEdge = edgeAt(start, v + 1);
    for (let h = 0; h < heads; h++) {
      const column = <usize>h * headBytes;
      const dyRow = dy + <usize>v * rowBytes + column;
      const dTarget = dLogits + <usize>v * logitBytes + <usize>(heads + h) * FLOAT;
      if (endEdge - firstEdge === 1) {
        addScaled(dFeatures + <usize>v * rowBytes + column, 1, dyRow, units);
        continue;
      }
      // sum over edges of a dL/da, which softmax's gradient takes off each
      let mean: f32 = 0;
      for (let e = firstEdge; e < endEdge; e++) {
        const u = edgeAt(source, e);
        const at = <usize>(e * heads + h) * FLOAT;
        const a = load<f32>(attention + at);
        const dA = dot(dyRow, features + <usize>u * rowBytes + column, units);
        addScaled(dFeatures + <usize>u * rowBytes + column, a, dyRow, units);
        mean += a * dA;
        // the half of a (dA - mean) that is known before the mean is
        const known = load<f32>(derivatives + at) * a * dA;
        const dSource = dLogits + <usize>u * logitBytes + <usize>h * FLOAT;
        store<f32>(dSource, load<f32>(dSource) + known);
        store<f32>(dTarget, load<f32>(dTarget) + known);
      }
      for (let e = firstEdge; e < endEdge; e++) {
        const u = edgeAt(source, e);
        const at = <usize>(e * heads + h) * FLOAT;
        const share = load<f32>(derivatives + at) * load<f32>(attention + at) * mean;
        const dSource = dLogits + <usize>u * logitBytes + <usize>h * FLOAT;
        store<f32>(dSource, load<f32>(dSource) - share);
        store<f32>(dTarget, load<f32>(dTarget) - share);
      }
    }
  }

  for (let v = first; v < end; v++) {
    const row = dFeatures + <usize>v * rowBytes;
    const logits = dLogits + <usize>v * logitBytes;
    for (let h = 0; h < heads; h++) {
      const column = <usize>h * headBytes;
      addScaled(row + column, load<f32>(logits + <usize>h * FLOAT), attnL + column, units);
      addScaled(row + column, load<f32>(logits + <usize>(heads + h) * FLOAT), attnR + column, units);
    }
  }
}

/**
 * Gradients of attnL and attnR: sums over rows of the logits' gradients times features.
 *
 * @param dLogits [R, 2 H]
 * @param dAttnL  [H U] written
 * @param dAttnR  [H U] written
 * @param sums    [2, H U] float64 of scratch
 */
export function attentionVectorsBackward(
  features: usize,
  dLogits: usize,
  dAttnL: usize,
  dAttnR: usize,
  sums: usize,
  rows: i32,
  heads: i32,
  units: i32,
  part: i32,
  parts: i32,
): void {
  const width = heads * units;
  const firstHead = partStart(heads, 1, part, parts);
  const endHead = partStart(heads, 1, part + 1, parts);
  const first = firstHead * units;
  const end = endHead * units;
  const right = sums + <usize>width * 8;
  memory.fill(sums + <usize>first * 8, 0, <usize>(end - first) * 8);
  memory.fill(right + <usize>first * 8, 0, <usize>(end - first) * 8);
  for (let v = 0; v < rows; v++) {
    const row = features + <usize>(v * width) * FLOAT;
    const logits = dLogits + <usize>(v * 2 * heads) * FLOAT;
    for (let h = firstHead; h < endHead; h++) {
      const dL = <f64>load<f32>(logits + <usize>h * FLOAT);
      const dR = <f64>load<f32>(logits + <usize>(heads + h) * FLOAT);
      if (dL === 0 && dR === 0) continue; // alone in its graph
      const endOfHead = (h + 1) * units;
      let c = h * units;
      for (; c + 4 <= endOfHead; c += 4) {
        const x = v128.load(row + <usize>c * FLOAT);
        accumulate(sums + <usize>c * 8, f64x2.splat(dL), x);
        accumulate(right + <usize>c * 8, f64x2.splat(dR), x);
      }
      for (; c < endOfHead; c++) {
        const x = load<f32>(row + <usize>c * FLOAT);
        accumulateOne(sums + <usize>c * 8, dL, x);
        accumulateOne(right + <usize>c * 8, dR, x);
      }
    }
  }
  for (let c = first; c < end; c++) {
    store<f32>(dAttnL + <usize>c * FLOAT, <f32>load<f64>(sums + <usize>c * 8));
    store<f32>(dAttnR + <usize>c * FLOAT, <f32>load<f64>(right + <usize>c * 8));
  }
}
