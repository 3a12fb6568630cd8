/**
 * Deleting a stored dataset so that Undo brings it back, with its runs and notes. Where another tab uses
 * it, a person is asked first, and answers with `anyway`.
 */
import type { StoreApi } from 'zustand/vanilla';
import type { UndoState } from '../shared/undo-store.ts';
import type { DatasetState } from './dataset-store.ts';

export async function deleteDataset(
  datasets: StoreApi<DatasetState>,
  undo: StoreApi<UndoState>,
  id: string,
  anyway = false,
): Promise<void> {
  const { stored, dataset, trash } = datasets.getState();
  const entry = stored.find((one) => one.id === id);
  if (entry === undefined) return;
  const wasOpen = dataset?.id === id;
  if (!(await trash(id, anyway))) return;
  undo.getState().make({
    words: `The dataset “${entry.name}” was deleted, with its runs and notes.`,
    undo: () => datasets.getState().untrash(entry, wasOpen && datasets.getState().dataset === null),
    settle: () => datasets.getState().remove(id),
  });
}
