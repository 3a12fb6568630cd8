/** Threshold rules in words, as page, Undo and report say them. */
import { formatNumber, groupThousands } from '../base/number-words.ts';
import type { ThresholdRule } from './threshold-rule.ts';

/**
 * After "the threshold is": "the 99th percentile of the validation scores".
 *
 * @param unit of a score, empty where it has none
 */
export function ruleWords(rule: ThresholdRule, unit = ''): string {
  switch (rule.kind) {
    case 'percentile':
      return `the ${percentileWords(rule.percentile)} of the validation scores`;
    case 'robust':
      return 'the robust cut of the validation scores';
    case 'value':
      return `a score of ${formatNumber(rule.value)}${unit === '' ? '' : ` ${unit}`}`;
    case 'fdr':
      return `so that about ${plain(100 * rule.share)} % of the flagged are expected to be usual`;
    case 'top':
      return rule.traces === 1 ? 'the highest score' : `the ${plain(rule.traces)} highest scores`;
    case 'share':
      return `the highest ${plain(100 * rule.share)} % of the scores`;
    case 'budget':
      return `${plural(rule.alarms, 'false alarm')} in ${plain(rule.traces)} normal traces`;
    case 'perDay':
      return `${plural(rule.alarms, 'flagged trace')} per day`;
  }
}

/** As it was typed, whole numbers without decimals. */
const plain = (value: number): string =>
  Number.isInteger(value) ? groupThousands(String(value)) : String(Number(value.toPrecision(6)));

const plural = (amount: number, word: string): string =>
  `${plain(amount)} ${word}${amount === 1 ? '' : 's'}`;

/** "99th percentile", "95th percentile", "percentile 97.3" */
export const percentileWords = (percent: number): string =>
  Number.isInteger(percent)
    ? `${percent}${ordinal(percent)} percentile`
    : `percentile ${plain(percent)}`;

const ordinal = (of: number): string => {
  const teens = of % 100 > 10 && of % 100 < 14;
  return (teens ? undefined : ['th', 'st', 'nd', 'rd'][of % 10]) ?? 'th';
};
