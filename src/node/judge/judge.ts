/**
 * The judge in Node: which runs are asked for, one of them done, and the report of all. Runs are
 * done side by side by processes (scripts/judge), so what passes between them is plain data.
 */
import { err, type Failure, ok, type Result } from '../../base/result.ts';
import type { HeadlessChoices, TypedRun } from '../../headless/handle.ts';
import { readChoices } from '../../headless/read-choices.ts';
import { type Baseline, type JudgeReport, judgeReport } from '../../judge/report.ts';
import type { ResampleOptions } from '../../judge/resample.ts';
import type { BackendInfo } from '../../run/outcome.ts';
import { changedSettings } from '../run-settings.ts';
import { judgeRun, type OneRun } from './judge-run.ts';
import { type ReadSet, readSet } from './read-set.ts';
import { readValidation } from './read-validation.ts';
import { groupsOf, type JudgedRun, readRunFile, runFileText } from './run-file.ts';
import { findSet, fingerprintOf, type SetSource } from './set-source.ts';
import { readWeightsFile, weightsFileBytes } from './weights-file.ts';

export { judgeTables } from '../../judge/table.ts';
export { startGpu, startWasm } from '../backends.ts';

export interface JudgeQuestion {
  /** Folders, `demo`, `standin:A`. */
  readonly sets: readonly string[];
  readonly choices: HeadlessChoices & { readonly run: TypedRun };
  /** Settings that differ from the preset's, as {@link changedSettings} takes them. */
  readonly changes: Readonly<Record<string, unknown>>;
  readonly on: JudgedOn;
}

/** The test traces, or validation traces with injected anomalies, by which settings are chosen. */
export type JudgedOn =
  | { readonly kind: 'test' }
  | { readonly kind: 'validation'; readonly seed: number };

export interface JudgeTask extends OneRun {
  readonly source: SetSource;
  readonly on: JudgedOn;
  readonly authorsRules: boolean;
  /** Where its result belongs, below the folder of results. */
  readonly file: string;
}

export interface JudgePlan {
  /** Set by set, so that a process reads each as seldom as it can. */
  readonly tasks: readonly JudgeTask[];
  /** Sets that are not on this machine. */
  readonly absent: readonly string[];
}

export function planJudge({
  sets,
  choices,
  changes,
  on,
}: JudgeQuestion): Result<JudgePlan, Failure> {
  const read = readChoices(choices);
  if (!read.ok) return read;
  const { authorsRules, maxNodes } = read.value;
  const run = read.value.run!;
  const changed = changedSettings(
    run.preset,
    changes,
    run.epochs === null ? {} : { epochs: run.epochs },
  );
  if (!changed.ok) return changed;
  const { parts } = changed.value;
  const baselines = new Map<string, unknown>(Object.entries(changed.value.baselines));
  const { model, schedule, scoring } = parts;
  const { limitTrain, backend } = run;
  const settings = { model, schedule, maxNodes, limitTrain, backend };

  const sources: SetSource[] = [];
  const absent: string[] = [];
  for (const word of sets) {
    const found = findSet(word);
    if (!found.ok) return found;
    if (found.value.kind === 'absent') absent.push(found.value.path);
    else sources.push(found.value.source);
  }
  const twice = sources.find(({ name }, i) => sources.findIndex((of) => of.name === name) < i);
  if (twice !== undefined) {
    const advice = 'give folders that have different names';
    return err({ what: `two sets called ${twice.name}`, where: '--sets', advice });
  }

  const seeds = [run.seed, ...run.furtherSeeds];
  const tasks = sources.flatMap((source) => {
    const data = fingerprintOf(source);
    return run.detectors.flatMap((detector) =>
      seeds.map((seed): JudgeTask => {
        const own = { ...settings, baseline: baselines.get(detector) ?? null };
        const key = {
          training: { data, on, authorsRules, detector, seed, settings: own },
          scoring,
        };
        const file = `${source.name}/${detector}-${seed}.json`;
        const how = { maxNodes, choices: run, changes };
        return { source, on, authorsRules, detector, seed, ...how, key, file };
      }),
    );
  });
  return ok({ tasks, absent });
}

/** What a process writes when it has done a run. */
export interface DoneRun {
  readonly text: string;
  /** null where weights of before were used. */
  readonly weights: Uint8Array | null;
}

/** A process's own: it keeps the set that it has read last. */
export interface JudgeHand {
  /** @param weightsPath weights of the same training, where there are any, are scored again */
  judge(
    task: JudgeTask,
    weightsPath: string,
    say: (line: string) => void,
  ): Promise<Result<DoneRun, Failure>>;
}

export function createJudgeHand(backend: BackendInfo): JudgeHand {
  let last: { readonly of: string; readonly set: ReadSet } | null = null;
  return {
    async judge(task, weightsPath, say) {
      const { source, on, authorsRules, maxNodes, key } = task;
      const of = JSON.stringify([source, on, authorsRules, maxNodes]);
      if (last?.of !== of) {
        last = null;
        const read = await (on.kind === 'test'
          ? readSet(source, authorsRules)
          : readValidation(source, { authorsRules, maxNodes, seed: on.seed }));
        if (!read.ok) return read;
        last = { of, set: read.value };
      }
      const known = readWeightsFile(weightsPath, key.training);
      const done = await judgeRun(last.set, task, known, backend, say);
      if (!done.ok) return done;
      const { run, learnt } = done.value;
      return ok({
        text: runFileText(run),
        weights: learnt === null ? null : weightsFileBytes(learnt),
      });
    },
  };
}

/** Whether a run's file is there, made under the same settings. */
export const isJudged = ({ key }: JudgeTask, path: string): boolean =>
  readRunFile(path, key) !== null;

/** @param runs files of results, each with the key that it must have */
export function reportOfFiles(
  runs: readonly { readonly path: string; readonly key: unknown }[],
  options: { readonly baseline: Baseline | null; readonly resamples: ResampleOptions },
): JudgeReport {
  const read = runs.map(({ path, key }) => readRunFile(path, key));
  return judgeReport(groupsOf(read.filter((run): run is JudgedRun => run !== null)), options);
}
