/** judge.json as Markdown tables: a person reads them in a terminal or in a document. */
import { type TypeRow, typeRows } from './faults.ts';
import type { DifferenceRow, JudgeReport, JudgeRow, MeanRow, OverallRow } from './report.ts';
import type { Interval } from './resample.ts';

const HEAD = ['set', 'detector', 'variant', 'seeds', 'AP', '95 %', 'ROC-AUC', 'best F'];
const AT_THRESHOLD = ['F at threshold', 'false alarms'];

/** The highest average precision of each set first; a section per question. */
export function judgeTables(report: JudgeReport): string {
  const differences = new Map(report.differences.map((row) => [keyOf(row), row]));
  const [first] = report.differences;
  const compared =
    first === undefined ? [] : [`AP less that of ${first.baseline.detector}`, '95 %'];
  const detection = table(
    [...HEAD, ...AT_THRESHOLD, ...compared],
    sortedMeans(report.means).map((row) => [
      row.set,
      row.detector,
      row.variant,
      `${row.seeds.length}`,
      share(row.averagePrecision.mean),
      interval(row.averagePrecision.interval),
      share(row.auroc.mean),
      share(row.bestF.mean),
      share(row.f.mean),
      percent(row.falseAlarms.mean),
      ...(first === undefined ? [] : differenceCells(differences.get(keyOf(row)))),
    ]),
  );
  return [detection, faultTable(report.rows), overallTable(report.overall)]
    .filter((text) => text !== '')
    .join('\n');
}

/** The best worst case first. */
function overallTable(rows: readonly OverallRow[]): string {
  if (rows.length === 0) return '';
  return table(
    ['all sets', 'variant', 'sets', 'worst AP', 'of', 'mean AP', 'ROC-AUC', ...AT_THRESHOLD],
    [...rows]
      .sort((a, b) => b.worst.averagePrecision - a.worst.averagePrecision)
      .map((row) => [
        row.detector,
        row.variant,
        `${row.sets}`,
        share(row.worst.averagePrecision),
        row.worst.set,
        share(row.averagePrecision),
        share(row.auroc),
        share(row.f),
        percent(row.falseAlarms),
      ]),
  );
}

const keyOf = ({ set, detector, variant, seeds }: Omit<MeanRow, 'bestF'>): string =>
  JSON.stringify([set, detector, variant, seeds]);

function sortedMeans(means: readonly MeanRow[]): MeanRow[] {
  const sets = [...new Set(means.map(({ set }) => set))];
  const ap = (row: MeanRow): number => row.averagePrecision.mean ?? -1;
  return sets.flatMap((set) =>
    means.filter((row) => row.set === set).sort((a, b) => ap(b) - ap(a)),
  );
}

const differenceCells = (row: DifferenceRow | undefined): string[] =>
  row === undefined
    ? ['', '']
    : [signed(row.averagePrecision.mean), interval(row.averagePrecision.interval)];

/** Of sets with faults: by type, each seed by itself. */
function faultTable(rows: readonly JudgeRow[]): string {
  const withFaults = rows.filter(({ faults }) => faults.length > 0);
  if (withFaults.length === 0) return '';
  return table(
    [
      ...['set', 'detector', 'variant', 'seed', 'type', 'faults', 'traces', 'flagged'],
      ...['noticed', 'median delay', 'service first', 'in first three'],
    ],
    withFaults.flatMap((row) =>
      typeRows(row.faults).map((type) => [
        row.set,
        row.detector,
        row.variant,
        `${row.seed}`,
        ...typeCells(type),
      ]),
    ),
  );
}

const typeCells = (row: TypeRow): string[] => [
  row.type,
  `${row.faults}`,
  `${row.traces}`,
  percent(row.flaggedShare),
  `${row.noticed}`,
  row.medianDelaySeconds === null ? '' : `${row.medianDelaySeconds.toFixed(0)} s`,
  row.first === null ? '' : `${row.first}`,
  row.firstThree === null ? '' : `${row.firstThree}`,
];

/** ".760", "1", "" */
const share = (value: number | null): string =>
  value === null
    ? ''
    : value
        .toFixed(3)
        .replace(/^(-?)0\./, '$1.')
        .replace(/^1\.000$/, '1');

const signed = (value: number | null): string =>
  value !== null && value >= 0 ? `+${share(value)}` : share(value);

const percent = (value: number | null): string =>
  value === null ? '' : `${(100 * value).toFixed(1)} %`;

const interval = (of: Interval | null): string =>
  of === null ? '' : `${share(of[0])} to ${share(of[1])}`;

/** Columns are padded, so that it reads as a table before it is rendered, too. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = head.map((_, i) => Math.max(3, ...cells.map((row) => row[i]!.length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |\n`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |\n`;
  return `${line(cells[0]!)}${rule}${cells.slice(1).map(line).join('')}`;
}
