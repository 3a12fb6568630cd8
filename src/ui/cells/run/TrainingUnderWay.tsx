/** A training under way, interrupted or failed, and the buttons for it: in each cell that starts one. */
import { useEffect, useState } from 'react';
import { detectorLabel, isStatistic } from '../../../detectors/catalog.ts';
import {
  plannedEpochs,
  type RunningPhase,
  type TrainingPhase,
} from '../../../stores/run/training-phase.ts';
import { useRuns } from '../../app/notebook-context.ts';
import { Button } from '../../widgets/Button.tsx';
import { formatDuration, formatRate } from '../../widgets/format.ts';
import { Notice } from '../../widgets/Notice.tsx';
import { ProgressBar } from '../../widgets/ProgressBar.tsx';
import { FailureNotice } from '../page/FailureNotice.tsx';

/** @param start what the button says that starts a training */
export function TrainingActions({ start }: { readonly start: string }) {
  const runs = useRuns((r) => r);
  const { phase } = runs.training;
  if (runs.elsewhere && phase !== 'running' && phase !== 'paused') {
    return (
      <Button
        title="Training goes on here from its last checkpoint, and ends in the other tab"
        onClick={() => void runs.takeOver()}
      >
        Take over
      </Button>
    );
  }
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
        <Button icon="stop" onClick={runs.stop}>
          Stop and use this model
        </Button>
      </>
    );
  }
  return (
    <Button icon="play" variant="primary" onClick={() => void runs.train()}>
      {start}
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

export function InterruptedNotice({
  next,
  checkpoint,
}: Extract<TrainingPhase, { phase: 'interrupted' }>) {
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

export function TrainingFailure({
  training: { failure },
}: {
  readonly training: Extract<TrainingPhase, { phase: 'failed' }>;
}) {
  const keepLastGood = useRuns((r) => r.keepLastGood);
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
      <Button size="small" onClick={() => void keepLastGood()}>
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

export function TrainingProgress({ training }: { readonly training: RunningPhase }) {
  const { progress, backend, racing, restarts, incidents } = training;
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
              ? racing
                ? 'Trying WASM and WebGPU for about a second each: the faster one trains'
                : 'Starting the backend'
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
