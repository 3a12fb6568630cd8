/**
 * What a kept run is listed and compared by: its name, settings, curves and metrics, without the
 * weights and the terms of its scores, which lie in its {@link RunRecord} beside it.
 */
import type { DetectorId } from '../detectors/catalog.ts';
import type { CurvePoint } from '../detectors/fit-progress.ts';
import type { PresetId } from '../detectors/tracevae/meta.ts';
import type { Variant } from '../scoring/corrections/list.ts';
import type { VariantReport } from '../scoring/metrics.ts';
import type { BackendInfo, ScoreOutcome } from './outcome.ts';
import type { RunRecord } from './record.ts';
import type { RunSettings } from './settings.ts';

/** 1 had its settings in one record. */
export const RUN_ENTRY_FORMAT = 2;

export interface RunEntry {
  readonly formatVersion: typeof RUN_ENTRY_FORMAT;
  readonly id: string;
  readonly datasetId: string;
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly savedAt: number;
  readonly preset: PresetId;
  readonly settings: RunSettings;
  readonly detectors: readonly RunEntryDetector[];
  /** Detectors that are still to be trained. */
  readonly pending: readonly DetectorId[];
  /** Deleted, and gone for good when the dataset is opened next. */
  readonly trashed?: boolean;
  /** How often it was written over; absent: never, or by an earlier build. */
  readonly revision?: number;
}

export interface RunEntryDetector {
  readonly detector: DetectorId;
  readonly curve: readonly CurvePoint[];
  readonly parameterCount: number;
  readonly backend: BackendInfo;
  readonly trainSeconds: number;
  readonly stopped: boolean;
  /** By variant, or of the one score that there is; null until it was scored. */
  readonly reports: Readonly<Partial<Record<Variant | 'plain', VariantReport>>> | null;
}

export const entryOfRun = (run: RunRecord, name: string): RunEntry => ({
  formatVersion: RUN_ENTRY_FORMAT,
  id: run.id,
  datasetId: run.datasetId,
  name,
  savedAt: run.savedAt,
  preset: run.preset,
  settings: run.settings,
  detectors: run.detectors.map(({ detector, curve, outcome, scores }) => ({
    detector,
    curve,
    parameterCount: outcome.parameterCount,
    backend: outcome.backend,
    trainSeconds: outcome.trainSeconds,
    stopped: outcome.stopped,
    reports: scores === null ? null : reportsOf(scores),
  })),
  pending: run.pending,
});

const reportsOf = (scores: ScoreOutcome): NonNullable<RunEntryDetector['reports']> =>
  scores.kind === 'terms' ? scores.reports : { plain: scores.report };

const NUMBERED = /^Run (\d+)$/;

/** "Run 4" after "Run 3", whatever was deleted or renamed in between. */
export function nextRunName(entries: readonly Pick<RunEntry, 'name'>[]): string {
  const numbers = entries.map(({ name }) => Number(NUMBERED.exec(name)?.[1] ?? 0));
  return `Run ${Math.max(entries.length, ...numbers) + 1}`;
}
