import { detectorLabel } from '../../../detectors/catalog.ts';
import type { RunRecord } from '../../../run/record.ts';
import { cellStates } from '../../../stores/page/cell-states.ts';
import { curvedDetector } from '../../../stores/run/curved-detector.ts';
import { isRunning, type TrainingPhase } from '../../../stores/run/training-phase.ts';
import { useDataset, useInspect, useRuns } from '../../app/notebook-context.ts';
import { formatDuration, formatRate } from '../../widgets/format.ts';
import { Notice } from '../../widgets/Notice.tsx';
import { FailureNotice } from '../page/FailureNotice.tsx';
import { NotebookCell } from '../page/NotebookCell.tsx';
import { ModelReadiness } from '../scores/Readiness.tsx';
import { backendWords } from './backend-words.ts';
import { MemoryEstimate } from './MemoryEstimate.tsx';
import { ModelView } from './ModelView.tsx';
import { RunDifferences } from './RunDifferences.tsx';
import { TrainingControls } from './TrainingControls.tsx';
import { TrainingCurves } from './TrainingCurves.tsx';
import { TrainingLog } from './TrainingLog.tsx';
import {
  InterruptedNotice,
  TrainingActions,
  TrainingFailure,
  TrainingProgress,
} from './TrainingUnderWay.tsx';
import { UnstoredRuns } from './UnstoredRuns.tsx';

export function TrainingCell() {
  const datasetState = useDataset((d) => d);
  const runs = useRuns((r) => r);
  const { training } = runs;
  const state = cellStates(datasetState, runs).training;
  const interrupted = training.phase === 'interrupted';
  return (
    <NotebookCell
      id="training"
      state={state}
      stateText={training.phase === 'paused' || interrupted ? training.phase : undefined}
      section="§4, §6.2"
      prose={
        <>
          Two VAEs share one reading of the tree: z encodes its structure, z₂ its latencies, and the
          dispatching layer hands z₂ to every node. First the whole model trains, then the time VAE
          alone with the rest fixed.
        </>
      }
      action={<TrainingActions start="Start training" />}
      foot={training.phase === 'done' && <RunFoot done={training} />}
    >
      {training.phase === 'done' && <RunDifferences run={training.run} />}
      {runs.elsewhere ? (
        <Notice
          kind="info"
          what="Another tab trains on this dataset."
          advice="Its run is listed here once it has ended. Take over to go on here from its last checkpoint."
        />
      ) : (
        interrupted && <InterruptedNotice {...training} />
      )}
      <TrainingControls disabled={isRunning(training) || interrupted} />
      {!isRunning(training) && !interrupted && <MemoryEstimate />}
      <ModelView />
      {training.phase === 'done' && <NotTrained run={training.run} />}
      {training.phase === 'done' && <ModelReadiness scored={training} />}
      {training.phase === 'failed' && <TrainingFailure training={training} />}
      {runs.storageFailure !== null && runs.unstored.length === 0 && (
        <FailureNotice kind="warn" failure={runs.storageFailure} />
      )}
      <UnstoredRuns />
      {isRunning(training) && <TrainingProgress training={training} />}
      <TrainingCurves />
      <TrainingLog />
    </NotebookCell>
  );
}

/** Detectors whose training failed and left the others. */
function NotTrained({ run: { failed, settings } }: { readonly run: RunRecord }) {
  return failed
    .filter(({ stage, seed }) => stage === 'training' && seed === settings.seed)
    .map((failure) => <FailureNotice key={failure.detector} kind="warn" failure={failure} />);
}

function RunFoot({ done }: { readonly done: Extract<TrainingPhase, { phase: 'done' }> }) {
  const detector = useInspect((i) => i.detector);
  const { settings, detectors } = done.run;
  const shown = curvedDetector(done, detector)!;
  const { outcome } = shown;
  const name = useDataset((d) => d.dataset?.name);
  return (
    <>
      {detectors.length > 1 && `${detectorLabel(shown.detector)} · `}seed {settings.seed} · {name} ·{' '}
      {outcome.parameterCount.toLocaleString('en')} parameters · trained in{' '}
      {formatDuration(outcome.trainSeconds)} at {formatRate(outcome.trainTracesPerSecond, 'traces')}{' '}
      on {backendWords(outcome.backend)}
      {outcome.stopped && ' · stopped early'}
    </>
  );
}
