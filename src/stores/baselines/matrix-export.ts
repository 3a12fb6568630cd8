/** The results matrix as CSV, Markdown and LaTeX. Numbers that there are not are empty, or N/A. */
import { detectorLabel } from '../../detectors/catalog.ts';
import {
  applies,
  type ColumnId,
  MATRIX_COLUMNS,
  MATRIX_METRICS,
  type MatrixMetric,
  type MatrixRow,
  METRIC_COLUMNS,
  SUBSETS,
} from './matrix-view.ts';

export const METRIC_WORDS: Readonly<Record<MatrixMetric, string>> = {
  bestF: 'best F',
  auroc: 'ROC-AUC',
  averagePrecision: 'average precision',
  atThreshold: 'F at the threshold',
};

/** A line a detector: mean, lowest and highest of each column over its seeds. */
export function matrixCsv(rows: readonly MatrixRow[]): string {
  const names = MATRIX_COLUMNS.flatMap((column) => [column, `${column}.low`, `${column}.high`]);
  const lines = rows.map(({ detector, seeds, cells }): (string | number)[] => [
    detector,
    seeds,
    ...MATRIX_COLUMNS.flatMap((column): (string | number)[] => {
      const cell = cells[column];
      return cell === null ? ['', '', ''] : [cell.mean, cell.low, cell.high];
    }),
  ]);
  return `${[['detector', 'seeds', ...names], ...lines].map((line) => line.join(',')).join('\n')}\n`;
}

interface Marks {
  readonly best: (text: string) => string;
  readonly spread: (half: string) => string;
  readonly missing: string;
}

const DECIMALS: Readonly<Partial<Record<ColumnId, number>>> = {
  trainMinutes: 1,
  tracesPerSecond: 0,
};

/** Mean, and half of what lies between the lowest and the highest seed. */
function words(row: MatrixRow, column: ColumnId, marks: Marks): string {
  const cell = row.cells[column];
  if (cell === null) return applies(row.detector, column) ? marks.missing : 'N/A';
  const decimals = DECIMALS[column] ?? 3;
  const mean = cell.mean.toFixed(decimals);
  const shown = row.best.has(column) ? marks.best(mean) : mean;
  return row.seeds < 2
    ? shown
    : shown + marks.spread(((cell.high - cell.low) / 2).toFixed(decimals));
}

export function matrixMarkdown(rows: readonly MatrixRow[]): string {
  const marks: Marks = {
    best: (text) => `**${text}**`,
    spread: (half) => ` ± ${half}`,
    missing: '–',
  };
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const titles = MATRIX_METRICS.map(
    (metric) => `${METRIC_WORDS[metric]} (total / structure / time)`,
  );
  const head = ['detector', ...titles, 'training, min', 'traces/s'];
  const body = rows.map((row) => [
    detectorLabel(row.detector),
    ...MATRIX_METRICS.map((metric) =>
      SUBSETS.map((subset) => words(row, `${metric}.${subset}`, marks)).join(' / '),
    ),
    words(row, 'trainMinutes', marks),
    words(row, 'tracesPerSecond', marks),
  ]);
  return `${[head, head.map(() => '---'), ...body].map(line).join('\n')}\n`;
}

/** A tabular of the booktabs package. */
export function matrixLatex(rows: readonly MatrixRow[]): string {
  const marks: Marks = {
    best: (text) => `\\textbf{${text}}`,
    spread: (half) => ` $\\pm$ ${half}`,
    missing: '--',
  };
  const numbers = METRIC_COLUMNS.length + 2;
  const groups = MATRIX_METRICS.map((metric) => `\\multicolumn{3}{c}{${METRIC_WORDS[metric]}}`);
  const lines = [
    `\\begin{tabular}{l${'r'.repeat(numbers)}}`,
    '\\toprule',
    `& ${groups.join(' & ')} & training & scoring \\\\`,
    `& ${MATRIX_METRICS.map(() => SUBSETS.join(' & ')).join(' & ')} & min & traces/s \\\\`,
    '\\midrule',
    ...rows.map(
      (row) =>
        `${[detectorLabel(row.detector), ...MATRIX_COLUMNS.map((column) => words(row, column, marks))].join(' & ')} \\\\`,
    ),
    '\\bottomrule',
    '\\end{tabular}',
  ];
  return `${lines.join('\n')}\n`;
}
