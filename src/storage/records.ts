/**
 * What is stored, record by record. Each carries a formatVersion; a record of a version that this
 * build does not know is left alone and reported, never guessed at.
 */
import type { Failure } from '../base/result.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { DetectorId } from '../detectors/catalog.ts';
import type { FitCheckpoint } from '../detectors/checkpoint.ts';
import type { KeptWeights } from '../detectors/detector.ts';
import type { CurvePoint } from '../detectors/fit-progress.ts';
import type { PresetId, TraceVaeConfig } from '../detectors/tracevae/meta.ts';
import type { FileRole } from '../features/splits.ts';
import type { ImportedTraces } from '../ingest/import.ts';
import type { PrepareReport } from '../prepare/prepare.ts';
import type { VariantReport } from '../scoring/metrics.ts';
import type { RunSettings, ScoreOutcome, TermsOutcome, TrainOutcome } from '../worker/protocol.ts';
import type { TableSize } from './column-chunks.ts';
import type { TableName } from './dataset-tables.ts';

/** 1 was one record with everything in it; {@link file://./upgrade.ts} reads it. */
export const DATASET_FORMAT = 2;
/** 3 had neither baselines nor repeats, and terms alone; {@link readRunRecord} reads it. */
export const RUN_FORMAT = 4;

/** A dataset in memory. */
export interface Dataset {
  readonly id: string;
  readonly name: string;
  readonly imported: ImportedTraces;
  /** [files] */
  readonly roles: readonly FileRole[];
  /** How it was made from another dataset; absent where it was imported. */
  readonly preparation?: Preparation;
}

/** Section A.4 on a dataset, which stays as it was so that Undo can bring it back. */
export interface Preparation {
  readonly report: PrepareReport;
  /** null where it was deleted since. */
  readonly source: Dataset | null;
}

/** A stored dataset without its columns, which lie in chunks beside it. */
export interface DatasetEntry {
  readonly formatVersion: typeof DATASET_FORMAT;
  readonly id: string;
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly savedAt: number;
  /** Milliseconds since the epoch; the latest is opened when the page is. */
  readonly openedAt: number;
  /** [files] */
  readonly roles: readonly FileRole[];
  readonly imported: Omit<ImportedTraces, 'traces'>;
  /** The source is stored as a dataset of its own. */
  readonly preparation?: { readonly report: PrepareReport; readonly sourceId: string };
  readonly tables: Readonly<Record<TableName, TableSize>>;
  /** Deleted, and gone for good when the page is opened next. */
  readonly trashed?: boolean;
  /** Spans that can be read back: all that were kept, or 0 for a dataset of an earlier version. */
  readonly spans: number;
  /** Of all columns. */
  readonly bytes: number;
}

export interface RunRecord {
  readonly formatVersion: typeof RUN_FORMAT;
  readonly id: string;
  readonly datasetId: string;
  readonly savedAt: number;
  readonly preset: PresetId;
  readonly settings: RunSettings;
  /** One a detector of the settings, in their order; fewer while some are still to be trained. */
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

const DATASET_KEYS = [
  'id',
  'name',
  'savedAt',
  'openedAt',
  'roles',
  'imported',
  'tables',
  'spans',
  'bytes',
];
const RUN_KEYS = ['id', 'datasetId', 'savedAt', 'settings', 'detectors', 'pending'];

/** A record of this version that has these keys, or what is wrong with it. */
export function checkRecord<T>(
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
      advice: 'open it with the build that wrote it, or import or train again',
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

export const readDatasetEntry = (value: unknown): Result<DatasetEntry, Failure> =>
  checkRecord(value, 'dataset', DATASET_FORMAT, DATASET_KEYS);

/** Runs of formats before 3 lack terms that the corrections are combined from. */
export function readRunRecord(value: unknown): Result<RunRecord, Failure> {
  if (isRun3(value)) {
    const read = checkRecord<RunRecord3>(value, 'run', value.formatVersion, RUN_KEYS);
    return read.ok ? ok(fromRun3(read.value)) : read;
  }
  const read = checkRecord<RunRecord>(value, 'run', RUN_FORMAT, RUN_KEYS);
  return read.ok ? ok({ ...read.value, settings: withLaterSettings(read.value.settings) }) : read;
}

/** Format 3: one seed, TraceVAE and its ablations. */
interface RunRecord3
  extends Omit<RunRecord, 'formatVersion' | 'settings' | 'detectors' | 'failed' | 'repeats'> {
  readonly formatVersion: 3;
  readonly settings: StoredSettings;
  readonly detectors: readonly (Omit<DetectorRun, 'scores'> & {
    readonly scores: Omit<TermsOutcome, 'kind'> | null;
  })[];
}

const isRun3 = (value: unknown): value is RunRecord3 =>
  typeof value === 'object' &&
  value !== null &&
  'formatVersion' in value &&
  value.formatVersion === 3;

const fromRun3 = (run: RunRecord3): RunRecord => ({
  ...run,
  formatVersion: RUN_FORMAT,
  settings: withLaterSettings(run.settings),
  detectors: run.detectors.map((trained) => ({
    ...trained,
    scores: trained.scores === null ? null : { kind: 'terms', ...trained.scores },
  })),
  failed: [],
  repeats: [],
});

type LaterSettings = 'keepEvery' | 'latencyTails';

/** Settings as builds before this one may have stored them. */
export interface StoredSettings extends Omit<RunSettings, 'baselines' | 'config'> {
  readonly baselines?: RunSettings['baselines'];
  readonly config: Omit<TraceVaeConfig, LaterSettings> &
    Partial<Pick<TraceVaeConfig, LaterSettings>>;
}

/** What settings did not say when they were stored, as it was then. */
export const withLaterSettings = ({
  baselines,
  config,
  ...settings
}: StoredSettings): RunSettings => ({
  ...settings,
  baselines: baselines ?? {},
  config: { keepEvery: 0, latencyTails: 'gaussian', ...config },
});
