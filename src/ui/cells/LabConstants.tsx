/** The constants of section 5.3 as sliders; scores, F and ranks follow from stored terms. */
import { compareMetrics, EDGE_BOUNDARIES } from '../../stores/lab-view.ts';
import { useLab, useRuns } from '../app/notebook-context.ts';
import { Button } from '../widgets/Button.tsx';
import {
  formatCount,
  formatMs,
  formatNumber,
  formatPercent,
  formatPoints,
  formatScore,
} from '../widgets/format.ts';
import { Notice } from '../widgets/Notice.tsx';
import { Select } from '../widgets/Select.tsx';
import { SliderField, type SliderFieldProps } from '../widgets/SliderField.tsx';
import type { LabViewProps } from './LabCell.tsx';
import { percentWords } from './lab-words.ts';

export function LabConstants({ scored, session }: LabViewProps) {
  const resetTuning = useLab((l) => l.resetTuning);
  return (
    <div className="lab__part">
      <div className="table-controls">
        <h3>Constants of the corrections</h3>
        <Button size="small" onClick={() => void resetTuning()}>
          Back to the paper’s
        </Button>
      </div>
      {!session.detailed && <TooOld />}
      <div className="lab__constants">
        <Sliders scored={scored} session={session} />
        <Compared scored={scored} session={session} />
      </div>
    </div>
  );
}

function TooOld() {
  const scoreAgain = useRuns((r) => r.scoreAgain);
  return (
    <Notice
      kind="warn"
      what="This run was scored before edges and stds were kept, so two of the sliders stand still."
      advice="Score again to move them; the scores stay the same."
    >
      <Button onClick={() => void scoreAgain()}>Score again</Button>
    </Notice>
  );
}

function Sliders({ session }: LabViewProps) {
  const { tuning, source } = useLab((l) => l.setting);
  const tune = useLab((l) => l.tune);
  const setSource = useLab((l) => l.setSource);
  const { maxNodes, detailed } = session;
  const older = 'needs the run to be scored again';
  return (
    <div className="lab__sliders">
      <SliderField
        label="Scaling factor"
        help={`equation (6): an edge’s factor, its square a node count’s; ${maxNodes} in the paper, N_max`}
        value={tuning.scalingFactor}
        min={1}
        max={2 * maxNodes}
        step={1}
        words={`× ${formatCount(tuning.scalingFactor)}`}
        onChange={(scalingFactor) => void tune({ scalingFactor })}
      />
      <SliderField
        label="Boundary"
        help={detailed ? 'equation (6): what is less probable is scaled; 0.5 in the paper' : older}
        value={EDGE_BOUNDARIES.indexOf(tuning.boundary)}
        min={0}
        max={EDGE_BOUNDARIES.length - 1}
        step={1}
        words={`p < ${tuning.boundary}`}
        disabled={!detailed}
        onChange={(at) => void tune({ boundary: EDGE_BOUNDARIES[at]! })}
      />
      <SliderField
        label="Exponent of N_max / N"
        help="equation (7): 1 in the paper, 0 for no normalization"
        value={tuning.nodeCountExponent}
        min={0}
        max={2}
        step={0.05}
        words={formatNumber(tuning.nodeCountExponent)}
        onChange={(nodeCountExponent) => void tune({ nodeCountExponent })}
      />
      <Percentile
        label="Percentile of σ"
        help={detailed ? 'section 5.3: larger stds are cut to it; 99 in the paper' : older}
        value={tuning.stdPercentile}
        disabled={!detailed}
        onChange={(stdPercentile) => void tune({ stdPercentile })}
      />
      <Percentile
        label="Percentile of the threshold"
        help="section A.2: of the validation scores; 99 in the paper"
        value={tuning.thresholdPercentile}
        onChange={(thresholdPercentile) => void tune({ thresholdPercentile })}
      />
      <Select
        label="σ of"
        value={source}
        options={[
          { value: 'global', label: 'all validation nodes' },
          { value: 'operation', label: 'each operation’s nodes' },
        ]}
        onChange={(chosen) => void setSource(chosen)}
      />
    </div>
  );
}

type PercentileProps = Pick<SliderFieldProps, 'label' | 'help' | 'value' | 'disabled' | 'onChange'>;

function Percentile(props: PercentileProps) {
  return <SliderField min={90} max={100} step={0.1} words={percentWords(props.value)} {...props} />;
}

function Compared({ scored, session }: LabViewProps) {
  const full = useLab((l) => l.shown.full);
  if (full === undefined) return null;
  const { scores, chosen } = scored;
  const part = scores.byFile.find(({ file }) => file === chosen.file) ?? scores;
  const metrics = compareMetrics(full.picture.report, part.reports.full);
  return (
    <div>
      {session.labelled && (
        <table className="plain-table" aria-label="Metrics with these constants">
          <thead>
            <tr>
              <th scope="col">all together</th>
              <th scope="col" className="plain-table__number">
                paper’s
              </th>
              <th scope="col" className="plain-table__number">
                these
              </th>
              <th scope="col" className="plain-table__number">
                change
              </th>
            </tr>
          </thead>
          <tbody>
            {metrics.map(({ key, tuned, paper, isShare }) => {
              const format = isShare ? formatPercent : formatScore;
              return (
                <tr key={key}>
                  <th scope="row">{key}</th>
                  <td className="plain-table__number">{format(paper)}</td>
                  <td className="plain-table__number">{format(tuned)}</td>
                  <td className="plain-table__number">{change(tuned, paper, isShare)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
      <p className="quiet lab__took">
        {formatCount(session.traces, 'trace')} scored, measured and ranked in{' '}
        {formatMs(full.tookMs)}.
      </p>
    </div>
  );
}

function change(tuned: number | null, paper: number | null, isShare: boolean): string {
  if (tuned === null || paper === null) return '–';
  const difference = tuned - paper;
  if (Math.abs(difference) < 5e-4) return '=';
  if (isShare) return formatPoints(difference);
  return `${difference > 0 ? '+' : ''}${formatScore(difference)}`;
}
