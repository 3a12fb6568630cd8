/**
 * Which TensorFlow.js backend the worker computes on, and why.
 *
 * `auto` takes WebGPU when the adapter is real hardware, until steps on both tell the faster one
 * (run/auto-backend.ts); a software adapter (SwiftShader) is correct but many times slower than WASM
 * with SIMD, so it is taken only when asked for by name.
 */
import '@tensorflow/tfjs-backend-cpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import wasmUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import wasmSimdUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import wasmThreadedUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import { wasmKernels } from '../kernels/wasm-kernels.ts';
import type { BackendInfo } from '../run/outcome.ts';
import type { BackendPreference } from '../run/settings.ts';
import type { DeviceTrouble } from './device.ts';
import { registerThreadedWasm } from './wasm-threads.ts';
import { registerWebGpu, requestGpu } from './web-gpu.ts';

const MAX_THREADS = 8;

/** Started once; the backend then stays registered. */
let wasmThreads: Promise<number> | null = null;

async function registerWasm(): Promise<number> {
  const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
  const threads = Math.min(navigator.hardwareConcurrency || 1, MAX_THREADS);
  if (simd && globalThis.crossOriginIsolated === true && threads > 1) {
    await registerThreadedWasm(threads);
    return threads;
  }
  // The package looks for threads by itself and would start them its own way.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  setWasmPaths({
    'tfjs-backend-wasm.wasm': wasmUrl,
    'tfjs-backend-wasm-simd.wasm': wasmSimdUrl,
    // Not loaded, but the package wants to know all three.
    'tfjs-backend-wasm-threaded-simd.wasm': wasmThreadedUrl,
  });
  return 1;
}

async function takeWasm(reason: string): Promise<BackendInfo> {
  wasmThreads ??= registerWasm();
  const threads = await wasmThreads;
  if (await tf.setBackend('wasm')) {
    await wasmKernels()?.startThreads(threads - 1);
    const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
    const isolated = globalThis.crossOriginIsolated === true;
    return {
      backend: 'wasm',
      adapter: simd ? 'WASM with SIMD' : 'WASM without SIMD',
      threads,
      reason: isolated
        ? reason
        : `${reason}; one thread, because the page is not cross-origin isolated (COOP and COEP headers)`,
    };
  }
  await tf.setBackend('cpu');
  return {
    backend: 'cpu',
    adapter: 'plain JavaScript',
    threads: 1,
    reason: 'neither WebGPU nor WebAssembly could be started; expect it to be slow',
  };
}

/**
 * Starts the backend and makes it the current one.
 * @param onTrouble called for GPU errors that no operation throws
 */
export async function startBackend(
  preference: BackendPreference,
  onTrouble: (trouble: DeviceTrouble) => void,
): Promise<BackendInfo> {
  if (preference === 'wasm') return takeWasm('chosen by you');
  const gpu = await requestGpu();
  if (gpu === null) return takeWasm('this browser offers no WebGPU adapter');
  if (preference === 'auto' && gpu.software) {
    return takeWasm(`the WebGPU adapter (${gpu.name}) is software, slower than WASM`);
  }
  try {
    await registerWebGpu(gpu, onTrouble);
  } catch (cause) {
    return takeWasm(`no WebGPU device could be had (${String(cause)})`);
  }
  if (!(await tf.setBackend('webgpu'))) return takeWasm('WebGPU could not be started');
  return {
    backend: 'webgpu',
    adapter: gpu.software ? `${gpu.name} (software)` : gpu.name,
    threads: 1,
    reason: preference === 'auto' ? 'a hardware WebGPU adapter is present' : 'chosen by you',
  };
}

/** Resolves once the backend in use has done what it was asked for. */
export async function settled(): Promise<void> {
  if (tf.getBackend() !== 'webgpu') return;
  const gpu = tf.backend() as WebGPUBackend;
  gpu.submitQueue();
  await gpu.queue.onSubmittedWorkDone();
}
