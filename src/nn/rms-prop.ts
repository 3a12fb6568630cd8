/**
 * RMSprop as PyTorch computes it, with global-norm clipping and the authors' penalty on the norm of
 * the weights. State is one flat vector; where it lives depends on the backend.
 */
import { tensorsAreHostMemory } from './host-memory.ts';
import type { Optimiser, OptimiserOptions } from './optimiser.ts';
import type { ParameterStore } from './parameters.ts';
import { createDeviceRmsProp } from './rms-prop-device.ts';
import { createHostRmsProp } from './rms-prop-host.ts';

/** An optimiser for parameters as they are now; nothing else may move them while it lives. */
export function createRmsProp(
  store: ParameterStore,
  names: readonly string[],
  options: OptimiserOptions,
): Optimiser {
  return tensorsAreHostMemory()
    ? createHostRmsProp(store, names, options)
    : createDeviceRmsProp(store, names, options);
}
