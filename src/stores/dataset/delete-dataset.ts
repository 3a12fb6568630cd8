/** Deleting a stored dataset so that Undo brings it back, with its runs and notes. */
import type { StoreApi } from 'zustand/vanilla';
import type { UndoState } from '../shared/undo-store.ts';
import type { DatasetState } from './dataset-store.ts';

export async function deleteDataset(
  datasets: StoreApi<DatasetState>,
  undo: StoreApi<UndoState>,
  id: string,
): Promise<void> {
  const { stored, dataset, trash } = datasets.getState();
  const entry = stored.find((one) => one.id === id);
  if (entry === undefined) return;
  const wasOpen = dataset?.id === id;
  if (!(await trash(id))) return;
  undo.getState().make({
    words: `The dataset “${entry.name}” was deleted, with its runs and notes.`,
    undo: () => datasets.getState().untrash(entry, wasOpen && datasets.getState().dataset === null),
    settle: () => datasets.getState().remove(id),
  });
}
