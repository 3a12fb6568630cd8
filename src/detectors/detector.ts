/**
 * The contract of every detector: fit on training traces, score traces, in a worker.
 * Detectors never read labels.
 */
import type { Failure, Result } from '../base/result.ts';
import type { LatencyScale } from '../features/latency-scale.ts';
import type { Corrections } from '../scoring/corrections/list.ts';
import type { ScoreTerms, StdLimits } from '../scoring/score-terms.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import type { OperationText } from '../trace/vocabulary.ts';
import type { FitCheckpoint } from './checkpoint.ts';
import type { ScoreExplanation, TraceExplanation } from './explanation.ts';
import type { CurvePoint, FitProgress } from './fit-progress.ts';

/** What a detector learns from. Traces are indices into the set. */
export interface DetectorData {
  readonly traces: TraceSet;
  readonly train: Uint32Array;
  readonly val: Uint32Array;
  /**
   * All that is scored, where no part is known to be clean: a detector that can hold each trace
   * against the others learns from these.
   */
  readonly pool?: Uint32Array;
  readonly scale: LatencyScale;
}

export type FitEvent =
  | { readonly kind: 'progress'; readonly progress: FitProgress }
  | { readonly kind: 'epoch'; readonly point: CurvePoint }
  /** After an epoch, unless saving would take more than a tenth of the time. */
  | { readonly kind: 'checkpoint'; readonly checkpoint: FitCheckpoint }
  /** After every epoch whose weights the settings ask to keep. */
  | { readonly kind: 'weights'; readonly kept: KeptWeights }
  | { readonly kind: 'restart'; readonly attempt: number; readonly reason: string }
  /** What the reader of the run should know; a sentence without its capital and full stop. */
  | { readonly kind: 'note'; readonly text: string };

export type FitFailure = Failure & {
  readonly kind: 'cancelled' | 'diverged' | 'unusable-data';
  /** Of a diverged run that had finished an epoch: the weights at the end of the last one. */
  readonly lastGood?: { readonly epoch: number; readonly weights: SavedWeights };
};

/** Pause and Stop, seen from inside a training loop. */
export interface RunControl {
  /** Aborted by Cancel: nothing is kept. */
  readonly signal: AbortSignal;
  /** True once Stop was pressed: finish the batch, keep the weights. */
  stopRequested(): boolean;
  /** Resolves at once, or when Resume is pressed. */
  whenRunning(): Promise<void>;
}

/** A kept model whose weights training begins with. */
export interface StartingModel {
  readonly name: string;
  /** By id, from 1. */
  readonly operations: readonly OperationText[];
  readonly weights: SavedWeights;
}

/** What surrounds a training run. */
export interface FitContext {
  readonly seed: number;
  readonly control: RunControl;
  readonly onEvent: (event: FitEvent) => void;
  /** Where an earlier run with this seed, config and data was interrupted. */
  readonly from?: FitCheckpoint | null;
  /** Where a fresh attempt begins; absent: all is drawn. Detectors that cannot begin there ignore it. */
  readonly start?: StartingModel;
}

/** Weights by the authors' parameter name, as plain arrays that can be stored. */
export interface SavedWeights {
  readonly formatVersion: 1;
  readonly tensors: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly data: Float32Array;
  }[];
}

/** Weights at the end of an epoch, kept beside the final ones. */
export interface KeptWeights {
  readonly epoch: number;
  readonly weights: SavedWeights;
}

export interface ScoreProgress {
  readonly done: number;
  readonly total: number;
}

/** What every trained model has. */
interface AnyModel {
  readonly parameterCount: number;
  saveWeights(): Promise<SavedWeights>;
  dispose(): void;
}

/** TraceVAE and its ablations: the terms of equation (3), which `scoring` corrects and combines. */
export interface TermsModel extends AnyModel {
  readonly kind: 'terms';
  /**
   * The terms of equation (3) for these traces; sigma_p99 comes from the validation traces.
   *
   * @param selected [T] trace indices; `samples` is L
   * @returns        [S, L] structure and [T, L] latency terms, nats
   */
  scoreTerms(
    data: DetectorData,
    selected: Uint32Array,
    options: {
      readonly samples: number;
      readonly seed: number;
      readonly stdLimits: StdLimits;
      readonly signal: AbortSignal;
      readonly onProgress: (progress: ScoreProgress) => void;
    },
  ): Promise<ScoreTerms>;
  /**
   * sigma_p99 of section 5.3: 99th percentile of the stds of the nodes of these traces.
   *
   * @param selected [T] trace indices, the validation traces in the paper
   * @returns        unitless, stds of standardised latency
   */
  stdLimits(data: DetectorData, selected: Uint32Array, seed: number): Promise<StdLimits>;
  /**
   * One trace's score (equation 3) split over nodes and terms: nats; latencies in milliseconds too.
   */
  explain(
    data: DetectorData,
    trace: number,
    options: {
      readonly samples: number;
      readonly seed: number;
      readonly stdLimits: StdLimits;
      readonly corrections: Corrections;
    },
  ): Promise<TraceExplanation>;
}

/** One score per trace, and what it is the sum of. */
export interface TraceScores {
  /** [T] finite, higher is more anomalous */
  readonly score: Float64Array;
  /** The terms that the detector's meta names, by id: [T] each; they add up to the score. */
  readonly terms?: Readonly<Record<string, Float64Array>>;
  /** [T] the node that most likely made a trace odd, -1 for none; of detectors that tell. */
  readonly worstNode?: Int32Array;
  /** [T] operation of the call whose absence made a trace odd, -1 for none; of detectors that tell. */
  readonly absentCall?: Int32Array;
}

/** A detector that gives one score per trace, such as the baselines of section 6.4. */
export interface ScoresModel extends AnyModel {
  readonly kind: 'scores';
  /**
   * One score per trace. It depends on the model, the seed and the trace, not on what else is scored.
   * On abort the remaining scores stay 0; the caller drops them.
   *
   * @param selected [T] trace indices
   */
  scoreTraces(
    data: DetectorData,
    selected: Uint32Array,
    options: {
      readonly seed: number;
      readonly signal: AbortSignal;
      readonly onProgress: (progress: ScoreProgress) => void;
    },
  ): Promise<TraceScores>;
  /** What one trace's score comes from, node by node. */
  explain(
    data: DetectorData,
    trace: number,
    options: { readonly seed: number },
  ): Promise<ScoreExplanation>;
  /**
   * Services that explain why these traces stand out from the training traces, the most suspect
   * first: indices into the services of the traces. Of detectors that know more than the sum of
   * their explanations says.
   *
   * @param flagged trace indices
   */
  rankServices?(data: DetectorData, flagged: Uint32Array): number[];
}

export type DetectorModel = TermsModel | ScoresModel;

export type FitResult = Promise<Result<DetectorModel, FitFailure>>;
