/**
 * The datasets: the one at hand, how it comes in (files, demo, storage), what each of its files is
 * for, and those that are stored.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { err, type Failure, ok } from '../../base/result.ts';
import { FILE_ROLES, type FileRole } from '../../features/splits.ts';
import type { Dataset, DatasetEntry } from '../../storage/records.ts';
import { ORPHAN_RULES, type OrphanRule } from '../../trace/orphans.ts';
import { openOf, trainingOf } from '../shared/tabs.ts';
import { createDatasetImport, guessRoles } from './dataset-import.ts';
import { createDatasetOpening } from './dataset-opening.ts';
import { createDatasetSaving } from './dataset-saving.ts';
import {
  type DatasetParts,
  type DatasetPhase,
  type DatasetState,
  type DatasetStoreDeps,
  settled,
} from './dataset-state.ts';
import { createDatasetTurns } from './dataset-turns.ts';

export {
  MIN_STAND_IN_TRACES,
  STAND_IN_IDS,
  type StandInId,
  TABLE_4,
} from '../../simulator/stand-in-catalog.ts';
export {
  type Dataset,
  type DatasetEntry,
  type DatasetPhase,
  type DatasetState,
  type DatasetStoreDeps,
  FILE_ROLES,
  type FileRole,
  guessRoles,
  ORPHAN_RULES,
  type OrphanRule,
};

const NOT_STORED: Failure = {
  what: 'the dataset is not stored yet',
  where: 'browser storage',
  advice: 'its spans are read back once it is',
};

const DELETED_ELSEWHERE: Failure = {
  what: 'this dataset was deleted in another tab; it is in memory here, with its run',
  where: 'browser storage',
  advice: 'store it again to keep it, without its recorded spans; or undo the deletion there',
};

const WITHOUT_SPANS: Failure = {
  what: 'the dataset was stored by an earlier version, without its spans',
  where: 'browser storage',
  advice: 'import its files again to see them',
};

export function createDatasetStore(deps: DatasetStoreDeps): StoreApi<DatasetState> {
  const { storage, mappings, attributes } = deps;
  return createStore<DatasetState>((set, get) => {
    const parts: DatasetParts = { deps, set, get };
    const turns = createDatasetTurns(parts);
    const saving = createDatasetSaving(parts);

    const takeAway = (id: string): void => {
      const { stored, dataset, status } = get();
      set({ stored: stored.filter((entry) => entry.id !== id), storageFailure: null });
      if (dataset?.id !== id) return;
      saving.replace(null, status.phase === 'ready' ? { status: { phase: 'empty' } } : {});
    };

    const usedElsewhere = async (id: string): Promise<'trained' | 'open' | null> => {
      if (await deps.tabs?.heldElsewhere(trainingOf(id))) return 'trained';
      return (await deps.tabs?.heldElsewhere(openOf(id))) ? 'open' : null;
    };

    return {
      status: { phase: 'restoring' },
      dataset: null,
      stored: [],
      saving: null,
      storageFailure: null,
      asked: null,
      mappedHeaders: mappings.all().length,
      authorsRules: true,
      orphans: 'own-tree',
      rereadable: null,
      keptAttributes: attributes.names(),

      ...createDatasetImport(parts, turns, saving),
      ...createDatasetOpening(parts, turns, saving),

      forgetMappings() {
        mappings.forget();
        set({ mappedHeaders: 0 });
      },

      setAuthorsRules: (authorsRules) =>
        set({ authorsRules, orphans: authorsRules ? 'own-tree' : 'attach' }),
      setOrphans: (orphans) => set({ orphans }),

      keepAttributes(keptAttributes) {
        attributes.keep(keptAttributes);
        set({ keptAttributes });
      },

      cancelImport: turns.cancel,
      saveAgain: saving.saveAgain,

      async adopt(dataset) {
        saving.replace(dataset, { status: { phase: 'ready' } });
        if (!get().stored.some(({ id }) => id === dataset.id)) await saving.save(dataset);
      },

      setRoles(roles) {
        const { dataset } = get();
        if (dataset === null) return;
        set({ dataset: { ...dataset, roles } });
        void saving.change(dataset.id, { roles });
      },

      keep: () => set({ asked: null }),
      dismissFailure: () => set({ status: settled(get()), storageFailure: null }),

      async rename(id, name) {
        const { dataset } = get();
        if (dataset?.id === id) set({ dataset: { ...dataset, name } });
        await saving.change(id, { name });
      },

      async remove(id) {
        const removed = await storage.datasets.remove(id);
        if (removed.ok) takeAway(id);
        else set({ storageFailure: removed.error });
      },

      async relist() {
        const listed = await storage.datasets.list();
        if (!listed.ok) return;
        const { dataset, stored } = get();
        const has = (entries: readonly DatasetEntry[]) =>
          entries.some(({ id }) => id === dataset?.id);
        const gone = has(stored) && !has(listed.value.entries);
        set({ stored: listed.value.entries });
        if (gone) set({ storageFailure: DELETED_ELSEWHERE });
        else if (has(listed.value.entries) && get().storageFailure === DELETED_ELSEWHERE) {
          set({ storageFailure: null });
        }
        deps.onListed?.(listed.value.unreadable);
      },

      async trash(id, anyway = false) {
        const use = anyway ? null : await usedElsewhere(id);
        set({ asked: use === null ? null : { id, use } });
        if (use !== null) return false;
        const trashed = await storage.datasets.change(id, { trashed: true });
        if (trashed.ok) takeAway(id);
        else set({ storageFailure: trashed.error });
        return trashed.ok;
      },

      async untrash({ id }, open) {
        const back = await storage.datasets.change(id, { trashed: false });
        if (!back.ok) {
          set({ storageFailure: back.error });
          return;
        }
        set(({ stored }) => ({
          stored: [...stored, back.value].sort((a, b) => b.savedAt - a.savedAt),
        }));
        if (open) await get().open(id);
      },

      async readSpans(trace) {
        const { dataset, stored } = get();
        const entry = stored.find(({ id }) => id === dataset?.id);
        if (entry === undefined) return err(NOT_STORED);
        const read = await storage.datasets.readSpans(entry, trace);
        if (!read.ok) return read;
        return read.value === null ? err(WITHOUT_SPANS) : ok(read.value);
      },
    };
  });
}
