/** Terms that the lab combines again and again, with what a slider does not concern kept. */
import { combineSums, latencyTerm, structureSums } from '../scoring/corrections.ts';
import { limitedLatencyTerm } from '../scoring/limited-latency.ts';
import type { PartCorrections } from '../scoring/score-parts.ts';
import type { Corrections, ScoreTerms, StdLimits } from '../scoring/score-terms.ts';
import { STD_PERCENTILE, type Tuning } from '../scoring/tuning.ts';

/** Terms of one set of traces, and their two halves under the constants that were asked for last. */
export function createSource(
  terms: ScoreTerms,
  limitsAt: (percent: number) => Omit<StdLimits, 'wide'>,
) {
  const structure = remember<Float64Array>();
  const latency = remember<Float32Array>();
  const scalingOf = ({ bernoulliScaling }: Corrections, tuning: Tuning): Tuning | null =>
    bernoulliScaling ? tuning : null;
  const exponentOf = ({ nodeCountNormalization }: Corrections, tuning: Tuning): number =>
    nodeCountNormalization ? tuning.nodeCountExponent : 0;
  const latencyOf = ({ stdLimit }: Corrections, { stdPercentile }: Tuning) =>
    stdPercentile === STD_PERCENTILE
      ? latencyTerm(terms.latency, stdLimit)
      : latency(`${stdLimit} ${stdPercentile}`, () =>
          limitedLatencyTerm(terms, stdLimit, limitsAt(stdPercentile)),
        );
  return {
    /** [T] nats */
    combine(corrections: Corrections, tuning: Tuning): Float64Array {
      const scaling = scalingOf(corrections, tuning);
      const key = scaling === null ? 'plain' : `${scaling.scalingFactor} ${scaling.boundary}`;
      return combineSums(
        terms,
        structure(key, () => structureSums(terms, scaling)),
        latencyOf(corrections, tuning),
        exponentOf(corrections, tuning),
      );
    },
    /** What {@link scoreParts} is made with. */
    partCorrections: (corrections: Corrections, tuning: Tuning): PartCorrections => ({
      scaling: scalingOf(corrections, tuning),
      logPLatency: latencyOf(corrections, tuning),
      exponent: exponentOf(corrections, tuning),
    }),
  };
}

/** The two values that were asked for last: variants with a correction and without take turns. */
function remember<T>(): (key: string, compute: () => T) => T {
  let kept: readonly (readonly [string, T])[] = [];
  return (key, compute) => {
    const known = kept.find(([name]) => name === key);
    const value = known === undefined ? compute() : known[1];
    kept = [[key, value] as const, ...kept.filter(([name]) => name !== key)].slice(0, 2);
    return value;
  };
}
