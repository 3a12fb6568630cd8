/** The one button of an engineer on call, and what it waits for; the list stays meanwhile. */
import { detectorLabel } from '../../../detectors/catalog.ts';
import { isRunning } from '../../../stores/run/training-phase.ts';
import { useInspect, useRuns } from '../../app/notebook-context.ts';
import { formatPercent } from '../../widgets/format.ts';
import { ProgressBar } from '../../widgets/ProgressBar.tsx';
import { SegmentedControl } from '../../widgets/Select.tsx';
import {
  InterruptedNotice,
  TrainingActions,
  TrainingFailure,
  TrainingProgress,
} from '../run/TrainingUnderWay.tsx';
import type { Scored } from './scored.tsx';

export function LearnActions() {
  const learnt = useRuns((r) => r.training.phase === 'done');
  return learnt ? null : <TrainingActions start="Learn what is normal" />;
}

export function Learning() {
  const training = useRuns((r) => r.training);
  const scoring = useRuns((r) => r.scoring);
  if (training.phase === 'failed') return <TrainingFailure training={training} />;
  if (training.phase === 'interrupted') return <InterruptedNotice {...training} />;
  if (isRunning(training)) {
    return (
      <>
        <TrainingProgress training={training} />
        <p className="quiet">
          Until the model has learnt, the list below is the first look, which needs no model.
        </p>
      </>
    );
  }
  if (scoring.phase !== 'running') return null;
  const { detector, progress } = scoring;
  const share = progress === null ? null : progress.done / progress.total;
  return (
    <ProgressBar
      label="Scoring"
      share={share}
      text={`Scoring every trace with ${detectorLabel(detector)}`}
      detail={share !== null && formatPercent(Math.round(share * 100) / 100)}
    />
  );
}

/** Whose ranking the list is, where a run has several. */
export function RankedBy({ scored: { run, trained } }: { readonly scored: Scored }) {
  const setDetector = useInspect((i) => i.setDetector);
  const ranked = run.detectors.filter(({ scores }) => scores !== null);
  if (ranked.length < 2) return null;
  return (
    <SegmentedControl
      label="Ranked by"
      value={trained.detector}
      options={ranked.map(({ detector }) => ({ value: detector, label: detectorLabel(detector) }))}
      onChange={(detector) => void setDetector(detector)}
    />
  );
}
