/**
 * The jobs of the lab. A session keeps the terms of a scored run in the worker, so that a slider
 * sends a few numbers and gets scores, metrics and ranks back.
 */
import type { ScoreAxis } from '../scoring/score-axis.ts';
import type { ScoreTerms, StdLimitSource, Variant } from '../scoring/score-terms.ts';
import type { ScoreGroup } from '../scoring/trace-groups.ts';
import type { Tuning } from '../scoring/tuning.ts';
import type { ThresholdCurve, VariantPicture } from '../scoring/variant-picture.ts';

/** A tuning, and whose stds are limited. */
export interface LabSetting {
  readonly tuning: Tuning;
  readonly source: StdLimitSource;
}

export interface LabSession {
  /** Traces of the chosen test file, or of all. */
  readonly traces: number;
  readonly counts: Readonly<Record<ScoreGroup, number>>;
  readonly labelled: boolean;
  /** N_max. */
  readonly maxNodes: number;
  /** Whether other boundaries and percentiles can be had; runs scored before kept too little. */
  readonly detailed: boolean;
  /** Holds the scores of every variant under the paper's constants. */
  readonly axis: ScoreAxis;
  /** [traces] index into LABEL_GROUPS */
  readonly group: Uint8Array;
  /** [traces] 1 where it is one of the mismatched */
  readonly mismatched: Uint8Array;
  /** [traces] index into the TraceSet */
  readonly trace: Uint32Array;
}

/** One variant under one setting. */
export interface LabVariant {
  readonly picture: VariantPicture;
  /** Of total; null without labels. */
  readonly curve: ThresholdCurve | null;
  /** [traces] place on the axis, 0 to 1 */
  readonly places: Float32Array;
  /** Milliseconds that scores, metrics and ranks took. */
  readonly tookMs: number;
}

/** Traces of a range of scores, the highest first. */
export interface LabTraces {
  /** Index into the TraceSet. */
  readonly trace: Uint32Array;
  /** nats */
  readonly score: Float64Array;
  /** 1 is the highest score of all. */
  readonly rank: Uint32Array;
}

interface Of {
  readonly sessionId: string;
  readonly variant: Variant;
  readonly setting: LabSetting;
}

export interface LabJobs {
  /** Keeps these terms, in the place of those before; `file`: of one test file, null for all. */
  openLab: {
    input: {
      readonly sessionId: string;
      readonly val: ScoreTerms;
      readonly test: ScoreTerms;
      readonly source: StdLimitSource;
      readonly file: number | null;
    };
    event: never;
    output: LabSession;
  };
  labVariant: { input: Of; event: never; output: LabVariant };
  /** `from` and `to` in nats, both ends counted. */
  labTraces: {
    input: Of & { readonly from: number; readonly to: number };
    event: never;
    output: LabTraces;
  };
}
