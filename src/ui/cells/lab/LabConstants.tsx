/** The constants of section 5.3 as sliders; scores, F and ranks follow from stored terms. */
import type { LabSession } from '../../../lab/session.ts';
import {
  type Correction,
  choiceOf,
  numberOf,
  perModel,
} from '../../../scoring/corrections/correction.ts';
import {
  CORRECTIONS,
  type CorrectionId,
  constantWords,
  onStep,
} from '../../../scoring/corrections/list.ts';
import { compareMetrics } from '../../../stores/lab/lab-view.ts';
import { useLab, useRuns } from '../../app/notebook-context.ts';
import { Button } from '../../widgets/Button.tsx';
import {
  formatCount,
  formatMs,
  formatPercent,
  formatPoints,
  formatScore,
} from '../../widgets/format.ts';
import { Notice } from '../../widgets/Notice.tsx';
import { Select } from '../../widgets/Select.tsx';
import { SliderField } from '../../widgets/SliderField.tsx';
import { ThresholdControl } from '../scores/ThresholdControl.tsx';
import type { LabViewProps } from './lab-view-props.ts';
import { ConstantActions, KeptConstants } from './NamedConstants.tsx';

export function LabConstants({ scored, session }: LabViewProps) {
  return (
    <div className="lab__part">
      <div className="table-controls">
        <h3>Correction parameters</h3>
        <ConstantActions />
      </div>
      {!session.detailed && <TooOld />}
      <div className="lab__constants">
        <Sliders session={session} />
        <Compared scored={scored} session={session} />
      </div>
      <ThresholdControl scored={scored} />
      <KeptConstants scored={scored} />
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

function Sliders({ session }: Pick<LabViewProps, 'session'>) {
  return (
    <div className="lab__sliders">
      {CORRECTIONS.map((correction) => (
        <CorrectionConstants key={correction.id} correction={correction} session={session} />
      ))}
    </div>
  );
}

interface CorrectionConstantsProps {
  readonly correction: Correction<CorrectionId>;
  readonly session: LabSession;
}

/** A slider per number, a list per choice. */
function CorrectionConstants({ correction, session }: CorrectionConstantsProps) {
  const { id, constants } = correction;
  const { maxNodes, detailed } = session;
  const own = useLab((l) => l.setting.constants[id]) ?? {};
  const tune = useLab((l) => l.tune);
  return constants.map((constant) => {
    if (constant.kind === 'choice') {
      return (
        <Select
          key={constant.id}
          label={constant.label}
          value={choiceOf(constant, own)}
          options={constant.options}
          onChange={(chosen) => void tune(id, { [constant.id]: chosen })}
        />
      );
    }
    const value = numberOf(constant, own, maxNodes);
    const stands = constant.needsDetail === true && !detailed;
    return (
      <SliderField
        key={constant.id}
        label={constant.label}
        help={stands ? 'needs the run to be scored again' : constant.help(maxNodes)}
        value={value}
        min={perModel(constant.min, maxNodes)}
        max={perModel(constant.max, maxNodes)}
        step={constant.step}
        words={constantWords(constant, value)}
        disabled={stands}
        onChange={(moved) => void tune(id, { [constant.id]: onStep(constant, moved) })}
      />
    );
  });
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
