/**
 * The results matrix: detectors by total, structure and time (the columns of tables 1 to 3), with
 * what training and scoring took. A number is the mean over the seeds of a run.
 */
import { COMPARED, type DetectorId, scoresStructure } from '../../detectors/catalog.ts';
import type { ScoreOutcome, ScoreOutline } from '../../run/outcome.ts';
import type { DetectorFailure, DetectorRun, RunRecord } from '../../run/record.ts';
import type { VariantReport } from '../../scoring/metrics.ts';
import { withDetectors } from '../run/run-choices.ts';
import { isRunning, type TrainingPhase } from '../run/training-phase.ts';

export const SUBSETS = ['total', 'structure', 'time'] as const;
export type Subset = (typeof SUBSETS)[number];

export const MATRIX_METRICS = ['bestF', 'auroc', 'averagePrecision', 'atThreshold'] as const;
export type MatrixMetric = (typeof MATRIX_METRICS)[number];

/** A column of the matrix. */
export type ColumnId = `${MatrixMetric}.${Subset}` | 'trainMinutes' | 'tracesPerSecond';

export const METRIC_COLUMNS: readonly ColumnId[] = MATRIX_METRICS.flatMap((metric) =>
  SUBSETS.map((subset): ColumnId => `${metric}.${subset}`),
);
export const MATRIX_COLUMNS: readonly ColumnId[] = [
  ...METRIC_COLUMNS,
  'trainMinutes',
  'tracesPerSecond',
];

/** Of one detector in one column, over its seeds. */
export interface MatrixCell {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

export interface MatrixRow {
  readonly detector: DetectorId;
  /** Seeds that the numbers are means of. */
  readonly seeds: number;
  /** null where there is no number: not run yet, no labels, or not applicable. */
  readonly cells: Readonly<Record<ColumnId, MatrixCell | null>>;
  /** Columns that this row is the best of. */
  readonly best: ReadonlySet<ColumnId>;
  readonly state: 'none' | 'waiting' | 'training' | 'trained' | 'scored' | 'failed';
  readonly failures: readonly DetectorFailure[];
}

/** VGAE, for one, has no score of structure (table 1). */
export const applies = (detector: DetectorId, column: ColumnId): boolean =>
  !column.endsWith('.structure') || scoresStructure(detector);

/** What one seed gave. */
interface Measured {
  readonly report: VariantReport | null;
  readonly trainSeconds: number;
  readonly scoreTracesPerSecond: number | null;
}

/** The report of the score with all corrections, or of the one that there is. */
export function mainReport(scores: ScoreOutcome | ScoreOutline): VariantReport {
  return scores.kind === 'terms' ? scores.reports.full : scores.report;
}

function numberOf({ report, ...speed }: Measured, column: ColumnId): number | null {
  if (column === 'trainMinutes') return speed.trainSeconds / 60;
  if (column === 'tracesPerSecond') return speed.scoreTracesPerSecond;
  const [metric, subset] = column.split('.') as [MatrixMetric, Subset];
  if (report === null) return null;
  return metric === 'atThreshold' ? report.atThreshold[subset].f : report[subset][metric];
}

function cellOf(measured: readonly Measured[], column: ColumnId): MatrixCell | null {
  const values = measured
    .map((one) => numberOf(one, column))
    .filter((value) => value !== null && Number.isFinite(value)) as number[];
  if (values.length === 0) return null;
  return {
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    low: Math.min(...values),
    high: Math.max(...values),
  };
}

/** What the matrix shows: TraceVAE and the baselines, and whatever else the run has. */
export function matrixRows(training: TrainingPhase): MatrixRow[] {
  const run = training.phase === 'done' ? training.run : null;
  const running = isRunning(training) ? training : null;
  const finished = run?.detectors ?? running?.finished ?? [];
  const failed = run?.failed ?? running?.failed ?? [];
  const repeats = run?.repeats ?? running?.repeats ?? [];
  const wanted = run?.settings.detectors ?? running?.settings.detectors ?? [];

  const bare = withDetectors(COMPARED, wanted).map((detector) => {
    const own = finished.find((trained) => trained.detector === detector);
    const measured: Measured[] = [
      ...(own === undefined ? [] : [measuredOf(own)]),
      ...repeats.filter((repeat) => repeat.detector === detector),
    ];
    const cells = Object.fromEntries(
      MATRIX_COLUMNS.map((column) => [
        column,
        applies(detector, column) ? cellOf(measured, column) : null,
      ]),
    ) as MatrixRow['cells'];
    const failures = failed.filter((failure) => failure.detector === detector);
    const state = stateOf(detector, own, failures, running, wanted);
    return { detector, seeds: measured.length, cells, state, failures };
  });
  return bare.map((row) => ({ ...row, best: bestColumns(row, bare) }));
}

const measuredOf = ({ outcome, scores }: DetectorRun): Measured => ({
  report: scores === null ? null : mainReport(scores),
  trainSeconds: outcome.trainSeconds,
  scoreTracesPerSecond: scores?.scoreTracesPerSecond ?? null,
});

function stateOf(
  detector: DetectorId,
  own: DetectorRun | undefined,
  failures: readonly DetectorFailure[],
  running: { readonly detector: DetectorId } | null,
  wanted: readonly DetectorId[],
): MatrixRow['state'] {
  if (own !== undefined && own.scores !== null) return 'scored';
  if (running?.detector === detector) return 'training';
  if (failures.length > 0) return 'failed';
  if (own !== undefined) return 'trained';
  return running !== null && wanted.includes(detector) ? 'waiting' : 'none';
}

type Comparable = Pick<MatrixRow, 'cells'>;

/** Best among several: the highest, or of training time the lowest; ties are all best. */
function bestColumns(row: Comparable, rows: readonly Comparable[]): ReadonlySet<ColumnId> {
  return new Set(
    MATRIX_COLUMNS.filter((column) => {
      const own = row.cells[column];
      const others = rows.flatMap(({ cells }) => cells[column]?.mean ?? []);
      if (own === null || others.length < 2) return false;
      return own.mean === (column === 'trainMinutes' ? Math.min : Math.max)(...others);
    }),
  );
}

/** What these further seeds still lack of a run: its detectors, seed by seed. */
export const missingRepeats = (
  { settings, detectors, repeats }: RunRecord,
  seeds: readonly number[],
): { readonly detector: DetectorId; readonly seed: number }[] =>
  [...new Set(seeds)]
    .filter((seed) => seed !== settings.seed)
    .flatMap((seed) => detectors.map(({ detector }) => ({ detector, seed })))
    .filter((one) => !repeats.some((of) => of.detector === one.detector && of.seed === one.seed));
