/** Best F, ROC-AUC, average precision and F at the threshold, for every variant of the score. */
import { detectorLabel, scoresStructure } from '../../../detectors/catalog.ts';
import { variantWords } from '../../../scoring/corrections/list.ts';
import { type MetricsRow, metricsRows } from '../../../stores/scores/score-view.ts';
import { formatScore } from '../../widgets/format.ts';
import { SaveTable } from '../../widgets/SaveTable.tsx';
import { G } from '../page/glossary.tsx';
import { correctionsWords, type Scored } from './scored.tsx';

const SUBSETS = ['total', 'structure', 'time'] as const;

interface MetricsTableProps {
  readonly scored: Scored;
}

/** "TraceVAE, all corrections", then what the score of the shown detector is made of. */
function rowWords({ detector, variant, name }: MetricsRow, scored: Scored): string {
  if (name !== null) return name;
  if (variant === 'plain') return detectorLabel(detector);
  if (variant === 'full') return `${detectorLabel(detector)}, ${variantWords('full')}`;
  return variant === null ? correctionsWords(scored) : variantWords(variant);
}

export function MetricsTable({ scored }: MetricsTableProps) {
  const rows = metricsRows(scored.run, scored.trained.detector, scored.chosen);
  return (
    <SaveTable name="Metrics">
      <div className="scroll-x">
        <table className="plain-table metrics-table" aria-label="Metrics by variant">
          <thead>
            <tr>
              <th scope="col" rowSpan={2}>
                score
              </th>
              <Group title={<G id="bestF">best F</G>} />
              <Group title={<G id="auroc">ROC-AUC</G>} />
              <Group title={<G id="ap">average precision</G>} />
              <Group title={<G id="threshold">F at the threshold</G>} />
            </tr>
            <tr>
              {['best', 'auroc', 'ap', 'at'].map((group) =>
                SUBSETS.map((subset) => (
                  <th key={`${group}-${subset}`} scope="col" className="plain-table__number">
                    {subset}
                  </th>
                )),
              )}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr
                key={`${row.detector} ${row.variant} ${row.name}`}
                className={row.shown ? 'metrics-table__shown' : undefined}
              >
                <th scope="row">{rowWords(row, scored)}</th>
                <Numbers row={row} value={(s) => row.report[s].bestF} />
                <Numbers row={row} value={(s) => row.report[s].auroc} />
                <Numbers row={row} value={(s) => row.report[s].averagePrecision} />
                <Numbers row={row} value={(s) => row.report.atThreshold[s].f} />
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </SaveTable>
  );
}

function Group({ title }: { readonly title: React.ReactNode }) {
  return (
    <th scope="colgroup" colSpan={SUBSETS.length} className="metrics-table__group">
      {title}
    </th>
  );
}

interface NumbersProps {
  readonly row: MetricsRow;
  readonly value: (subset: (typeof SUBSETS)[number]) => number | null;
}

function Numbers({ row, value }: NumbersProps) {
  const unscored = !scoresStructure(row.detector);
  return SUBSETS.map((subset) => (
    <td key={subset} className="plain-table__number" data-value={value(subset) ?? undefined}>
      {unscored && subset === 'structure' ? 'N/A' : formatScore(value(subset))}
    </td>
  ));
}
