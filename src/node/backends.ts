/** The backends of TensorFlow.js in Node: a GPU through Dawn, or WASM on one thread. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '../nn/tf.ts';
import type { BackendInfo } from '../run/outcome.ts';
import { registerWebGpu, requestGpu } from '../worker/web-gpu.ts';

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

const WASM_PACKAGE = '@tensorflow/tfjs-backend-wasm/package.json';

export async function startWasm(): Promise<BackendInfo> {
  tf.env().set('PROD', true);
  const folder = dirname(createRequire(import.meta.url).resolve(WASM_PACKAGE));
  setWasmPaths(`${join(folder, 'dist')}/`);
  if (!(await tf.setBackend('wasm'))) throw new Error('the WASM backend does not start');
  await tf.ready();
  return { backend: 'wasm', adapter: 'WASM with SIMD', threads: 1, reason: 'chosen by you' };
}
