/** Log-probabilities of discrete targets on the WebGPU backend, one dispatch each way. */
import type * as tf from '@tensorflow/tfjs-core';
import { forItem, runItems, THREADS } from './webgpu-items.ts';
import { type GpuProgram, totalOf, type WebGpuKernels } from './webgpu-kernels.ts';

const UPPER_BERNOULLI: GpuProgram = {
  name: 'upperBernoulli',
  inputs: { logits: 'f32', targets: 'f32' },
  outputs: ['logProb'],
  sizes: ['nodes'],
  threads: THREADS,
  code: `
    ${totalOf(THREADS)}
    fn run(group: u32, thread: u32) {
      let cells = given.nodes * given.nodes;
      var sum = 0.0;
      for (var i = thread; i < cells; i += ${THREADS}u) {
        if (i / given.nodes < i % given.nodes) {
          // log p(1) = log sigmoid(l), log p(0) = log sigmoid(-l)
          let l = logits[group * cells + i] * (2.0 * targets[group * cells + i] - 1.0);
          sum += logSigmoid(l);
        }
      }
      let all = total(thread, sum);
      if (thread == 0u) { logProb[group] = all; }
    }`,
};

const UPPER_BERNOULLI_BACKWARD: GpuProgram = {
  name: 'upperBernoulliBackward',
  inputs: { logits: 'f32', targets: 'f32', dLogProb: 'f32' },
  outputs: ['dLogits'],
  sizes: ['count', 'nodes'],
  threads: THREADS,
  code: forItem(`
    let cells = given.nodes * given.nodes;
    let i = at % cells;
    let sign = 2.0 * targets[at] - 1.0;
    let d = sign * dLogProb[at / cells] * sigmoid(-sign * logits[at]);
    dLogits[at] = select(0.0, d, i / given.nodes < i % given.nodes);`),
};

const CATEGORICAL: GpuProgram = {
  name: 'categorical',
  inputs: { logits: 'f32', oneHot: 'f32' },
  outputs: ['logProb', 'probabilities'],
  sizes: ['classes'],
  threads: THREADS,
  code: `
    ${totalOf(THREADS)}
    fn highest(thread: u32, value: f32) -> f32 {
      partial[thread] = value;
      workgroupBarrier();
      for (var half = ${THREADS / 2}u; half > 0u; half = half / 2u) {
        if (thread < half) { partial[thread] = max(partial[thread], partial[thread + half]); }
        workgroupBarrier();
      }
      let all = partial[0];
      workgroupBarrier();
      return all;
    }
    fn run(group: u32, thread: u32) {
      let start = group * given.classes;
      var most = logits[start];
      for (var c = thread; c < given.classes; c += ${THREADS}u) { most = max(most, logits[start + c]); }
      most = highest(thread, most);
      var sum = 0.0;
      var picked = 0.0;
      for (var c = thread; c < given.classes; c += ${THREADS}u) {
        let shifted = logits[start + c] - most;
        sum += power(shifted);
        picked += shifted * oneHot[start + c];
      }
      sum = total(thread, sum);
      picked = total(thread, picked);
      for (var c = thread; c < given.classes; c += ${THREADS}u) {
        probabilities[start + c] = power(logits[start + c] - most) / sum;
      }
      if (thread == 0u) { logProb[group] = picked - log(sum); }
    }`,
};

const CATEGORICAL_BACKWARD: GpuProgram = {
  name: 'categoricalBackward',
  inputs: { probabilities: 'f32', oneHot: 'f32', dLogProb: 'f32' },
  outputs: ['dLogits'],
  sizes: ['count', 'classes'],
  threads: THREADS,
  code: forItem('dLogits[at] = (oneHot[at] - probabilities[at]) * dLogProb[at / given.classes];'),
};

/**
 * @param logits  [B, N, N]
 * @param targets [B, N, N] 0 or 1
 * @returns       [B] sum over i < j
 */
export function upperBernoulli(
  kernels: WebGpuKernels,
  logits: tf.Tensor3D,
  targets: tf.Tensor3D,
): tf.Tensor1D {
  const [groups, nodes] = logits.shape;
  const call = { inputs: [logits, targets], outputs: [[groups]], numbers: [nodes], groups };
  return kernels.run(UPPER_BERNOULLI, call)[0] as tf.Tensor1D;
}

/** @returns gradient of the logits [B, N, N] */
export function upperBernoulliBackward(
  kernels: WebGpuKernels,
  logits: tf.Tensor3D,
  targets: tf.Tensor3D,
  dLogProb: tf.Tensor1D,
): tf.Tensor {
  const inputs = [logits, targets, dLogProb];
  return runItems(kernels, UPPER_BERNOULLI_BACKWARD, inputs, logits, [logits.shape[1]])[0]!;
}

/**
 * @param logits [R, C]
 * @param oneHot [R, C]
 * @returns      log-probabilities of the targets [R], and of every class its probability [R, C]
 */
export function categorical(
  kernels: WebGpuKernels,
  logits: tf.Tensor2D,
  oneHot: tf.Tensor2D,
): { logProb: tf.Tensor1D; probabilities: tf.Tensor2D } {
  const [groups, classes] = logits.shape;
  const [logProb, probabilities] = kernels.run(CATEGORICAL, {
    inputs: [logits, oneHot],
    outputs: [[groups], logits.shape],
    numbers: [classes],
    groups,
  });
  return { logProb: logProb as tf.Tensor1D, probabilities: probabilities as tf.Tensor2D };
}

/** @returns gradient of the logits [R, C] */
export function categoricalBackward(
  kernels: WebGpuKernels,
  probabilities: tf.Tensor2D,
  oneHot: tf.Tensor2D,
  dLogProb: tf.Tensor1D,
): tf.Tensor {
  const inputs = [probabilities, oneHot, dLogProb];
  const classes = probabilities.shape[1];
  return runItems(kernels, CATEGORICAL_BACKWARD, inputs, probabilities, [classes])[0]!;
}
