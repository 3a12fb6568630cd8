/** Scores validation and test traces, combines every variant and measures it. */
import type { DetectorData, ProbabilisticModel, ScoreProgress } from '../detectors/detector.ts';
import { combineScores, correctionsOf } from '../scoring/combine.ts';
import { evaluate } from '../scoring/evaluate.ts';
import type { VariantReport } from '../scoring/metrics.ts';
import { VARIANTS, type Variant } from '../scoring/score-terms.ts';
import type { RunSettings, ScoredSets, ScoreOutcome } from './protocol.ts';

interface ScoreOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ScoreProgress) => void;
}

/** @returns null when cancelled */
export async function scoreSets(
  data: DetectorData,
  test: Uint32Array,
  model: ProbabilisticModel,
  { config, seed }: RunSettings,
  { signal, onProgress }: ScoreOptions,
): Promise<ScoreOutcome | null> {
  const started = performance.now();
  const total = data.val.length + test.length;
  // sigma_p99 comes from the validation set (section 5.3), before anything is scored with it.
  const stdLimit = await model.stdLimit(data, data.val, seed);
  const termsOf = (selected: Uint32Array, before: number) =>
    model.scoreTerms(data, selected, {
      samples: config.samples,
      seed,
      stdLimit,
      signal,
      onProgress: ({ done }) => onProgress({ done: before + done, total }),
    });
  const val = await termsOf(data.val, 0);
  if (signal.aborted) return null;
  const testTerms = await termsOf(test, data.val.length);
  if (signal.aborted) return null;
  const scoreSeconds = (performance.now() - started) / 1e3;

  const labels = Uint8Array.from(test, (trace) => data.traces.label[trace]!);
  const scores = new Map<Variant, ScoredSets>();
  const reports = new Map<Variant, VariantReport>();
  for (const variant of VARIANTS) {
    const corrections = correctionsOf(variant);
    const scored = {
      val: combineScores(val, corrections),
      test: combineScores(testTerms, corrections),
    };
    scores.set(variant, scored);
    reports.set(variant, evaluate(scored.test, labels, scored.val));
  }
  return {
    val,
    test: testTerms,
    scores: Object.fromEntries(scores) as Record<Variant, ScoredSets>,
    reports: Object.fromEntries(reports) as Record<Variant, VariantReport>,
    scoreSeconds,
    scoreTracesPerSecond: total / scoreSeconds,
  };
}
