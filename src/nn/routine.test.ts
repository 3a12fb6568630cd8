/** Which implementation of an operation runs on which backend. */
import { expect, test } from 'vitest';
import { WasmKernels } from '../kernels/wasm-kernels.ts';
import { WebGpuKernels } from '../kernels/webgpu-kernels.ts';
import { startTestBackend } from '../testing/backends.ts';
import { multiply } from './products.ts';
import { byBackend } from './routine.ts';
import * as tf from './tf.ts';

const table = {
  cpu: (n: number): string => `cpu ${n}`,
  wasm: (kernels: WasmKernels, n: number) => `wasm ${n} ${kernels instanceof WasmKernels}`,
  webgpu: (kernels: WebGpuKernels, n: number) => `webgpu ${n} ${kernels instanceof WebGpuKernels}`,
};
const own = byBackend(table);
const shared = byBackend({ ...table, wasm: 'as cpu', webgpu: 'as cpu' });

test('on cpu the cpu column runs', async () => {
  await startTestBackend('cpu');
  expect([own(1), shared(1)]).toEqual(['cpu 1', 'cpu 1']);
});

test('on WASM its own column runs with its kernels, or the cpu column where that serves', async () => {
  // as in an engine without SIMD, where there are no kernels
  tf.env().set('WASM_HAS_SIMD_SUPPORT', false);
  await startTestBackend('wasm');
  expect(own(2)).toBe('cpu 2');
  const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
  expect([...multiply(x, x).dataSync()]).toEqual([7, 10, 15, 22]);

  tf.env().set('WASM_HAS_SIMD_SUPPORT', true);
  expect([own(2), shared(2)]).toEqual(['wasm 2 true', 'cpu 2']);
});

test('on WebGPU its own column runs with its kernels, or the cpu column where that serves', async () => {
  tf.registerBackend('webgpu', () => new tf.KernelBackend());
  await tf.setBackend('webgpu');
  expect([own(3), shared(3)]).toEqual(['webgpu 3 true', 'cpu 3']);
});
