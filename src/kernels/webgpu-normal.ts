/** Gaussians on the WebGPU backend: log-densities, samples and clipped log-stds, one dispatch each. */
import type * as tf from '@tensorflow/tfjs-core';
import { forItem, runItems, THREADS } from './webgpu-items.ts';
import { type GpuProgram, groupsFor, type WebGpuKernels } from './webgpu-kernels.ts';

/** WGSL: x within mean -+ stds std where there is such a bound, which counts as a constant. */
const LIKELY = `
  fn likely(at: u32) -> f32 {
    if (given.bounded == 0u) { return x[at]; }
    let reach = power(logStd[at]) * given.stds;
    return min(max(x[at], mean[at] - reach), mean[at] + reach);
  }
  fn standardised(at: u32) -> f32 { return (likely(at) - mean[at]) * power(-logStd[at]); }`;

const NORMAL: GpuProgram = {
  name: 'normalLogProb',
  inputs: { x: 'f32', mean: 'f32', logStd: 'f32' },
  outputs: ['logProb'],
  sizes: ['count', 'width', 'bounded'],
  rates: ['stds'],
  threads: THREADS,
  code: `
    ${LIKELY}
    ${forItem(`
      var sum = 0.0;
      for (var i = at * given.width; i < (at + 1u) * given.width; i++) {
        let s = standardised(i);
        sum -= ${0.5 * Math.log(2 * Math.PI)} + logStd[i] + 0.5 * s * s;
      }
      logProb[at] = sum;`)}`,
};

const NORMAL_BACKWARD: GpuProgram = {
  name: 'normalLogProbBackward',
  inputs: { x: 'f32', mean: 'f32', logStd: 'f32', dLogProb: 'f32' },
  outputs: ['dX', 'dMean', 'dLogStd'],
  sizes: ['count', 'width', 'bounded'],
  rates: ['stds'],
  threads: THREADS,
  code: `
    ${LIKELY}
    ${forItem(`
      let g = dLogProb[at / given.width];
      let s = standardised(at);
      let slope = g * s * power(-logStd[at]);
      dX[at] = select(-slope, 0.0, given.bounded == 1u);
      dMean[at] = slope;
      dLogStd[at] = g * (s * s - 1.0);`)}`,
};

const SAMPLE: GpuProgram = {
  name: 'sampleGaussian',
  inputs: { mean: 'f32', logStd: 'f32', noise: 'f32' },
  outputs: ['sample'],
  sizes: ['count'],
  threads: THREADS,
  code: forItem('sample[at] = mean[at] + power(logStd[at]) * noise[at];'),
};

const SAMPLE_BACKWARD: GpuProgram = {
  name: 'sampleGaussianBackward',
  inputs: { logStd: 'f32', noise: 'f32', dSample: 'f32' },
  outputs: ['dLogStd'],
  sizes: ['count'],
  threads: THREADS,
  code: forItem('dLogStd[at] = dSample[at] * power(logStd[at]) * noise[at];'),
};

const CLIP: GpuProgram = {
  name: 'clip',
  inputs: { x: 'f32' },
  outputs: ['clipped'],
  sizes: ['count'],
  rates: ['low', 'high'],
  threads: THREADS,
  code: forItem(
    'clipped[at] = select(min(max(x[at], given.low), given.high), x[at], isNaN(x[at]));',
  ),
};

const CLIP_BACKWARD: GpuProgram = {
  name: 'clipBackward',
  inputs: { x: 'f32', dClipped: 'f32' },
  outputs: ['dX'],
  sizes: ['count'],
  rates: ['low', 'high'],
  threads: THREADS,
  code: forItem(`
    let outside = x[at] < given.low || x[at] > given.high;
    dX[at] = select(dClipped[at], 0.0, outside);`),
};

/** x, mean, log std, all of the same shape. */
export type NormalTensors = readonly [tf.Tensor, tf.Tensor, tf.Tensor];

export interface NormalOptions {
  /** Numbers whose log-densities are summed, neighbours in memory. */
  readonly width: number;
  /** x is clipped to mean -+ this many stds, without a gradient; null: it is not. */
  readonly stds: number | null;
}

const numbersOf = ({ width, stds }: NormalOptions): number[] => [
  ...[width, stds === null ? 0 : 1, stds ?? 0],
];

/** @returns of the given shape, log N(x; mean, std) summed over `width` numbers each */
export function normalLogProb(
  kernels: WebGpuKernels,
  tensors: NormalTensors,
  shape: readonly number[],
  options: NormalOptions,
): tf.Tensor {
  const count = tensors[0].size / options.width;
  const [logProb] = kernels.run(NORMAL, {
    inputs: tensors,
    outputs: [shape],
    numbers: [count, ...numbersOf(options)],
    groups: groupsFor(count, THREADS),
  });
  return logProb!;
}

/** @returns gradients of x, mean and log std */
export function normalLogProbBackward(
  kernels: WebGpuKernels,
  tensors: NormalTensors,
  dLogProb: tf.Tensor,
  options: NormalOptions,
): tf.Tensor[] {
  const inputs = [...tensors, dLogProb];
  return runItems(kernels, NORMAL_BACKWARD, inputs, tensors[0], numbersOf(options));
}

/** mean + std noise, of any one shape. */
export function sampleGaussian(
  kernels: WebGpuKernels,
  mean: tf.Tensor,
  logStd: tf.Tensor,
  noise: tf.Tensor,
): tf.Tensor {
  return runItems(kernels, SAMPLE, [mean, logStd, noise], mean)[0]!;
}

/** @returns gradient of the log std; that of the mean is dSample */
export function sampleGaussianBackward(
  kernels: WebGpuKernels,
  logStd: tf.Tensor,
  noise: tf.Tensor,
  dSample: tf.Tensor,
): tf.Tensor {
  return runItems(kernels, SAMPLE_BACKWARD, [logStd, noise, dSample], logStd)[0]!;
}

/** x within two bounds. */
export function clip(kernels: WebGpuKernels, x: tf.Tensor, low: number, high: number): tf.Tensor {
  return runItems(kernels, CLIP, [x], x, [low, high])[0]!;
}

/** @returns gradient of x */
export function clipBackward(
  kernels: WebGpuKernels,
  x: tf.Tensor,
  dClipped: tf.Tensor,
  low: number,
  high: number,
): tf.Tensor {
  return runItems(kernels, CLIP_BACKWARD, [x, dClipped], x, [low, high])[0]!;
}
