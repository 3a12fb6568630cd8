/** The lab's session: terms of one scored run, and what was combined from them last. */
import { descendingOrder } from '../base/order.ts';
import type { Sliced } from '../base/slices.ts';
import type { CorrectedTerms } from '../scoring/corrected-terms.ts';
import {
  type Corrections,
  VARIANTS,
  type Variant,
  variantWith,
} from '../scoring/corrections/list.ts';
import { limitedBy, limitsFor } from '../scoring/corrections/stdlimit.ts';
import { evaluate, sortByLabel } from '../scoring/evaluate.ts';
import type { VariantReport } from '../scoring/metrics.ts';
import type { ScoredSets, ScoreTerms, StdLimitSource, StdLimits } from '../scoring/score-terms.ts';
import { PAPER_RULE } from '../scoring/threshold-rule.ts';
import { groupTraces, type ScoreGroup, type TraceGroups } from '../scoring/trace-groups.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import { tracesPerDay } from '../trace/traffic.ts';
import { axisEdges, placeOnAxis, type ScoreAxis, scoreAxis } from './score-axis.ts';
import { type LabSetting, scoresKey, settingKey } from './setting.ts';
import { createTunedTerms } from './tuned-terms.ts';
import {
  pictureVariant,
  type ThresholdCurve,
  thresholdCurve,
  type VariantPicture,
} from './variant-picture.ts';

const HISTOGRAM_BINS = 48;
const CURVE_POINTS = 160;

/** What a session is made of. */
export interface LabInput {
  readonly val: ScoreTerms;
  readonly test: ScoreTerms;
  /** [T] nats, of the named variants under the paper's constants and `source` */
  readonly scores: Readonly<Record<Variant, ScoredSets>>;
  readonly source: StdLimitSource;
  /** Of one test file, null for all. */
  readonly file: number | null;
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
export interface VariantView {
  readonly picture: VariantPicture;
  /** Of total; null without labels. */
  readonly curve: ThresholdCurve | null;
  /** [traces] place on the axis, 0 to 1 */
  readonly places: Float32Array;
  /** Milliseconds that scores, metrics and ranks took. */
  readonly tookMs: number;
}

/** Traces of a range of scores, the highest first. */
export interface RangeTraces {
  /** Index into the TraceSet. */
  readonly trace: Uint32Array;
  /** nats */
  readonly score: Float64Array;
  /** 1 is the highest score of all. */
  readonly rank: Uint32Array;
}

/** Scores of one variant under the constants that `key` names. */
interface Scored {
  readonly key: string;
  /** [rows] nats */
  readonly scores: Float64Array;
  /** nats, of all validation traces */
  readonly valScores: Float64Array;
  /** [rows] the highest first */
  readonly order: Uint32Array;
}

/** Scores of a variant, measured. */
export interface Combined extends Omit<Scored, 'valScores'> {
  readonly report: VariantReport;
  /** Milliseconds that scores, metrics and ranks took. */
  readonly tookMs: number;
}

/** What views compute from. */
export interface OpenedLab {
  readonly described: LabSession;
  /** Terms of the test traces. */
  readonly terms: ScoreTerms;
  /** [R] of the terms' T traces */
  readonly rows: Uint32Array;
  /** [R] index into the TraceSet */
  readonly trace: Uint32Array;
  readonly groups: TraceGroups;
  readonly axis: ScoreAxis;
  combine(variant: Variant, setting: LabSetting): Combined;
  correct(variant: Variant, setting: LabSetting): CorrectedTerms;
  /** Of the std-limit under these constants. */
  limits(constants: Corrections): StdLimits;
  variant(variant: Variant, setting: LabSetting): VariantView;
  /** `from` and `to` in nats, both ends counted. */
  traces(variant: Variant, setting: LabSetting, from: number, to: number): RangeTraces;
}

/** A pause after each of the longer steps, for other jobs. */
export function* createSession(
  traces: TraceSet,
  input: LabInput,
  nowMs: () => number,
): Sliced<OpenedLab> {
  const { val, test, scores: stored, file } = input;
  const rows = Uint32Array.from(test.trace.keys()).filter(
    (row) => file === null || traces.file[test.trace[row]!] === file,
  );
  const trace = Uint32Array.from(rows, (row) => test.trace[row]!);
  const traffic = tracesPerDay(traces, test.trace);
  const labels = Uint8Array.from(trace, (t) => traces.label[t]!);
  const groups = groupTraces(
    labels,
    Uint8Array.from(rows, (row) => test.mismatch[row]!),
  );
  const scored = new Map<Variant, Scored>();
  const combined = new Map<Variant, Combined>();

  const tuned = { test: createTunedTerms(test, val), val: createTunedTerms(val, val) };

  /** Scores of a variant; a threshold that moves needs no new ones. */
  const score = (variant: Variant, setting: LabSetting): Scored => {
    const key = scoresKey(variant, setting);
    const known = scored.get(variant);
    if (known?.key === key) return known;
    const corrections = variantWith(variant, setting.constants);
    return keep(variant, key, tuned.test.combine(corrections), tuned.val.combine(corrections));
  };
  const keep = (variant: Variant, key: string, all: Float64Array, valScores: Float64Array) => {
    const scores = rows.length === all.length ? all : Float64Array.from(rows, (row) => all[row]!);
    const made = { key, scores, valScores, order: descendingOrder(scores) };
    scored.set(variant, made);
    return made;
  };

  const combine = (variant: Variant, setting: LabSetting): Combined => {
    const key = settingKey(variant, setting);
    const known = combined.get(variant);
    if (known?.key === key) return known;
    const started = nowMs();
    const { scores, valScores, order } = score(variant, setting);
    const report = evaluate(scores, labels, valScores, {
      rule: setting.rule,
      tracesPerDay: traffic,
      order,
    });
    const made = { key, scores, order, report, tookMs: nowMs() - started };
    combined.set(variant, made);
    return made;
  };

  const paper: LabSetting = {
    constants: { stdlimit: limitedBy(input.source) },
    rule: PAPER_RULE,
  };
  for (const variant of VARIANTS) {
    const { val: valScores, test: all } = stored[variant];
    keep(variant, scoresKey(variant, paper), all, valScores);
    yield;
    combine(variant, paper);
    yield;
  }
  const axis = scoreAxis(VARIANTS.map((variant) => combine(variant, paper).scores));
  const edges = axisEdges(axis, HISTOGRAM_BINS);
  const thresholds = axisEdges(axis, CURVE_POINTS);
  const count = (group: number) => groups.group.reduce((sum, g) => sum + (g === group ? 1 : 0), 0);
  const described: LabSession = {
    traces: rows.length,
    counts: {
      normal: count(0),
      structure: count(1),
      time: count(2),
      mismatched: groups.mismatched.reduce((sum, one) => sum + one, 0),
    },
    labelled: groups.labelled,
    maxNodes: test.maxNodes,
    detailed: test.detail !== undefined && val.detail !== undefined,
    axis,
    group: groups.group.slice(),
    mismatched: groups.mismatched.slice(),
    trace: trace.slice(),
  };

  return {
    described,
    terms: test,
    rows,
    trace,
    groups,
    axis,
    combine,
    correct: (variant, setting) => tuned.test.correct(variantWith(variant, setting.constants)),
    limits: (constants) => limitsFor(val, constants),

    variant(variant: Variant, setting: LabSetting): VariantView {
      const { scores, order, report, tookMs } = combine(variant, setting);
      const { normal, anomalous } = sortByLabel(scores, labels, order);
      return {
        picture: pictureVariant(variant, scores, groups, edges, report),
        curve: anomalous.length === 0 ? null : thresholdCurve(normal, anomalous, thresholds),
        places: placeOnAxis(scores, axis),
        tookMs,
      };
    },

    traces(variant: Variant, setting: LabSetting, from: number, to: number): RangeTraces {
      const { scores, order } = combine(variant, setting);
      const first = order.findIndex((row) => scores[row]! <= to);
      const after = order.findIndex((row) => scores[row]! < from);
      const chosen =
        first === -1
          ? order.subarray(0, 0)
          : order.subarray(first, after === -1 ? undefined : after);
      return {
        trace: Uint32Array.from(chosen, (row) => trace[row]!),
        score: Float64Array.from(chosen, (row) => scores[row]!),
        rank: Uint32Array.from(chosen, (_, i) => first + i + 1),
      };
    },
  };
}
