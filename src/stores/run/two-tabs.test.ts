/** Two tabs of one browser: one storage, two workers. */
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, expect, test, vi } from 'vitest';
import { createNotebookStorage } from '../../storage/notebook-storage.ts';
import { createFakeTabs } from '../../testing/fake-tabs.ts';
import {
  createFakeClient,
  createFakePreferences,
  importedFixture,
} from '../../testing/notebook-fakes.ts';
import { fakeCheckpoint, fakeDetectorRun, fakeRun } from '../../testing/run-fakes.ts';
import { deleteDataset } from '../dataset/delete-dataset.ts';
import { createNotebook } from '../page/notebook.ts';

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory());
  vi.stubGlobal('navigator', {});
  return () => vi.unstubAllGlobals();
});

const imported = importedFixture();
const pause = () => new Promise((resolve) => setTimeout(resolve, 5));

async function openTab(browser: ReturnType<typeof createFakeTabs>, name: string) {
  const fake = createFakeClient();
  let ids = 0;
  const notebook = createNotebook({
    client: fake.client,
    background: () => ({ client: fake.client, close: () => {} }),
    storage: createNotebookStorage(),
    tabs: browser.open(),
    preferences: createFakePreferences(),
    now: () => 3,
    newId: () => `${name}-${ids++}`,
    isolated: true,
    heapBytes: () => null,
    foreignRequests: () => 0,
    app: { name: 'notebook', version: '0', userAgent: 'test' },
    address: { read: () => '', write: () => {}, goTo: () => {} },
  });
  void notebook.open();
  let answered = 0;
  /** Answers whatever opens a dataset, and leaves the rest. */
  const settle = async () => {
    for (let quiet = 0; quiet < 12; quiet++) {
      await pause();
      for (; answered < fake.started.length; answered++) {
        if (fake.started[answered]!.kind === 'open') await fake.started[answered]!.finish(null);
      }
    }
  };
  await settle();
  const runs = () => notebook.runs.getState();
  return { ...fake, notebook, settle, runs };
}

async function twoTabs() {
  const storage = createNotebookStorage();
  await storage.datasets.save(
    { id: 'shop', name: 'shop', imported, roles: ['train', 'val', 'test'] },
    { savedAt: 1, spans: (async function* () {})(), onProgress: () => {} },
  );
  const browser = createFakeTabs();
  const one = await openTab(browser, 'one');
  const two = await openTab(browser, 'two');
  for (const tab of [one, two]) tab.runs().choose({ detectors: ['tracevae'] });
  return { one, two, storage };
}

test('one tab trains; the other is told, keeps its checkpoint, and can take over', async () => {
  const { one, two, storage } = await twoTabs();
  void one.runs().train();
  await one.settle();
  one.last('train').emit({ kind: 'checkpoint', checkpoint: fakeCheckpoint(2) });
  await one.settle();
  expect((await storage.runsOf('shop')).interrupted?.checkpoint.epoch).toBe(2);

  await two.runs().train();
  expect(two.runs().elsewhere).toBe(true);
  expect(two.started.some(({ kind }) => kind === 'train')).toBe(false);
  expect((await storage.runsOf('shop')).interrupted?.checkpoint.epoch).toBe(2);

  void two.runs().takeOver();
  await two.settle();
  expect(one.last('train').controls).toEqual(['cancel']);
  expect(one.runs()).toMatchObject({ elsewhere: true, training: { phase: 'idle' } });
  expect(two.runs()).toMatchObject({ elsewhere: false, training: { phase: 'running' } });
  expect(two.last('train').input.from?.epoch).toBe(2);
});

test('a dataset that another tab uses is deleted once a person was asked; that tab is told', async () => {
  const { one, two, storage } = await twoTabs();
  const { dataset, undo } = one.notebook;
  await deleteDataset(dataset, undo, 'shop');
  expect(dataset.getState().asked).toEqual({ id: 'shop', use: 'open' });
  dataset.getState().keep();
  expect(dataset.getState()).toMatchObject({ asked: null, stored: [{ id: 'shop' }] });

  void two.runs().train();
  await two.settle();
  await deleteDataset(dataset, undo, 'shop');
  expect(dataset.getState().asked).toEqual({ id: 'shop', use: 'trained' });
  expect(undo.getState().offer).toBeNull();

  await deleteDataset(dataset, undo, 'shop', true);
  await two.settle();
  expect(dataset.getState()).toMatchObject({ asked: null, dataset: null, stored: [] });
  const other = two.notebook.dataset;
  expect(other.getState().dataset?.id).toBe('shop');
  expect(other.getState().storageFailure?.what).toContain('deleted in another tab');
  expect(two.runs().training.phase).toBe('running');

  // for good: what the other tab has in memory can be stored again
  await undo.getState().dismiss();
  void other.getState().saveAgain();
  for (let i = 0; i < 5; i++) {
    await two.settle();
    if (two.last('takeSpans') !== undefined) await two.last('takeSpans').finish(null);
  }
  const listed = await storage.datasets.list();
  expect(listed.ok && listed.value.entries.map(({ id }) => id)).toEqual(['shop']);
});

test('a run that one tab stores is listed in the other', async () => {
  const { one, two, storage } = await twoTabs();
  const { kept } = one.notebook;
  await two.notebook.runs.getState().storeAgain();
  const run = { ...fakeRun(), datasetId: 'shop', detectors: [fakeDetectorRun()] };
  await storage.saveRun(run);
  await two.notebook.kept.getState().relist();
  await two.notebook.kept.getState().rename('run-1', 'mine');
  await one.settle();
  expect(kept.getState().entries.map(({ name }) => name)).toEqual(['mine']);
});

test('two tabs that write on one run: the second is told, and nothing is replaced unsaid', async () => {
  const { storage } = await twoTabs();
  const run = { ...fakeRun(), datasetId: 'shop' };
  await storage.saveRun(run);
  const [one, two] = [createNotebookStorage(), createNotebookStorage()];
  for (const tab of [one, two]) await tab.runs.read('shop', 'run-1');
  expect(await one.saveRun({ ...run, peakHeapBytes: 1 })).toMatchObject({ ok: true });
  expect(await one.saveRun({ ...run, peakHeapBytes: 2 })).toMatchObject({ ok: true });
  expect(await two.saveRun({ ...run, peakHeapBytes: 3 })).toMatchObject({
    ok: false,
    error: { what: expect.stringContaining('another tab has changed this run') },
  });
  expect(await storage.runs.read('shop', 'run-1')).toMatchObject({ value: { peakHeapBytes: 2 } });
  expect(await two.saveRun({ ...run, peakHeapBytes: 3 })).toMatchObject({ ok: true });
});

test('notes of both tabs are kept, and each sees the other’s', async () => {
  const { one, two } = await twoTabs();
  for (const [tab, text] of [
    [one, 'of one'],
    [two, 'of two'],
  ] as const) {
    tab.notebook.notes.getState().add('data');
    tab.notebook.notes.getState().type(text);
  }
  await one.settle();
  for (const tab of [one, two]) tab.notebook.notes.getState().write();
  await one.settle();
  for (const tab of [one, two]) {
    const texts = tab.notebook.notes.getState().notes.map(({ text }) => text);
    expect(texts.sort()).toEqual(['of one', 'of two']);
  }
});
