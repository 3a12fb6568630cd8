/** What a backend did and holds: dispatches of a GPU, bytes. */
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';

export interface Meter {
  readonly backend: string;
  /** Resolves when everything that was asked for is done. */
  settled(): Promise<void>;
  start(): void;
  stop(): { readonly dispatches: number | null; readonly peakBytes: number };
}

export function createMeter(description: string): Meter {
  const backend = tf.backend();
  if (tf.getBackend() === 'webgpu') return gpuMeter(backend as WebGPUBackend, description);
  const bytes = (): number =>
    tf.getBackend() === 'wasm'
      ? (backend as unknown as { readonly wasm: { readonly HEAPU8: Uint8Array } }).wasm.HEAPU8
          .byteLength
      : tf.memory().numBytes;
  return {
    backend: description,
    settled: async () => {},
    start() {},
    // the heap of WASM never shrinks, so its size at the end is its peak
    stop: () => ({ dispatches: null, peakBytes: bytes() }),
  };
}

function gpuMeter(backend: WebGPUBackend, description: string): Meter {
  let dispatches = 0;
  let peakBytes = 0;
  const prototype = GPUComputePassEncoder.prototype;
  const original = prototype.dispatchWorkgroups;
  return {
    backend: description,
    settled: () => backend.queue.onSubmittedWorkDone(),
    start() {
      dispatches = 0;
      peakBytes = 0;
      prototype.dispatchWorkgroups = function (this: GPUComputePassEncoder, ...counts) {
        dispatches++;
        // the pool of buffers is trimmed, so its size at the end is not its peak
        peakBytes = Math.max(peakBytes, backend.bufferManager.numBytesAllocated);
        return original.apply(this, counts);
      };
    },
    stop() {
      prototype.dispatchWorkgroups = original;
      return { dispatches, peakBytes };
    },
  };
}
