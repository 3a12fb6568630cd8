/** Scores validation and test traces, combines every variant of terms, and measures. */
import { assert } from '../base/assert.ts';
import { type DetectorId, detectorMeta, isSurprise } from '../detectors/catalog.ts';
import type {
  DetectorData,
  DetectorModel,
  ScoreProgress,
  ScoresModel,
  TermsModel,
  TraceScores,
} from '../detectors/detector.ts';
import type { GivesScore } from '../detectors/shared/settings.ts';
import { combineSets } from '../scoring/combine.ts';
import { perVariant } from '../scoring/corrections/list.ts';
import { type EvaluateOptions, evaluate } from '../scoring/evaluate.ts';
import { oddCut } from '../scoring/odd-cut.ts';
import type { PlainScores } from '../scoring/plain-scores.ts';
import { nodeCount, type TraceSet } from '../trace/trace-set.ts';
import { measuredAmong } from './measured.ts';
import type { PlainOutcome, ScoreOutcome, TermsOutcome } from './outcome.ts';
import type { RunSettings } from './settings.ts';

interface ScoreOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ScoreProgress) => void;
}

/** The sets that are scored: validation traces for the threshold, then test traces. */
interface ScoreSets {
  readonly detector: DetectorId;
  readonly data: DetectorData;
  readonly test: Uint32Array;
  /** Rows of `test` that reports are of; all where it is absent or null. */
  readonly measured?: Uint32Array | null;
  readonly settings: RunSettings;
}

/** @returns null when cancelled */
export const scoreSets = (
  sets: ScoreSets,
  model: DetectorModel,
  options: ScoreOptions,
): Promise<ScoreOutcome | null> =>
  model.kind === 'terms' ? scoreTerms(sets, model, options) : scorePlainly(sets, model, options);

async function scoreTerms(
  { data, test, measured, settings: { scoring, seed } }: ScoreSets,
  model: TermsModel,
  { signal, onProgress }: ScoreOptions,
): Promise<TermsOutcome | null> {
  const started = performance.now();
  const total = data.val.length + test.length;
  // sigma_p99 comes from the validation set (section 5.3), before anything is scored with it.
  const stdLimits = await model.stdLimits(data, data.val, seed);
  const termsOf = (selected: Uint32Array, before: number) =>
    model.scoreTerms(data, selected, {
      samples: scoring.samples,
      seed,
      stdLimits,
      signal,
      onProgress: ({ done }) => onProgress({ done: before + done, total }),
    });
  const val = await termsOf(data.val, 0);
  if (signal.aborted) return null;
  const testTerms = await termsOf(test, data.val.length);
  if (signal.aborted) return null;
  const scoreSeconds = (performance.now() - started) / 1e3;

  const { traces } = data;
  const scores = combineSets(val, testTerms, scoring.stdLimit);
  const of = { test: testTerms, ...measuredPart(measured) };
  const reportsOf = (file: number | null) => {
    const rows = measuredAmong(of, rowsOfFile(traces, test, file));
    return perVariant((v) => reportOf(traces, test, rows, scores[v].test, scores[v].val));
  };
  return {
    kind: 'terms',
    ...measuredPart(measured),
    val,
    test: testTerms,
    scores,
    reports: reportsOf(null),
    byFile: testFiles(test, traces.file).map((file) => ({ file, reports: reportsOf(file) })),
    scoreSeconds,
    scoreTracesPerSecond: total / scoreSeconds,
  };
}

async function scorePlainly(
  { detector, data, test, measured, settings: { seed } }: ScoreSets,
  model: ScoresModel,
  { signal, onProgress }: ScoreOptions,
): Promise<PlainOutcome | null> {
  const started = performance.now();
  const { traces, val } = data;
  const total = val.length + test.length;
  const { gives } = detectorMeta(detector);
  assert(gives.kind === 'score', `${detector} gives terms`);
  const scoresOf = async (selected: Uint32Array, before: number): Promise<PlainScores> => {
    const scored = await model.scoreTraces(data, selected, {
      seed,
      signal,
      onProgress: ({ done }) => onProgress({ done: before + done, total }),
    });
    return {
      trace: selected,
      nodeCount: Uint16Array.from(selected, (trace) => nodeCount(traces, trace)),
      score: scored.score,
      ...namedTerms(gives, scored),
      ...(scored.worstNode === undefined ? {} : { worstNode: scored.worstNode }),
      ...(scored.absentCall === undefined ? {} : { absentCall: scored.absentCall }),
    };
  };
  const valScores = await scoresOf(val, 0);
  if (signal.aborted) return null;
  const testScores = await scoresOf(test, val.length);
  if (signal.aborted) return null;
  const scoreSeconds = (performance.now() - started) / 1e3;

  // the validation traces of a pool are no cleaner than the rest
  const decided = data.pool !== undefined && gives.surprise ? oddCut(testScores.score) : null;
  const measure = { ...measureOf(detector), ...(decided === null ? {} : { decision: decided }) };
  const of = { test: testScores, ...measuredPart(measured) };
  const plainReport = (file: number | null) => {
    const rows = measuredAmong(of, rowsOfFile(traces, test, file));
    return reportOf(traces, test, rows, testScores.score, valScores.score, measure);
  };
  return {
    kind: 'plain',
    ...measuredPart(measured),
    val: valScores,
    test: testScores,
    report: plainReport(null),
    byFile: testFiles(test, traces.file).map((file) => ({ file, report: plainReport(file) })),
    scoreSeconds,
    scoreTracesPerSecond: total / scoreSeconds,
  };
}

const measuredPart = (rows: Uint32Array | null | undefined): { readonly measured?: Uint32Array } =>
  rows === null || rows === undefined ? {} : { measured: rows };

/** Terms with the names that the detector's meta has for them, where it has any. */
export function namedTerms(
  { terms, unit }: GivesScore,
  scored: TraceScores,
): Pick<PlainScores, 'terms'> {
  if (terms.length === 0) return {};
  return {
    terms: terms.map(({ id, label }) => {
      const values = scored.terms?.[id];
      assert(values !== undefined, `the model gives no ${id}`);
      return { id, label, unit, values };
    }),
  };
}

/** How a detector is measured; one of terms by everything, at the percentile. */
export function measureOf(detector: DetectorId): EvaluateOptions {
  const { gives } = detectorMeta(detector);
  if (gives.kind === 'terms') return {};
  const { decision, structure } = gives;
  return { decision, structure, areSurprise: isSurprise(detector) };
}

/**
 * @param test   [T] test traces
 * @param rows   into `test`, those to be measured
 * @param scores [T]
 */
export function reportOf(
  { label }: TraceSet,
  test: Uint32Array,
  rows: Uint32Array,
  scores: Float64Array,
  valScores: Float64Array,
  measure: EvaluateOptions = {},
) {
  const labels = Uint8Array.from(rows, (row) => label[test[row]!]!);
  const picked = Float64Array.from(rows, (row) => scores[row]!);
  return evaluate(picked, labels, valScores, measure);
}

/** @param file null for every row */
export function rowsOfFile(traces: TraceSet, test: Uint32Array, file: number | null): Uint32Array {
  const rows = Uint32Array.from(test.keys());
  return file === null ? rows : rows.filter((row) => traces.file[test[row]!] === file);
}

/** Metrics of a file among more than these would be of a handful of traces each. */
const MOST_FILES = 64;

/**
 * Files that test traces come from, ascending; none where it is one file, which is all of them, and
 * none where they are many.
 */
function testFiles(test: Uint32Array, fileOf: Uint16Array): number[] {
  const files = new Set(Array.from(test, (trace) => fileOf[trace]!));
  return files.size > 1 && files.size <= MOST_FILES ? [...files].sort((a, b) => a - b) : [];
}
