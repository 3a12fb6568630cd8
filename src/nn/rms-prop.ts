/**
 * RMSprop as PyTorch computes it, with global-norm clipping and the authors' penalty on the norm of
 * the weights. State is one flat vector; where it lives depends on the backend.
 */
import type { Optimiser, OptimiserOptions } from './optimiser.ts';
import type { ParameterStore } from './parameters.ts';
import { createHostRmsProp, JS_LOOPS, wasmLoops } from './rms-prop-host.ts';
import { createWebGpuRmsProp } from './rms-prop-webgpu.ts';
import { byBackend } from './routine.ts';

/**
 * s = alpha s + (1 - alpha) g², theta -= rate g / (sqrt(s) + eps), as PyTorch's RMSprop, with g the
 * gradient of loss + l2 ||theta||_2, scaled down to a global norm of at most `clipNorm`.
 *
 * For parameters as they are now; nothing else may move them while it lives.
 *
 * As the authors' code: the paper names no optimiser, penalty or clipping.
 *
 * @param names of the parameters to move: any shapes, P values together, unitless
 */
export const createRmsProp = byBackend({
  cpu: (store: ParameterStore, names: readonly string[], options: OptimiserOptions): Optimiser =>
    createHostRmsProp(JS_LOOPS, store, names, options),
  wasm: (kernels, ...given) => createHostRmsProp(wasmLoops(kernels), ...given),
  webgpu: createWebGpuRmsProp,
});
