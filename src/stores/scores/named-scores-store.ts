/**
 * Constants of the corrections that a person keeps with the run under a name: the worker combines
 * and measures their scores once, and they are stored, shown and exported like the named variants.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Failure } from '../../base/result.ts';
import { modelRef } from '../../run/model-ref.ts';
import type { NamedScores } from '../../run/outcome.ts';
import { VARIANTS, variantWith } from '../../scoring/corrections/list.ts';
import type { WorkerClient } from '../../worker/client.ts';
import type { LabState } from '../lab/lab-store.ts';
import type { RunState } from '../run/run-store.ts';
import type { UndoState } from '../shared/undo-store.ts';
import { type InspectState, shownDetector } from './inspect-store.ts';

export interface NamedScoresState {
  readonly failure: Failure | null;
  /** Keeps the lab's constants, in the place of those that have the name, and shows their scores. */
  keep(name: string): Promise<void>;
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

/** Names that scores have already: of variants, and of detectors without terms. */
const TAKEN: ReadonlySet<string> = new Set([...VARIANTS, 'plain']);

export function createNamedScoresStore(deps: NamedScoresDeps): StoreApi<NamedScoresState> {
  const { client, runs, inspect, lab, undo } = deps;
  const shown = () => {
    const { training } = runs.getState();
    const trained = shownDetector(training, inspect.getState().detector);
    return training.phase !== 'done' || trained === null ? null : { run: training.run, trained };
  };

  return createStore<NamedScoresState>((set) => {
    const look = ({ corrections, percentile }: NamedScores): Promise<void> =>
      inspect.getState().setCorrections(corrections, percentile);

    return {
      failure: null,

      async keep(name) {
        const at = shown();
        if (at === null || at.trained.scores?.kind !== 'terms') return;
        if (TAKEN.has(name)) {
          set({ failure: taken(name) });
          return;
        }
        const { run, trained } = at;
        const { constants, thresholdPercentile: percentile } = lab.getState().setting;
        const corrections = variantWith('full', constants);
        const of = modelRef(run, trained.detector);
        const choice = { corrections, percentile, file: null };
        const combined = await client.start('combine', { of, ...choice }).result;
        if (!combined.ok) {
          set({ failure: combined.error });
          return;
        }
        const { val, test, report } = combined.value;
        const made: NamedScores = { name, corrections, percentile, scores: { val, test }, report };
        set({ failure: null });
        await runs
          .getState()
          .changeNamed(run.id, trained.detector, (named) => [
            ...named.filter((one) => one.name !== name),
            made,
          ]);
        await look(made);
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
        undo.getState().make({
          words: `The constants “${name}” were deleted.`,
          undo: () =>
            change(at.run.id, detector, (named) => [
              ...named.slice(0, place),
              gone,
              ...named.slice(place),
            ]),
          settle: async () => {},
        });
      },
    };
  });
}

const taken = (name: string): Failure => ({
  what: `“${name}” is the name of a score that every run has`,
  where: 'the constants of the Entropy gap',
  advice: 'choose another name',
});
