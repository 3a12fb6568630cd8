/**
 * The threshold that a person sets: while it is dragged only what it would flag is shown; once it is
 * chosen it is kept with the run, and scores, list, inspector, exports and the Entropy gap follow.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { DetectorId } from '../../detectors/catalog.ts';
import type { DetectorRun } from '../../run/record.ts';
import { defaultRuleOf, keptThreshold, ruleOf } from '../../run/run-threshold.ts';
import { sameRule, type ThresholdRule } from '../../scoring/threshold-rule.ts';
import { ruleWords } from '../../scoring/threshold-words.ts';
import type { RunState } from '../run/run-store.ts';
import type { UndoOffer, UndoState } from '../shared/undo-store.ts';

export interface ThresholdState {
  /** While it is dragged or typed; null otherwise. */
  readonly preview: { readonly detector: DetectorId; readonly rule: ThresholdRule } | null;
  show(detector: DetectorId, rule: ThresholdRule): void;
  /** Keeps what is shown. */
  keep(): Promise<void>;
  /** Forgets what is shown and was not kept. */
  drop(): void;
  /**
   * Undo brings back what was before.
   *
   * @param rule null for the default of the data
   */
  choose(detector: DetectorId, rule: ThresholdRule | null): Promise<void>;
}

interface ThresholdDeps {
  readonly runs: StoreApi<RunState>;
  readonly undo: StoreApi<UndoState>;
}

export function createThresholdStore({ runs, undo }: ThresholdDeps): StoreApi<ThresholdState> {
  const store = createStore<ThresholdState>((set, get) => ({
    preview: null,
    show: (detector, rule) => set({ preview: { detector, rule } }),
    drop: () => set({ preview: null }),

    async keep() {
      const { preview } = get();
      if (preview !== null) await get().choose(preview.detector, preview.rule);
    },

    async choose(detector, rule) {
      set({ preview: null });
      const { training, changeThresholds } = runs.getState();
      if (training.phase !== 'done') return;
      const { id, detectors } = training.run;
      const trained = detectors.find((one) => one.detector === detector);
      if (trained === undefined) return;
      const next = rule ?? defaultRuleOf(trained);
      if (sameRule(next, ruleOf(trained))) return;
      const before = new Map(detectors.map((one) => [one.detector, one.threshold]));
      await changeThresholds(id, withRule(detector, rule));
      const offer: UndoOffer = {
        words: `The threshold is ${ruleWords(next)}.`,
        undo: () => changeThresholds(id, (one) => before.get(one.detector)),
        settle: async () => {},
      };
      undo.getState().make(offer);
    },
  }));
  return store;
}

/**
 * A rule is of the run, and every detector follows it, but for what means nothing to it: a score in
 * the unit of another detector.
 *
 * @param rule null for the default of the data
 * @returns    what each detector keeps
 */
export function withRule(
  detector: DetectorId,
  rule: ThresholdRule | null,
): (trained: DetectorRun) => string | undefined {
  return (trained) => {
    if (rule?.kind === 'value' && trained.detector !== detector) return trained.threshold;
    return keptThreshold(rule, trained);
  };
}
