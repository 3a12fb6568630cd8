/** Cell 4: the model, how it trains, and its curves while it does. */
import { useEffect, useState } from 'react';
import { detectorLabel, isStatistic } from '../../../detectors/catalog.ts';
import type { RunRecord } from '../../../run/record.ts';
import { cellStates } from '../../../stores/page/cell-states.ts';
import { curvedDetector } from '../../../stores/run/curved-detector.ts';
import type { RunState } from '../../../stores/run/run-store.ts';
import {
  isRunning,
  plannedEpochs,
  type RunningPhase,
  type TrainingPhase,
} from '../../../stores/run/training-phase.ts';
import { useDataset, useInspect, useRuns } from '../../app/notebook-context.ts';
import { Button } from '../../widgets/Button.tsx';
import { formatDuration, formatRate } from '../../widgets/format.ts';
import { Notice } from '../../widgets/Notice.tsx';
import { ProgressBar } from '../../widgets/ProgressBar.tsx';
import { FailureNotice } from '../page/FailureNotice.tsx';
import { NotebookCell } from '../page/NotebookCell.tsx';
import { backendWords } from './backend-words.ts';
import { ModelView } from './ModelView.tsx';
import { RunDifferences } from './RunDifferences.tsx';
import { TrainingControls } from './TrainingControls.tsx';
import { TrainingCurves } from './TrainingCurves.tsx';
import { TrainingLog } from './TrainingLog.tsx';

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
      action={<TrainingActions runs={runs} />}
      foot={training.phase === 'done' && <RunFoot done={training} />}
    >
      {training.phase === 'done' && <RunDifferences run={training.run} />}
      {interrupted && <InterruptedNotice {...training} />}
      <TrainingControls disabled={isRunning(training) || interrupted} />
      <ModelView />
      {training.phase === 'done' && <NotTrained run={training.run} />}
      {training.phase === 'failed' && <TrainingFailure runs={runs} training={training} />}
      {runs.storageFailure !== null && <FailureNotice kind="warn" failure={runs.storageFailure} />}
      {isRunning(training) && <TrainingProgress training={training} />}
      <TrainingCurves />
      <TrainingLog />
    </NotebookCell>
  );
}

function TrainingActions({ runs }: { readonly runs: RunState }) {
  const { phase } = runs.training;
  if (phase === 'interrupted') {
    return (
      <>
        <Button icon="play" variant="primary" onClick={() => void runs.resumeInterrupted()}>
          Resume
        </Button>
        <Button onClick={() => void runs.discardInterrupted()}>Discard</Button>
      </>
    );
  }
  if (phase === 'running' || phase === 'paused') {
    return (
      <>
        {phase === 'running' ? (
          <Button icon="pause" onClick={runs.pause}>
            Pause
          </Button>
        ) : (
          <Button icon="play" variant="primary" onClick={runs.resume}>
            Resume
          </Button>
        )}
        <Button icon="stop" onClick={runs.stop} title="Ends training now and keeps its weights">
          Stop
        </Button>
      </>
    );
  }
  return (
    <Button icon="play" variant="primary" onClick={() => void runs.train()}>
      Start training
    </Button>
  );
}

/** A sentence, after whose turn it is where several detectors take turns; statistics need none. */
function inTurn({ detector, finished, failed, settings }: RunningPhase, sentence: string): string {
  const turns = settings.detectors.filter((id) => !isStatistic(id));
  if (turns.length < 2 || isStatistic(detector)) return sentence;
  const before = [...finished, ...failed].filter((one) => !isStatistic(one.detector)).length;
  const turn = `${detectorLabel(detector)}, ${before + 1} of ${turns.length}`;
  return `${turn}: ${sentence[0]!.toLowerCase()}${sentence.slice(1)}`;
}

function InterruptedNotice({ next, checkpoint }: Extract<TrainingPhase, { phase: 'interrupted' }>) {
  return (
    <Notice
      kind="info"
      what={inTurn(
        next,
        checkpoint === null
          ? 'Training was interrupted before its first checkpoint.'
          : `Training was interrupted at epoch ${checkpoint.epoch} of ${plannedEpochs(next.settings)}.`,
      )}
      advice="Resume goes on from there; on WASM the numbers are those of a run that was never interrupted. Discard forgets it."
    />
  );
}

/** Detectors whose training failed and left the others. */
function NotTrained({ run: { failed, settings } }: { readonly run: RunRecord }) {
  return failed
    .filter(({ stage, seed }) => stage === 'training' && seed === settings.seed)
    .map((failure) => <FailureNotice key={failure.detector} kind="warn" failure={failure} />);
}

function TrainingFailure({
  runs,
  training: { failure },
}: {
  readonly runs: RunState;
  readonly training: Extract<TrainingPhase, { phase: 'failed' }>;
}) {
  const { lastGood } = failure;
  if (lastGood === undefined) {
    return <FailureNotice kind="error" failure={failure} />;
  }
  return (
    <Notice
      kind="error"
      what={failure.what}
      where={failure.where}
      advice={`${failure.advice}. What the model had learnt by the end of epoch ${lastGood.epoch} is kept.`}
    >
      <Button size="small" onClick={() => void runs.keepLastGood()}>
        Use the weights of epoch {lastGood.epoch}
      </Button>
    </Notice>
  );
}

/** The time left as of now: between two progress events the clock goes on. */
function useSecondsLeft(secondsLeft: number | null, running: boolean): number | null {
  const [left, setLeft] = useState(secondsLeft);
  useEffect(() => {
    setLeft(secondsLeft);
    if (secondsLeft === null || !running) return;
    const started = performance.now();
    const timer = setInterval(() => {
      setLeft(Math.max(0, secondsLeft - (performance.now() - started) / 1e3));
    }, 1000);
    return () => clearInterval(timer);
  }, [secondsLeft, running]);
  return left;
}

function TrainingProgress({ training }: { readonly training: RunningPhase }) {
  const { progress, backend, restarts, incidents } = training;
  const running = training.phase === 'running';
  const left = useSecondsLeft(progress?.secondsLeft ?? null, running);
  const share =
    progress === null
      ? null
      : (progress.epoch - 1 + progress.batch / progress.batches) / progress.epochs;
  return (
    <>
      {incidents.map((incident) => (
        <Notice
          key={incident}
          kind="warn"
          what={`${incident[0]!.toUpperCase()}${incident.slice(1)}.`}
        />
      ))}
      <ProgressBar
        label="Training"
        share={share}
        paused={!running}
        text={
          progress === null
            ? backend === null
              ? 'Starting the backend'
              : 'Preparing the model'
            : inTurn(
                training,
                `Epoch ${progress.epoch} of ${progress.epochs}, batch ${progress.batch} of ${progress.batches}${
                  restarts > 0 ? `, start ${restarts + 1} after a divergence` : ''
                }`,
              )
        }
        detail={
          progress !== null &&
          [
            formatRate(progress.tracesPerSecond, 'traces'),
            running ? left !== null && `${formatDuration(left)} left` : 'paused',
          ]
            .filter(Boolean)
            .join(' · ')
        }
      />
    </>
  );
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
