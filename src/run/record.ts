/** A run as it is kept: its settings and what came of each of its detectors. */
import type { Failure } from '../base/result.ts';
import type { DetectorId } from '../detectors/catalog.ts';
import type { FitCheckpoint } from '../detectors/checkpoint.ts';
import type { KeptWeights } from '../detectors/detector.ts';
import type { CurvePoint } from '../detectors/fit-progress.ts';
import type { PresetId } from '../detectors/tracevae/meta.ts';
import type { VariantReport } from '../scoring/metrics.ts';
import type { NamedScores, ScoreOutcome, TrainOutcome } from './outcome.ts';
import type { RunSettings } from './settings.ts';

/** Earlier formats are read by {@link file://./record-formats.ts}. */
export const RUN_FORMAT = 5;

export interface RunRecord {
  readonly formatVersion: typeof RUN_FORMAT;
  readonly id: string;
  readonly datasetId: string;
  readonly savedAt: number;
  readonly preset: PresetId;
  readonly settings: RunSettings;
  /** One per detector of the settings, in their order; fewer while some are still to be trained. */
  readonly detectors: readonly DetectorRun[];
  /** Detectors that are still to be trained: none once the run has ended, or was stopped. */
  readonly pending: readonly DetectorId[];
  /** What could not be trained or scored, and did not keep the others from it. */
  readonly failed: readonly DetectorFailure[];
  /** The same detectors with other seeds, of which the metrics alone are kept. */
  readonly repeats: readonly SeedResult[];
  readonly peakHeapBytes: number | null;
}

/** What came of one detector. */
export interface DetectorRun {
  readonly detector: DetectorId;
  readonly outcome: TrainOutcome;
  readonly curve: readonly CurvePoint[];
  /** null until it was scored. */
  readonly scores: ScoreOutcome | null;
  /** Scores with other constants of the corrections, in the order in which they were kept. */
  readonly named?: readonly NamedScores[];
  /** As {@link formatThreshold} writes it; absent where nobody chose one. */
  readonly threshold?: string;
  /** Weights of earlier epochs, where the settings asked for them; those of older runs have none. */
  readonly kept?: readonly KeptWeights[];
  /** Fresh starts after a divergence in the first epoch. */
  readonly restarts: number;
  /** What else a reader of the results should know of its training, in sentences. */
  readonly incidents: readonly string[];
}

export interface DetectorFailure extends Failure {
  readonly detector: DetectorId;
  readonly seed: number;
  readonly stage: 'training' | 'scoring';
}

/** What came of one detector with a seed that is not the run's. */
export interface SeedResult {
  readonly detector: DetectorId;
  readonly seed: number;
  /** Of the score with all corrections, or of the one that there is. */
  readonly report: VariantReport;
  readonly trainSeconds: number;
  readonly scoreTracesPerSecond: number;
}

/** The training of a detector that was not finished: what it takes to go on. */
export interface InterruptedRun {
  /** Of the {@link RunRecord} that holds the detectors before it, where there are any. */
  readonly runId: string;
  readonly detector: DetectorId;
  readonly datasetId: string;
  readonly savedAt: number;
  readonly preset: PresetId;
  readonly settings: RunSettings;
  readonly checkpoint: FitCheckpoint;
  readonly peakHeapBytes: number | null;
  readonly incidents: readonly string[];
}
