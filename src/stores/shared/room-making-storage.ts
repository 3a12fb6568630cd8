/**
 * A storage for which what Undo could bring back counts as room: where there is none for what is new,
 * the deletion becomes final, and it is tried once more. Whether there is room is known by trying;
 * what the browser estimates is no promise.
 */
import type { StoreApi } from 'zustand/vanilla';
import type { Failure, Result } from '../../base/result.ts';
import type { NotebookStorage } from '../../storage/notebook-storage.ts';
import { isNoRoom } from '../../storage/storage-failure.ts';
import type { UndoState } from './undo-store.ts';

export { isNoRoom };

export function createRoomMakingStorage(
  storage: NotebookStorage,
  undo: StoreApi<UndoState>,
): NotebookStorage {
  const { notes, models } = storage;
  const tried = async <T>(save: () => Promise<Result<T, Failure>>): Promise<Result<T, Failure>> => {
    const saved = await save();
    if (saved.ok || !isNoRoom(saved.error) || undo.getState().offer === null) return saved;
    await undo.getState().dismiss();
    return save();
  };
  return {
    ...storage,
    notes: { ...notes, save: (datasetId, saved) => tried(() => notes.save(datasetId, saved)) },
    models: { ...models, save: (entry, file) => tried(() => models.save(entry, file)) },
    saveRun: (record) => tried(() => storage.saveRun(record)),
    saveCheckpoint: (run) => tried(() => storage.saveCheckpoint(run)),
  };
}
