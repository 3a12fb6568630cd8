/** The training log: one line per epoch, as the page lists it and the headless run prints it. */
import { formatDuration, formatNumber } from '../../base/number-words.ts';
import { type DetectorId, detectorLabel, isStatistic } from '../../detectors/catalog.ts';
import type { CurvePoint } from '../../detectors/fit-progress.ts';
import type { RunSettings } from '../../run/settings.ts';
import type { RunningPhase, TrainingPhase } from './training-phase.ts';

export interface LogLine {
  /** Unlike that of any other line of the run. */
  readonly key: string;
  readonly text: string;
}

interface Log {
  /** Every detector that was in training, in order. */
  readonly parts: readonly {
    readonly detector: DetectorId;
    readonly curve: readonly CurvePoint[];
  }[];
  /** Whether lines say whose they are. */
  readonly named: boolean;
}

/** Of a run so far; lines go again where its training starts over. */
export function trainingLog(training: TrainingPhase): readonly LogLine[] {
  const { parts, named } = logOf(training);
  return parts.flatMap(({ detector, curve }) =>
    linesOf(detector, curve, named ? [detectorLabel(detector)] : []),
  );
}

/** Of a detector that is trained with another seed than the run's. */
export const repeatLog = (
  detector: DetectorId,
  seed: number,
  curve: readonly CurvePoint[],
): readonly LogLine[] => linesOf(detector, curve, [detectorLabel(detector), `seed ${seed}`]);

const linesOf = (
  detector: DetectorId,
  curve: readonly CurvePoint[],
  words: readonly string[],
): LogLine[] =>
  curve.map((point) => ({
    key: `${detector} ${point.epoch}`,
    text: [...words, epochWords(point)].join(', '),
  }));

/** Statistics have no epochs, so they print no lines. */
const severalTrain = ({ detectors }: RunSettings): boolean =>
  detectors.filter((id) => !isStatistic(id)).length > 1;

function logOf(training: TrainingPhase): Log {
  const ofRun = (running: RunningPhase): Log => ({
    parts: [...running.finished, running],
    named: severalTrain(running.settings),
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
      return { parts: detectors, named: severalTrain(settings) };
    }
  }
}

function epochWords(point: CurvePoint): string {
  const validation = point.valLoss === null ? '' : `, validation ${formatNumber(point.valLoss, 4)}`;
  const structure =
    point.nllStructure === null ? '' : `, structure ${formatNumber(point.nllStructure)}`;
  return `epoch ${point.epoch} (${point.phase}): loss ${formatNumber(point.loss, 4)}${validation} nats, KL ${formatNumber(point.kl)}${structure}, time ${formatNumber(point.nllTime)}, rate ${point.learningRate}, ${formatDuration(point.seconds)}`;
}
