/**
 * One operation, three implementations: here, and nowhere else in this room, is it asked which
 * backend runs.
 */
import { type WasmKernels, wasmKernels } from '../kernels/wasm-kernels.ts';
import { type WebGpuKernels, webgpuKernels } from '../kernels/webgpu-kernels.ts';

/**
 * An operation per backend, over the same arguments. `as cpu`: the implementation of the cpu column
 * serves this backend too.
 */
export interface Routine<Args extends unknown[], Result> {
  /**
   * The reference: loops over values that JavaScript reads at once, or TensorFlow.js's operations.
   * Runs on every backend but WebGPU, so also where WASM has no SIMD and hence no kernels.
   */
  readonly cpu: (...args: Args) => Result;
  readonly wasm: ((kernels: WasmKernels, ...args: Args) => Result) | 'as cpu';
  readonly webgpu: ((kernels: WebGpuKernels, ...args: Args) => Result) | 'as cpu';
}

/**
 * The operation that a table declares. Each call asks once for the backend in use; what a gradient
 * written by hand calls later belongs to that implementation.
 */
export function byBackend<Args extends unknown[], Result>(
  routine: Routine<Args, Result>,
): (...args: Args) => Result {
  const { cpu } = routine;
  const wasm = routine.wasm === 'as cpu' ? null : routine.wasm;
  const webgpu = routine.webgpu === 'as cpu' ? null : routine.webgpu;
  return (...args) => {
    if (webgpu !== null) {
      const kernels = webgpuKernels();
      if (kernels !== null) return webgpu(kernels, ...args);
    }
    if (wasm !== null) {
      const kernels = wasmKernels();
      if (kernels !== null) return wasm(kernels, ...args);
    }
    return cpu(...args);
  };
}
