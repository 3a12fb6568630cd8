/**
 * RMSprop as PyTorch computes it, with global-norm clipping and the authors' penalty on the norm of
 * the weights. State is one flat vector; where it lives depends on the backend.
 */
import { webgpuKernels } from '../kernels/webgpu-kernels.ts';
import { tensorsAreHostMemory } from './host-memory.ts';
import type { Optimiser, OptimiserOptions } from './optimiser.ts';
import type { ParameterStore } from './parameters.ts';
import { createDeviceRmsProp } from './rms-prop-device.ts';
import { createHostRmsProp } from './rms-prop-host.ts';
import { createWebGpuRmsProp } from './rms-prop-webgpu.ts';

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
export function createRmsProp(
  store: ParameterStore,
  names: readonly string[],
  options: OptimiserOptions,
): Optimiser {
  const kernels = webgpuKernels();
  if (kernels !== null) return createWebGpuRmsProp(kernels, store, names, options);
  return tensorsAreHostMemory()
    ? createHostRmsProp(store, names, options)
    : createDeviceRmsProp(store, names, options);
}
