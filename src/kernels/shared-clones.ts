/**
 * Clones on TensorFlow.js's WASM backend that share the values of their original, as those of its
 * WebGPU backend do. The stock ones copy every value, and a training step clones each tensor that a
 * gradient is computed from: hundreds, up to those of all node rows.
 *
 * Nobody may notice, since no kernel writes to a tensor that it did not make.
 */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

let shared = false;

/** The stock kernels of the WASM backend have to be registered. */
export function shareClones(): void {
  if (shared) return;
  shared = true;
  for (const kernelName of [tf.Identity, tf.Cast]) {
    const stock = tf.getKernel(kernelName, 'wasm').kernelFunc;
    const kernelFunc: tf.KernelFunc = (call) => {
      const x = call.inputs.x!;
      const isCopy = call.attrs?.dtype === undefined || call.attrs.dtype === x.dtype;
      if (!isCopy || x.dtype === 'string') return stock(call);
      (call.backend as BackendWasm).incRef(x.dataId);
      return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
    };
    tf.unregisterKernel(kernelName, 'wasm');
    tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc });
  }
}
