/** The gradients of attention over the edges of trees on the WebGPU backend. */
import type * as tf from '@tensorflow/tfjs-core';
import { type GpuAttentionPass, HEAD, LANES, LOGIT } from './webgpu-attention.ts';
import { COLUMN, COLUMN_SUMS, COLUMNS, forRows, THREADS } from './webgpu-columns.ts';
import { EDGES, type GpuEdges } from './webgpu-edges.ts';
import { type GpuProgram, groupsFor, type WebGpuKernels } from './webgpu-kernels.ts';

/** Edges whose products are summed at once. */
const CHUNK = 8;

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
