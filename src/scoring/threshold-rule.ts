/**
 * Where the line between flagged and not is drawn, as a person says it: a rule and its number. One
 * text of it is typed for the headless run, stored with a run and written into an address.
 */
import { err, type Failure, ok, type Result } from '../base/result.ts';
import { FALSE_ALARMS } from './odd-cut.ts';

export type ThresholdRule =
  /** Of the validation scores, 0 to 100 (section A.2: 99). */
  | { readonly kind: 'percentile'; readonly percentile: number }
  /** As the 99th percentile, without the trust that validation is clean. */
  | { readonly kind: 'robust' }
  /** A score, in the detector's unit. */
  | { readonly kind: 'value'; readonly value: number }
  /** As many as leave a share of usual traces among the flagged, 0 to 1, of scores that are -ln p. */
  | { readonly kind: 'fdr'; readonly share: number }
  /** The highest scores, so many. */
  | { readonly kind: 'top'; readonly traces: number }
  /** The highest scores, a share of all, 0 to 1. */
  | { readonly kind: 'share'; readonly share: number }
  /** False alarms that so many normal traces may cost. */
  | { readonly kind: 'budget'; readonly alarms: number; readonly traces: number }
  /** Flagged traces per day, at the traffic of the test traces. */
  | { readonly kind: 'perDay'; readonly alarms: number };

export type ThresholdKind = ThresholdRule['kind'];

/** Section A.2: of the validation scores. */
export const THRESHOLD_PERCENTILE = 99;

/** What labelled data and the paper are measured at. */
export const PAPER_RULE: ThresholdRule = { kind: 'percentile', percentile: THRESHOLD_PERCENTILE };

/** What is flagged where no set of traces is known to be clean. */
export const ODD_RULE: ThresholdRule = { kind: 'fdr', share: FALSE_ALARMS };

/** Without labels nobody has looked whether validation traces are normal. */
export const defaultRule = (labelled: boolean): ThresholdRule =>
  labelled ? PAPER_RULE : { kind: 'robust' };

/** What a number of a rule may be, both ends counted; whole where `whole` says so. */
export interface RuleBounds {
  readonly min: number;
  readonly max: number;
  readonly whole?: boolean;
}

const MOST_TRACES = 1_000_000_000;

/** A share and a budget may be small, but not nothing. */
const LEAST = 1e-9;

export const RULE_BOUNDS = {
  percentile: { min: 0, max: 100 },
  value: { min: -Number.MAX_VALUE, max: Number.MAX_VALUE },
  top: { min: 1, max: MOST_TRACES, whole: true },
  share: { min: LEAST, max: 1 },
  fdr: { min: LEAST, max: 1 },
  budget: { min: LEAST, max: MOST_TRACES },
  budgetTraces: { min: 1, max: MOST_TRACES, whole: true },
  perDay: { min: LEAST, max: MOST_TRACES },
} as const satisfies Readonly<Record<string, RuleBounds>>;

/** "p99", "robust", "value:12.3", "top:50", "share:0.02", "budget:1/1000", "perday:20". */
export function formatThreshold(rule: ThresholdRule): string {
  switch (rule.kind) {
    case 'percentile':
      return `p${rule.percentile}`;
    case 'robust':
      return 'robust';
    case 'value':
      return `value:${rule.value}`;
    case 'fdr':
      return `fdr:${rule.share}`;
    case 'top':
      return `top:${rule.traces}`;
    case 'share':
      return `share:${rule.share}`;
    case 'budget':
      return `budget:${rule.alarms}/${rule.traces}`;
    case 'perDay':
      return `perday:${rule.alarms}`;
  }
}

export const sameRule = (a: ThresholdRule, b: ThresholdRule): boolean =>
  formatThreshold(a) === formatThreshold(b);

const FORMS =
  'robust, p99, fdr:0.05, top:50, share:0.02 (or share:2%), budget:1/1000, perday:20, value:12.3';

/**
 * Also `percentile:99`, `=` in the place of the colon, and a share in percent (`top:2%`).
 *
 * @param where of a failure: what was typed where
 */
export function parseThreshold(text: string, where = 'threshold'): Result<ThresholdRule, Failure> {
  const rule = readRule(text.trim());
  if (rule !== null) return ok(rule);
  return err({ what: `"${text}" is no threshold`, where, advice: `use one of: ${FORMS}` });
}

function readRule(text: string): ThresholdRule | null {
  if (text === 'robust') return { kind: 'robust' };
  const [, word = '', typed = ''] = /^(p(?=[\d.])|[a-z]+[:=])(.+)$/i.exec(text) ?? [];
  const isShare = typed.endsWith('%');
  const [number, per, ...more] = typed.replace(/%$/, '').split('/').map(numberOf);
  if (number == null || per === null || more.length > 0) return null;
  const made = ruleOf(word.toLowerCase().replace('=', ':'), number, { isShare, per });
  return made === null ? null : checked(made);
}

function ruleOf(
  word: string,
  number: number,
  { isShare, per }: { readonly isShare: boolean; readonly per: number | undefined },
): ThresholdRule | null {
  if (word === 'budget:') {
    return isShare || per === undefined ? null : { kind: 'budget', alarms: number, traces: per };
  }
  if (per !== undefined) return null;
  if (isShare) {
    if (word === 'fdr:') return { kind: 'fdr', share: number / 100 };
    const known = word === 'top:' || word === 'share:';
    return known ? { kind: 'share', share: number / 100 } : null;
  }
  switch (word) {
    case 'p':
    case 'percentile:':
      return { kind: 'percentile', percentile: number };
    case 'value:':
      return { kind: 'value', value: number };
    case 'top:':
      return { kind: 'top', traces: number };
    case 'share:':
      return { kind: 'share', share: number };
    case 'fdr:':
      return { kind: 'fdr', share: number };
    case 'perday:':
      return { kind: 'perDay', alarms: number };
    default:
      return null;
  }
}

const numberOf = (text: string): number | null => {
  const number = /^[-+.\d]/.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(number) ? number : null;
};

const isWithin = (number: number, { min, max, whole = false }: RuleBounds): boolean =>
  number >= min && number <= max && (!whole || Number.isInteger(number));

/** The rule, or null where one of its numbers is out of bounds. */
export function checked(rule: ThresholdRule): ThresholdRule | null {
  switch (rule.kind) {
    case 'robust':
      return rule;
    case 'percentile':
      return isWithin(rule.percentile, RULE_BOUNDS.percentile) ? rule : null;
    case 'value':
      return isWithin(rule.value, RULE_BOUNDS.value) ? rule : null;
    case 'top':
      return isWithin(rule.traces, RULE_BOUNDS.top) ? rule : null;
    case 'share':
      return isWithin(rule.share, RULE_BOUNDS.share) ? rule : null;
    case 'fdr':
      return isWithin(rule.share, RULE_BOUNDS.fdr) ? rule : null;
    case 'perDay':
      return isWithin(rule.alarms, RULE_BOUNDS.perDay) ? rule : null;
    case 'budget':
      return isWithin(rule.alarms, RULE_BOUNDS.budget) &&
        isWithin(rule.traces, RULE_BOUNDS.budgetTraces) &&
        rule.alarms <= rule.traces
        ? rule
        : null;
  }
}
