/**
 * RMSprop by kernels of our own on WebGPU: parameters and state are flat vectors, which gradients
 * and parameters are copied to and from. All of it is changed where it lies, so
 * that a recorded step finds it again.
 */
import { assert } from '../base/assert.ts';
import { join, spread } from '../kernels/webgpu-join.ts';
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
  const kept = (array: Float32Array): tf.Tensor1D => tf.keep(kernels.uploaded(tf.tensor1d(array)));
  const values = tf.keep(
    join(
      kernels,
      names.map((name) => store.get(name)),
    ),
  ); // [P]
  const squares = kept(state ?? new Float32Array(values.size)); // [P] running mean of squared gradients
  assert(squares.size === values.size, `${squares.size} squares for ${values.size}`);
  const isPenalised = kept(maskOf(store, names, penalised));

  return {
    names,
    penaltyNorm: () =>
      tf.tidy(() => penaltyNorm(kernels, penaltySums(kernels, values, isPenalised))),
    step(gradients, learningRate) {
      tf.tidy(() => {
        const gradient = join(kernels, gradients);
        const rates = { l2, clipNorm, learningRate, ...RMS_PROP };
        rmsPropStep(kernels, values, isPenalised, gradient, squares, rates);
        spread(
          kernels,
          values,
          names.map((name) => store.get(name)),
        );
      });
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
