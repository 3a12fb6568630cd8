/**
 * The model on a GPU in Node, through Dawn: for machines without a browser. The caller has made
 * WebGPU global.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { quantityLine, verdictOf } from '../src/parity/lines.ts';
import type { Quantity } from '../src/parity/measure.ts';
import { compareFiles } from '../src/parity/parity.ts';
import { importedFrom, sourceFile } from '../src/testing/files.ts';
import { graphsJson } from './graphs.ts';
import { createMeter } from './meter.ts';
import { measureSpeed, type SpeedQuestion, type SpeedResult } from './speed.ts';

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

export { startGpu } from '../src/node/backends.ts';

const tracesOf = async (path: string) =>
  (await importedFrom(sourceFile(basename(path), readFileSync(path)))).traces;

/** What is measured, for benchmarks/torch. */
export const graphsOf = async (path: string, most: number): Promise<string> =>
  graphsJson(await tracesOf(path), most);

export async function measureOnGpu(
  path: string,
  name: string,
  question: SpeedQuestion,
): Promise<SpeedResult[]> {
  return measureSpeed(await tracesOf(path), question, createMeter(`webgpu in Node, ${name}`));
}
