/**
 * A trained model with all that it takes to score traces elsewhere: weights, vocabulary, latency
 * scale, the validation traces and their scores, and what is usual at every call path.
 */
import type { DetectorId } from '../detectors/catalog.ts';
import type { SavedWeights } from '../detectors/detector.ts';
import type { LatencyScale } from '../features/latency-scale.ts';
import { detectorSets } from '../run/detector-sets.ts';
import type { DetectorRun, RunRecord } from '../run/record.ts';
import { ruleOf } from '../run/run-threshold.ts';
import type { RunSettings } from '../run/settings.ts';
import { type Variant, variantsIn } from '../scoring/corrections/list.ts';
import type { StdLimits } from '../scoring/score-terms.ts';
import { formatThreshold } from '../scoring/threshold-rule.ts';
import { type KeptUsual, keepUsual } from '../statistics/kept-usual.ts';
import { dataHash } from '../trace/data-hash.ts';
import { pickTraces } from '../trace/pick-traces.ts';
import type { TraceSet } from '../trace/trace-set.ts';

/** Where a model comes from, for whoever opens it. */
export interface ModelOrigin {
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly keptAt: number;
  readonly app: { readonly name: string; readonly version: string };
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  /** Of the training traces and all others of its dataset: equal data, equal text. */
  readonly dataHash: string;
  readonly traces: { readonly train: number; readonly val: number };
}

export interface KeptModel {
  readonly origin: ModelOrigin;
  /** As the run was trained. */
  readonly settings: RunSettings;
  readonly scale: LatencyScale;
  readonly detectors: readonly KeptDetector[];
  /** The validation traces; their vocabulary is the model's. */
  readonly validation: TraceSet;
  readonly usual: KeptUsual;
}

export interface KeptDetector {
  readonly detector: DetectorId;
  readonly weights: SavedWeights;
  /** As it is typed. */
  readonly threshold: string;
  /** [V] of the validation traces: every variant, or `full` alone of a detector without terms. */
  readonly val: Readonly<Partial<Record<Variant, Float64Array>>>;
  /** Of a detector with terms. */
  readonly stdLimits: StdLimits | null;
}

interface KeptDataset {
  readonly traces: TraceSet;
  readonly files: ModelOrigin['files'];
}

/**
 * @param run trained on the dataset, each detector scored
 * @returns   yields now and then, so that the page stays alive
 */
export function* keepModel(
  { traces, files }: KeptDataset,
  run: Pick<RunRecord, 'settings' | 'detectors'>,
  origin: Pick<ModelOrigin, 'name' | 'keptAt' | 'app'>,
): Generator<void, KeptModel> {
  const { settings } = run;
  const { data } = detectorSets(traces, settings);
  yield;
  const usual = yield* keepUsual(traces, data.train);
  return {
    origin: {
      ...origin,
      files: files.map(({ name, bytes }) => ({ name, bytes })),
      dataHash: dataHash(traces),
      traces: { train: data.train.length, val: data.val.length },
    },
    settings,
    scale: data.scale,
    detectors: run.detectors.flatMap((trained) => keptDetector(trained)),
    validation: pickTraces(traces, data.val),
    usual,
  };
}

/** None of a detector that could not be scored. */
function keptDetector(trained: DetectorRun): KeptDetector[] {
  const { detector, outcome, scores } = trained;
  if (scores === null) return [];
  const of = {
    detector,
    weights: outcome.weights,
    threshold: formatThreshold(ruleOf(trained)),
  };
  if (scores.kind === 'plain') return [{ ...of, val: { full: scores.val.score }, stdLimits: null }];
  const val = Object.fromEntries(
    variantsIn(scores.scores).map((variant) => [variant, scores.scores[variant].val]),
  );
  return [{ ...of, val, stdLimits: scores.val.stdLimits }];
}
