/** Terms that the lab combines again and again, with what a slider does not concern kept. */
import { combineCorrected, structureSums } from '../scoring/combine.ts';
import {
  type CorrectedTerms,
  correctLatencies,
  correctStatus,
  correctStructures,
  joinFactors,
} from '../scoring/corrected-terms.ts';
import type { Correction, Formula } from '../scoring/corrections/correction.ts';
import {
  CORRECTIONS,
  type CorrectionId,
  type Corrections,
  constantsKey,
} from '../scoring/corrections/list.ts';
import { limitsFor } from '../scoring/corrections/stdlimit.ts';
import type { ScoreTerms } from '../scoring/score-terms.ts';

/** A correction's formula, and text that names its constants. */
interface Named {
  readonly key: string;
  readonly formula: Formula;
}

/**
 * @param terms of one set of traces
 * @param val   of the validation traces, from whose stds limits come
 */
export function createTunedTerms(terms: ScoreTerms, val: ScoreTerms) {
  const formulas = new Map(CORRECTIONS.map(({ id }) => [id, remember<Formula>()]));
  const structures = remember<ReturnType<typeof correctStructures>>();
  const sums = remember<Float64Array>();

  const formulaOf = (correction: Correction, corrections: Corrections): Named[] => {
    const own = (corrections as Record<string, Corrections[keyof Corrections]>)[correction.id];
    if (own === undefined) return [];
    const key = `${correction.id} ${JSON.stringify(constantsKey(correction, own))}`;
    const kept = formulas.get(correction.id as CorrectionId)!;
    const make = (): Formula => correction.formula(terms, own, limitsFor(val, corrections));
    return [{ key, formula: kept(key, make) }];
  };

  /** Under these corrections, and what tells how structures are corrected. */
  const correct = (corrections: Corrections): CorrectedTerms & { readonly key: string } => {
    const named = CORRECTIONS.flatMap((correction) => formulaOf(correction, corrections));
    const made = named.map(({ formula }) => formula);
    const ofStructures = named.filter(({ formula }) => formula.nodeCount ?? formula.edges);
    const key = ofStructures.map((one) => one.key).join(' ');
    return {
      key,
      terms,
      ...structures(key, () => correctStructures(terms, made)),
      logPLatency: correctLatencies(terms, made),
      logPStatus: correctStatus(terms, made),
      factors: joinFactors(made),
    };
  };

  return {
    correct,
    /** [T] nats */
    combine(corrections: Corrections): Float64Array {
      const corrected = correct(corrections);
      return combineCorrected(corrected, () => sums(corrected.key, () => structureSums(corrected)));
    },
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
