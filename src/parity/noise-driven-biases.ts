/**
 * The bias of a GAT layer stands before a BatchNorm, which takes its mean off again: its true
 * gradient is 0, and what a float32 program finds is the rounding error of its own order of summing.
 * The first step of RMSprop turns that into a move of up to 10 learning rates, whose direction
 * rounding decides. After the step these biases are held against the same tolerance as every other
 * parameter and, where they miss it, reported as not reached
 * (docs/decisions/0003-parity-of-biases-before-batchnorm.md).
 */
import type { GoldenStep } from './golden-file.ts';
import { type ComparedPart, type Report, TOLERANCE, worstOf } from './measure.ts';

/** sqrt((1 - alpha) g²) is a tenth of |g|: the longest first step of RMSprop, in learning rates. */
const LONGEST_STEP = 10;

const GAT_BIAS = /\.gnn\.bias$/;

export const isBiasBeforeBatchNorm = (
  name: string,
  parameters: Readonly<Record<string, unknown>>,
): boolean => GAT_BIAS.test(name) && name.replace(GAT_BIAS, '.normalization.bias') in parameters;

/**
 * A line a bias. Further apart than two steps in opposite directions is no rounding: that has failed.
 *
 * @param parts one a bias, its values after the step
 */
export function compareNoiseDrivenBiases(
  report: Report,
  { mode, hyper }: GoldenStep,
  parts: readonly ComparedPart[],
): void {
  for (const part of parts) {
    const worst = worstOf([part]);
    const reached = worst.relative <= TOLERANCE.value;
    const explained = worst.absolute <= 2 * LONGEST_STEP * hyper.lr;
    report({
      name: `${mode}: bias before a BatchNorm after the step`,
      ...worst,
      tolerance: TOLERANCE.value,
      status: reached ? 'ok' : explained ? 'not-reached' : 'failed',
    });
  }
}
