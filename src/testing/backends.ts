/** Starts a TensorFlow.js backend under Node, for tests. */
import '@tensorflow/tfjs-backend-cpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

export const TEST_BACKENDS = ['cpu', 'wasm'] as const;

export type TestBackend = (typeof TEST_BACKENDS)[number];

export async function startTestBackend(name: TestBackend): Promise<void> {
  tf.env().set('PROD', true); // keeps the advice to install tfjs-node out of the report
  setWasmPaths(`${process.cwd()}/node_modules/@tensorflow/tfjs-backend-wasm/dist/`);
  if (!(await tf.setBackend(name))) throw new Error(`the ${name} backend does not start`);
  await tf.ready();
}
