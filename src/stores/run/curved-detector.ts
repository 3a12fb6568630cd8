/** Which detector of a run its curves, epochs and parameters are told of. */
import type { DetectorId } from '../../detectors/catalog.ts';
import type { DetectorRun } from '../../run/record.ts';
import { shownDetector } from '../scores/inspect-store.ts';
import type { TrainingPhase } from './training-phase.ts';

/** The shown one; where that has no epochs, the first that has any. */
export function curvedDetector(training: TrainingPhase, detector: DetectorId): DetectorRun | null {
  const shown = shownDetector(training, detector);
  if (training.phase !== 'done') return shown;
  return [shown, ...training.run.detectors].find((one) => hasCurve(one)) ?? shown;
}

export const hasCurve = (trained: DetectorRun | null): boolean => (trained?.curve.length ?? 0) > 0;
