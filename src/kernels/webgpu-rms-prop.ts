/** RMSprop on the WebGPU backend: three passes over flat vectors of all parameters. */
import type * as tf from '@tensorflow/tfjs-core';
import { type GpuProgram, groupsFor, totalOf, type WebGpuKernels } from './webgpu-kernels.ts';

const THREADS = 256;
/** Sums that the last level adds, one a workgroup. */
const MAX_SUMS = 256;
/** Values of one thread before there is a further workgroup. */
const VALUES_A_THREAD = 4;

/** Sum of a vector of partial sums, in every workgroup. */
const SUM_OF = `
  ${totalOf(THREADS)}
  fn penaltySquare(thread: u32) -> f32 {
    var sum = 0.0;
    for (var i = thread; i < given.sums; i += ${THREADS}u) { sum += penaltySums[i]; }
    return total(thread, sum);
  }
  // the gradient of a norm is the vector over its length
  fn pullOf(square: f32) -> f32 {
    if (given.l2 == 0.0) { return 0.0; }
    return given.l2 / sqrt(square);
  }`;

const PENALTY_SUMS: GpuProgram = {
  name: 'penaltySums',
  inputs: { values: 'f32', penalised: 'f32' },
  outputs: ['sums'],
  sizes: ['size'],
  threads: THREADS,
  code: `
    ${totalOf(THREADS)}
    fn run(group: u32, thread: u32) {
      var sum = 0.0;
      for (var i = group * ${THREADS}u + thread; i < given.size; i += given.groups * ${THREADS}u) {
        let value = values[i] * penalised[i];
        sum += value * value;
      }
      let all = total(thread, sum);
      if (thread == 0u) { sums[group] = all; }
    }`,
};

const PENALTY_NORM: GpuProgram = {
  name: 'penaltyNorm',
  inputs: { penaltySums: 'f32' },
  outputs: ['norm'],
  sizes: ['sums'],
  rates: ['l2'],
  threads: THREADS,
  code: `
    ${SUM_OF}
    fn run(group: u32, thread: u32) {
      let square = penaltySquare(thread);
      if (thread == 0u) { norm[0] = sqrt(square); }
    }`,
};

const GRADIENT_SUMS: GpuProgram = {
  name: 'gradientSums',
  inputs: { values: 'f32', penalised: 'f32', gradient: 'f32', penaltySums: 'f32' },
  outputs: ['gradientSums'],
  sizes: ['size', 'sums'],
  rates: ['l2'],
  threads: THREADS,
  code: `
    ${SUM_OF}
    fn run(group: u32, thread: u32) {
      let pull = pullOf(penaltySquare(thread));
      var sum = 0.0;
      for (var i = group * ${THREADS}u + thread; i < given.size; i += given.groups * ${THREADS}u) {
        let g = gradient[i] + pull * penalised[i] * values[i];
        sum += g * g;
      }
      let all = total(thread, sum);
      if (thread == 0u) { gradientSums[group] = all; }
    }`,
};

const RMS_PROP_STEP: GpuProgram = {
  name: 'rmsProp',
  inputs: { penalised: 'f32', gradient: 'f32', penaltySums: 'f32', gradientSums: 'f32' },
  updates: ['values', 'squares'],
  outputs: [],
  sizes: ['size', 'sums'],
  rates: ['l2', 'clipNorm', 'learningRate', 'alpha', 'epsilon'],
  threads: THREADS,
  code: `
    ${SUM_OF}
    fn run(group: u32, thread: u32) {
      let pull = pullOf(penaltySquare(thread));
      var part = 0.0;
      for (var i = thread; i < given.sums; i += ${THREADS}u) { part += gradientSums[i]; }
      let norm = sqrt(total(thread, part));
      var scale = 1.0;
      if (isNaN(norm) || norm > given.clipNorm) { scale = given.clipNorm / norm; }
      for (var i = group * ${THREADS}u + thread; i < given.size; i += given.groups * ${THREADS}u) {
        let g = scale * (gradient[i] + pull * penalised[i] * values[i]);
        let square = given.alpha * squares[i] + (1.0 - given.alpha) * g * g;
        squares[i] = square;
        values[i] = values[i] - given.learningRate * g / (sqrt(square) + given.epsilon);
      }
    }`,
};

const groupsOf = (size: number): number =>
  Math.min(MAX_SUMS, groupsFor(size, THREADS * VALUES_A_THREAD));

/**
 * Partial sums of the squares of penalised values.
 *
 * @param values    [P]
 * @param penalised [P] 1 or 0
 * @returns         [sums]
 */
export function penaltySums(
  kernels: WebGpuKernels,
  values: tf.Tensor1D,
  penalised: tf.Tensor1D,
): tf.Tensor1D {
  const groups = groupsOf(values.size);
  const [sums] = kernels.run(PENALTY_SUMS, {
    inputs: [values, penalised],
    outputs: [[groups]],
    numbers: [values.size],
    groups,
  });
  return sums as tf.Tensor1D;
}

/**
 * @param sums [sums] of {@link penaltySums}
 * @returns    scalar, the root of their sum
 */
export function penaltyNorm(kernels: WebGpuKernels, sums: tf.Tensor1D): tf.Scalar {
  const call = { inputs: [sums], outputs: [[]], numbers: [sums.size, 0], groups: 1 };
  return kernels.run(PENALTY_NORM, call)[0] as tf.Scalar;
}

export interface GpuRmsPropRates {
  readonly l2: number;
  readonly clipNorm: number;
  readonly learningRate: number;
  readonly alpha: number;
  readonly epsilon: number;
}

/**
 * Moves values and squares where they lie.
 *
 * @param values    [P]
 * @param penalised [P] 1 or 0
 * @param gradient  [P] without the penalty's
 * @param squares   [P] running mean of squared gradients
 */
export function rmsPropStep(
  kernels: WebGpuKernels,
  values: tf.Tensor1D,
  penalised: tf.Tensor1D,
  gradient: tf.Tensor1D,
  squares: tf.Tensor1D,
  { l2, clipNorm, learningRate, alpha, epsilon }: GpuRmsPropRates,
): void {
  const { size } = values;
  const groups = groupsOf(size);
  const ofPenalty = penaltySums(kernels, values, penalised);
  const [ofGradient] = kernels.run(GRADIENT_SUMS, {
    inputs: [values, penalised, gradient, ofPenalty],
    outputs: [[groups]],
    numbers: [size, groups, l2],
    groups,
  });
  kernels.run(RMS_PROP_STEP, {
    inputs: [penalised, gradient, ofPenalty, ofGradient!],
    updates: [values, squares],
    outputs: [],
    numbers: [size, groups, l2, clipNorm, learningRate, alpha, epsilon],
    groups: Math.min(65535, groupsFor(size, THREADS * VALUES_A_THREAD)),
  });
}
