/**
 * What crosses the worker door. A job has an input, events on the way, and an output or a failure;
 * every message carries the job's id, so that late replies can be told apart and ignored.
 */

import type { ChosenPeriods, ComparedDatasets } from '../changes/other-dataset.ts';
import type { SetApart } from '../changes/set-apart.ts';
import type { Timeline } from '../changes/timeline.ts';
import type { DetectorId } from '../detectors/catalog.ts';
import type { FitCheckpoint } from '../detectors/checkpoint.ts';
import type { FitEvent, ScoreProgress, StartingModel } from '../detectors/detector.ts';
import type { Explanation, TraceExplanation } from '../detectors/explanation.ts';
import type { ExportFormat } from '../export/write-spans.ts';
import type { SetCounts } from '../features/set-counts.ts';
import type { SplitOptions } from '../features/splits.ts';
import type { FileBatch } from '../ingest/files-to-come.ts';
import type { ImportedTraces, ImportProgress, LabelledTraces } from '../ingest/import.ts';
import type { PackedFile } from '../ingest/pack-files.ts';
import type { EditableTree } from '../inspect/edit-tree.ts';
import type { NearestTrace } from '../inspect/nearest-trace.ts';
import type { ScoreHistograms } from '../inspect/score-histograms.ts';
import type { Oddity } from '../inspect/sentence.ts';
import type { SubtreeChoice } from '../inspect/sibling-subtrees.ts';
import type { Arranged, TraceColumn, TraceQuery } from '../inspect/trace-query.ts';
import type { TraceColumns } from '../inspect/trace-table.ts';
import type { Compared } from '../judge/compare.ts';
import type { Quantity } from '../parity/measure.ts';
import type { ParityPart } from '../parity/parity.ts';
import type { TraceDescription } from '../prepare/describe.ts';
import type { PrepareStep } from '../prepare/prepare.ts';
import type { PrepareSettings } from '../prepare/settings.ts';
import type { KnownSpeeds, RaceEvent } from '../run/auto-backend.ts';
import type { ScoreChoice } from '../run/chosen-scores.ts';
import type { Looked } from '../run/look-at-all.ts';
import type { ModelRef } from '../run/model-ref.ts';
import type { OpenedRun } from '../run/opened-run.ts';
import type { BackendInfo, CombinedScores, ScoreOutline, TrainOutcome } from '../run/outcome.ts';
import type { BackendPreference, RunSettings } from '../run/settings.ts';
import type { UnflagOutcome, UnflagProgress } from '../run/what-if.ts';
import type { Corrections, Variant } from '../scoring/corrections/list.ts';
import type { StandInChoice } from '../simulator/stand-in-catalog.ts';
import type { ComparedTrace } from '../statistics/usual-book.ts';
import type { ColumnMapping } from '../trace/column-mapping.ts';
import type { FileCounts } from '../trace/file-counts.ts';
import type { OrphanRule } from '../trace/orphans.ts';
import type { SpanChunk } from '../trace/span-chunks.ts';
import type { StructureCensus } from '../trace/structure-statistics.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import type { JobFailure } from './job-failure.ts';
import type { LabJobs } from './lab-jobs.ts';
import type { PreparedDataset } from './prepare-dataset.ts';

/** A trace as it might have been, and how it is scored. */
export interface WhatIfQuestion {
  readonly of: ModelRef;
  readonly trace: number;
  readonly tree: EditableTree;
  readonly corrections: Corrections;
}

export type TrainEvent =
  | FitEvent
  | RaceEvent
  | { readonly kind: 'backend'; readonly info: BackendInfo }
  /** The device was lost, and training goes on after this epoch, 0 for from the start. */
  | {
      readonly kind: 'recovered';
      readonly epoch: number;
      readonly why: string;
      readonly info: BackendInfo;
    };

export type ParityEvent =
  | { readonly kind: 'backend'; readonly info: BackendInfo }
  | { readonly kind: 'quantity'; readonly quantity: Quantity };

/** `merged-trees`: the list that an import report can have at its end. */
export type ExportKind = ExportFormat | 'merged-trees';

/** Counted in traces. */
export interface ExportProgress {
  readonly done: number;
  readonly total: number;
}

export interface Jobs extends LabJobs {
  /** Which backend `auto` would take here; starts it. */
  probe: { input: { preference: BackendPreference }; event: never; output: BackendInfo };
  /** `datasetId` names what comes of it, for `takeSpans`. */
  import: {
    /** `names`: of all files, `files`: the first; `mappings`: of tables whose headers are not known. */
    input: {
      names: readonly string[];
      files: readonly File[];
      mappings: readonly ColumnMapping[];
      authorsRules: boolean;
      orphans: OrphanRule;
      keptAttributes: readonly string[];
      firstOperations?: readonly { readonly service: string; readonly name: string }[];
      datasetId: string;
    };
    event: ImportProgress;
    output: ImportedTraces;
  };
  /** The next files of an import that has begun; it waits for them. Ends once there is room for more. */
  giveFiles: { input: FileBatch; event: never; output: null };
  /** Sets labels that come in files of their own on the dataset at hand. */
  label: {
    input: Pick<Jobs['import']['input'], 'names' | 'files'>;
    event: never;
    output: LabelledTraces;
  };
  /** `standIn`: instead of the built-in demo, one of the paper's datasets. */
  demo: {
    input: { seed: number; standIn: StandInChoice | null; datasetId: string };
    event: never;
    output: ImportedTraces;
  };
  /** Spans of an imported dataset from `first` on; null after the last, or when they were dropped. */
  takeSpans: {
    input: { datasetId: string; first: number };
    event: never;
    output: SpanChunk | null;
  };
  /** Forgets the spans of an imported dataset, once they are stored or not wanted. */
  dropSpans: { input: { datasetId: string }; event: never; output: null };
  /** Hands the worker a dataset that came out of storage; it fails where an invariant is broken. */
  open: { input: { traces: TraceSet }; event: never; output: null };
  /** The dataset at hand as a file. */
  export: { input: { format: ExportKind }; event: ExportProgress; output: Blob };
  /** How the dataset at hand divides. */
  countSets: { input: SplitOptions; event: never; output: SetCounts };
  /** Structures of the dataset at hand. */
  census: { input: null; event: never; output: StructureCensus };
  /** Traces and spans of each file of the dataset at hand. */
  countFiles: { input: null; event: never; output: FileCounts };
  /** Bytes by name as one zip file, the first of them unpacked. */
  pack: { input: { files: readonly PackedFile[] }; event: never; output: Blob };
  /** And out of it again. */
  unpack: { input: { file: File }; event: never; output: readonly PackedFile[] };
  /** Table 4 and histograms of the dataset at hand. */
  describe: { input: null; event: never; output: TraceDescription };
  /** Makes train, validation and test parts of these traces; the result is the dataset at hand. */
  prepare: {
    input: { traces: TraceSet; settings: PrepareSettings };
    event: PrepareStep;
    output: PreparedDataset;
  };
  train: {
    /** `from`: where a run with these settings was interrupted; `start`: what a fresh one begins with. */
    input: {
      runId: string;
      detector: DetectorId;
      settings: RunSettings;
      from: FitCheckpoint | null;
      start?: StartingModel;
      /** Of earlier races for what `auto` is; absent: it is what the machine offers, without a race. */
      speeds?: KnownSpeeds;
    };
    event: TrainEvent;
    output: TrainOutcome;
  };
  /** The first look at the dataset at hand, which the worker holds next to the run. */
  look: { input: { runId: string; settings: RunSettings }; event: never; output: Looked };
  /** Hands over a run that the worker did not train, in the place of the one that it has. */
  openRun: { input: OpenedRun; event: never; output: null };
  /**
   * `settings`: those of the run, with what scoring is to use now. Terms and scores of single traces
   * stay in the worker, until `takeTerms` asks for them.
   */
  score: {
    input: { of: ModelRef; settings: RunSettings };
    event: ScoreProgress;
    output: ScoreOutline;
  };
  /** Terms and scores, for storing: bytes of all columns of the outline, from `first` on. */
  takeTerms: {
    input: { of: ModelRef; first: number };
    event: never;
    output: Uint8Array<ArrayBuffer>;
  };
  /** A trace next to the training part of `split`, or to all traces. Below 100 kB. */
  compareTrace: {
    input: { split: SplitOptions | null; trace: number };
    event: never;
    output: ComparedTrace;
  };
  /** What is odd about each of `traces`, for `sentence`. */
  oddities: {
    input: { split: SplitOptions | null; traces: Uint32Array };
    event: never;
    output: readonly (readonly Oddity[])[];
  };
  explain: {
    input: { of: ModelRef; trace: number; corrections: Corrections };
    event: never;
    output: Explanation;
  };
  /** An edited trace, scored and explained in the trace's place. */
  whatIf: { input: WhatIfQuestion; event: never; output: TraceExplanation };
  /** Subtrees that training traces of the same root operation have and this tree lacks. */
  subtrees: {
    input: { of: ModelRef; tree: EditableTree };
    event: never;
    output: readonly SubtreeChoice[];
  };
  /** Looks for a small change after which the score is at most the threshold. */
  unflag: {
    input: WhatIfQuestion & { readonly threshold: number };
    event: UnflagProgress;
    output: UnflagOutcome;
  };
  /** Test traces under other corrections, from the terms of their scores. */
  combine: {
    input: { of: ModelRef } & ScoreChoice;
    event: never;
    output: CombinedScores;
  };
  /** Average precision of detectors of a run, with intervals; `of` is what they are compared with. */
  compare: {
    input: { of: ModelRef; detectors: readonly DetectorId[] };
    event: never;
    output: readonly Compared<DetectorId>[];
  };
  /** Makes the table of scored traces that `arrange` lists; other columns come by the jobs below. */
  tabulate: {
    input: { of: ModelRef } & ScoreChoice;
    event: never;
    output: TraceColumns;
  };
  /** How the scores of the table lie. */
  histograms: { input: null; event: never; output: ScoreHistograms };
  /** Rows of the table, narrowed and in order. */
  arrange: {
    input: TraceQuery & { split: SplitOptions | null };
    event: never;
    output: Arranged;
  };
  /** Computes what sorting by this column needs, where that takes long; in slices. */
  prepareSort: { input: { key: TraceColumn }; event: never; output: null };
  /**
   * Rank of each row. `variant: null` ranks by the corrections in use. A detector without terms has
   * no named variants: null.
   */
  ranks: { input: { variant: Variant | null }; event: never; output: Uint32Array | null };
  /** [parts] nats: what top reasons are told from; null of a detector without terms. */
  usualParts: { input: null; event: never; output: Float64Array | null };
  /** The normal trace that is most like this one, by the table's scores; null where none is. */
  nearest: { input: { trace: number }; event: never; output: NearestTrace | null };
  /** What sets the flagged traces of the table apart from its others. */
  setApart: { input: null; event: never; output: SetApart };
  /** Traffic in so many bins, flags by the table; null where starts are not known. */
  timeline: { input: { bins: number }; event: never; output: Timeline | null };
  comparePeriods: {
    input: ChosenPeriods;
    event: never;
    output: ComparedDatasets;
  };
  /** Holds the model against a golden file; docs/parity.md. */
  parity: {
    input: { files: readonly File[]; backend: BackendPreference; part: ParityPart };
    event: ParityEvent;
    output: null;
  };
}
export type JobKind = keyof Jobs;

export type JobRequest = {
  [K in JobKind]: { readonly kind: K; readonly jobId: number; readonly input: Jobs[K]['input'] };
}[JobKind];

export type ControlRequest = {
  readonly kind: 'pause' | 'resume' | 'stop' | 'cancel';
  readonly jobId: number;
};

/** `ping` asks for a sign of life, `pong` is one. */
export type WorkerRequest = JobRequest | ControlRequest | { readonly kind: 'ping' };

export type WorkerReply =
  | { readonly kind: 'pong' }
  | { readonly kind: 'event'; readonly jobId: number; readonly event: unknown }
  | { readonly kind: 'done'; readonly jobId: number; readonly output: unknown }
  | { readonly kind: 'failed'; readonly jobId: number; readonly failure: JobFailure };
