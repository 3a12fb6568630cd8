/**
 * Bootstrap resamples of test traces: which traces count how often. Normal traces are drawn one by
 * one. Anomalies are drawn fault by fault where faults are known, since the traces of one fault are
 * no independent evidence; else one by one. As many normal traces and as many faults (or anomalies)
 * are drawn as there are, so that no resample lacks either.
 */
import { createRandom } from '../base/random.ts';
import { percentileOfSorted, sorted } from '../base/statistics.ts';
import type { JudgedSet } from './judged.ts';

export interface ResampleOptions {
  readonly count: number;
  readonly seed: number;
}
export const RESAMPLES: ResampleOptions = { count: 1000, seed: 1 };

/** Percentiles of an interval of 95 %. */
const LOW = 2.5;
const HIGH = 97.5;

export type Interval = readonly [low: number, high: number];

/** What is drawn as a whole: traces that come together. */
type Unit = readonly number[];

/**
 * @returns times(draw): [T] how often each trace counts in that resample; the array is used again
 */
export function createResamples(
  set: Pick<JudgedSet, 'anomalous' | 'faultOf' | 'faults'>,
  { seed }: Pick<ResampleOptions, 'seed'>,
): (draw: number) => Uint32Array {
  const { normals, anomalies } = unitsOf(set);
  const times = new Uint32Array(set.anomalous.length);
  return (draw) => {
    times.fill(0);
    const random = createRandom(seed, draw);
    for (let i = 0; i < normals.length; i++) times[normals[random.integer(normals.length)]!]! += 1;
    for (let i = 0; i < anomalies.length; i++) {
      for (const trace of anomalies[random.integer(anomalies.length)]!) times[trace]! += 1;
    }
    return times;
  };
}

/** Whether anomalies are drawn fault by fault: every one has a fault, and there are several. */
export function drawsFaults({
  anomalous,
  faultOf,
}: Pick<JudgedSet, 'anomalous' | 'faultOf'>): boolean {
  const faults = new Set<number>();
  for (let trace = 0; trace < anomalous.length; trace++) {
    if (anomalous[trace] === 1) faults.add(faultOf[trace]!);
  }
  return !faults.has(-1) && faults.size > 1;
}

function unitsOf(set: Pick<JudgedSet, 'anomalous' | 'faultOf' | 'faults'>): {
  readonly normals: Uint32Array;
  readonly anomalies: readonly Unit[];
} {
  const every = [...set.anomalous.keys()];
  const anomalies = every.filter((trace) => set.anomalous[trace] === 1);
  const byFault = set.faults.map((_, fault) =>
    anomalies.filter((trace) => set.faultOf[trace] === fault),
  );
  return {
    normals: Uint32Array.from(every.filter((trace) => set.anomalous[trace] === 0)),
    anomalies: drawsFaults(set)
      ? byFault.filter((traces) => traces.length > 0)
      : anomalies.map((trace) => [trace]),
  };
}

/** 95 % of the values, those that are not NaN; null where there are none. */
export function intervalOf(values: ArrayLike<number>): Interval | null {
  const ascending = sorted(Array.from(values).filter((value) => !Number.isNaN(value)));
  if (ascending.length === 0) return null;
  return [percentileOfSorted(ascending, LOW), percentileOfSorted(ascending, HIGH)];
}
