/** One line an epoch, as a terminal would print it. */
import { useEffect, useRef } from 'react';
import { type DetectorId, detectorLabel } from '../../detectors/catalog.ts';
import type { CurvePoint } from '../../detectors/detector.ts';
import { shownDetector } from '../../stores/inspect-store.ts';
import type { RunState } from '../../stores/run-store.ts';
import type { TrainingPhase } from '../../stores/training-phase.ts';
import { useRuns } from '../app/notebook-context.ts';
import { formatDuration, formatNumber } from '../widgets/format.ts';

/** The curve on show: of the detector in training, or of the shown one. */
export function curveOf(runs: RunState, detector: DetectorId): readonly CurvePoint[] {
  const { training } = runs;
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
      return shownDetector(runs, detector)?.curve ?? [];
  }
}

interface Part {
  readonly detector: DetectorId;
  readonly curve: readonly CurvePoint[];
}

/** Every detector of the run, in the order of training. */
function partsOf(training: TrainingPhase): readonly Part[] {
  switch (training.phase) {
    case 'idle':
      return [];
    case 'running':
    case 'paused':
      return [...training.finished, training];
    case 'interrupted':
      return [...training.next.finished, training.next];
    case 'failed':
      return [...training.ended.finished, training.ended];
    case 'done':
      return training.run.detectors;
  }
}

function epochLine(point: CurvePoint): string {
  const validation = point.valLoss === null ? '' : `, validation ${formatNumber(point.valLoss, 4)}`;
  return `epoch ${point.epoch} (${point.phase}): loss ${formatNumber(point.loss, 4)}${validation} nats, KL ${formatNumber(point.kl)}, structure ${formatNumber(point.nllStructure)}, time ${formatNumber(point.nllTime)}, rate ${point.learningRate}, ${formatDuration(point.seconds)}`;
}

export function TrainingLog() {
  const training = useRuns((r) => r.training);
  const parts = partsOf(training);
  const list = useRef<HTMLOListElement>(null);
  const lines = parts.flatMap(({ detector, curve }) =>
    curve.map((point) => ({
      key: `${detector} ${point.epoch}`,
      text: `${parts.length > 1 ? `${detectorLabel(detector)}, ` : ''}${epochLine(point)}`,
    })),
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new line is what it waits for
  useEffect(() => {
    list.current?.scrollTo(0, list.current.scrollHeight);
  }, [lines.length]);
  if (lines.length === 0) return null;
  return (
    <ol ref={list} className="training-log" role="log" aria-label="Training log">
      {lines.map(({ key, text }) => (
        <li key={key}>{text}</li>
      ))}
    </ol>
  );
}
