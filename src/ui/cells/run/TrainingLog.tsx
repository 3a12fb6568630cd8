/** The training log, as a terminal would print it, and the curve on show. */
import { useEffect, useRef } from 'react';
import type { DetectorId } from '../../../detectors/catalog.ts';
import type { CurvePoint } from '../../../detectors/fit-progress.ts';
import { curvedDetector } from '../../../stores/run/curved-detector.ts';
import { trainingLog } from '../../../stores/run/training-log.ts';
import type { TrainingPhase } from '../../../stores/run/training-phase.ts';
import { useRuns } from '../../app/notebook-context.ts';

/** The curve on show: of the detector in training, or of the shown one. */
export function curveOf(training: TrainingPhase, detector: DetectorId): readonly CurvePoint[] {
  switch (training.phase) {
    case 'idle':
      return [];
    case 'running':
    case 'paused':
      return training.curve;
    case 'interrupted':
      return training.next.curve;
    case 'failed':
      return training.ended.curve;
    case 'done':
      return curvedDetector(training, detector)?.curve ?? [];
  }
}

export function TrainingLog() {
  const training = useRuns((r) => r.training);
  const list = useRef<HTMLDivElement>(null);
  const lines = trainingLog(training);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new line is what it waits for
  useEffect(() => {
    list.current?.scrollTo(0, list.current.scrollHeight);
  }, [lines.length]);
  if (lines.length === 0) return null;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keys
    <div ref={list} className="training-log" role="log" aria-label="Training log" tabIndex={0}>
      <ol>
        {lines.map(({ key, text }) => (
          <li key={key}>{text}</li>
        ))}
      </ol>
    </div>
  );
}
