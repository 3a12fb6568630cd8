/**
 * The kept runs of the dataset at hand: their names, which of them is shown, which are compared,
 * and against which one.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Failure } from '../../base/result.ts';
import type { RunEntry } from '../../run/run-entries.ts';
import type { NotebookStorage } from '../../storage/notebook-storage.ts';
import { createLatest } from '../shared/latest.ts';
import type { UndoState } from '../shared/undo-store.ts';
import type { RunState } from './run-store.ts';
import { isRunning, type TrainingPhase } from './training-phase.ts';

export type { RunEntry };

/** As many as there are colours to tell curves apart. */
export const MOST_COMPARED = 6;

export interface KeptRunsState {
  /** The last saved first. */
  readonly entries: readonly RunEntry[];
  /** Ids, in the order of the entries. */
  readonly compared: readonly string[];
  /** The run that the others are measured against. */
  readonly baseline: string | null;
  readonly failure: Failure | null;

  /** Those of a dataset that was opened. */
  take(entries: readonly RunEntry[]): void;
  /** Those of the same dataset, as another tab has changed them. */
  relist(): Promise<void>;
  /** A run that was stored just now. */
  note(entry: RunEntry): void;
  /** Puts a kept run in the place of the one that is shown. @returns whether it is shown now */
  show(id: string): Promise<boolean>;
  rename(id: string, name: string): Promise<void>;
  /** Undo brings it back. */
  remove(id: string): Promise<void>;
  compare(id: string, on: boolean): void;
  setBaseline(id: string | null): void;
  dismissFailure(): void;
}

export interface KeptRunsDeps {
  readonly storage: NotebookStorage;
  readonly runs: StoreApi<RunState>;
  readonly undo: StoreApi<UndoState>;
  /** Of the dataset at hand. */
  readonly datasetId: () => string | null;
}

/** Another run can be shown: nothing is in training, or waits for Resume. */
export const canShowAnother = (training: TrainingPhase): boolean =>
  !isRunning(training) && training.phase !== 'interrupted';

export const shownRun = (training: TrainingPhase): string | null =>
  training.phase === 'done' ? training.run.id : null;

export function createKeptRunsStore(deps: KeptRunsDeps): StoreApi<KeptRunsState> {
  const { storage, runs, undo } = deps;
  const shows = createLatest();
  return createStore<KeptRunsState>((set, get) => {
    const find = (id: string): RunEntry | undefined =>
      get().entries.find((entry) => entry.id === id);

    const without = (id: string): void =>
      set(({ entries, compared, baseline }) => ({
        entries: entries.filter((entry) => entry.id !== id),
        compared: compared.filter((one) => one !== id),
        baseline: baseline === id ? null : baseline,
      }));

    const put = (entry: RunEntry): void =>
      set(({ entries }) => ({
        entries: [...entries.filter(({ id }) => id !== entry.id), entry].sort(
          (a, b) => b.savedAt - a.savedAt,
        ),
      }));

    const change = async (entry: RunEntry, what: Partial<RunEntry>): Promise<RunEntry | null> => {
      const changed = await storage.runs.change(entry.datasetId, entry.id, what);
      set({ failure: changed.ok ? null : changed.error });
      return changed.ok ? changed.value : null;
    };

    return {
      entries: [],
      compared: [],
      baseline: null,
      failure: null,

      take: (entries) =>
        set({
          entries,
          compared: entries.slice(0, MOST_COMPARED).map(({ id }) => id),
          baseline: null,
          failure: null,
        }),

      async relist() {
        const datasetId = deps.datasetId();
        if (datasetId === null) return;
        const listed = await storage.runs.list(datasetId);
        if (!listed.ok || deps.datasetId() !== datasetId) return;
        const { entries } = listed.value;
        const there = new Set(entries.map(({ id }) => id));
        set(({ compared, baseline }) => ({
          entries,
          compared: compared.filter((id) => there.has(id)),
          baseline: baseline !== null && there.has(baseline) ? baseline : null,
        }));
      },

      note(entry) {
        const known = find(entry.id) !== undefined;
        put(entry);
        const { compared } = get();
        if (!known && compared.length < MOST_COMPARED) get().compare(entry.id, true);
      },

      async show(id) {
        const entry = find(id);
        if (entry === undefined || !canShowAnother(runs.getState().training)) return false;
        const isLatest = shows.begin();
        if (shownRun(runs.getState().training) === id) return true;
        const read = await storage.runs.read(entry.datasetId, id);
        if (!isLatest()) return false;
        if (!read.ok) {
          set({ failure: read.error });
          return false;
        }
        // another dataset was opened, or training started, meanwhile
        if (find(id) === undefined || !canShowAnother(runs.getState().training)) return false;
        set({ failure: null });
        runs.getState().reset();
        runs.getState().restore(read.value, null);
        return true;
      },

      async rename(id, name) {
        const entry = find(id);
        const renamed = entry === undefined ? null : await change(entry, { name });
        if (renamed !== null && find(id) !== undefined) put(renamed);
      },

      async remove(id) {
        const entry = find(id);
        if (entry === undefined) return;
        const shown = shownRun(runs.getState().training) === id;
        if ((await change(entry, { trashed: true })) === null) return;
        without(id);
        if (shown) {
          const [next] = get().entries;
          if (next !== undefined) await get().show(next.id);
          if (shownRun(runs.getState().training) === id) runs.getState().reset();
        }
        undo.getState().make({
          words: `The run “${entry.name}” was deleted.`,
          async undo() {
            const back = await change(entry, { trashed: false });
            if (back === null) return;
            // its dataset may have been left meanwhile: it is there when that is opened
            if (deps.datasetId() !== entry.datasetId) return;
            put(back);
            if (shown) await get().show(id);
          },
          async settle() {
            await storage.runs.remove(entry.datasetId, id);
          },
        });
      },

      compare: (id, on) =>
        set(({ entries, compared }) => ({
          compared: entries
            .map((entry) => entry.id)
            .filter((one) => (one === id ? on : compared.includes(one))),
        })),

      setBaseline: (baseline) => set({ baseline }),
      dismissFailure: () => set({ failure: null }),
    };
  });
}
