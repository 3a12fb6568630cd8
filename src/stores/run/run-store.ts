/**
 * One run: its settings, training with live curves, scoring. Settings belong to the next run; what
 * a finished run used is kept with the run, so that a changed setting marks it stale.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { DetectorId } from '../../detectors/catalog.ts';
import type { RunRecord } from '../../run/record.ts';
import { choicesOf, DEFAULT_CHOICES } from './run-choices.ts';
import { createFirstLook } from './run-first-look.ts';
import { createRunScoring } from './run-scoring.ts';
import { createRunSettings } from './run-settings.ts';
import {
  createPeakHeap,
  type RunParts,
  type RunState,
  type RunStoreDeps,
  type ScoringPhase,
} from './run-state.ts';
import { createRunTraining } from './run-training.ts';
import { interruptedPhase } from './training-phase.ts';

export type { RunState, RunStoreDeps, ScoringPhase } from './run-state.ts';

export function createRunStore(deps: RunStoreDeps): StoreApi<RunState> {
  return createStore<RunState>((set, get) => {
    const saveRun = async (run: RunRecord): Promise<void> => {
      const saved = await deps.storage.saveRun(run);
      // One that there is no room for stays here, whatever is trained or shown next.
      const others = get().unstored.filter(({ id }) => id !== run.id);
      const unstored = saved.ok ? others : [...others, run];
      set({ unstored, storageFailure: saved.ok ? null : saved.error });
      if (saved.ok) deps.onStored?.(saved.value);
    };

    const parts: RunParts = { deps, set, get, peak: createPeakHeap(deps), saveRun };
    const { forget: forgetTraining, ...training } = createRunTraining(parts);
    const { forget: forgetScoring, ...scoring } = createRunScoring(parts);
    const { forget: forgetFirst, ...first } = createFirstLook(parts);

    return {
      choices: DEFAULT_CHOICES,
      training: { phase: 'idle' },
      scoring: { phase: 'idle' },
      storageFailure: null,
      elsewhere: false,
      unstored: [],

      ...createRunSettings(parts),
      ...training,
      ...scoring,
      ...first,

      async storeAgain() {
        for (const run of get().unstored) await saveRun(run);
      },

      async addRepeat(runId, result) {
        const { training } = get();
        if (training.phase !== 'done' || training.run.id !== runId) return;
        const { run } = training;
        const others = <T extends { detector: DetectorId; seed: number }>(list: readonly T[]) =>
          list.filter((of) => of.detector !== result.detector || of.seed !== result.seed);
        const [repeats, failed] = [others(run.repeats), others(run.failed)];
        const next =
          'stage' in result
            ? { ...run, repeats, failed: [...failed, result] }
            : { ...run, repeats: [...repeats, result], failed };
        set({ training: { phase: 'done', run: next } });
        await saveRun(next);
      },

      async changeNamed(runId, detector, change) {
        const { training } = get();
        if (training.phase !== 'done' || training.run.id !== runId) return;
        const detectors = training.run.detectors.map((trained) =>
          trained.detector === detector
            ? { ...trained, named: change(trained.named ?? []) }
            : trained,
        );
        const next = { ...training.run, detectors };
        set({ training: { phase: 'done', run: next } });
        await saveRun(next);
      },

      async changeThresholds(runId, change) {
        const { training } = get();
        if (training.phase !== 'done' || training.run.id !== runId) return;
        const detectors = training.run.detectors.map(({ threshold: _, ...trained }) => {
          const threshold = change({ ...trained, ...(_ === undefined ? {} : { threshold: _ }) });
          return threshold === undefined ? trained : { ...trained, threshold };
        });
        const next = { ...training.run, detectors };
        set({ training: { phase: 'done', run: next } });
        await saveRun(next);
      },

      restore(run, interrupted) {
        const phase = interruptedPhase(run, interrupted);
        const stored = phase?.next ?? run;
        if (stored === null) return;
        const choices = choicesOf(stored);
        if (phase !== null) {
          set({ choices, training: phase });
        } else if (run !== null) {
          const scored = run.detectors.some(({ scores }) => scores !== null);
          const scoring: ScoringPhase = { phase: scored ? 'done' : 'idle' };
          set({ choices, training: { phase: 'done', run }, scoring });
        }
      },

      leave() {
        get().reset();
        forgetFirst();
      },

      reset() {
        forgetTraining();
        forgetScoring();
        set({ training: { phase: 'idle' }, scoring: { phase: 'idle' } });
      },
    };
  });
}
