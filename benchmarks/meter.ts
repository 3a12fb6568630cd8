/** What a backend did and holds: what a GPU was asked for, bytes. */
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';

/** What a GPU was asked for. */
export interface GpuCounts {
  readonly dispatches: number;
  readonly passes: number;
  readonly copies: number;
  /** Arrays written to buffers. */
  readonly writes: number;
  readonly submissions: number;
  readonly newBuffers: number;
  readonly newBindGroups: number;
}

export interface Meter {
  readonly backend: string;
  /** Resolves when everything that was asked for is done. */
  settled(): Promise<void>;
  /** Counts from now on, which takes time; null where there is no GPU. */
  count(): { stop(): GpuCounts } | null;
  /** Most bytes that the backend held whenever it was asked or settled. */
  peakBytes(): number;
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
    count: () => null,
    // the heap of WASM never shrinks, so its size at the end is its peak
    peakBytes: bytes,
  };
}

function gpuMeter(backend: WebGPUBackend, description: string): Meter {
  let most = 0;
  const peakBytes = (): number => {
    most = Math.max(most, backend.bufferManager.numBytesAllocated);
    return most;
  };
  return {
    backend: description,
    async settled() {
      peakBytes();
      await backend.queue.onSubmittedWorkDone();
    },
    count: countGpu,
    peakBytes,
  };
}

type Method = (this: unknown, ...given: never[]) => unknown;

/** Counts from now on. */
export function countGpu(): { stop(): GpuCounts } {
  const counts = {
    ...{ dispatches: 0, passes: 0, copies: 0, writes: 0 },
    ...{ submissions: 0, newBuffers: 0, newBindGroups: 0 },
  };
  const undo: (() => void)[] = [];
  const watch = (prototype: object, method: string, called: () => void): void => {
    const methods = prototype as Record<string, Method>;
    const original = methods[method]!;
    methods[method] = function (this: unknown, ...given) {
      called();
      return original.apply(this, given);
    };
    undo.push(() => {
      methods[method] = original;
    });
  };
  watch(GPUComputePassEncoder.prototype, 'dispatchWorkgroups', () => counts.dispatches++);
  watch(GPUCommandEncoder.prototype, 'beginComputePass', () => counts.passes++);
  watch(GPUCommandEncoder.prototype, 'copyBufferToBuffer', () => counts.copies++);
  watch(GPUDevice.prototype, 'createBuffer', () => counts.newBuffers++);
  watch(GPUDevice.prototype, 'createBindGroup', () => counts.newBindGroups++);
  watch(GPUQueue.prototype, 'writeBuffer', () => counts.writes++);
  watch(GPUQueue.prototype, 'submit', () => counts.submissions++);
  return {
    stop() {
      for (const restore of undo.splice(0)) restore();
      return counts;
    },
  };
}
