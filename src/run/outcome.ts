/** What comes of training and of scoring: plain data that crosses the worker's door and is stored. */
import type { Outline } from '../base/column-pieces.ts';
import type { SavedWeights } from '../detectors/detector.ts';
import type { Corrections, Variant } from '../scoring/corrections/list.ts';
import type { VariantReport } from '../scoring/metrics.ts';
import type { PlainScores } from '../scoring/plain-scores.ts';
import type { ScoredSets, ScoreTerms } from '../scoring/score-terms.ts';

export interface BackendInfo {
  readonly backend: 'webgpu' | 'wasm' | 'cpu';
  readonly adapter: string;
  readonly threads: number;
  /** Why this backend and not another. */
  readonly reason: string;
}

export interface TrainOutcome {
  readonly weights: SavedWeights;
  readonly parameterCount: number;
  readonly backend: BackendInfo;
  readonly stopped: boolean;
  readonly trainSeconds: number;
  readonly trainTracesPerSecond: number;
  /** Operations whose latency scale took the floor. */
  readonly flooredOperations: readonly number[];
}

interface Scoring {
  readonly scoreSeconds: number;
  readonly scoreTracesPerSecond: number;
  /** Rows of `test` that reports are of; absent: all. The others are of training or validation. */
  readonly measured?: Uint32Array;
}

/** Of TraceVAE and its ablations. */
export interface TermsOutcome extends Scoring {
  readonly kind: 'terms';
  readonly val: ScoreTerms;
  readonly test: ScoreTerms;
  readonly scores: Readonly<Record<Variant, ScoredSets>>;
  readonly reports: Readonly<Record<Variant, VariantReport>>;
  /** The same for each test file by itself, where there are several. */
  readonly byFile: readonly {
    /** Index of the file. */
    readonly file: number;
    readonly reports: Readonly<Record<Variant, VariantReport>>;
  }[];
}

/** Of a detector that gives one score per trace. */
export interface PlainOutcome extends Scoring {
  readonly kind: 'plain';
  readonly val: PlainScores;
  readonly test: PlainScores;
  readonly report: VariantReport;
  /** Of each test file by itself, where there are several. */
  readonly byFile: readonly { readonly file: number; readonly report: VariantReport }[];
}

export type ScoreOutcome = TermsOutcome | PlainOutcome;

/** Speed and reports: what of a {@link ScoreOutcome} does not grow with the traces. */
export type ScoreOutline = Outline<ScoreOutcome>;

/**
 * Test traces under one choice of corrections: what {@link TermsOutcome} has for the named ones. Of
 * a detector without terms, its scores.
 */
export interface CombinedScores {
  /** Rows of the test terms or scores, all or those of one file. */
  readonly rows: Uint32Array;
  /** [rows] nats */
  readonly test: Float64Array;
  /** nats, of all validation traces */
  readonly val: Float64Array;
  readonly report: VariantReport;
}

/** Scores with constants of a person's own, kept with the run under a name. */
export interface NamedScores {
  readonly name: string;
  /** With their constants. */
  readonly corrections: Corrections;
  /** Of the validation scores, at which its report has the threshold; 0 to 100. */
  readonly percentile: number;
  /** nats */
  readonly scores: ScoredSets;
  readonly report: VariantReport;
}
