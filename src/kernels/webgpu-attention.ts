/** Attention and aggregation over the edges of trees on the WebGPU backend. */
import type * as tf from '@tensorflow/tfjs-core';
import { COLUMN, COLUMN_SUMS, COLUMNS, forRows, THREADS } from './webgpu-columns.ts';
import { type GpuProgram, groupsFor, totalOf, type WebGpuKernels } from './webgpu-kernels.ts';

/** Edges by destination. */
export interface GpuEdges {
  /**
   * [R + 1 + 2 edges] int32: the first incoming edge of each row; the source of each edge; the edge
   * that goes the other way
   */
  readonly indices: tf.Tensor1D;
  /** R */
  readonly rows: number;
  readonly count: number;
}

export interface AttentionSizes {
  readonly heads: number;
  readonly units: number;
  /** Of the LeakyReLU on the logits. */
  readonly slope: number;
}

/** Threads that share the features of one head of one row. */
const LANES = 64;
/** Edges whose products are summed at once. */
const CHUNK = 8;

/** WGSL in a program with `indices`, `given.rows` and `given.edges`. */
const EDGES = `
  fn firstEdge(row: u32) -> u32 { return indices[row]; }
  fn sourceOf(edge: u32) -> u32 { return indices[given.rows + 1u + edge]; }
  fn reverseOf(edge: u32) -> u32 { return indices[given.rows + 1u + given.edges + edge]; }`;

/** WGSL: the head of a row that a workgroup computes, and its place in the features. */
const HEAD = `
  let row = group / given.heads;
  let head = group % given.heads;
  let width = given.heads * given.units;
  let offset = head * given.units;`;

const ATTENTION_LOGITS: GpuProgram = {
  name: 'attentionLogits',
  inputs: { f: 'f32', attnL: 'f32', attnR: 'f32' },
  outputs: ['logits'],
  sizes: ['heads', 'units'],
  threads: LANES,
  code: `
    ${totalOf(LANES)}
    fn run(group: u32, thread: u32) {
      ${HEAD}
      var left = 0.0;
      var right = 0.0;
      for (var k = thread; k < given.units; k += ${LANES}u) {
        let x = f[row * width + offset + k];
        left += x * attnL[offset + k];
        right += x * attnR[offset + k];
      }
      left = total(thread, left);
      right = total(thread, right);
      if (thread == 0u) {
        logits[row * 2u * given.heads + head] = left;
        logits[(row * 2u + 1u) * given.heads + head] = right;
      }
    }`,
};

/** WGSL: the logit of an edge before its LeakyReLU. */
const LOGIT = `
  fn logitSum(edge: u32, row: u32, head: u32) -> f32 {
    return logits[sourceOf(edge) * 2u * given.heads + head]
      + logits[(row * 2u + 1u) * given.heads + head];
  }`;

const ATTEND: GpuProgram = {
  name: 'attend',
  inputs: { f: 'f32', logits: 'f32', bias: 'f32', indices: 'u32' },
  outputs: ['attended', 'weights'],
  sizes: ['rows', 'edges', 'heads', 'units'],
  rates: ['slope'],
  threads: LANES,
  code: `
    ${EDGES}
    ${LOGIT}
    fn leaky(x: f32) -> f32 { return select(given.slope * x, x, x > 0.0); }
    fn run(group: u32, thread: u32) {
      ${HEAD}
      let start = firstEdge(row);
      let end = firstEdge(row + 1u);
      // few edges enter a node, so that every thread may look at all of them
      var highest = leaky(logitSum(start, row, head));
      for (var e = start + 1u; e < end; e++) {
        highest = max(highest, leaky(logitSum(e, row, head)));
      }
      var sum = 0.0;
      for (var e = start; e < end; e++) {
        sum += exp(leaky(logitSum(e, row, head)) - highest);
      }
      for (var e = start + thread; e < end; e += ${LANES}u) {
        weights[e * given.heads + head] = exp(leaky(logitSum(e, row, head)) - highest) / sum;
      }
      for (var k = thread; k < given.units; k += ${LANES}u) {
        var value = 0.0;
        for (var e = start; e < end; e++) {
          let power = exp(leaky(logitSum(e, row, head)) - highest);
          value += power * f[sourceOf(e) * width + offset + k];
        }
        attended[row * width + offset + k] = value / sum + bias[offset + k];
      }
    }`,
};

/**
 * Through the softmax and the LeakyReLU of each row's incoming edges: the gradients of the edges'
 * logits, and behind them those of the rows' logits as destinations.
 */
const ATTEND_BACKWARD: GpuProgram = {
  name: 'attendBackward',
  inputs: { f: 'f32', logits: 'f32', weights: 'f32', dy: 'f32', indices: 'u32' },
  outputs: ['dLogits'],
  sizes: ['rows', 'edges', 'heads', 'units'],
  rates: ['slope'],
  threads: LANES,
  code: `
    ${EDGES}
    ${LOGIT}
    var<workgroup> products: array<f32, ${CHUNK * LANES}>;
    fn run(group: u32, thread: u32) {
      ${HEAD}
      let start = firstEdge(row);
      let end = firstEdge(row + 1u);
      var mean = 0.0; // of the weights' gradients, which softmax's gradient takes off each
      for (var chunk = start; chunk < end; chunk += ${CHUNK}u) {
        let count = min(${CHUNK}u, end - chunk);
        for (var j = 0u; j < count; j++) {
          let source = sourceOf(chunk + j);
          var product = 0.0;
          for (var k = thread; k < given.units; k += ${LANES}u) {
            product += dy[row * width + offset + k] * f[source * width + offset + k];
          }
          products[j * ${LANES}u + thread] = product;
        }
        workgroupBarrier();
        for (var half = ${LANES / 2}u; half > 0u; half = half / 2u) {
          if (thread < half) {
            for (var j = 0u; j < count; j++) {
              products[j * ${LANES}u + thread] += products[j * ${LANES}u + thread + half];
            }
          }
          workgroupBarrier();
        }
        for (var j = 0u; j < count; j++) {
          mean += weights[(chunk + j) * given.heads + head] * products[j * ${LANES}u];
        }
        if (thread < count) {
          dLogits[(chunk + thread) * given.heads + head] = products[thread * ${LANES}u];
        }
        workgroupBarrier();
      }
      // each thread meets the edges again whose numbers it wrote
      var sum = 0.0;
      if (thread < ${CHUNK}u) {
        for (var e = start + thread; e < end; e += ${CHUNK}u) {
          let at = e * given.heads + head;
          let derivative = select(given.slope, 1.0, logitSum(e, row, head) > 0.0);
          let d = derivative * weights[at] * (dLogits[at] - mean);
          dLogits[at] = d;
          sum += d;
        }
        products[thread] = sum;
      }
      workgroupBarrier();
      if (thread == 0u) {
        var all = 0.0;
        for (var j = 0u; j < ${CHUNK}u; j++) { all += products[j]; }
        dLogits[(given.edges + row) * given.heads + head] = all;
      }
    }`,
};

/** Over each row's outgoing edges. */
const FEATURES_BACKWARD: GpuProgram = {
  name: 'featuresBackward',
  inputs: {
    weights: 'f32',
    dLogits: 'f32',
    dy: 'f32',
    attnL: 'f32',
    attnR: 'f32',
    indices: 'u32',
  },
  outputs: ['dF', 'dSource'],
  sizes: ['rows', 'edges', 'heads', 'units'],
  threads: LANES,
  code: `
    ${EDGES}
    fn run(group: u32, thread: u32) {
      ${HEAD}
      let start = firstEdge(row);
      let end = firstEdge(row + 1u);
      var left = 0.0;
      for (var e = start; e < end; e++) { left += dLogits[reverseOf(e) * given.heads + head]; }
      let right = dLogits[(given.edges + row) * given.heads + head];
      for (var k = thread; k < given.units; k += ${LANES}u) {
        var d = left * attnL[offset + k] + right * attnR[offset + k];
        for (var e = start; e < end; e++) {
          // the row at the other end of an edge is where the edge back leads
          d += weights[reverseOf(e) * given.heads + head] * dy[sourceOf(e) * width + offset + k];
        }
        dF[row * width + offset + k] = d;
      }
      if (thread == 0u) { dSource[row * given.heads + head] = left; }
    }`,
};

const VECTORS_BACKWARD: GpuProgram = {
  name: 'attentionVectorsBackward',
  inputs: { f: 'f32', dSource: 'f32', dLogits: 'f32', dy: 'f32' },
  outputs: ['dL', 'dR', 'dBias'],
  sizes: ['rows', 'width', 'edges', 'heads', 'units'],
  threads: THREADS,
  code: `
    ${COLUMN_SUMS}
    fn run(group: u32, thread: u32) {
      ${COLUMN}
      let head = column / given.units;
      var left = 0.0;
      var right = 0.0;
      var plain = 0.0;
      ${forRows(`
        left += dSource[row * given.heads + head] * f[at];
        right += dLogits[(given.edges + row) * given.heads + head] * f[at];
        plain += dy[at];`)}
      left = columnTotal(thread, left);
      right = columnTotal(thread, right);
      plain = columnTotal(thread, plain);
      if (first) {
        dL[column] = left;
        dR[column] = right;
        dBias[column] = plain;
      }
    }`,
};

const AGGREGATE: GpuProgram = {
  name: 'aggregate',
  inputs: { x: 'f32', bias: 'f32', indices: 'u32' },
  outputs: ['y'],
  sizes: ['rows', 'edges', 'width', 'biased'],
  threads: LANES,
  code: `
    ${EDGES}
    fn degree(row: u32) -> f32 { return f32(firstEdge(row + 1u) - firstEdge(row)); }
    fn run(group: u32, thread: u32) {
      let at = group * ${LANES}u + thread;
      if (at >= given.rows * given.width) { return; }
      let row = at / given.width;
      let column = at % given.width;
      var sum = 0.0;
      for (var e = firstEdge(row); e < firstEdge(row + 1u); e++) {
        let source = sourceOf(e);
        sum += x[source * given.width + column] / sqrt(degree(row) * degree(source));
      }
      if (given.biased == 1u) { sum += bias[column]; }
      y[at] = sum;
    }`,
};

export interface GpuAttentionPass {
  /** [R, H U] */
  readonly output: tf.Tensor2D;
  /** [R, 2, H] of each row as source and as destination */
  readonly logits: tf.Tensor;
  /** [edges, H] a(u -> v) */
  readonly weights: tf.Tensor2D;
}

/**
 * @param f     [R, H U]
 * @param attnL [1, H, U] of the source node
 * @param attnR [1, H, U] of the destination node
 * @param bias  [H U]
 */
export function attention(
  kernels: WebGpuKernels,
  f: tf.Tensor2D,
  attnL: tf.Tensor3D,
  attnR: tf.Tensor3D,
  bias: tf.Tensor1D,
  { indices, rows, count }: GpuEdges,
  { heads, units, slope }: AttentionSizes,
): GpuAttentionPass {
  const groups = rows * heads;
  const [logits] = kernels.run(ATTENTION_LOGITS, {
    inputs: [f, attnL, attnR],
    outputs: [[rows, 2, heads]],
    numbers: [heads, units],
    groups,
  });
  const [output, weights] = kernels.run(ATTEND, {
    inputs: [f, logits!, bias, indices],
    outputs: [f.shape, [count, heads]],
    numbers: [rows, count, heads, units, slope],
    groups,
  }) as [tf.Tensor2D, tf.Tensor2D];
  return { output, logits: logits!, weights };
}

/**
 * @param dy [R, H U]
 * @returns  gradients of f [R, H U], attnL and attnR [1, H, U], and bias [H U]
 */
export function attentionBackward(
  kernels: WebGpuKernels,
  f: tf.Tensor2D,
  attnL: tf.Tensor3D,
  attnR: tf.Tensor3D,
  { indices, rows, count }: GpuEdges,
  { logits, weights }: Omit<GpuAttentionPass, 'output'>,
  dy: tf.Tensor2D,
  slope: number,
): [tf.Tensor2D, tf.Tensor3D, tf.Tensor3D, tf.Tensor1D] {
  const [, heads, units] = attnL.shape;
  const width = heads * units;
  const groups = rows * heads;
  const sizes = [rows, count, heads, units];
  const [dLogits] = kernels.run(ATTEND_BACKWARD, {
    inputs: [f, logits, weights, dy, indices],
    outputs: [[count + rows, heads]],
    numbers: [...sizes, slope],
    groups,
  });
  const [dF, dSource] = kernels.run(FEATURES_BACKWARD, {
    inputs: [weights, dLogits!, dy, attnL, attnR, indices],
    outputs: [f.shape, [rows, heads]],
    numbers: sizes,
    groups,
  });
  const [dL, dR, dBias] = kernels.run(VECTORS_BACKWARD, {
    inputs: [f, dSource!, dLogits!, dy],
    outputs: [attnL.shape, attnR.shape, [width]],
    numbers: [rows, width, count, heads, units],
    groups: groupsFor(width, COLUMNS),
  });
  return [dF as tf.Tensor2D, dL as tf.Tensor3D, dR as tf.Tensor3D, dBias as tf.Tensor1D];
}

/**
 * D^-1/2 A D^-1/2 x + bias
 *
 * @param x    [R, F]
 * @param bias [F], or null for none
 * @returns    [R, F]
 */
export function aggregation(
  kernels: WebGpuKernels,
  x: tf.Tensor2D,
  bias: tf.Tensor1D | null,
  { indices, count }: GpuEdges,
): tf.Tensor2D {
  const [rows, width] = x.shape;
  const [y] = kernels.run(AGGREGATE, {
    inputs: [x, bias ?? x, indices],
    outputs: [x.shape],
    numbers: [rows, count, width, bias === null ? 0 : 1],
    groups: groupsFor(x.size, LANES),
  });
  return y as tf.Tensor2D;
}
