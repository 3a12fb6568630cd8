import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { openDB } from 'idb';
import { beforeEach, expect, test, vi } from 'vitest';
import type { RunRecord } from '../run/record.ts';
import { importedFixture } from '../testing/notebook-fakes.ts';
import { fakeDetectorRun, fakeRun, fakeScores } from '../testing/run-fakes.ts';
import { createNotebookStorage } from './notebook-storage.ts';

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory());
  vi.stubGlobal('navigator', {});
  return () => vi.unstubAllGlobals();
});

const run = (id: string, savedAt: number, datasetId = 'dataset-1'): RunRecord => ({
  ...fakeRun(),
  id,
  datasetId,
  savedAt,
});

async function namesOf(datasetId = 'dataset-1'): Promise<string[]> {
  const listed = await createNotebookStorage().runs.list(datasetId);
  if (!listed.ok) throw new Error(listed.error.what);
  expect(listed.value.unreadable).toEqual([]);
  return listed.value.entries.map(({ id, name }) => `${id} ${name}`);
}

test('runs of a dataset are kept beside each other, numbered, the last saved first', async () => {
  const storage = createNotebookStorage();
  await storage.saveRun(run('a', 1));
  await storage.saveRun(run('b', 2));
  await storage.saveRun(run('c', 1, 'dataset-2'));
  expect(await namesOf()).toEqual(['b Run 2', 'a Run 1']);
  expect(await namesOf('dataset-2')).toEqual(['c Run 1']);
  expect((await storage.runsOf('dataset-1')).run?.id).toBe('b');
  expect(await storage.runs.read('dataset-1', 'a')).toEqual({ ok: true, value: run('a', 1) });
});

test('a run that is stored again, now with scores, keeps its name', async () => {
  const storage = createNotebookStorage();
  await storage.saveRun(run('a', 1));
  await storage.runs.change('dataset-1', 'a', { name: 'wide' });
  const scores = fakeScores(importedFixture().traces);
  const detectors = [{ ...fakeDetectorRun(), scores }];
  const saved = await storage.saveRun({ ...run('a', 2), detectors });
  expect(saved).toMatchObject({ ok: true, value: { name: 'wide' } });
  expect(saved.ok && saved.value.detectors[0]?.reports).toEqual(scores.reports);
  expect(await namesOf()).toEqual(['a wide']);
});

test('a deleted run can come back until the dataset is opened again', async () => {
  const storage = createNotebookStorage();
  await storage.saveRun(run('a', 1));
  await storage.saveRun(run('b', 2));
  await storage.runs.change('dataset-1', 'b', { trashed: true });
  await storage.runs.change('dataset-1', 'b', { trashed: false });
  expect(await namesOf()).toEqual(['b Run 2', 'a Run 1']);
  await storage.runs.change('dataset-1', 'b', { trashed: true });
  expect(await namesOf()).toEqual(['a Run 1']);
  expect(await storage.runs.read('dataset-1', 'b')).toMatchObject({ ok: false });
  expect(await storage.runs.change('dataset-1', 'b', { trashed: false })).toMatchObject({
    ok: false,
    error: { what: expect.stringContaining('not stored any more') },
  });
});

test('a dataset takes its runs and its notes along', async () => {
  const storage = createNotebookStorage();
  await storage.saveRun(run('a', 1));
  await storage.saveRun(run('b', 1, 'dataset-2'));
  await storage.notes.save('dataset-1', [{ id: 'n', after: 'data', text: '$x$' }]);
  await storage.datasets.remove('dataset-1');
  const db = await openDB('tracevae-notebook');
  expect(await db.getAllKeys('runs')).toEqual([['dataset-2', 'b']]);
  expect(await db.getAllKeys('runEntries')).toEqual([['dataset-2', 'b']]);
  expect(await db.getAllKeys('notes')).toEqual([]);
  db.close();
});

test('notes come back in their order, of their own dataset alone', async () => {
  const storage = createNotebookStorage();
  const notes = [
    { id: '2', after: 'scores', text: 'second' },
    { id: '1', after: 'data', text: 'first' },
  ];
  await storage.notes.save('dataset-1', notes);
  expect(await createNotebookStorage().notes.read('dataset-1')).toEqual({ ok: true, value: notes });
  expect(await createNotebookStorage().notes.read('dataset-2')).toEqual({ ok: true, value: [] });
});
