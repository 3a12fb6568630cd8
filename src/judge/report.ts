/** judge.json: every detector on every set, with intervals, faults, and differences to a baseline. */
import { mean } from '../base/statistics.ts';
import {
  type Measured,
  meanOverSeeds,
  measureAll,
  pairedDifference,
  perMetric,
} from './bootstrap.ts';
import { type FaultRow, faultRows } from './faults.ts';
import type { JudgedScores, JudgedSet } from './judged.ts';
import type { Metric, RankedMetrics } from './ranking.ts';
import { drawsFaults, type Interval, type ResampleOptions } from './resample.ts';

export const JUDGE_FORMAT = 1;

/** Scores of the same test traces, in the same order. */
export interface JudgedGroup {
  readonly set: JudgedSet;
  readonly entries: readonly JudgedScores[];
}

/** Which rows others are compared with; null: the first variant of that detector. */
export interface Baseline {
  readonly detector: string;
  readonly variant: string | null;
}

export interface JudgeRow {
  readonly set: string;
  readonly detector: string;
  readonly variant: string;
  readonly seed: number;
  readonly traces: { readonly normal: number; readonly anomalies: number };
  readonly averagePrecision: number | null;
  readonly auroc: number | null;
  readonly bestF: number | null;
  /** 95 % of the resamples. */
  readonly interval: Readonly<Record<Metric, Interval | null>>;
  readonly atThreshold: Pick<RankedMetrics, 'f' | 'precision' | 'recall' | 'falseAlarms'>;
  readonly faults: readonly FaultRow[];
}

interface OverSeeds {
  readonly set: string;
  readonly detector: string;
  readonly variant: string;
  readonly seeds: readonly number[];
}
interface Estimate {
  readonly mean: number | null;
  readonly interval: Interval | null;
}

/** The mean over seeds. */
export type MeanRow = OverSeeds & Readonly<Record<Metric, Estimate>>;

/** How much higher that mean is than the baseline's, on the same resamples. */
export type DifferenceRow = OverSeeds & {
  readonly baseline: { readonly detector: string; readonly variant: string };
} & Readonly<Record<Metric, Estimate>>;

/** Over all sets at once: the worst of them is what a choice is judged by, then the mean. */
export interface OverallRow {
  readonly detector: string;
  readonly variant: string;
  readonly sets: number;
  readonly worst: { readonly set: string; readonly averagePrecision: number };
  readonly averagePrecision: number;
  readonly auroc: number | null;
  readonly f: number | null;
  readonly falseAlarms: number | null;
}

export interface JudgeReport {
  readonly formatVersion: typeof JUDGE_FORMAT;
  readonly rows: readonly JudgeRow[];
  readonly means: readonly MeanRow[];
  readonly differences: readonly DifferenceRow[];
  /** None where there is one set. */
  readonly overall: readonly OverallRow[];
  /** How the intervals came to be. */
  readonly resamples: ResampleOptions & {
    /** By set: what its anomalies are drawn by. */
    readonly units: Readonly<Record<string, 'faults' | 'traces'>>;
  };
}

export function judgeReport(
  groups: readonly JudgedGroup[],
  {
    baseline,
    resamples,
  }: { readonly baseline: Baseline | null; readonly resamples: ResampleOptions },
): JudgeReport {
  const measured = groups.map((group) => ({
    ...group,
    measures: measureAll(group.set, group.entries, resamples),
  }));
  const seeded = measured.map((group) => bySeeds(group));
  const means = seeded.flatMap((of) => of.map(meanRow));
  return {
    formatVersion: JUDGE_FORMAT,
    rows: measured.flatMap(({ set, entries, measures }) =>
      entries.map((entry, i) => judgeRow(set, entry, measures[i]!)),
    ),
    means,
    differences: seeded.flatMap((of) => differenceRows(of, baseline)),
    overall: groups.length > 1 ? overallRows(means) : [],
    resamples: {
      ...resamples,
      units: Object.fromEntries(
        groups.map(({ set }) => [set.name, drawsFaults(set) ? 'faults' : 'traces'] as const),
      ),
    },
  };
}

function judgeRow(set: JudgedSet, entry: JudgedScores, { metrics, interval }: Measured): JudgeRow {
  const { detector, variant, seed } = entry;
  const anomalies = set.anomalous.reduce((sum, one) => sum + one, 0);
  const { averagePrecision, auroc, bestF, f, precision, recall, falseAlarms } = metrics;
  return {
    set: set.name,
    detector,
    variant,
    seed,
    traces: { normal: set.anomalous.length - anomalies, anomalies },
    averagePrecision,
    auroc,
    bestF,
    interval,
    atThreshold: { f, precision, recall, falseAlarms },
    faults: faultRows(set, entry),
  };
}

/** One detector under one variant, all its seeds. */
interface Seeded extends OverSeeds {
  readonly measures: readonly Measured[];
}

function bySeeds({
  set,
  entries,
  measures,
}: JudgedGroup & { readonly measures: readonly Measured[] }): Seeded[] {
  const groups = new Map<string, { entry: JudgedScores; rows: number[] }>();
  for (const [row, entry] of entries.entries()) {
    const key = JSON.stringify([entry.detector, entry.variant]);
    const group = groups.get(key) ?? { entry, rows: [] };
    group.rows.push(row);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ entry: { detector, variant }, rows }) => ({
    set: set.name,
    detector,
    variant,
    seeds: rows.map((row) => entries[row]!.seed),
    measures: rows.map((row) => measures[row]!),
  }));
}

const named = ({ set, detector, variant, seeds }: OverSeeds): OverSeeds => ({
  set,
  detector,
  variant,
  seeds,
});

const meanRow = (of: Seeded): MeanRow => ({
  ...named(of),
  ...perMetric((metric) => meanOverSeeds(of.measures, metric)),
});

/** None of the baseline itself, and none where the set has no scores of it. */
function differenceRows(of: readonly Seeded[], wanted: Baseline | null): DifferenceRow[] {
  const baseline = of.find(
    ({ detector, variant }) =>
      detector === wanted?.detector && (wanted.variant === null || variant === wanted.variant),
  );
  if (baseline === undefined) return [];
  return of
    .filter((one) => one !== baseline)
    .map((one) => ({
      ...named(one),
      baseline: { detector: baseline.detector, variant: baseline.variant },
      ...perMetric((metric) => pairedDifference(one.measures, baseline.measures, metric)),
    }));
}

/** The means over sets of the means over seeds; sets without labels are left out. */
function overallRows(means: readonly MeanRow[]): OverallRow[] {
  const groups = new Map<string, MeanRow[]>();
  for (const row of means.filter(({ averagePrecision }) => averagePrecision.mean !== null)) {
    const key = JSON.stringify([row.detector, row.variant]);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].map((rows) => {
    const { detector, variant } = rows[0]!;
    const ap = (row: MeanRow): number => row.averagePrecision.mean!;
    const worst = rows.reduce((least, row) => (ap(row) < ap(least) ? row : least));
    const meanOf = (metric: Metric): number | null => {
      const values = rows.map((row) => row[metric].mean).filter((value) => value !== null);
      return values.length === 0 ? null : mean(values);
    };
    return {
      detector,
      variant,
      sets: rows.length,
      worst: { set: worst.set, averagePrecision: ap(worst) },
      averagePrecision: mean(rows.map(ap)),
      auroc: meanOf('auroc'),
      f: meanOf('f'),
      falseAlarms: meanOf('falseAlarms'),
    };
  });
}
