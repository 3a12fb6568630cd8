import { expect, test } from 'vitest';
import { err, ok } from '../../base/result.ts';
import { isNoRoom, storageFailure } from '../../storage/storage-failure.ts';
import { createFakeStorage } from '../../testing/notebook-fakes.ts';
import { fakeRun } from '../../testing/run-fakes.ts';
import { createRoomMakingStorage } from './room-making-storage.ts';
import { createUndoStore } from './undo-store.ts';

const FULL = storageFailure(new DOMException('full', 'QuotaExceededError'));

/** A disk that has no room until what was deleted is gone. */
function fullDisk(failure = FULL) {
  const undo = createUndoStore();
  const { storage } = createFakeStorage();
  const disk = { full: true, tries: 0 };
  const roomy = createRoomMakingStorage(
    {
      ...storage,
      saveRun: async (run) => {
        disk.tries += 1;
        return disk.full ? err(failure) : storage.saveRun(run);
      },
      notes: {
        ...storage.notes,
        save: async (_, notes) => (disk.full ? err(failure) : ok(notes)),
      },
    },
    undo,
  );
  const offer = () =>
    undo.getState().make({
      words: 'Run 3 was deleted.',
      undo: async () => {},
      settle: async () => {
        disk.full = false;
      },
    });
  return { undo, roomy, offer, disk };
}

test('what was deleted and could come back is room for a run that has none', async () => {
  const { undo, roomy, offer, disk } = fullDisk();
  offer();
  expect((await roomy.saveRun(fakeRun())).ok).toBe(true);
  expect(undo.getState().offer).toBeNull();
  expect(disk.tries).toBe(2);
});

test('the same for a note', async () => {
  const { roomy, offer } = fullDisk();
  offer();
  expect((await roomy.notes.save('shop', [])).ok).toBe(true);
});

test('without anything deleted it fails, after one try', async () => {
  const { roomy, disk } = fullDisk();
  const saved = await roomy.saveRun(fakeRun());
  expect(!saved.ok && isNoRoom(saved.error)).toBe(true);
  expect(disk.tries).toBe(1);
});

test('another failure leaves Undo as it is', async () => {
  const { undo, roomy, offer } = fullDisk(storageFailure(new Error('disk on fire')));
  offer();
  expect((await roomy.saveRun(fakeRun())).ok).toBe(false);
  expect(undo.getState().offer).not.toBeNull();
});
