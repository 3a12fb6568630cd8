/** A threshold rule as a number: what scores have to be above to be flagged. */
import { percentileOfSorted } from '../base/statistics.ts';
import { conformalCut, oddCut } from './odd-cut.ts';
import { partOf, under } from './ranking.ts';
import { exceededBy, robustCutOfSorted } from './robust-cut.ts';
import type { ThresholdRule } from './threshold-rule.ts';

/** What rules are resolved by. */
export interface ThresholdGround {
  /** [V] of validation traces, ascending */
  readonly val: Float64Array;
  /** [T] of test traces, ascending */
  readonly test: Float64Array;
  /** Traces that arrive per day; null where traces do not say when. */
  readonly tracesPerDay: number | null;
  /** Scores are -ln p. Else a trace's p-value is its rank among the validation traces. */
  readonly areSurprise?: boolean;
}

/**
 * Scores above it are flagged. Equal scores are flagged together or not at all: rules that count
 * flag at most so many.
 *
 * @returns finite; null where the rule cannot be had: no validation or test scores, no times
 */
export function resolveThreshold(rule: ThresholdRule, ground: ThresholdGround): number | null {
  const { val, test, tracesPerDay, areSurprise = false } = ground;
  switch (rule.kind) {
    case 'value':
      return rule.value;
    case 'percentile':
      return val.length === 0 ? null : percentileOfSorted(val, rule.percentile);
    case 'robust':
      return val.length === 0 ? null : robustCutOfSorted(val).threshold;
    case 'budget':
      return val.length === 0 ? null : exceededBy(val, Math.min(1, rule.alarms / rule.traces));
    case 'fdr':
      if (test.length === 0) return null;
      if (areSurprise) return oddCut(test, rule.share);
      return val.length === 0 ? null : conformalCut(test, val, rule.share);
    case 'top':
      return above(test, rule.traces);
    case 'share':
      return above(test, Math.round(rule.share * test.length));
    case 'perDay':
      return tracesPerDay === null
        ? null
        : above(test, Math.round((rule.alarms / tracesPerDay) * test.length));
  }
}

/** Halfway between the last of the highest scores and the next; above equal ones that do not fit. */
function above(ascending: Float64Array, count: number): number | null {
  const last = ascending.length - 1;
  if (last < 0) return null;
  const next = last - Math.max(0, count);
  if (next < 0) return under(ascending[0]!);
  return next === last ? ascending[last]! : partOf(ascending[next]!, ascending[next + 1]!);
}
