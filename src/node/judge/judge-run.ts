/** One detector on one set with one seed: trained, scored, and what is kept of it. */
import { createHash } from 'node:crypto';
import { err, type Failure, ok, type Result } from '../../base/result.ts';
import type { DetectorId } from '../../detectors/catalog.ts';
import type { ReadChoices, ReadRun } from '../../headless/read-choices.ts';
import { anomalousOf, type JudgedScores, type JudgedSet } from '../../judge/judged.ts';
import type { BackendInfo, ScoreOutcome } from '../../run/outcome.ts';
import { variantsIn } from '../../scoring/corrections/list.ts';
import { decodeString } from '../../trace/string-column.ts';
import type { TraceSet } from '../../trace/trace-set.ts';
import { settingsOf } from '../run-settings.ts';
import { scoreAgain, type Trained, trainAndScore } from '../train-and-score.ts';
import type { JudgedPart, ReadSet } from './read-set.ts';
import type { JudgedRun } from './run-file.ts';
import type { LearntWeights } from './weights-file.ts';
import { serviceRanks } from './where.ts';

export interface OneRun {
  readonly detector: DetectorId;
  readonly seed: number;
  readonly maxNodes: ReadChoices['maxNodes'];
  readonly choices: ReadRun;
  readonly changes: Readonly<Record<string, unknown>>;
  readonly key: JudgeKey;
}

/** Everything that decides the scores. */
export interface JudgeKey {
  /** What decides the training. */
  readonly training: unknown;
  readonly scoring: unknown;
}

export interface JudgedNow {
  readonly run: JudgedRun;
  /** null where weights of before were used. */
  readonly learnt: LearntWeights | null;
}

/** @param known weights of the same training, or null */
export async function judgeRun(
  { dataset, maxNodes: ofSet, parts }: ReadSet,
  { detector, seed, maxNodes, choices, changes, key }: OneRun,
  known: LearntWeights | null,
  backend: BackendInfo,
  say: (line: string) => void,
): Promise<Result<JudgedNow, Failure>> {
  const chosen = { ...choices, detectors: [detector], seed };
  const settings = settingsOf(maxNodes ?? ofSet, chosen, changes, dataset);
  if (!settings.ok) return settings;
  const { traces } = dataset.imported;
  const sets: JudgedRun['sets'][number][] = [];
  const inspect = async ({ data, model, scores }: Trained): Promise<void> => {
    for (const part of parts) {
      const rows = rowsOf(scores, part);
      const judged = rows.map((row) => scores.test.trace[row]!);
      const set = judgedSet(traces, judged, part);
      const entries: JudgedScores[] = [];
      for (const of of scoresOf(scores, rows)) {
        const serviceRank = await serviceRanks({ data, model }, settings.value, set, judged, of);
        entries.push({ detector, seed, ...of, serviceRank });
      }
      sets.push({ set, rows: rowsKey(traces, judged), entries });
    }
  };
  const asked = { traces, settings: settings.value, detector, inspect };
  if (known !== null) {
    const { scoreSeconds } = await scoreAgain(asked, known.weights);
    return ok({ run: { key, trainSeconds: known.trainSeconds, scoreSeconds, sets }, learnt: null });
  }
  const trained = await trainAndScore({ ...asked, backend, say, lastGood: false });
  if (!trained.ok) {
    const { what, where, advice } = trained.error;
    return err({ what, where, advice });
  }
  const { outcome, scores } = trained.value;
  const { trainSeconds, weights } = outcome;
  return ok({
    run: { key, trainSeconds, scoreSeconds: scores!.scoreSeconds, sets },
    learnt: { key: key.training, trainSeconds, weights },
  });
}

const rowsOf = ({ test }: ScoreOutcome, { includes }: JudgedPart): Uint32Array =>
  Uint32Array.from(test.trace.keys()).filter((row) => includes(test.trace[row]!));

/** Scores and default threshold of each variant, `plain` where there is one score. */
function scoresOf(
  outcome: ScoreOutcome,
  rows: Uint32Array,
): Pick<JudgedScores, 'variant' | 'scores' | 'threshold'>[] {
  const pick = (scores: Float64Array): Float64Array =>
    Float64Array.from(rows, (row) => scores[row]!);
  if (outcome.kind === 'plain') {
    const { threshold } = outcome.report.atThreshold;
    return [{ variant: 'plain', scores: pick(outcome.test.score), threshold }];
  }
  return variantsIn(outcome.reports).map((variant) => ({
    variant,
    scores: pick(outcome.scores[variant].test),
    threshold: outcome.reports[variant].atThreshold.threshold,
  }));
}

function judgedSet(
  of: TraceSet,
  traces: Uint32Array,
  { name, faults, faultOf }: JudgedPart,
): JudgedSet {
  const anomalous = anomalousOf(of, traces);
  return {
    name,
    faults,
    anomalous,
    startSeconds: Float64Array.from(traces, (trace) => of.startUs[trace]! / 1e6),
    faultOf: Int32Array.from(traces, (trace, i) => (anomalous[i] === 1 ? faultOf(trace) : -1)),
  };
}

/** The same for the same traces with the same labels. */
function rowsKey({ traceIds, label }: TraceSet, traces: Uint32Array): string {
  const hash = createHash('sha256');
  for (const trace of traces) hash.update(`${decodeString(traceIds, trace)}\n${label[trace]}\n`);
  return hash.digest('hex');
}
