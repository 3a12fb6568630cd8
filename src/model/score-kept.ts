/**
 * Traces scored by a kept model: what a row of its table says. A score depends on the model and the
 * trace alone, so rows do not depend on the order of traces or on which of them are scored at once;
 * where the minute counts, a score of History depends on the traces of the minute before, too.
 */
import { chosenAmong, type DetectorId, detectorMeta } from '../detectors/catalog.ts';
import type { DetectorData, DetectorModel, SavedWeights } from '../detectors/detector.ts';
import { tracesThatFit } from '../features/splits.ts';
import { asAWhole, plainReason } from '../inspect/plain-reason.ts';
import { type Oddity, sentence } from '../inspect/sentence.ts';
import { namedTerms } from '../run/score-sets.ts';
import { combineVariants } from '../scoring/combine.ts';
import type { Variant } from '../scoring/corrections/list.ts';
import type { PlainScores } from '../scoring/plain-scores.ts';
import { openUsual } from '../statistics/kept-usual.ts';
import { createStructureFinder } from '../statistics/known-structures.ts';
import { odditiesOf } from '../statistics/oddities.ts';
import { nodeCount, operationName, type TraceSet } from '../trace/trace-set.ts';
import { aboveMedian, type Drift } from './drift.ts';
import type { KeptDetector, KeptModel } from './kept-model.ts';
import { movedFrom } from './moved-from.ts';
import { modelSettings, openedWeights, type RestoreModel, scoredData } from './opened-model.ts';

/** R traces, in the order in which they were selected. */
export interface KeptRows {
  /** [R] trace indices */
  readonly trace: Uint32Array;
  /** [R] of the detector that is shown */
  readonly score: Float64Array;
  /** [R] share of validation traces that would score as high: (1 + those above or equal) / (1 + V) */
  readonly p: Float64Array;
  /** [R] why a trace is odd, in words; empty where nothing is */
  readonly reason: readonly string[];
  /** [R] what the score is of: the reason of a flagged trace of which no call stands out */
  readonly asAWhole: readonly string[];
  /** [R] the service that it points to; empty where to none */
  readonly service: readonly string[];
  readonly nodes: Uint16Array;
  /** [R] 1 where training had the structure */
  readonly isKnown: Uint8Array;
  /** [R] of the detector with terms, else of the one there is, whose score is `full` */
  readonly variants: Readonly<Partial<Record<Variant, Float64Array>>>;
  readonly drift: Drift;
  readonly seconds: ScoreSeconds;
}

/** Where the time went. */
export interface ScoreSeconds {
  /** Terms of equation (3), or the one score of a model without them. */
  readonly terms: number;
  /** Statistics, such as History, where the score is theirs. */
  readonly statistics: number;
  readonly corrections: number;
  readonly reasons: number;
}

export const NO_SECONDS: ScoreSeconds = { terms: 0, statistics: 0, corrections: 0, reasons: 0 };

export const addSeconds = (a: ScoreSeconds, b: ScoreSeconds): ScoreSeconds => ({
  terms: a.terms + b.terms,
  statistics: a.statistics + b.statistics,
  corrections: a.corrections + b.corrections,
  reasons: a.reasons + b.reasons,
});

export interface KeptScorer {
  /** The detector of `score`, and its validation scores, ascending. */
  readonly shown: KeptDetector;
  readonly val: Float64Array;
  /** Trace indices that the model takes. */
  fitting(traces: TraceSet): Uint32Array;
  /**
   * @param traces   their vocabulary begins with the model's
   * @param selected trace indices, of {@link fitting}
   */
  score(traces: TraceSet, selected: Uint32Array): Promise<KeptRows>;
  dispose(): void;
}

export interface ScorerChoices {
  /** That is shown; the model's first choice where it is absent. */
  readonly detector?: DetectorId;
  /** Whether the traces of the minute before count (History). */
  readonly minute: boolean;
}

/** Weights by which History looks at the minute before. */
const MINUTE = /^inTime\./;

const withoutMinute = (weights: SavedWeights): SavedWeights => ({
  ...weights,
  tensors: weights.tensors.filter(({ name }) => !MINUTE.test(name)),
});

export async function openKeptScorer(
  model: KeptModel,
  restore: RestoreModel,
  { detector, minute }: ScorerChoices,
): Promise<KeptScorer> {
  const settings = modelSettings(model);
  const operationCount = model.scale.meanUs.length;
  const shown = chosenAmong(model.detectors, detector)!;
  const withTerms = model.detectors.find((one) => hasTerms(one.detector)) ?? shown;
  const used = [...new Set([shown, withTerms])];
  const models = new Map(
    used.map((one) => {
      const weights = minute ? openedWeights(one) : withoutMinute(openedWeights(one));
      return [one, restore(one.detector, settings, operationCount, weights)];
    }),
  );
  const usualIn = openUsual(model.usual);
  const finder = createStructureFinder(model.usual.known);
  const { seed, scoring } = settings;
  const { signal } = new AbortController();

  const scoresOf = async (one: KeptDetector, data: DetectorData, selected: Uint32Array) =>
    scoreAll(models.get(one)!, one, data, selected, { seed, scoring, signal });

  const hasMinute = shown.weights.tensors.some(({ name }) => MINUTE.test(name));
  const val = (
    hasMinute && !minute ? await validationScores(model, shown, scoresOf) : shown.val.full!
  )
    .slice()
    .sort();

  return {
    shown,
    val,
    fitting: (traces) => tracesThatFit(traces, settings.model.maxNodes),
    async score(traces, trace) {
      const data = scoredData(model, traces);
      const own = await scoresOf(shown, data, trace);
      const terms = withTerms === shown ? own : await scoresOf(withTerms, data, trace);
      const scoredMs = performance.now();
      const usual = usualIn(traces);
      const find = finder(traces);
      const serviceOf = new Map(
        traces.operations.map(({ service }, id) => [
          operationName(traces, id),
          traces.services[service]!,
        ]),
      );
      const told = Array.from(trace, (one) => odditiesOf(usual, traces, one));
      const score = own.scores.full!;
      const isKnown = Uint8Array.from(trace, (one) => (find(traces.structureOf[one]!) < 0 ? 0 : 1));
      const rows = {
        trace,
        score,
        p: score.map((value) => (1 + val.length - below(val, value)) / (1 + val.length)),
        reason: told.map((oddities) => (oddities.length === 0 ? '' : sentence(oddities))),
        asAWhole: Array.from(trace, (_, row) => asAWhole(own.reason(row))),
        service: told.map((oddities, row) => {
          const call = callIn(oddities) ?? own.callOf(row);
          return call === null ? '' : (serviceOf.get(call) ?? '');
        }),
        nodes: Uint16Array.from(trace, (one) => nodeCount(traces, one)),
        isKnown,
        variants: terms.scores,
        drift: {
          ...movedFrom(model, traces, trace),
          aboveMedian: aboveMedian(val, score),
        },
      };
      return {
        ...rows,
        seconds: {
          terms: terms.modelSeconds,
          statistics: withTerms === shown ? 0 : own.modelSeconds,
          corrections: terms.correctionSeconds,
          reasons: (performance.now() - scoredMs) / 1e3,
        },
      };
    },
    dispose: () => {
      for (const one of models.values()) one.dispose();
    },
  };
}

const hasTerms = (detector: DetectorId): boolean => detectorMeta(detector).gives.kind === 'terms';

/** Of the validation traces, each by itself. */
async function validationScores(
  model: KeptModel,
  shown: KeptDetector,
  scoresOf: (one: KeptDetector, data: DetectorData, selected: Uint32Array) => Promise<Scored>,
): Promise<Float64Array> {
  const { validation } = model;
  const every = Uint32Array.from(validation.structureOf.keys());
  return (await scoresOf(shown, scoredData(model, validation), every)).scores.full!;
}

interface Scored {
  readonly modelSeconds: number;
  readonly correctionSeconds: number;
  readonly scores: Partial<Record<Variant, Float64Array>>;
  /** The call that a detector points to, "service/operation"; null where to none. */
  readonly callOf: (row: number) => string | null;
  /** What a score is of, see `inspect/plain-reason.ts`. */
  readonly reason: (row: number) => string | null;
}

async function scoreAll(
  model: DetectorModel,
  { detector, stdLimits }: KeptDetector,
  data: DetectorData,
  selected: Uint32Array,
  {
    seed,
    scoring,
    signal,
  }: {
    readonly seed: number;
    readonly scoring: KeptModel['settings']['scoring'];
    readonly signal: AbortSignal;
  },
): Promise<Scored> {
  const options = { seed, signal, onProgress: () => {} };
  const startedMs = performance.now();
  const secondsSince = (ms: number): number => (performance.now() - ms) / 1e3;
  const { traces } = data;
  if (model.kind === 'terms') {
    const { samples, stdLimit } = scoring;
    const terms = await model.scoreTerms(data, selected, {
      ...options,
      samples,
      stdLimits: stdLimits!,
    });
    const modelSeconds = secondsSince(startedMs);
    const combinedMs = performance.now();
    const scores = combineVariants(terms, stdLimit);
    const correctionSeconds = secondsSince(combinedMs);
    return {
      scores,
      callOf: () => null,
      reason: () => null,
      modelSeconds,
      correctionSeconds,
    };
  }
  const scored = await model.scoreTraces(data, selected, options);
  const { score, worstNode, absentCall } = scored;
  const { gives } = detectorMeta(detector);
  const plain: PlainScores = {
    ...scored,
    trace: selected,
    nodeCount: Uint16Array.from(selected, (trace) => nodeCount(traces, trace)),
    terms: gives.kind === 'score' ? (namedTerms(gives, scored).terms ?? []) : [],
  };
  const callOf = (row: number): string | null => {
    const node = worstNode?.[row] ?? -1;
    if (node >= 0) {
      const first = traces.structures.nodeOffset[traces.structureOf[selected[row]!]!]!;
      return operationName(traces, traces.structures.operation[first + node]!);
    }
    const absent = absentCall?.[row] ?? -1;
    return absent >= 0 ? operationName(traces, absent) : null;
  };
  return {
    scores: { full: score },
    callOf,
    reason: (row) => plainReason(traces, plain, row),
    modelSeconds: secondsSince(startedMs),
    correctionSeconds: 0,
  };
}

/** The call that the first way to be odd names. */
function callIn([first]: readonly Oddity[]): string | null {
  if (first === undefined || first.kind === 'combination') return null;
  if ('calls' in first) return first.calls[0] ?? null;
  return 'call' in first ? first.call : (first.mostIn[0]?.replace(/ itself$/, '') ?? null);
}

/** How many of ascending values are below x. */
function below(ascending: Float64Array, x: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! < x) low = middle + 1;
    else high = middle;
  }
  return low;
}
