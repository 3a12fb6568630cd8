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

test('a run that one tab stores is listed in the other; a dataset that is open there stays', async () => {
  const { one, two, storage } = await twoTabs();
  const { dataset, kept, undo } = one.notebook;
  expect(await dataset.getState().trash('shop')).toBe(false);
  expect(dataset.getState().storageFailure?.what).toContain('open in another tab');
  await two.notebook.runs.getState().storeAgain();
  const run = { ...fakeRun(), datasetId: 'shop', detectors: [fakeDetectorRun()] };
  await storage.saveRun(run);
  await two.notebook.kept.getState().relist();
  await two.notebook.kept.getState().rename('run-1', 'mine');
  await one.settle();
  expect(kept.getState().entries.map(({ name }) => name)).toEqual(['mine']);
  expect(undo.getState().offer).toBeNull();
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
