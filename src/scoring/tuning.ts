/** The constants of section 5.3 and A.2 as settings, each with the paper's value and its range. */
import type { Corrections } from './score-terms.ts';

export interface Tuning {
  /** Equation (6): factor of an improbable edge's log; its square is a node count's. */
  readonly scalingFactor: number;
  /** Equation (6): what is less probable than this is scaled. */
  readonly boundary: number;
  /** Equation (7): exponent of N_max / N. */
  readonly nodeCountExponent: number;
  /** Section 5.3: of the stds of validation nodes, 0 to 100. */
  readonly stdPercentile: number;
  /** Section A.2: of the validation scores, 0 to 100. */
  readonly thresholdPercentile: number;
}

/** Sections A.2 and 5.3 of the paper. */
export const THRESHOLD_PERCENTILE = 99;
export const STD_PERCENTILE = 99;
export const BOUNDARY = 0.5;

/** @param maxNodes N_max, which is the paper's factor */
export const paperTuning = (maxNodes: number): Tuning => ({
  scalingFactor: maxNodes,
  boundary: BOUNDARY,
  nodeCountExponent: 1,
  stdPercentile: STD_PERCENTILE,
  thresholdPercentile: THRESHOLD_PERCENTILE,
});

/** Which of the constants a variant's scores and its threshold depend on, as text that compares. */
export function settingKey(corrections: Corrections, tuning: Tuning): string {
  const { bernoulliScaling, nodeCountNormalization, stdLimit } = corrections;
  return JSON.stringify([
    tuning.thresholdPercentile,
    bernoulliScaling ? [tuning.scalingFactor, tuning.boundary] : null,
    nodeCountNormalization ? tuning.nodeCountExponent : null,
    stdLimit === 'off' ? null : [stdLimit, tuning.stdPercentile],
  ]);
}
