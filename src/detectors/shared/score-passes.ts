/** Scoring in passes of bounded work, with progress, and prompt on Cancel. */
import { nextTask } from '../../base/next-task.ts';
import { createRandom, normals } from '../../base/random.ts';
import type { ScoreProgress, TraceScores } from '../detector.ts';
import { YIELD_EVERY_MS } from './pacer.ts';

export interface PassOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ScoreProgress) => void;
}

/**
 * @param selected [T] trace indices
 * @param perPass  traces of one pass at most
 * @param scoreOf  [traces of the pass] their scores
 * @returns        [T] scores in the order of `selected`; those that an abort left out stay 0
 */
export async function scoreInPasses(
  selected: Uint32Array,
  perPass: number,
  options: PassOptions,
  scoreOf: (traces: Uint32Array) => Promise<Float64Array>,
): Promise<TraceScores> {
  const score = new Float64Array(selected.length);
  await inPasses(selected.length, perPass, options, async (start, end) => {
    score.set(await scoreOf(selected.subarray(start, end)), start);
  });
  return { score };
}

/**
 * @param total   of what is gone through: traces, or groups of them
 * @param perPass of them in one pass at most
 * @param visit   does those from `start` to before `end`
 */
export async function inPasses(
  total: number,
  perPass: number,
  { signal, onProgress }: PassOptions,
  visit: (start: number, end: number) => Promise<void>,
): Promise<void> {
  let yieldedMs = performance.now();
  for (let start = 0; start < total; start += perPass) {
    if (signal.aborted) return;
    const done = Math.min(start + perPass, total);
    await visit(start, done);
    if (performance.now() - yieldedMs < YIELD_EVERY_MS) continue;
    onProgress({ done, total });
    await nextTask();
    yieldedMs = performance.now();
  }
  onProgress({ done: total, total });
}

/** The stream of the run's seed that the samples of a score are drawn from. */
const SAMPLES = 25;

/**
 * The noise of a score's samples, the same for every trace (docs/decisions/0002).
 *
 * @returns [length] standard normals; a shorter answer is the beginning of a longer one
 */
export const sampleNoise = (seed: number, length: number): Float32Array =>
  normals(createRandom(seed, SAMPLES), length);

/**
 * Scores above this, and scores that are no number, count as this: one trace that no float holds
 * must not spoil a metric. The same ceiling as the NLL of equation (3) would hide differences here,
 * where densities have stds of 1e-4.
 */
const CEILING = 1e12;

export const finiteScore = (score: number): number =>
  Number.isFinite(score) ? Math.min(score, CEILING) : CEILING;
