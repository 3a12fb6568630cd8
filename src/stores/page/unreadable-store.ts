/**
 * Stored records that this build cannot read: they are listed with the reason until a person deletes
 * them, and can be saved as they are. They never keep the others from being opened.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Failure } from '../../base/result.ts';
import type { NotebookStorage } from '../../storage/notebook-storage.ts';
import type { Unreadable } from '../../storage/unreadable.ts';

export type { Unreadable };

export interface UnreadableState {
  /** Datasets, then models and runs of the dataset at hand. */
  readonly records: readonly Unreadable[];
  readonly failure: Failure | null;
  /** Puts what a listing found in the place of those of the same kind. */
  take(store: Unreadable['store'], records: readonly Unreadable[]): void;
  /** For good; of a dataset all that belongs to it. */
  remove(record: Unreadable): Promise<void>;
}

export function createUnreadableStore(storage: NotebookStorage): StoreApi<UnreadableState> {
  return createStore<UnreadableState>((set) => ({
    records: [],
    failure: null,

    take: (store, found) =>
      set(({ records }) => {
        const others = records.filter((record) => record.store !== store);
        return { records: store === 'datasets' ? [...found, ...others] : [...others, ...found] };
      }),

    async remove(record) {
      const { store, datasetId, runId } = record;
      const removed =
        store === 'models'
          ? await storage.models.remove(datasetId)
          : runId === null
            ? await storage.datasets.remove(datasetId)
            : await storage.runs.remove(datasetId, runId);
      set(({ records }) => ({
        failure: removed.ok ? null : removed.error,
        records: removed.ok ? records.filter((one) => one !== record) : records,
      }));
    },
  }));
}
