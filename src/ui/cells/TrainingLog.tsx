/** One line an epoch, as a terminal would print it. */
import { useEffect, useRef } from 'react';
import { type DetectorId, detectorLabel } from '../../detectors/catalog.ts';
import type { CurvePoint } from '../../detectors/fit-progress.ts';
import { shownDetector } from '../../stores/inspect-store.ts';
import type { RunningPhase, TrainingPhase } from '../../stores/training-phase.ts';
import { useRuns } from '../app/notebook-context.ts';
import { formatDuration, formatNumber } from '../widgets/format.ts';

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
      return shownDetector(training, detector)?.curve ?? [];
  }
}

interface Part {
  readonly detector: DetectorId;
  readonly curve: readonly CurvePoint[];
}

interface Log {
  /** Every detector that was in training, in order. */
  readonly parts: readonly Part[];
  /** Whether lines say whose they are. */
  readonly named: boolean;
}

function logOf(training: TrainingPhase): Log {
  const ofRun = (running: RunningPhase): Log => ({
    parts: [...running.finished, running],
    named: running.settings.detectors.length > 1,
  });
  switch (training.phase) {
    case 'idle':
      return { parts: [], named: false };
    case 'running':
    case 'paused':
      return ofRun(training);
    case 'interrupted':
      return ofRun(training.next);
    case 'failed':
      return ofRun(training.ended);
    case 'done': {
      const { detectors, settings } = training.run;
      return { parts: detectors, named: settings.detectors.length > 1 };
    }
  }
}

function epochLine(point: CurvePoint): string {
  const validation = point.valLoss === null ? '' : `, validation ${formatNumber(point.valLoss, 4)}`;
  const structure =
    point.nllStructure === null ? '' : `, structure ${formatNumber(point.nllStructure)}`;
  return `epoch ${point.epoch} (${point.phase}): loss ${formatNumber(point.loss, 4)}${validation} nats, KL ${formatNumber(point.kl)}${structure}, time ${formatNumber(point.nllTime)}, rate ${point.learningRate}, ${formatDuration(point.seconds)}`;
}

export function TrainingLog() {
  const training = useRuns((r) => r.training);
  const { parts, named } = logOf(training);
  const list = useRef<HTMLDivElement>(null);
  const lines = parts.flatMap(({ detector, curve }) =>
    curve.map((point) => ({
      key: `${detector} ${point.epoch}`,
      text: `${named ? `${detectorLabel(detector)}, ` : ''}${epochLine(point)}`,
    })),
  );
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
