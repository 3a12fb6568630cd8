/** Attention over the edges of trees on the WebGPU backend, forward. */
import type * as tf from '@tensorflow/tfjs-core';
import { EDGES, type GpuEdges } from './webgpu-edges.ts';
import { type GpuProgram, totalOf, type WebGpuKernels } from './webgpu-kernels.ts';

export interface AttentionSizes {
  readonly heads: number;
  readonly units: number;
  /** Of the LeakyReLU on the logits. */
  readonly slope: number;
}

/** Threads that share the features of one head of one row. */
export const LANES = 64;

/** WGSL: the head of a row that a workgroup computes, and its place in the features. */
export const HEAD = `
  let row = group / given.heads;
  let head = group % given.heads;
  let width = given.heads * given.units;
  let offset = head * given.units;`;

/** WGSL: the logit of an edge before its LeakyReLU. */
export const LOGIT = `
  fn logitSum(edge: u32, row: u32, head: u32) -> f32 {
    return logits[sourceOf(edge) * 2u * given.heads + head]
      + logits[(row * 2u + 1u) * given.heads + head];
  }`;

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
        sum += power(leaky(logitSum(e, row, head)) - highest);
      }
      for (var e = start + thread; e < end; e += ${LANES}u) {
        weights[e * given.heads + head] = power(leaky(logitSum(e, row, head)) - highest) / sum;
      }
      for (var k = thread; k < given.units; k += ${LANES}u) {
        var value = 0.0;
        for (var e = start; e < end; e++) {
          let power = power(leaky(logitSum(e, row, head)) - highest);
          value += power * f[sourceOf(e) * width + offset + k];
        }
        attended[row * width + offset + k] = value / sum + bias[offset + k];
      }
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
