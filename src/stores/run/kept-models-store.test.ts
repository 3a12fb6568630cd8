/** Kept models of a browser with two tabs: one list, whatever dataset is open, and files of them. */
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, expect, test, vi } from 'vitest';
import { readModel } from '../../model/model-file.ts';
import type { RunRecord } from '../../run/record.ts';
import { createNotebookStorage } from '../../storage/notebook-storage.ts';
import { createFakeTabs } from '../../testing/fake-tabs.ts';
import {
  createFakeClient,
  createFakePreferences,
  importedFixture,
} from '../../testing/notebook-fakes.ts';
import { fakeDetectorRun, fakePlainScores, fakeRun } from '../../testing/run-fakes.ts';
import { deleteDataset } from '../dataset/delete-dataset.ts';
import { createNotebook } from '../page/notebook.ts';

const PAGE = { name: 'tracevae-notebook.page' };
/** What another page could undo is not swept. */
const OF_TWO_PAGES = {
  request: async (_: string, __: object, work: (lock: object) => unknown) => work(PAGE),
  query: async () => ({ held: [PAGE, PAGE] }),
};

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory());
  vi.stubGlobal('navigator', { locks: OF_TWO_PAGES });
  return () => vi.unstubAllGlobals();
});

const imported = importedFixture();

/** Trained and scored, with a score of every validation trace. */
function scoredRun(): RunRecord {
  const trained = fakeDetectorRun();
  const scores = fakePlainScores(imported.traces);
  const trace = Uint32Array.from(imported.traces.file.keys()).filter(
    (one) => imported.traces.file[one] === 1,
  );
  const weights = {
    formatVersion: 1,
    tensors: [{ name: 'some.weight', shape: [2], data: Float32Array.of(1, 2) }],
  } as const;
  return {
    ...fakeRun(),
    datasetId: 'shop',
    settings: { ...fakeRun().settings, detectors: ['history'] },
    detectors: [
      {
        ...trained,
        detector: 'history',
        outcome: { ...trained.outcome, weights },
        scores: {
          ...scores,
          val: { trace, nodeCount: new Uint16Array(trace.length), score: Float64Array.from(trace) },
        },
      },
    ],
  };
}

async function openTab(browser: ReturnType<typeof createFakeTabs>) {
  const fake = createFakeClient();
  let ids = 0;
  const notebook = createNotebook({
    client: fake.client,
    background: () => ({ client: fake.client, close: () => {} }),
    storage: createNotebookStorage(),
    tabs: browser.open(),
    preferences: createFakePreferences(),
    now: () => 3,
    newId: () => `id-${ids++}`,
    isolated: true,
    heapBytes: () => null,
    foreignRequests: () => 0,
    app: { name: 'notebook', version: '0', userAgent: 'test' },
    address: { read: () => '', write: () => {}, goTo: () => {} },
  });
  void notebook.open();
  await vi.waitFor(() => expect(fake.started.map(({ kind }) => kind)).toContain('open'));
  await fake.last('open').finish(null);
  await vi.waitFor(() => expect(notebook.runs.getState().training.phase).toBe('done'));
  const models = () => notebook.models.getState();
  return { ...fake, notebook, models, names: () => models().entries.map(({ name }) => name) };
}

async function twoTabs() {
  const storage = createNotebookStorage();
  await storage.datasets.save(
    { id: 'shop', name: 'shop', imported, roles: ['train', 'val', 'test'] },
    { savedAt: 1, spans: (async function* () {})(), onProgress: () => {} },
  );
  await storage.saveRun(scoredRun());
  const browser = createFakeTabs();
  return { one: await openTab(browser), two: await openTab(browser) };
}

const bytesOf = async (file: { readonly bytes: Blob } | null) =>
  new Uint8Array(await file!.bytes.arrayBuffer());

test('a kept run is listed in every tab, under the name that it is given, and stays without its dataset', async () => {
  const { one, two } = await twoTabs();
  expect(await one.models().keepRun()).toBeNull();
  expect(one.models().entries).toMatchObject([
    { name: 'shop', trainTraces: 60, units: 16, runId: 'run-1', detectors: ['history'] },
  ]);
  await vi.waitFor(() => expect(two.names()).toEqual(['shop']));
  const [{ id } = { id: '' }] = two.models().entries;
  await two.models().rename(id, 'shop in May');
  await vi.waitFor(() => expect(one.names()).toEqual(['shop in May']));

  const file = await one.models().file(id);
  expect(file?.name).toBe('shop-in-May.tracevae');
  const read = readModel(await bytesOf(file), 'shop.tracevae');
  expect(read.ok && read.value.origin.name).toBe('shop in May');

  two.notebook.dataset.setState({ dataset: null });
  await deleteDataset(one.notebook.dataset, one.notebook.undo, 'shop');
  await one.notebook.undo.getState().dismiss();
  expect(one.names()).toEqual(['shop in May']);
  await createNotebookStorage().datasets.list();
  const listed = await createNotebookStorage().models.list();
  expect(listed.ok && listed.value.entries.map(({ name }) => name)).toEqual(['shop in May']);
});

test('a deleted model comes back by Undo, and is closed where it is at hand', async () => {
  const { one, two } = await twoTabs();
  await one.models().keepRun();
  const [{ id } = { id: '' }] = one.models().entries;
  await vi.waitFor(() => expect(two.names()).toEqual(['shop']));
  const { model } = two.notebook;
  await model.getState().take(id);
  expect(model.getState().model?.origin.name).toBe('shop');
  await one.models().rename(id, 'mine');
  await vi.waitFor(() => expect(model.getState().model?.origin.name).toBe('mine'));

  await one.models().remove(id);
  await vi.waitFor(() => expect(two.names()).toEqual([]));
  expect(model.getState().model).toBeNull();
  await one.notebook.undo.getState().undo();
  await vi.waitFor(() => expect(two.names()).toEqual(['mine']));
});

test('a model that comes as a file is kept once, however often it is dropped', async () => {
  const { one } = await twoTabs();
  await one.models().keepRun();
  const [{ id } = { id: '' }] = one.models().entries;
  const bytes = await bytesOf(await one.models().file(id));
  for (let time = 0; time < 2; time++) {
    await one.notebook.dataset.getState().importFiles([new File([bytes], 'b.tracevae')]);
  }
  expect(one.names()).toEqual(['shop']);
  expect(one.notebook.model.getState()).toMatchObject({ id });
  await one.models().remove(id);
  await one.notebook.undo.getState().dismiss();
  await one.notebook.dataset.getState().importFiles([new File([bytes], 'b.tracevae')]);
  expect(one.models().entries).toMatchObject([{ name: 'shop', runId: null }]);
});

test('without room for it, its file is handed out and a failure says so', async () => {
  const { one } = await twoTabs();
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
    throw new DOMException('full', 'QuotaExceededError');
  });
  const file = await one.models().keepRun();
  vi.restoreAllMocks();
  expect(file?.name).toBe('shop.tracevae');
  expect(readModel(await bytesOf(file), 'shop.tracevae').ok).toBe(true);
  expect(one.names()).toEqual([]);
  expect(one.models().failure).toMatchObject({
    what: expect.stringContaining('no room left'),
    advice: expect.stringContaining('its file was saved'),
  });
});
