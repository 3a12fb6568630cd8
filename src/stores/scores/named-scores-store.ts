/**
 * Scores that a person keeps with the run under a name, by constants of the corrections or by a
 * formula: the worker combines and measures them once, and they are stored, shown and exported like
 * the named variants.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Failure } from '../../base/result.ts';
import type { DetectorId } from '../../detectors/catalog.ts';
import { namedScores } from '../../run/chosen-scores.ts';
import { modelRef } from '../../run/model-ref.ts';
import { formulaCorrections, type NamedFormula, refusedName } from '../../run/named-formulas.ts';
import type { NamedScores } from '../../run/outcome.ts';
import type { DetectorRun, RunRecord } from '../../run/record.ts';
import { ruleOf } from '../../run/run-threshold.ts';
import { variantWith } from '../../scoring/corrections/list.ts';
import {
  formatThreshold,
  PAPER_RULE,
  sameRule,
  THRESHOLD_PERCENTILE,
  type ThresholdRule,
} from '../../scoring/threshold-rule.ts';
import type { WorkerClient } from '../../worker/client.ts';
import type { LabState } from '../lab/lab-store.ts';
import type { RunState } from '../run/run-store.ts';
import type { UndoOffer, UndoState } from '../shared/undo-store.ts';
import { type InspectState, termsDetector } from './inspect-store.ts';

export interface NamedScoresState {
  readonly failure: Failure | null;
  /** Keeps the lab's constants under a name that is free, and shows their scores. */
  keep(name: string): Promise<void>;
  /** Keeps the scores of a formula with a detector of the run; `failure` says why it could not. */
  keepFormula(detector: DetectorId, formula: NamedFormula): Promise<void>;
  /** Shows the scores that are kept under the name. */
  show(name: string): Promise<void>;
  /** Undo brings them back. */
  remove(name: string): Promise<void>;
}

interface NamedScoresDeps {
  readonly client: WorkerClient;
  readonly runs: StoreApi<RunState>;
  readonly inspect: StoreApi<InspectState>;
  readonly lab: StoreApi<LabState>;
  readonly undo: StoreApi<UndoState>;
}

export function createNamedScoresStore(deps: NamedScoresDeps): StoreApi<NamedScoresState> {
  const { client, runs, inspect, lab, undo } = deps;
  /** What can be corrected: the shown detector, or the one with terms. */
  const shown = () => {
    const { training } = runs.getState();
    const trained = termsDetector(training, inspect.getState().detector);
    return training.phase !== 'done' || trained === null ? null : { run: training.run, trained };
  };

  return createStore<NamedScoresState>((set) => {
    const look = async ({ corrections, percentile }: NamedScores): Promise<void> => {
      const at = shown();
      if (at === null) return;
      const rule: ThresholdRule = { kind: 'percentile', percentile };
      // kept with a threshold of its own, by a person who moved it
      if (!sameRule(rule, PAPER_RULE) && !sameRule(rule, ruleOf(at.trained))) {
        const text = formatThreshold(rule);
        await runs.getState().changeThresholds(at.run.id, () => text);
      }
      await inspect.getState().setCorrections(corrections, at.trained.detector);
    };

    /** From the terms that the run has now; null where the worker could not. */
    const combine = async (
      run: RunRecord,
      detector: DetectorId,
      { name, corrections, percentile }: Asked,
    ): Promise<NamedScores | null> => {
      const rule = { kind: 'percentile', percentile } as const;
      const choice = { of: modelRef(run, detector), corrections, rule, file: null };
      const combined = await client.start('combine', choice).result;
      set({ failure: combined.ok ? null : combined.error });
      if (!combined.ok) return null;
      const { val, test, report } = combined.value;
      return { name, corrections, percentile, scores: { val, test }, report };
    };

    /** null where it cannot be kept, which `failure` says. */
    const keepAs = async (
      run: RunRecord,
      trained: DetectorRun,
      asked: Asked,
    ): Promise<NamedScores | null> => {
      const failure = refusal(asked, trained);
      set({ failure });
      const made = failure === null ? await combine(run, trained.detector, asked) : null;
      if (made !== null) {
        const { changeNamed } = runs.getState();
        await changeNamed(run.id, trained.detector, (named) => [...named, made]);
      }
      return made;
    };

    return {
      failure: null,

      async keep(name) {
        const at = shown();
        if (at === null) return;
        const { constants, rule } = lab.getState().setting;
        const percentile = rule.kind === 'percentile' ? rule.percentile : THRESHOLD_PERCENTILE;
        const asked = { name, corrections: variantWith('full', constants), percentile };
        const made = await keepAs(at.run, at.trained, asked);
        if (made !== null) await look(made);
      },

      async keepFormula(detector, { name, text }) {
        const { training } = runs.getState();
        if (training.phase !== 'done') return;
        const { run } = training;
        const trained = run.detectors.find((one) => one.detector === detector);
        if (trained?.scores?.kind !== 'terms') return;
        const corrections = formulaCorrections(text, run.settings.scoring.stdLimit);
        await keepAs(run, trained, { name, corrections, percentile: THRESHOLD_PERCENTILE });
      },

      async show(name) {
        const found = shown()?.trained.named?.find((one) => one.name === name);
        if (found !== undefined) await look(found);
      },

      async remove(name) {
        const at = shown();
        const place = at?.trained.named?.findIndex((one) => one.name === name) ?? -1;
        if (at === null || place === -1) return;
        const gone = at.trained.named![place]!;
        const { detector } = at.trained;
        const change = runs.getState().changeNamed;
        await change(at.run.id, detector, (named) => named.filter((one) => one.name !== name));
        const offer: UndoOffer = {
          words: `The scores “${name}” were deleted.`,
          async undo() {
            // the run may have been scored again since
            const back = await combine(at.run, detector, gone);
            if (back === null) return;
            await change(at.run.id, detector, (named) => [
              ...named.slice(0, place),
              back,
              ...named.slice(place),
            ]);
          },
          settle: async () => {},
        };
        undo.getState().make(offer);
        // an offer that could not be kept is withdrawn: they come back to the run on show alone
        const stop = runs.subscribe(() => {
          if (undo.getState().offer !== offer) stop();
          else if (shown()?.run.id !== at.run.id) {
            stop();
            undo.getState().dismiss();
          }
        });
      },
    };
  });
}

type Asked = Pick<NamedScores, 'name' | 'corrections' | 'percentile'>;

/** Why scores cannot be kept so; null where they can. */
function refusal(asked: Asked, trained: DetectorRun): Failure | null {
  const same = namedScores(trained, asked.corrections);
  return (
    refusedName(asked.name, trained) ??
    (same === null
      ? null
      : {
          what: `the same scores are kept as “${same.name}”`,
          where: `the name “${asked.name}”`,
          advice: 'use those',
        })
  );
}
