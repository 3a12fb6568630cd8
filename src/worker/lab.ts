/** The lab's session: terms of one scored run, and what was combined from them last. */
import { descendingOrder } from '../base/order.ts';
import type { Sliced } from '../base/slices.ts';
import { scoreBoxes } from '../scoring/boxes.ts';
import { correctionsOf } from '../scoring/corrections.ts';
import { entropyRows } from '../scoring/entropy-gap.ts';
import { evaluate, sortByLabel } from '../scoring/evaluate.ts';
import { gatherEvidence } from '../scoring/evidence.ts';
import { invertedTraces } from '../scoring/inverted.ts';
import type { VariantReport } from '../scoring/metrics.ts';
import { axisEdges, placeOnAxis, scoreAxis } from '../scoring/score-axis.ts';
import { meanParts, scoreParts } from '../scoring/score-parts.ts';
import { type StdLimits, VARIANTS, type Variant } from '../scoring/score-terms.ts';
import { type SortedStds, sortedStdsOf, stdLimitsAt } from '../scoring/std-limits.ts';
import { groupTraces } from '../scoring/trace-groups.ts';
import { paperTuning, STD_PERCENTILE, settingKey } from '../scoring/tuning.ts';
import { pictureVariant, thresholdCurve } from '../scoring/variant-picture.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import type {
  LabEvidence,
  LabJobs,
  LabLatent,
  LabSession,
  LabSetting,
  LabTraces,
  LabVariant,
  LabWhy,
} from './lab-jobs.ts';
import { latentPlanes, nodePlaces } from './lab-places.ts';
import { createSource } from './lab-source.ts';

const HISTOGRAM_BINS = 48;
const CURVE_POINTS = 160;

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

interface Combined extends Omit<Scored, 'valScores'> {
  readonly report: VariantReport;
  /** Milliseconds that scores, metrics and ranks took. */
  readonly tookMs: number;
}

export interface Lab {
  /** A pause after each of the longer steps, for other jobs. */
  open(traces: TraceSet, input: LabJobs['openLab']['input']): Sliced<LabSession>;
  /** null where the session is another one, or none. */
  variant(input: LabJobs['labVariant']['input']): LabVariant | null;
  traces(input: LabJobs['labTraces']['input']): LabTraces | null;
  why(input: LabJobs['labWhy']['input']): LabWhy | null;
  evidence(input: LabJobs['labEvidence']['input']): LabEvidence | null;
  /** null also where the run kept no latent variables. */
  latent(input: LabJobs['labLatent']['input']): LabLatent | null;
  /** Forgets the terms, which belong to a dataset that is gone. */
  close(): void;
}

export function createLab(): Lab {
  let session: Session | null = null;
  let asked: string | null = null;
  const sessionOf = (sessionId: string): Session | null =>
    session?.id === sessionId ? session : null;
  return {
    *open(traces, input) {
      asked = input.sessionId;
      session = null;
      const made = yield* createSession(traces, input);
      if (asked === made.id) session = made;
      return made.described;
    },
    variant: ({ sessionId, variant, setting }) =>
      sessionOf(sessionId)?.variant(variant, setting) ?? null,
    traces: ({ sessionId, variant, setting, from, to }) =>
      sessionOf(sessionId)?.traces(variant, setting, from, to) ?? null,
    why: ({ sessionId, variant, setting }) => sessionOf(sessionId)?.why(variant, setting) ?? null,
    evidence: ({ sessionId, setting }) => sessionOf(sessionId)?.evidence(setting) ?? null,
    latent: ({ sessionId, variant, setting }) =>
      sessionOf(sessionId)?.latent(variant, setting) ?? null,
    close() {
      session = null;
      asked = null;
    },
  };
}

/** What scores depend on; the threshold's percentile they do not. */
const scoresKey = (variant: Variant, { tuning, source }: LabSetting): string =>
  settingKey(correctionsOf(variant, source), { ...tuning, thresholdPercentile: 0 });

type Session = ReturnType<typeof createSession> extends Sliced<infer S> ? S : never;

function* createSession(traces: TraceSet, input: LabJobs['openLab']['input']) {
  const { val, test, scores: stored, file } = input;
  const rows = Uint32Array.from(test.trace.keys()).filter(
    (row) => file === null || traces.file[test.trace[row]!] === file,
  );
  const trace = Uint32Array.from(rows, (row) => test.trace[row]!);
  const labels = Uint8Array.from(trace, (t) => traces.label[t]!);
  const groups = groupTraces(
    labels,
    Uint8Array.from(rows, (row) => test.mismatch[row]!),
  );
  let stds: SortedStds | null = null;
  const scored = new Map<Variant, Scored>();
  const combined = new Map<Variant, Combined>();

  const limitsAt = (percent: number): Omit<StdLimits, 'wide'> => {
    if (percent === STD_PERCENTILE) return test.stdLimits;
    stds ??= sortedStdsOf(val);
    if (stds === null) throw new Error(`no stds are kept for a percentile of ${percent}`);
    return stdLimitsAt(stds, percent);
  };

  const sources = { test: createSource(test, limitsAt), val: createSource(val, limitsAt) };

  /** Scores of a variant; a threshold that moves needs no new ones. */
  const score = (variant: Variant, { tuning, source }: LabSetting): Scored => {
    const corrections = correctionsOf(variant, source);
    const key = scoresKey(variant, { tuning, source });
    const known = scored.get(variant);
    if (known?.key === key) return known;
    const all = sources.test.combine(corrections, tuning);
    return keep(variant, key, all, sources.val.combine(corrections, tuning));
  };
  const keep = (variant: Variant, key: string, all: Float64Array, valScores: Float64Array) => {
    const scores = rows.length === all.length ? all : Float64Array.from(rows, (row) => all[row]!);
    const made = { key, scores, valScores, order: descendingOrder(scores) };
    scored.set(variant, made);
    return made;
  };

  const combine = (variant: Variant, setting: LabSetting): Combined => {
    const key = settingKey(correctionsOf(variant, setting.source), setting.tuning);
    const known = combined.get(variant);
    if (known?.key === key) return known;
    const started = performance.now();
    const { scores, valScores, order } = score(variant, setting);
    const { thresholdPercentile } = setting.tuning;
    const report = evaluate(scores, labels, valScores, {
      percentile: thresholdPercentile,
      order,
    });
    const made = { key, scores, order, report, tookMs: performance.now() - started };
    combined.set(variant, made);
    return made;
  };

  const paper: LabSetting = { tuning: paperTuning(test.maxNodes), source: input.source };
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
    id: input.sessionId,
    described,

    variant(variant: Variant, setting: LabSetting): LabVariant {
      const { scores, order, report, tookMs } = combine(variant, setting);
      const { normal, anomalous } = sortByLabel(scores, labels, order);
      return {
        picture: pictureVariant(variant, scores, groups, edges, report),
        curve: anomalous.length === 0 ? null : thresholdCurve(normal, anomalous, thresholds),
        places: placeOnAxis(scores, axis),
        tookMs,
      };
    },

    why(variant: Variant, setting: LabSetting): LabWhy {
      const { scores, report } = combine(variant, setting);
      const partsOf = (name: Variant): Float64Array => {
        const corrections = correctionsOf(name, setting.source);
        const made = sources.test.partCorrections(corrections, setting.tuning);
        return scoreParts(test, rows, combine(name, setting).scores, made);
      };
      const nll = combine('nll', setting);
      const plain = partsOf('nll');
      const all = VARIANTS.map((name) => [name, combine(name, setting).scores] as const);
      const inverted = invertedTraces({
        terms: test,
        rows,
        groups,
        parts: plain,
        scores: Object.fromEntries(all) as Record<Variant, Float64Array>,
      });
      const nodes = Uint16Array.from(rows, (row) => test.nodeCount[row]!);
      return {
        ...nodePlaces(nodes),
        fromTop: placeOnAxis(scores, axis).map((place) => 1 - place),
        boxes: scoreBoxes(scores, nodes, groups),
        parts: meanParts(variant === 'nll' ? plain : partsOf(variant), groups),
        entropy: entropyRows(test, rows, nll.scores, groups),
        inverted:
          report.total.anomalies === 0
            ? []
            : inverted.map((one) => ({ ...one, trace: trace[one.row]! })),
        normalMedian: nll.report.inversion.normalMedian,
      };
    },

    evidence: ({ tuning }: LabSetting): LabEvidence => ({
      ...gatherEvidence(test, rows, groups),
      stdLimit: limitsAt(tuning.stdPercentile).global,
    }),

    latent(variant: Variant, setting: LabSetting): LabLatent | null {
      const { scores } = combine(variant, setting);
      return test.detail === undefined ? null : latentPlanes(test, rows, trace, scores);
    },

    traces(variant: Variant, setting: LabSetting, from: number, to: number): LabTraces {
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
