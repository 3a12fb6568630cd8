/** The backends of TensorFlow.js in Node: a GPU through Dawn, or WASM on one thread. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '../src/nn/tf.ts';
import type { BackendInfo } from '../src/run/outcome.ts';
import { startTestBackend } from '../src/testing/backends.ts';
import { registerWebGpu, requestGpu } from '../src/worker/web-gpu.ts';

/** The caller has made WebGPU global. */
export async function startGpu(): Promise<BackendInfo> {
  tf.env().set('PROD', true);
  const gpu = await requestGpu();
  if (gpu === null) throw new Error('no GPU adapter: is there a driver, and a Vulkan loader?');
  await registerWebGpu(gpu, ({ message }) => {
    throw new Error(message);
  });
  if (!(await tf.setBackend('webgpu'))) throw new Error('the WebGPU backend does not start');
  return { backend: 'webgpu', adapter: gpu.name, threads: 1, reason: 'chosen by you' };
}

export async function startWasm(): Promise<BackendInfo> {
  await startTestBackend('wasm');
  return { backend: 'wasm', adapter: 'WASM with SIMD', threads: 1, reason: 'chosen by you' };
}
