/** Scoring a trained run, detector by detector. */
import { ok, type Result } from '../../base/result.ts';
import { type ModelRef, modelRef } from '../../run/model-ref.ts';
import type { NamedScores } from '../../run/outcome.ts';
import type { RunRecord } from '../../run/record.ts';
import type { JobFailure } from '../../worker/job-failure.ts';
import type { RunParts, RunState } from './run-state.ts';
import { type RunningScoring, scoreAndTake } from './take-scores.ts';

export interface RunScoring extends Pick<RunState, 'score' | 'scoreAgain' | 'cancelScoring'> {
  /** Ends the job, of which nobody hears any more. */
  forget(): void;
}

export function createRunScoring({ deps, set, get, peak, saveRun }: RunParts): RunScoring {
  const { client } = deps;
  let scoreJob: RunningScoring | null = null;

  /** Scores that are kept under names, from new terms; those that these do not allow are left out. */
  const combineAgain = async (
    of: ModelRef,
    named: readonly NamedScores[],
  ): Promise<readonly NamedScores[]> => {
    const made: NamedScores[] = [];
    for (const one of named) {
      const { corrections, percentile } = one;
      const rule = { kind: 'percentile', percentile } as const;
      const choice = { of, corrections, rule, file: null };
      const combined = await client.start('combine', choice).result;
      if (!combined.ok) continue;
      const { val, test, report } = combined.value;
      made.push({ ...one, scores: { val, test }, report });
    }
    return made;
  };

  /** @returns the run with the scores, the failure, or null where it was cancelled */
  const scoreDetector = async (
    run: RunRecord,
    index: number,
  ): Promise<Result<RunRecord, JobFailure> | null> => {
    const { detector } = run.detectors[index]!;
    set({ scoring: { phase: 'running', detector, progress: null } });
    const of = modelRef(run, detector);
    const mine = scoreAndTake(client, { of, settings: run.settings }, (progress) => {
      peak.note();
      set({ scoring: { phase: 'running', detector, progress } });
    });
    scoreJob = mine;
    const result = await mine.result;
    if (scoreJob !== mine) return null;
    scoreJob = null;
    if (result === null) set({ scoring: { phase: 'idle' } });
    if (result === null || !result.ok) return result;
    const trained = run.detectors[index]!;
    const named = await combineAgain(of, trained.named ?? []);
    const most = Math.max(peak.value() ?? 0, run.peakHeapBytes ?? 0);
    return ok({
      ...run,
      detectors: run.detectors.with(index, {
        ...trained,
        scores: result.value,
        ...(named.length === 0 ? {} : { named }),
      }),
      peakHeapBytes: most === 0 ? null : most,
    });
  };

  return {
    async score() {
      const { training } = get();
      if (training.phase !== 'done') return;
      scoreJob?.cancel();
      let { run } = training;
      let failure: JobFailure | null = null;
      for (const [index, { scores, detector }] of run.detectors.entries()) {
        if (scores !== null) continue;
        const scored = await scoreDetector(run, index);
        if (scored === null) return;
        const { seed } = run.settings;
        const earlier = run.failed.filter(
          (of) => of.detector !== detector || of.seed !== seed || of.stage !== 'scoring',
        );
        if (scored.ok) {
          run = { ...scored.value, failed: earlier };
        } else {
          failure = scored.error;
          const { what, where, advice } = failure;
          const said = { detector, seed, stage: 'scoring', what, where, advice } as const;
          run = { ...run, failed: [...earlier, said] };
        }
        set({ training: { phase: 'done', run } });
      }
      const noScores = run.detectors.every(({ scores }) => scores === null);
      set({
        scoring: failure !== null && noScores ? { phase: 'failed', failure } : { phase: 'done' },
      });
      await saveRun(run);
    },

    async scoreAgain() {
      const { training, choices } = get();
      if (training.phase !== 'done') return;
      const { run } = training;
      const detectors = run.detectors.map((trained) => ({ ...trained, scores: null }));
      const settings = { ...run.settings, scoring: choices.scoring };
      set({ training: { phase: 'done', run: { ...run, settings, detectors } } });
      await get().score();
    },

    cancelScoring: () => scoreJob?.cancel(),

    forget() {
      scoreJob?.cancel();
      scoreJob = null;
    },
  };
}
