/**
 * The jobs of the lab. A session keeps the terms of a scored run in the worker, so that a slider
 * sends a few numbers and gets scores, metrics and ranks back.
 */
import type { Box } from '../scoring/boxes.ts';
import type { EntropyRow } from '../scoring/entropy-gap.ts';
import type { Evidence } from '../scoring/evidence.ts';
import type { InvertedTrace } from '../scoring/inverted.ts';
import type { ScoreAxis } from '../scoring/score-axis.ts';
import type { PartMeans } from '../scoring/score-parts.ts';
import type { ScoredSets, ScoreTerms, StdLimitSource, Variant } from '../scoring/score-terms.ts';
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

/** Why scores are as they are, under one variant and setting. */
export interface LabWhy {
  /** [traces] a trace's node count, a little beside it so that marks part; 0 to 1 of the domain */
  readonly nodePlaces: Float32Array;
  /** Nodes at both ends of that axis. */
  readonly nodeDomain: readonly [number, number];
  /** [traces] place on the score axis, 0 at its high end, 1 at its low one */
  readonly fromTop: Float32Array;
  readonly boxes: readonly Box[];
  readonly parts: readonly PartMeans[];
  /** Of the plain NLL, as equation (5) is. */
  readonly entropy: readonly EntropyRow[];
  /** Of the plain NLL, and what lifts them under this setting; the most inverted first. */
  readonly inverted: readonly (InvertedTrace & { readonly trace: number })[];
  /** nats, of the plain NLL; null without labels */
  readonly normalMedian: number | null;
}

/** The paper's evidence of this run; the stds' limits under the setting. */
export interface LabEvidence extends Evidence {
  readonly stdLimit: number;
}

/** One latent variable on its two main directions. */
export interface LatentPlane {
  /** [traces] each, 0 to 1 of the domain */
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly xDomain: readonly [number, number];
  readonly yDomain: readonly [number, number];
  /** Shares of the variance. */
  readonly explained: readonly [number, number];
}

export interface LabLatent {
  readonly z: LatentPlane;
  /** null where the model has none. */
  readonly z2: LatentPlane | null;
  /** [traces] rank of its structure by number of traces, at most the last of `structures` */
  readonly structure: Uint8Array;
  /** The most frequent ones, a trace of each; then null for all others. */
  readonly structures: readonly ({ readonly trace: number; readonly traces: number } | null)[];
  /** [traces] class of its score between the percentiles of {@link SCORE_CLASSES} */
  readonly score: Uint8Array;
  /** nats, boundaries between the classes */
  readonly scoreEdges: readonly number[];
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
      /** [T] nats, of the named variants under the paper's constants and `source` */
      readonly scores: Readonly<Record<Variant, ScoredSets>>;
      readonly source: StdLimitSource;
      readonly file: number | null;
    };
    event: never;
    output: LabSession;
  };
  labWhy: { input: Of; event: never; output: LabWhy };
  labEvidence: { input: Of; event: never; output: LabEvidence };
  /** Fails where the run kept no latent variables. */
  labLatent: { input: Of; event: never; output: LabLatent };
  labVariant: { input: Of; event: never; output: LabVariant };
  /** `from` and `to` in nats, both ends counted. */
  labTraces: {
    input: Of & { readonly from: number; readonly to: number };
    event: never;
    output: LabTraces;
  };
}
