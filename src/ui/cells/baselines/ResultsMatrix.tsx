/** Tables of the Baselines cell: detectors by total, structure and time. */
import type { ReactNode } from 'react';
import { DETECTOR_GROUPS, detectorLabel } from '../../../detectors/catalog.ts';
import { againstStatistics, againstWords } from '../../../stores/baselines/against-statistics.ts';
import {
  applies,
  type ColumnId,
  MATRIX_METRICS,
  type MatrixMetric,
  type MatrixRow,
  SUBSETS,
} from '../../../stores/baselines/matrix-view.ts';
import type { Published, PublishedRow } from '../../../stores/baselines/published-tables.ts';
import { useIntervals } from '../../app/notebook-context.ts';
import { formatDuration, formatNumber, formatScore } from '../../widgets/format.ts';
import { G } from '../page/glossary.tsx';

const TITLES: Readonly<Record<MatrixMetric, ReactNode>> = {
  bestF: <G id="bestF">best F</G>,
  auroc: <G id="auroc">ROC-AUC</G>,
  averagePrecision: <G id="ap">average precision</G>,
  atThreshold: <G id="threshold">F at the threshold</G>,
};

const STATE_WORDS: Readonly<Record<MatrixRow['state'], string>> = {
  none: 'not run',
  waiting: 'waiting',
  training: 'training',
  trained: 'not scored yet',
  scored: '',
  failed: '✗ failed',
};

export function ResultsMatrix({ rows }: { readonly rows: readonly MatrixRow[] }) {
  const severalSeeds = rows.some(({ seeds }) => seeds > 1);
  const anyBest = rows.some(({ best }) => best.size > 0);
  return (
    <>
      <div className="scroll-x">
        <table
          className="plain-table metrics-table results-matrix"
          aria-label="Results by detector"
        >
          <thead>
            <tr>
              <th scope="col" rowSpan={2}>
                detector
              </th>
              {MATRIX_METRICS.map((metric) => (
                <th
                  key={metric}
                  scope="colgroup"
                  colSpan={SUBSETS.length}
                  className="metrics-table__group"
                >
                  {TITLES[metric]}
                </th>
              ))}
              <th scope="col" rowSpan={2} className="plain-table__number">
                training
              </th>
              <th scope="col" rowSpan={2} className="plain-table__number">
                scoring, traces/s
              </th>
            </tr>
            <SubsetTitles groups={MATRIX_METRICS} />
          </thead>
          {DETECTOR_GROUPS.map(({ title, metas }, group) => (
            <tbody key={title}>
              {group > 0 && (
                <tr>
                  <th scope="rowgroup" colSpan={3 + MATRIX_METRICS.length * SUBSETS.length}>
                    {title}
                  </th>
                </tr>
              )}
              {rows
                .filter(({ detector }) => metas.some(({ id }) => id === detector))
                .map((row) => (
                  <tr key={row.detector}>
                    <th scope="row">
                      {detectorLabel(row.detector)}
                      {STATE_WORDS[row.state] !== '' && (
                        <span className="results-matrix__state">{STATE_WORDS[row.state]}</span>
                      )}
                    </th>
                    {MATRIX_METRICS.flatMap((metric) =>
                      SUBSETS.map((subset) => (
                        <Cell
                          key={`${metric}.${subset}`}
                          row={row}
                          column={`${metric}.${subset}`}
                          format={formatScore}
                        />
                      )),
                    )}
                    <Cell
                      row={row}
                      column="trainMinutes"
                      format={(minutes) => formatDuration(60 * minutes)}
                    />
                    <Cell row={row} column="tracesPerSecond" format={formatNumber} />
                  </tr>
                ))}
            </tbody>
          ))}
        </table>
      </div>
      <StatisticsNote rows={rows} />
      {anyBest && (
        <p className="quiet">
          ★ best in column.{severalSeeds && ' Mean over seeds; ± is half of (max - min).'} FSA makes
          its own yes/no decision; no percentile threshold applies.
        </p>
      )}
    </>
  );
}

/** What is not ahead of the best statistic is said not to be, by how much once that is computed. */
function StatisticsNote({ rows }: { readonly rows: readonly MatrixRow[] }) {
  const intervals = useIntervals((state) => state.intervals);
  const compared = intervals.phase === 'done' ? intervals.rows : [];
  const against = againstStatistics(rows, compared);
  if (against === null) return null;
  return (
    <p>
      {againstWords(against, formatScore)}
      {intervals.phase === 'idle' && ' “Compute intervals” says how sure that is.'}
    </p>
  );
}

function SubsetTitles({ groups }: { readonly groups: readonly string[] }) {
  return (
    <tr>
      {groups.map((group) =>
        SUBSETS.map((subset) => (
          <th key={`${group}-${subset}`} scope="col" className="plain-table__number">
            {subset}
          </th>
        )),
      )}
    </tr>
  );
}

interface CellProps {
  readonly row: MatrixRow;
  readonly column: ColumnId;
  readonly format: (value: number) => string;
}

function Cell({ row, column, format }: CellProps) {
  const cell = row.cells[column];
  if (cell === null) {
    const text = applies(row.detector, column) ? '–' : 'N/A';
    return <td className="plain-table__number">{text}</td>;
  }
  const best = row.best.has(column);
  return (
    <td className={`plain-table__number${best ? ' results-matrix__best' : ''}`}>
      {best && '★ '}
      {format(cell.mean)}
      {row.seeds > 1 && (
        <span className="results-matrix__spread">±&nbsp;{format((cell.high - cell.low) / 2)}</span>
      )}
    </td>
  );
}

export function PublishedTable({ rows }: { readonly rows: readonly PublishedRow[] }) {
  return (
    <div className="scroll-x">
      <table className="plain-table metrics-table" aria-label="Published results by detector">
        <thead>
          <tr>
            <th scope="col" rowSpan={2}>
              detector
            </th>
            <th scope="colgroup" colSpan={3} className="metrics-table__group">
              best F, table 1
            </th>
            <th scope="col" rowSpan={2} className="plain-table__number">
              ROC-AUC of total, table 2
            </th>
            <th scope="colgroup" colSpan={3} className="metrics-table__group">
              F at the threshold, table 3
            </th>
          </tr>
          <SubsetTitles groups={['best', 'threshold']} />
        </thead>
        <tbody>
          {rows.map(({ detector, bestF, auroc, atThreshold }) => (
            <tr key={detector}>
              <th scope="row">{detectorLabel(detector)}</th>
              <PublishedNumbers values={bestF} />
              <td className="plain-table__number">{formatScore(auroc)}</td>
              <PublishedNumbers values={atThreshold} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** null: the paper does not have them; a null among them is its N/A. */
function PublishedNumbers({ values }: { readonly values: Published | null }) {
  return SUBSETS.map((subset, i) => {
    const value = values?.[i];
    return (
      <td key={subset} className="plain-table__number">
        {value === null ? 'N/A' : formatScore(value)}
      </td>
    );
  });
}
