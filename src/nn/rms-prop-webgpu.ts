/**
 * RMSprop by kernels of our own on WebGPU: parameters and state are flat vectors, which gradients
 * and parameters are copied to and from without a dispatch.
 */
import { assert } from '../base/assert.ts';
import type { WebGpuKernels } from '../kernels/webgpu-kernels.ts';
import { penaltyNorm, penaltySums, rmsPropStep } from '../kernels/webgpu-rms-prop.ts';
import { type Optimiser, type OptimiserOptions, RMS_PROP } from './optimiser.ts';
import type { ParameterStore } from './parameters.ts';
import * as tf from './tf.ts';

/**
 * The step of `createRmsProp`: one flat [P] vector for all parameters.
 *
 * @param names of the parameters to move: any shapes, P values together, unitless
 */
export function createWebGpuRmsProp(
  kernels: WebGpuKernels,
  store: ParameterStore,
  names: readonly string[],
  { clipNorm, l2, penalised, state }: OptimiserOptions,
): Optimiser {
  const shapes = names.map((name) => store.get(name).shape);
  let values = tf.keep(kernels.join(names.map((name) => store.get(name)))); // [P]
  let squares = tf.keep(tf.tensor1d(state ?? new Float32Array(values.size))); // [P] running mean of squared gradients
  assert(squares.size === values.size, `${squares.size} squares for ${values.size}`);
  const isPenalised = tf.keep(tf.tensor1d(maskOf(store, names, penalised)));

  return {
    names,
    penaltyNorm: () =>
      tf.tidy(() => penaltyNorm(kernels, penaltySums(kernels, values, isPenalised))),
    step(gradients, learningRate) {
      const [nextValues, nextSquares] = tf.tidy(() => {
        const gradient = kernels.join(gradients);
        const rates = { l2, clipNorm, learningRate, ...RMS_PROP };
        const moved = rmsPropStep(kernels, values, isPenalised, gradient, squares, rates);
        kernels.part(moved[0], shapes).forEach((tensor, i) => {
          store.replace(names[i]!, tensor);
        });
        return moved;
      });
      tf.dispose([values, squares]);
      values = tf.keep(nextValues);
      squares = tf.keep(nextSquares);
    },
    state: () => squares.data<'float32'>(),
    dispose() {
      tf.dispose([values, squares, isPenalised]);
    },
  };
}

/** [P] 1 where the parameter is penalised */
function maskOf(
  store: ParameterStore,
  names: readonly string[],
  penalised: ReadonlySet<string>,
): Float32Array {
  const sizes = names.map((name) => store.get(name).size);
  const mask = new Float32Array(sizes.reduce((total, size) => total + size, 0));
  let end = 0;
  names.forEach((name, i) => {
    const start = end;
    end += sizes[i]!;
    if (penalised.has(name)) mask.fill(1, start, end);
  });
  return mask;
}
