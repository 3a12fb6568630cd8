/** One line an epoch, as a terminal would print it. */
import { useEffect, useRef } from 'react';
import type { CurvePoint } from '../../detectors/detector.ts';
import type { TrainingPhase } from '../../stores/training-phase.ts';
import { useRuns } from '../app/notebook-context.ts';
import { formatDuration, formatNumber } from '../widgets/format.ts';

export function curveOf(training: TrainingPhase): readonly CurvePoint[] {
  switch (training.phase) {
    case 'idle':
      return [];
    case 'running':
    case 'paused':
      return training.curve;
    case 'interrupted':
      return training.interrupted.checkpoint.curve;
    case 'failed':
      return training.ended.curve;
    case 'done':
      return training.run.curve;
  }
}

function epochLine(point: CurvePoint): string {
  const validation = point.valLoss === null ? '' : `, validation ${formatNumber(point.valLoss, 4)}`;
  return `epoch ${point.epoch} (${point.phase}): loss ${formatNumber(point.loss, 4)}${validation} nats, KL ${formatNumber(point.kl)}, structure ${formatNumber(point.nllStructure)}, time ${formatNumber(point.nllTime)}, rate ${point.learningRate}, ${formatDuration(point.seconds)}`;
}

export function TrainingLog() {
  const training = useRuns((r) => r.training);
  const curve = curveOf(training);
  const list = useRef<HTMLOListElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new line is what it waits for
  useEffect(() => {
    list.current?.scrollTo(0, list.current.scrollHeight);
  }, [curve.length]);
  if (curve.length === 0) return null;
  return (
    <ol ref={list} className="training-log" role="log" aria-label="Training log">
      {curve.map((point) => (
        <li key={point.epoch}>{epochLine(point)}</li>
      ))}
    </ol>
  );
}
