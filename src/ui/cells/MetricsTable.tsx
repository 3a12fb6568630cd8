/** Best F, ROC-AUC, average precision and F at the threshold, for every variant of the score. */
import type { VariantReport } from '../../scoring/metrics.ts';
import { VARIANTS, type Variant } from '../../stores/score-view.ts';
import { formatScore } from '../widgets/format.ts';
import { G } from './glossary.tsx';
import { VARIANT_WORDS } from './scored.tsx';

const SUBSETS = ['total', 'structure', 'time'] as const;

interface MetricsTableProps {
  readonly reports: Readonly<Record<Variant, VariantReport>>;
  readonly variant: Variant;
}

export function MetricsTable({ reports, variant: shown }: MetricsTableProps) {
  return (
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
          {VARIANTS.map((variant) => {
            const report = reports[variant];
            return (
              <tr key={variant} className={variant === shown ? 'metrics-table__shown' : undefined}>
                <th scope="row">{VARIANT_WORDS[variant]}</th>
                <Numbers values={SUBSETS.map((s) => report[s].bestF)} />
                <Numbers values={SUBSETS.map((s) => report[s].auroc)} />
                <Numbers values={SUBSETS.map((s) => report[s].averagePrecision)} />
                <Numbers values={SUBSETS.map((s) => report.atThreshold[s].f)} />
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Group({ title }: { readonly title: React.ReactNode }) {
  return (
    <th scope="colgroup" colSpan={SUBSETS.length} className="metrics-table__group">
      {title}
    </th>
  );
}

function Numbers({ values }: { readonly values: readonly (number | null)[] }) {
  return values.map((value, i) => (
    <td key={SUBSETS[i]} className="plain-table__number">
      {formatScore(value)}
    </td>
  ));
}
