/** Whether what was trained, and what is shown first, is ahead of the best statistic, which needs no training. */
import {
  type DetectorId,
  detectorLabel,
  isStatistic,
  SHOWN_FIRST,
} from '../../detectors/catalog.ts';
import type { Compared } from '../../judge/compare.ts';
import type { Interval } from '../../judge/resample.ts';
import type { MatrixRow } from './matrix-view.ts';

export interface AgainstStatistics {
  /** The statistic with the highest average precision of all anomalies, and that. */
  readonly best: DetectorId;
  readonly averagePrecision: number;
  /** What was trained, and what is shown first where that is another statistic; in the order of the rows. */
  readonly others: readonly {
    readonly detector: DetectorId;
    readonly averagePrecision: number;
    /** Where 95 % of the differences from the best statistic lie; null until they are computed. */
    readonly lead: Interval | null;
  }[];
}

/**
 * @param compared intervals of the same run, whatever they compare with; none until they are computed
 * @returns        null where no statistic, or nothing else, has been measured: labels are missing, or runs
 */
export function againstStatistics(
  rows: readonly MatrixRow[],
  compared: readonly Compared<DetectorId>[] = [],
): AgainstStatistics | null {
  const measured = rows.flatMap(({ detector, cells }) => {
    const cell = cells['averagePrecision.total'];
    return cell === null ? [] : [{ detector, averagePrecision: cell.mean }];
  });
  const statistics = measured.filter(({ detector }) => isStatistic(detector));
  if (statistics.length === 0) return null;
  const best = statistics.reduce((a, b) => (b.averagePrecision > a.averagePrecision ? b : a));
  // the one without a difference is what the others are compared with
  const baseline = compared.find(({ difference }) => difference === null)?.detector;
  const leadOf = (of: DetectorId): Interval | null =>
    baseline !== best.detector
      ? null
      : (compared.find(({ detector }) => detector === of)?.difference?.interval ?? null);
  const others = measured
    .filter(({ detector }) => !isStatistic(detector) || detector === SHOWN_FIRST)
    .filter(({ detector }) => detector !== best.detector)
    .map((other) => ({ ...other, lead: leadOf(other.detector) }));
  if (others.length === 0) return null;
  return { best: best.detector, averagePrecision: best.averagePrecision, others };
}

/**
 * The same in a sentence: "TraceVAE (0.594, 0.21 to 0.36 lower) does not beat History, a statistic …".
 *
 * @param score writes an average precision, or a difference of two
 */
export function againstWords(
  { best, averagePrecision, others }: AgainstStatistics,
  score: (value: number) => string,
): string {
  const named = (of: AgainstStatistics['others'][number]): string =>
    `${detectorLabel(of.detector)} (${score(of.averagePrecision)}${leadWords(of.lead, score)})`;
  const statistic = `${detectorLabel(best)}, a statistic that needs no training (average precision ${score(averagePrecision)})`;
  const behind = others.filter((of) => of.averagePrecision <= averagePrecision);
  const ahead = others.filter((of) => of.averagePrecision > averagePrecision);
  const beats = (of: typeof others, one: string, many: string): string =>
    `${listed(of.map(named))} ${of.length === 1 ? one : many}`;
  if (behind.length === 0) return `${beats(ahead, 'is', 'are')} ahead of ${statistic}.`;
  const said = `${beats(behind, 'does', 'do')} not beat ${statistic}`;
  return ahead.length === 0 ? `${said}.` : `${said}; ${beats(ahead, 'is', 'are')} ahead.`;
}

function leadWords(lead: Interval | null, score: (value: number) => string): string {
  if (lead === null) return '';
  const [low, high] = lead;
  if (low > 0) return `, ${score(low)} to ${score(high)} higher`;
  if (high < 0) return `, ${score(-high)} to ${score(-low)} lower`;
  return ', not told apart';
}

const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
