/** How a kernel on WebGPU is held against its twin on cpu. */
import fc from 'fast-check';
import { deviationOf, type Twin, valuesAndGradients } from '../../src/testing/twins.ts';

/** Random shapes per kernel. */
const RUNS = 3;

export const seeds = fc.integer({ min: 1, max: 1e6 });
export const sizes = (max: number) => fc.integer({ min: 1, max });

/** The worst of what `measure` gives for a few random arguments, which are always the same ones. */
export async function worstOf<T extends unknown[]>(
  arbitraries: { [K in keyof T]: fc.Arbitrary<T[K]> },
  measure: (...args: T) => Promise<number>,
  numRuns = RUNS,
): Promise<number> {
  const all = fc.tuple(...arbitraries) as unknown as fc.Arbitrary<T>;
  const samples = fc.sample(all, { numRuns, seed: 1 });
  let worst = 0;
  for (const args of samples) worst = Math.max(worst, await measure(...args));
  return worst;
}

export async function worstOfAll(twins: readonly Twin[]): Promise<number> {
  let worst = 0;
  for (const twin of twins) worst = Math.max(worst, await deviationOf(twin));
  return worst;
}

/**
 * How many NaNs of the twin, in values and gradients, are none here. NaN is to spread, so that a
 * training that diverges is seen to.
 */
export async function hiddenNaNs(twin: Twin): Promise<number> {
  const [ours, loops] = await valuesAndGradients(twin);
  if (!ours[0]!.some(Number.isNaN)) throw new Error('no NaN came out');
  return ours.reduce(
    (sum, values, i) =>
      sum + values.filter((x, k) => !Number.isNaN(x) && Number.isNaN(loops[i]![k])).length,
    0,
  );
}
