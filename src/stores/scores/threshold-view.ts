/** What a threshold flags among the scores on show, quick enough to follow a drag. */
import { countAbove, sorted } from '../../base/statistics.ts';
import { isSurprise } from '../../detectors/catalog.ts';
import { measuredTraces, seenIn } from '../../run/measured.ts';
import { resolveThreshold, type ThresholdGround } from '../../scoring/resolve-threshold.ts';
import { type RobustCut, robustCutOfSorted } from '../../scoring/robust-cut.ts';
import type { ThresholdRule } from '../../scoring/threshold-rule.ts';
import { labelCode, type TraceSet } from '../../trace/trace-set.ts';
import { tracesPerDay } from '../../trace/traffic.ts';
import type { ChosenScores } from './inspect-store.ts';

export { keptThreshold } from '../../run/run-threshold.ts';
export {
  parseThreshold,
  RULE_BOUNDS,
  sameRule,
  type ThresholdKind,
  type ThresholdRule,
} from '../../scoring/threshold-rule.ts';
export { percentileWords, ruleWords } from '../../scoring/threshold-words.ts';

export interface ThresholdFacts {
  /** null where the rule cannot be had of these traces. */
  readonly threshold: number | null;
  /** Test traces above it, of all that are shown. */
  readonly flagged: number;
  readonly traces: number;
  /** 0 to 1; null without labelled anomalies. Precision is null, too, where nothing is flagged. */
  readonly precision: number | null;
  readonly recall: number | null;
}

/** Sorted once for the scores on show. */
interface Ground extends ThresholdGround {
  /** Scores of labelled anomalies, ascending. */
  readonly anomalous: Float64Array;
  readonly robust: RobustCut | null;
}

const grounds = new WeakMap<ChosenScores['test'], Ground>();

const STRUCTURE = labelCode('structure');
const TIME = labelCode('time');

/** Of the scores, whatever the threshold: a later choice of it sorts nothing again. */
export function thresholdGround(
  { of, rows, test, val, model }: ChosenScores,
  traces: TraceSet,
): Ground {
  const known = grounds.get(test);
  if (known !== undefined) return known;
  const ascending = sorted(val);
  const seen = seenIn(of);
  const isMeasured = (_: number, i: number): boolean => seen === null || seen[rows[i]!] === 0;
  const odd = test.filter((_, i) => {
    const label = traces.label[of.test.trace[rows[i]!]!]!;
    return (label === STRUCTURE || label === TIME) && isMeasured(_, i);
  });
  const made: Ground = {
    val: ascending,
    test: sorted(test.filter(isMeasured)),
    anomalous: odd.sort(),
    tracesPerDay: tracesPerDay(traces, measuredTraces(of)),
    areSurprise: isSurprise(model.detector),
    robust: ascending.length === 0 ? null : robustCutOfSorted(ascending),
  };
  grounds.set(test, made);
  return made;
}

export function thresholdFacts(
  rule: ThresholdRule,
  { test, anomalous, ...rest }: Ground,
): ThresholdFacts {
  const threshold = resolveThreshold(rule, { test, ...rest });
  const flagged = threshold === null ? 0 : countAbove(test, threshold);
  const hits = threshold === null ? 0 : countAbove(anomalous, threshold);
  const measured = threshold !== null && anomalous.length > 0;
  return {
    threshold,
    flagged,
    traces: test.length,
    precision: measured && flagged > 0 ? hits / flagged : null,
    recall: measured ? hits / anomalous.length : null,
  };
}
