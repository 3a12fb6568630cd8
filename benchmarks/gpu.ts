/**
 * The model on a GPU in Node, through Dawn: for machines without a browser. The caller has made
 * WebGPU global.
 */
import '@tensorflow/tfjs-backend-cpu';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import * as tf from '../src/nn/tf.ts';
import { quantityLine, verdictOf } from '../src/parity/lines.ts';
import type { Quantity } from '../src/parity/measure.ts';
import { compareFiles } from '../src/parity/parity.ts';
import { importedFrom, sourceFile } from '../src/testing/files.ts';
import { registerWebGpu, requestGpu } from '../src/worker/web-gpu.ts';
import { createMeter } from './meter.ts';
import { measureSpeed, type SpeedQuestion, type SpeedResult } from './speed.ts';

/** @returns the adapter's name */
export async function startGpu(): Promise<string> {
  tf.env().set('PROD', true);
  const gpu = await requestGpu();
  if (gpu === null) throw new Error('no GPU adapter: is there a driver, and a Vulkan loader?');
  await registerWebGpu(gpu, ({ message }) => {
    throw new Error(message);
  });
  if (!(await tf.setBackend('webgpu'))) throw new Error('the WebGPU backend does not start');
  return gpu.name;
}

/** Every number of a golden file that is past its tolerance, and the verdict. */
export async function checkParity(path: string): Promise<{ verdict: string; lines: string[] }> {
  const quantities: Quantity[] = [];
  const file = new File([readFileSync(path)], basename(path));
  const compared = await compareFiles([file], 'all', (quantity) => quantities.push(quantity));
  if (!compared.ok) throw new Error(compared.error);
  return {
    verdict: verdictOf(quantities),
    lines: quantities.filter(({ status }) => status !== 'ok').map(quantityLine),
  };
}

export async function measureOnGpu(
  path: string,
  name: string,
  question: SpeedQuestion,
): Promise<SpeedResult[]> {
  const { traces } = await importedFrom(sourceFile(basename(path), readFileSync(path)));
  return measureSpeed(traces, question, createMeter(`webgpu in Node, ${name}`));
}
