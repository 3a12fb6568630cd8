/** Detectors of one run on its test traces: average precision with intervals, and how far apart. */
import type { Sliced } from '../base/slices.ts';
import {
  type MeanOverSeeds,
  meanOverSeeds,
  measureInSlices,
  pairedDifference,
} from './bootstrap.ts';
import type { JudgedScores } from './judged.ts';
import { RESAMPLES, type ResampleOptions } from './resample.ts';

export interface Compared<Id extends string = string> {
  readonly detector: Id;
  readonly averagePrecision: MeanOverSeeds;
  /** How much higher than the baseline's, on the same resamples; null of the baseline itself. */
  readonly difference: MeanOverSeeds | null;
}

/**
 * @param anomalous [T] 1 for an anomaly
 * @param entries   scores of the same traces
 * @param baseline  the detector that the others are compared with
 */
export function* compareDetectors<Id extends string>(
  anomalous: Uint8Array,
  entries: readonly (Pick<JudgedScores, 'scores'> & { readonly detector: Id })[],
  baseline: Id,
  options: ResampleOptions = RESAMPLES,
): Sliced<Compared<Id>[]> {
  const set = { anomalous, faultOf: new Int32Array(anomalous.length).fill(-1), faults: [] };
  const scored = entries.map(({ scores }) => ({ scores, threshold: null }));
  const measured = yield* measureInSlices(set, scored, options);
  const other = measured[entries.findIndex(({ detector }) => detector === baseline)];
  return entries.map(({ detector }, i) => {
    const own = [measured[i]!];
    return {
      detector,
      averagePrecision: meanOverSeeds(own, 'averagePrecision'),
      difference:
        detector === baseline || other === undefined
          ? null
          : pairedDifference(own, [other], 'averagePrecision'),
    };
  });
}
