/** Which epochs' weights a detector's phases ended with (section 6.2), told by its curve. */
import { type DetectorId, detectorMeta } from '../../detectors/catalog.ts';
import type { CurvePoint } from '../../detectors/fit-progress.ts';
import type { ScheduleSettings } from '../../detectors/tracevae/meta.ts';
import { curvedDetector } from './curved-detector.ts';
import { isRunning, type TrainingPhase } from './training-phase.ts';

export interface KeptEpoch {
  readonly phase: CurvePoint['phase'];
  /** 1-based, counted over both phases. */
  readonly epoch: number;
  /** Of the validation traces, nats. */
  readonly loss: number;
}

/**
 * The epoch of the lowest validation loss of each phase that has ended, the first of equal ones.
 * None where early stopping is off: then weights are those of the last epoch.
 */
export function keptEpochs(training: TrainingPhase, shown: DetectorId): KeptEpoch[] {
  if (isRunning(training)) {
    const { detector, settings, curve } = training;
    return chooses(detector, settings.schedule.earlyStopping) ? lowest(endedBefore(curve)) : [];
  }
  if (training.phase !== 'done') return [];
  const trained = curvedDetector(training, shown);
  const { schedule } = training.run.settings;
  if (trained === null || !chooses(trained.detector, schedule.earlyStopping)) return [];
  const { curve, outcome } = trained;
  // Stop keeps the weights of the moment, a divergence those of the epoch before
  const whole = !outcome.stopped && reachedItsEnd(curve, schedule);
  return lowest(whole ? curve : endedBefore(curve));
}

/** Whether the last phase ran out of epochs, or of patience. */
function reachedItsEnd(curve: readonly CurvePoint[], schedule: ScheduleSettings): boolean {
  const last = curve.at(-1);
  if (last === undefined) return false;
  if (last.epoch === schedule.epochs) return true;
  const best = lowest(curve).find(({ phase }) => phase === last.phase);
  const since = curve.filter(
    ({ epoch, valLoss }) => epoch > (best?.epoch ?? 0) && valLoss !== null,
  );
  return best !== undefined && since.length >= schedule.earlyStopping;
}

const chooses = (detector: DetectorId, patience: number): boolean =>
  detectorMeta(detector).stopsEarly && patience > 0;

/** The epochs of the phases before the last one that has any. */
const endedBefore = (curve: readonly CurvePoint[]): CurvePoint[] =>
  curve.filter(({ phase }) => phase !== curve.at(-1)!.phase);

function lowest(curve: readonly CurvePoint[]): KeptEpoch[] {
  const best = new Map<CurvePoint['phase'], KeptEpoch>();
  for (const { phase, epoch, valLoss } of curve) {
    const before = best.get(phase);
    if (valLoss === null || (before !== undefined && before.loss <= valLoss)) continue;
    best.set(phase, { phase, epoch, loss: valLoss });
  }
  return [...best.values()];
}
