/** Scores validation and test traces, combines every variant and measures it. */
import type { DetectorData, ProbabilisticModel, ScoreProgress } from '../detectors/detector.ts';
import { combineScores, combineVariants } from '../scoring/corrections.ts';
import { evaluate } from '../scoring/evaluate.ts';
import { VARIANTS, type Variant } from '../scoring/score-terms.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import type { CombinedScores, Jobs, RunSettings, ScoreOutcome } from './protocol.ts';

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
  const stdLimits = await model.stdLimits(data, data.val, seed);
  const termsOf = (selected: Uint32Array, before: number) =>
    model.scoreTerms(data, selected, {
      samples: config.samples,
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

  const { label, file } = data.traces;
  const labels = Uint8Array.from(test, (trace) => label[trace]!);
  const valScores = combineVariants(val, config.stdLimit);
  const testScores = combineVariants(testTerms, config.stdLimit);
  const perVariant = <V>(of: (variant: Variant) => V): Record<Variant, V> =>
    Object.fromEntries(VARIANTS.map((v) => [v, of(v)])) as Record<Variant, V>;
  return {
    val,
    test: testTerms,
    scores: perVariant((v) => ({ val: valScores[v], test: testScores[v] })),
    reports: perVariant((v) => evaluate(testScores[v], labels, valScores[v])),
    byFile: testFiles(test, file).map((of) => {
      const rows = rowsOfFile(data.traces, test, of);
      const labelsOf = Uint8Array.from(rows, (row) => labels[row]!);
      const scoresOf = (v: Variant) => Float64Array.from(rows, (row) => testScores[v][row]!);
      return {
        file: of,
        reports: perVariant((v) => evaluate(scoresOf(v), labelsOf, valScores[v])),
      };
    }),
    scoreSeconds,
    scoreTracesPerSecond: total / scoreSeconds,
  };
}

/** The job `combine`: other corrections, or another test file, from the terms of a scored run. */
export function combineTerms(
  traces: TraceSet,
  { val, test, corrections, file }: Jobs['combine']['input'],
): CombinedScores {
  const rows = rowsOfFile(traces, test.trace, file);
  const all = combineScores(test, corrections);
  const testScores = Float64Array.from(rows, (row) => all[row]!);
  const valScores = combineScores(val, corrections);
  const labels = Uint8Array.from(rows, (row) => traces.label[test.trace[row]!]!);
  return {
    rows,
    test: testScores,
    val: valScores,
    report: evaluate(testScores, labels, valScores),
  };
}

/** @param file null for every row */
function rowsOfFile(traces: TraceSet, test: Uint32Array, file: number | null): Uint32Array {
  const rows = Uint32Array.from(test.keys());
  return file === null ? rows : rows.filter((row) => traces.file[test[row]!] === file);
}

/** Files that test traces come from, ascending; none where it is one file, which is all of them. */
function testFiles(test: Uint32Array, fileOf: Uint16Array): number[] {
  const files = new Set(Array.from(test, (trace) => fileOf[trace]!));
  return files.size > 1 ? [...files].sort((a, b) => a - b) : [];
}
