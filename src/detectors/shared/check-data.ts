/** Whether a detector can learn from a dataset at all. */
import type { DetectorData, FitFailure } from '../detector.ts';

const WHERE = 'the training set';

/** @param label the detector's name on the page */
export function tooFewTraces({ train }: DetectorData, label: string): FitFailure | null {
  if (train.length >= 2) return null;
  return {
    kind: 'unusable-data',
    what: `too few traces for ${label}: ${train.length} to train on, at least 2 needed`,
    where: WHERE,
    advice: 'load more traces, or raise N_max if larger traces were left out',
  };
}

/**
 * The failure of a training set that is too small, or whose traces all have one structure: what a
 * baseline of section 6.4 learned of structures would then be that there is one, and every other
 * trace would be as odd as any.
 *
 * @param label the detector's name on the page
 */
export function unusableData(data: DetectorData, label: string): FitFailure | null {
  const tooFew = tooFewTraces(data, label);
  if (tooFew !== null) return tooFew;
  const { train, traces } = data;
  const first = traces.structureOf[train[0]!];
  if (train.some((trace) => traces.structureOf[trace] !== first)) return null;
  return {
    kind: 'unusable-data',
    what: `${label} needs at least 2 structures, all ${train.length} training traces have the same one`,
    where: WHERE,
    advice:
      'load traces of more kinds of requests, or train TraceVAE, which learns latencies of one',
  };
}

export const cancelledFit = (label: string): FitFailure => ({
  kind: 'cancelled',
  what: 'training was cancelled',
  where: label,
  advice: 'start it again when ready',
});
