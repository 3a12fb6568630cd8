/** The tables of section 6 and the appendix for this dataset: best F, ROC-AUC, F at the threshold. */
import { detectorLabel } from '../../../detectors/catalog.ts';
import { variantSuffix } from '../../../scoring/corrections/list.ts';
import { type MetricsRow, metricsRows } from '../../../stores/scores/score-view.ts';
import { useLab } from '../../app/notebook-context.ts';
import { formatScore } from '../../widgets/format.ts';
import type { LabViewProps } from './lab-view-props.ts';

const SUBSETS = ['total', 'structure', 'time'] as const;

type Report = MetricsRow['report'];

const TABLES = [
  {
    title: 'Table 1: best F',
    of: (report: Report) => SUBSETS.map((subset) => report[subset].bestF),
  },
  {
    title: 'Table 2: ROC-AUC',
    of: (report: Report) => SUBSETS.map((subset) => report[subset].auroc),
  },
  {
    title: 'Table 3: F at the threshold',
    of: (report: Report) => SUBSETS.map((subset) => report.atThreshold[subset].f),
  },
] as const;

export function LabTables({ scored }: LabViewProps) {
  const tuned = useLab((l) => l.shown.full?.picture.report ?? null);
  const rows = metricsRows(scored.run, scored.trained.detector, scored.chosen)
    .filter(({ variant }) => variant !== null)
    .map(({ detector, variant, report }) => ({
      name: `${detectorLabel(detector)}${variant === null || variant === 'plain' ? '' : variantSuffix(variant)}`,
      report,
    }));
  const all =
    tuned === null ? rows : [...rows, { name: 'with the sliders’ constants', report: tuned }];
  return (
    <div className="lab__tables">
      {TABLES.map(({ title, of }) => (
        <div key={title} className="scroll-x">
          <table className="plain-table lab__split">
            <caption>{title}</caption>
            <thead>
              <tr>
                <th scope="col">score</th>
                {SUBSETS.map((subset) => (
                  <th key={subset} scope="col" className="plain-table__number">
                    {subset}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {all.map(({ name, report }) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  {of(report).map((value, i) => (
                    <td key={SUBSETS[i]} className="plain-table__number">
                      {formatScore(value)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ))}
    </div>
  );
}
