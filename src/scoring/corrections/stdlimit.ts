/**
 * Gaussian std-limit, section 5.3: where the model is unsure of a latency, a wide Gaussian makes any
 * latency likely, so stds are cut to sigma_p99 of validation nodes.
 *
 * Differs from the paper: beside its one number there is one of each operation's own nodes, as in
 * the authors' code.
 */
import { assert } from '../../base/assert.ts';
import type { ScoreTerms, StdLimitSource, StdLimits } from '../score-terms.ts';
import { type KeptStds, limitsAt, STD_PERCENTILE, WIDE_PERCENTILE } from '../std-limits.ts';
import {
  type ChoiceConstant,
  type Constants,
  type Correction,
  choiceOf,
  type NumberConstant,
  numberOf,
} from './correction.ts';
import { limitedLatencyTerm, logStdLimit } from './limited-latency.ts';

const percentile: NumberConstant = {
  kind: 'number',
  id: 'stdPercentile',
  label: 'Percentile of σ',
  help: () => 'section 5.3: larger stds are cut to it; 99 in the paper',
  written: (value) => value,
  min: WIDE_PERCENTILE,
  max: 100,
  step: 0.1,
  default: STD_PERCENTILE,
  needsDetail: true,
};

const source: ChoiceConstant = {
  kind: 'choice',
  id: 'source',
  label: 'σ of',
  options: [
    { value: 'global', label: 'all validation nodes', words: 'of all nodes' },
    { value: 'operation', label: 'each operation’s nodes', words: 'by operation' },
  ],
  default: 'global',
  unit: 'stds of latency',
  measured({ stdLimits: { global, byOperation } }, value) {
    return value === 'operation' && Number.isFinite(global)
      ? [Math.min(...byOperation), Math.max(...byOperation)]
      : [global, global];
  },
};

export const stdlimit: Correction<'stdlimit'> = {
  id: 'stdlimit',
  equation: 'section 5.3',
  words: {
    name: 'Gaussian std-limit',
    short: 'std-limit',
    column: 'std-limit',
    paper: 'StdLimit',
    sentence: 'section 5.3: predicted stds are at most σ p99',
  },
  constants: [percentile, source],

  formula(terms, constants, limits) {
    const of = sourceOf(constants);
    const percent = stdPercentileOf(constants);
    assert(
      (limits.percentile ?? STD_PERCENTILE) === percent,
      `the std limits are not of percentile ${percent}`,
    );
    let limited: Float32Array | null = null;
    return {
      stds: {
        most: logStdLimit(limits, of),
        logPLatency() {
          limited ??= limitedTo(terms, of, percent, limits);
          return limited;
        },
      },
    };
  },
};

/** [T, L] as the terms have it where they were made with these limits, else from their detail. */
function limitedTo(
  terms: ScoreTerms,
  of: StdLimitSource,
  percent: number,
  limits: StdLimits,
): Float32Array {
  if ((terms.stdLimits.percentile ?? STD_PERCENTILE) !== percent) {
    return limitedLatencyTerm(terms, of, limits);
  }
  const { logPLatencyLimited, logPLatencyLimitedByOperation } = terms.latency;
  return of === 'global' ? logPLatencyLimited : logPLatencyLimitedByOperation;
}

/** Constants of the std-limit that take sigma from here. */
export const limitedBy = (of: StdLimitSource): Constants => ({ [source.id]: of });

/** Where sigma is taken from. */
export const sourceOf = (constants: Constants): StdLimitSource =>
  choiceOf(source, constants) as StdLimitSource;

/** 0 to 100, of the stds of validation nodes. */
export const stdPercentileOf = (constants: Constants): number =>
  // N_max plays no part in it
  numberOf(percentile, constants, 0);

/**
 * The std limits that these corrections ask for.
 *
 * @param val         terms of the validation traces
 * @param corrections by id
 * @throws where they ask for another percentile than the scored one and the run kept no stds
 */
export const limitsFor = (
  val: KeptStds,
  { stdlimit: own }: { readonly stdlimit?: Constants | undefined },
): StdLimits => limitsAt(val, own === undefined ? STD_PERCENTILE : stdPercentileOf(own));
