/** Whether what was trained is ahead of the best statistic, which needs no training. */
import { type DetectorId, isStatistic } from '../../detectors/catalog.ts';
import type { MatrixRow } from './matrix-view.ts';

export interface AgainstStatistics {
  /** The statistic with the highest average precision of all anomalies, and that. */
  readonly best: DetectorId;
  readonly averagePrecision: number;
  /** Detectors that are not ahead of it, with theirs; in the order of the rows. */
  readonly behind: readonly { readonly detector: DetectorId; readonly averagePrecision: number }[];
}

/** null where no statistic, or nothing else, has been measured: labels are missing, or runs. */
export function againstStatistics(rows: readonly MatrixRow[]): AgainstStatistics | null {
  const measured = rows.flatMap(({ detector, cells }) => {
    const cell = cells['averagePrecision.total'];
    return cell === null ? [] : [{ detector, averagePrecision: cell.mean }];
  });
  const statistics = measured.filter(({ detector }) => isStatistic(detector));
  const others = measured.filter(({ detector }) => !isStatistic(detector));
  if (statistics.length === 0 || others.length === 0) return null;
  const best = statistics.reduce((a, b) => (b.averagePrecision > a.averagePrecision ? b : a));
  return {
    best: best.detector,
    averagePrecision: best.averagePrecision,
    behind: others.filter(({ averagePrecision }) => averagePrecision <= best.averagePrecision),
  };
}
