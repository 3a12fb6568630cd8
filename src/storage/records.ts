/**
 * What is stored, record by record. Each carries a formatVersion; a record of a version that this
 * build does not know is left alone and reported, never guessed at.
 */
import type { Failure } from '../base/result.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { FitCheckpoint } from '../detectors/checkpoint.ts';
import type { CurvePoint } from '../detectors/detector.ts';
import type { PresetId } from '../detectors/tracevae/meta.ts';
import type { FileRole } from '../features/splits.ts';
import type { ImportedTraces } from '../ingest/import.ts';
import type { RunSettings, ScoreOutcome, TrainOutcome } from '../worker/protocol.ts';

export const DATASET_FORMAT = 1;
export const RUN_FORMAT = 2;

export interface DatasetRecord {
  readonly formatVersion: typeof DATASET_FORMAT;
  readonly id: string;
  readonly name: string;
  readonly savedAt: number;
  readonly imported: ImportedTraces;
  /** [files] */
  readonly roles: readonly FileRole[];
}

export interface RunRecord {
  readonly formatVersion: typeof RUN_FORMAT;
  readonly id: string;
  readonly datasetId: string;
  readonly savedAt: number;
  readonly preset: PresetId;
  readonly settings: RunSettings;
  readonly outcome: TrainOutcome;
  readonly curve: readonly CurvePoint[];
  /** null until the run was scored. */
  readonly scores: ScoreOutcome | null;
  readonly peakHeapBytes: number | null;
  /** Fresh starts after a divergence in the first epoch. */
  readonly restarts: number;
  /** What else a reader of the results should know of its training, in sentences. */
  readonly incidents: readonly string[];
}

/** A training run that was not finished: what it takes to go on. */
export interface InterruptedRun {
  readonly datasetId: string;
  readonly savedAt: number;
  readonly preset: PresetId;
  readonly settings: RunSettings;
  readonly checkpoint: FitCheckpoint;
  readonly peakHeapBytes: number | null;
  readonly incidents: readonly string[];
}

const DATASET_KEYS = ['id', 'name', 'savedAt', 'imported', 'roles'];
const RUN_KEYS = ['id', 'datasetId', 'savedAt', 'settings', 'outcome', 'curve', 'scores'];

function checkRecord<T>(
  value: unknown,
  what: string,
  version: number,
  keys: readonly string[],
): Result<T, Failure> {
  const where = 'browser storage';
  if (typeof value !== 'object' || value === null) {
    return err({ what: `the stored ${what} is not a record`, where, advice: 'import it again' });
  }
  const found = 'formatVersion' in value ? value.formatVersion : undefined;
  if (found !== version) {
    return err({
      what: `the stored ${what} has format ${String(found)}, this build reads ${version}`,
      where,
      advice: 'open it with the build that wrote it, or import it again',
    });
  }
  const missing = keys.filter((key) => !(key in value));
  if (missing.length > 0) {
    return err({
      what: `the stored ${what} lacks ${missing.join(', ')}`,
      where,
      advice: 'import it again',
    });
  }
  return ok(value as T);
}

export const readDatasetRecord = (value: unknown): Result<DatasetRecord, Failure> =>
  checkRecord(value, 'dataset', DATASET_FORMAT, DATASET_KEYS);

export function readRunRecord(value: unknown): Result<RunRecord, Failure> {
  return checkRecord(upgradedRun(value), 'run', RUN_FORMAT, RUN_KEYS);
}

/** Format 1 knew neither early stopping nor incidents. */
function upgradedRun(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (!('formatVersion' in value && value.formatVersion === 1)) return value;
  const first = value as RunRecord;
  const config = { ...first.settings?.config, earlyStopping: 0 };
  return {
    ...first,
    formatVersion: RUN_FORMAT,
    settings: { ...first.settings, config },
    incidents: [],
  };
}
