/**
 * BatchNorm over rows (Ioffe & Szegedy 2015), followed by LeakyReLU: the two come together
 * everywhere in the model. Features are unitless.
 *
 * As the authors' code: BatchNorm, eps 1e-6, momentum 0.1 and slope 0.01; the paper names none.
 */
import * as normKernels from '../kernels/norm-kernels.ts';
import type { WasmKernels } from '../kernels/wasm-kernels.ts';
import type { WebGpuKernels } from '../kernels/webgpu-kernels.ts';
import * as webgpuNorm from '../kernels/webgpu-norm.ts';
import { ones, zeros } from './initialisers.ts';
import { type RowShares, unbiasedFactor } from './node-graph.ts';
import type { ParameterSpec, Parameters } from './parameters.ts';
import { sumRows } from './products.ts';
import { byBackend } from './routine.ts';
import * as tf from './tf.ts';
import { withGradient } from './with-gradient.ts';

/** `train` normalises with the statistics of the batch and moves the running ones. */
export type Mode = 'train' | 'eval';

export const EPSILON = 1e-6;
const MOMENTUM = 0.1;
/** Slope of every LeakyReLU outside of attention. */
export const LEAKY_SLOPE = 0.01;

/**
 * gamma = 1, beta = 0 and running statistics of N(0, 1) to start with: [F] each.
 *
 * @param width F
 */
export function batchNormSpecs(name: string, width: number): ParameterSpec[] {
  const shape = [width];
  return [
    { name: `${name}.weight`, shape, initialise: ones },
    { name: `${name}.bias`, shape, initialise: zeros },
    { name: `${name}.running_mean`, shape, initialise: zeros, buffer: true },
    { name: `${name}.running_var`, shape, initialise: ones, buffer: true },
  ];
}

/**
 * LeakyReLU(gamma (x - mean) / sqrt(var + eps) + beta), Ioffe & Szegedy 2015, algorithm 1.
 *
 * @param x      [R, F]
 * @param shares [R] weight of each row in the batch statistics; a row may stand for several equal
 *               ones
 * @param slope  of the LeakyReLU; 1 for none
 * @returns      [R, F]
 */
export function batchNormLeakyRelu(
  parameters: Parameters,
  name: string,
  x: tf.Tensor2D,
  shares: RowShares,
  mode: Mode,
  slope: number = LEAKY_SLOPE,
): tf.Tensor2D {
  const norm = mode === 'train' ? normByBatch : normByRunning;
  return norm({ parameters, name, shares, slope }, x);
}

/** All arguments but the rows, and the default filled in. */
interface Norm {
  readonly parameters: Parameters;
  readonly name: string;
  readonly shares: RowShares;
  readonly slope: number;
}

/** In train mode: [R, F] to [R, F]. */
const normByBatch = byBackend({ cpu: cpuByBatch, wasm: wasmByBatch, webgpu: webgpuByBatch });

/** In eval mode: [R, F] to [R, F]. */
const normByRunning = byBackend({
  cpu: ({ parameters, name, slope }: Norm, x: tf.Tensor2D) => {
    const { scale, shift } = evalAffine(parameters, name);
    return leaky(tf.add(tf.mul(x, scale), shift) as tf.Tensor2D, slope);
  },
  wasm: 'as cpu',
  webgpu: (kernels, { parameters, name, slope }, x) =>
    withGradient<tf.Tensor2D>([x], () => ({
      value: webgpuNorm.normByRunning(kernels, x, columnsOf(parameters, name), {
        epsilon: EPSILON,
        slope,
      }),
      gradient: () => {
        throw new Error('eval mode is not differentiated');
      },
    })),
});

function cpuByBatch({ parameters, name, shares, slope }: Norm, x: tf.Tensor2D): tf.Tensor2D {
  const gamma = parameters.get<tf.Tensor1D>(`${name}.weight`);
  const beta = parameters.get<tf.Tensor1D>(`${name}.bias`);
  return withGradient([x, gamma, beta], (save) => {
    const mean: tf.Tensor2D = tf.matMul(shares.row, x); // [1, F]
    const centred: tf.Tensor2D = tf.sub(x, mean);
    const variance = tf.matMul<tf.Tensor2D>(shares.row, tf.square(centred)); // biased
    moveRunningStatistics(parameters, name, mean, variance, shares.count);
    const inverseStd = tf.rsqrt(tf.add(variance, EPSILON)) as tf.Tensor2D;
    const standardised = tf.mul(centred, inverseStd) as tf.Tensor2D;
    const value = leaky(tf.add(tf.mul(standardised, gamma), beta) as tf.Tensor2D, slope);
    save([standardised, inverseStd, value, gamma, shares.column]);
    return {
      value,
      gradient: (dy, saved) => {
        const [xHat, invStd, y, g, share] = saved as [
          tf.Tensor2D,
          tf.Tensor2D,
          tf.Tensor2D,
          tf.Tensor1D,
          tf.Tensor2D,
        ];
        // y has the sign of what went into the LeakyReLU
        const dNormalised = (
          slope === 1 ? tf.clone(dy) : tf.mul(dy, tf.step(y, slope))
        ) as tf.Tensor2D;
        const dBeta = sumRows(dNormalised);
        const dGamma = sumRows(tf.mul(dNormalised, xHat));
        // each row moves mean and variance by its share
        const drift = tf.mul(share, tf.add(dBeta, tf.mul(xHat, dGamma)));
        const dX = tf.mul(tf.sub(dNormalised, drift), tf.mul(invStd, g));
        return [dX, tf.reshape(dGamma, [-1]), tf.reshape(dBeta, [-1])];
      },
    };
  });
}

/** How a batch of so many rows, those that a row stands for counted, moves the running statistics. */
export const runningOptions = (
  count: number,
): { epsilon: number; momentum: number; unbiased: number } => ({
  epsilon: EPSILON,
  momentum: MOMENTUM,
  unbiased: unbiasedFactor(count),
});

function wasmByBatch(kernels: WasmKernels, norm: Norm, x: tf.Tensor2D): tf.Tensor2D {
  const { parameters, name, shares, slope } = norm;
  const get = (part: string): tf.Tensor1D => parameters.get<tf.Tensor1D>(`${name}.${part}`);
  const [gamma, beta] = [get('weight'), get('bias')];
  return withGradient([x, gamma, beta], (save) => {
    const input = { x, shares: shares.column, gamma, beta };
    const { epsilon, ...moving } = runningOptions(shares.count);
    const running = { mean: get('running_mean'), variance: get('running_var'), ...moving };
    const { y, mean, inverseStd, moved } = normKernels.batchNorm(kernels, input, running, {
      epsilon,
      slope,
    });
    parameters.replace(`${name}.running_mean`, moved.mean);
    parameters.replace(`${name}.running_var`, moved.variance);
    save([x, shares.column, gamma, y, mean, inverseStd]);
    return {
      value: y,
      gradient: (dy, saved) => {
        const [x0, column, g, y0, m, s] = saved as [
          tf.Tensor2D,
          tf.Tensor2D,
          tf.Tensor1D,
          tf.Tensor2D,
          tf.Tensor1D,
          tf.Tensor1D,
        ];
        const of = { x: x0, shares: column, gamma: g };
        const pass = { y: y0, mean: m, inverseStd: s };
        return normKernels.batchNormBackward(kernels, of, pass, dy, slope);
      },
    };
  });
}

const columnsOf = (parameters: Parameters, name: string): webgpuNorm.NormColumns => ({
  gamma: parameters.get(`${name}.weight`),
  beta: parameters.get(`${name}.bias`),
  mean: parameters.get(`${name}.running_mean`),
  variance: parameters.get(`${name}.running_var`),
});

function webgpuByBatch(
  kernels: WebGpuKernels,
  { parameters, name, shares: { beside }, slope }: Norm,
  x: tf.Tensor2D,
): tf.Tensor2D {
  const columns = columnsOf(parameters, name);
  return withGradient([x, columns.gamma, columns.beta], (save) => {
    const rates = { epsilon: EPSILON, slope, momentum: MOMENTUM };
    const pass = webgpuNorm.batchNorm(kernels, x, beside!, columns, rates);
    save([x, beside!, pass.y, pass.statistics]);
    return {
      value: pass.y,
      gradient: (dy, saved) => {
        const [x0, shares, y, statistics] = saved as [
          tf.Tensor2D,
          tf.Tensor1D,
          tf.Tensor2D,
          tf.Tensor2D,
        ];
        return webgpuNorm.batchNormBackward(kernels, x0, shares, { y, statistics }, dy, slope);
      },
    };
  });
}

/**
 * BatchNorm by its running statistics as x scale + shift, Ioffe & Szegedy 2015, algorithm 2.
 *
 * @returns [F] each
 */
export function evalAffine(
  parameters: Parameters,
  name: string,
): { scale: tf.Tensor1D; shift: tf.Tensor1D } {
  const mean = parameters.get<tf.Tensor1D>(`${name}.running_mean`);
  const variance = parameters.get<tf.Tensor1D>(`${name}.running_var`);
  const gamma = parameters.get<tf.Tensor1D>(`${name}.weight`);
  const beta = parameters.get<tf.Tensor1D>(`${name}.bias`);
  const scale: tf.Tensor1D = tf.mul(gamma, tf.rsqrt(tf.add(variance, EPSILON)));
  return { scale, shift: tf.sub(beta, tf.mul(mean, scale)) };
}

const leaky = (x: tf.Tensor2D, slope: number): tf.Tensor2D =>
  slope === 1 ? x : tf.leakyRelu(x, slope);

/** running += momentum (batch - running), with the unbiased variance. */
function moveRunningStatistics(
  parameters: Parameters,
  name: string,
  mean: tf.Tensor,
  variance: tf.Tensor,
  count: number,
): void {
  const move = (buffer: string, observed: tf.Tensor): void => {
    const running = parameters.get(buffer);
    const moved = tf.add(
      tf.mul(running, 1 - MOMENTUM),
      tf.mul(tf.reshape(observed, running.shape), MOMENTUM),
    );
    parameters.replace(buffer, moved);
  };
  move(`${name}.running_mean`, mean);
  move(`${name}.running_var`, tf.mul(variance, unbiasedFactor(count)));
}
