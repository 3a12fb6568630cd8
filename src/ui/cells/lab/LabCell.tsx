/** The cell: the inversion of the NLL, and what each correction of section 5.3 does to it. */
import { useEffect, useRef } from 'react';
import { detectorLabel } from '../../../detectors/catalog.ts';
import type { LabSession } from '../../../lab/session.ts';
import { gapWords } from '../../../stores/lab/gap-words.ts';
import { labCellState } from '../../../stores/page/cell-states.ts';
import { useLab, useRuns } from '../../app/notebook-context.ts';
import { formatCount } from '../../widgets/format.ts';
import { ProgressBar } from '../../widgets/ProgressBar.tsx';
import { useNearView } from '../../widgets/use-near-view.ts';
import { useCellState } from '../page/cell-state.ts';
import { FailureNotice } from '../page/FailureNotice.tsx';
import { G } from '../page/glossary.tsx';
import { NotebookCell } from '../page/NotebookCell.tsx';
import { readinessOfScored, readinessWords } from '../scores/Readiness.tsx';
import {
  NotScoredYet,
  type ScoredTerms,
  TermsAlone,
  useScored,
  useScoredTerms,
} from '../scores/scored.tsx';
import { LabConstants } from './LabConstants.tsx';
import { LabMultiples } from './LabMultiples.tsx';
import { LabViews } from './LabViews.tsx';
import type { LabViewProps } from './lab-view-props.ts';
import './lab.css';

export function LabCell() {
  const shown = useScored();
  const scored = useScoredTerms();
  const state = labCellState(useCellState('lab'), shown?.run.detectors ?? []);
  const { lab } = useLab((l) => l);
  const scoring = useRuns((r) => r.scoring.phase === 'running');
  return (
    <NotebookCell
      id="lab"
      state={state}
      section="§5, §6.6"
      prose={
        <>
          The mean NLL of data is a KL divergence plus their entropy, and the entropy is the data’s
          own: fewer nodes, less of it. So a small odd trace can score below a large normal one, the{' '}
          <G id="inversion">inversion</G>. Scaling, normalization and std-limit are meant to narrow
          that gap; here each can be watched at work.
        </>
      }
      foot={scored !== null && lab.phase === 'open' && <LabFoot scored={scored} {...lab} />}
    >
      {shown === null || scoring ? (
        <NotScoredYet what="scores to compare" />
      ) : scored === null ? (
        <TermsAlone scored={shown} what="The corrections are" />
      ) : (
        <>
          {scored.trained !== shown.trained && (
            <p className="quiet">
              Here are the scores of {detectorLabel(scored.trained.detector)}; Scores and Flagged
              show {detectorLabel(shown.trained.detector)}, which has nothing to correct.
            </p>
          )}
          <OpenedLab scored={scored} />
        </>
      )}
    </NotebookCell>
  );
}

function LabFoot({
  scored,
  session,
}: {
  readonly scored: ScoredTerms;
  readonly session: LabSession;
}) {
  const { trained, run, scores } = scored;
  return (
    <>
      {detectorLabel(trained.detector)} · seed {run.settings.seed} · L = {scores.test.samples}{' '}
      samples · {formatCount(session.traces, 'test trace')} · N_max {session.maxNodes}
    </>
  );
}

/** Opens the lab once it comes into sight: its terms are copied to the worker. */
function OpenedLab({ scored }: { readonly scored: ScoredTerms }) {
  const { lab, failure, open } = useLab((l) => l);
  const box = useRef<HTMLDivElement>(null);
  const near = useNearView(box, { margin: 600, stays: true });
  const closed = lab.phase === 'closed';
  useEffect(() => {
    if (near && closed) void open();
  }, [near, closed, open]);
  return (
    <div ref={box} className="lab">
      {(lab.phase === 'closed' || lab.phase === 'opening') && (
        <div className="lab__opening">
          <ProgressBar
            label="Opening the lab"
            share={null}
            text="Combining the scores of each correction"
          />
        </div>
      )}
      {lab.phase === 'failed' && <FailureNotice kind="error" failure={lab.failure} />}
      {failure !== null && <FailureNotice kind="error" failure={failure} />}
      {lab.phase === 'open' && <LabView scored={scored} session={lab.session} />}
    </div>
  );
}

function LabView({ scored, session }: LabViewProps) {
  const gap = gapWords(scored.scores.reports);
  const readiness = readinessOfScored(scored);
  return (
    <>
      {gap !== null && (
        <p>
          {gap}
          {readiness !== null && !readiness.ready && ` ${readinessWords(readiness)}`}
        </p>
      )}
      {!session.labelled && (
        <p className="quiet">
          Without labels this shows only how scores move. Add labels in the Data cell to measure
          precision and recall, the inversion and its causes.
        </p>
      )}
      <LabMultiples session={session} />
      <LabConstants scored={scored} session={session} />
      <LabViews scored={scored} session={session} />
    </>
  );
}
