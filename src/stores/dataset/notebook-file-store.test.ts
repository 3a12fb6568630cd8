/** Notebook files of what could not be stored, and of anything. */
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, expect, test, vi } from 'vitest';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { createNotebookStorage } from '../../storage/notebook-storage.ts';
import { createFakeClient, importedFixture } from '../../testing/notebook-fakes.ts';
import { fakeDetectorRun, fakeRun, fakeScores } from '../../testing/run-fakes.ts';
import type { DatasetState } from './dataset-store.ts';
import { createNotebookFileStore, MANIFEST } from './notebook-file-store.ts';

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory());
  vi.stubGlobal('navigator', {});
  return () => vi.unstubAllGlobals();
});

const imported = importedFixture();
const dataset = { id: 'dataset-1', name: 'shop', imported, roles: ['train', 'val', 'test'] };
const run = {
  ...fakeRun(),
  detectors: [{ ...fakeDetectorRun(), scores: fakeScores(imported.traces) }],
};

function setUp() {
  const fake = createFakeClient();
  const restored: string[] = [];
  const store = createNotebookFileStore({
    client: fake.client,
    storage: createNotebookStorage(),
    dataset: createStore(() => ({
      dataset,
      restore: async (id: string) => restored.push(id) > 0,
    })) as never as StoreApi<DatasetState>,
    newId: () => 'dataset-2',
  });
  return { ...fake, store, state: store.getState, restored };
}

test('a run without room goes into a file with its dataset, and comes out of it', async () => {
  const { state, last, restored } = setUp();
  const saving = state().saveRun(run);
  const { files } = (await vi.waitFor(() => last('pack'))).input;
  await last('pack').finish(new Blob([]));
  expect((await saving)?.name).toBe('shop.tracevae.zip');
  const opening = state().open(new File([], 'shop.tracevae.zip'));
  await last('unpack').finish(files);
  await opening;
  expect(state().failure).toBeNull();
  expect(restored).toEqual(['dataset-2']);
  const found = await createNotebookStorage().runsOf('dataset-2');
  expect(found.run).toEqual({ ...run, datasetId: 'dataset-2' });
});

const contents = (value: unknown) => [
  { path: MANIFEST, bytes: new TextEncoder().encode(JSON.stringify(value)) },
];

test.each([
  null,
  5,
  [],
  { formatVersion: 1 },
  { formatVersion: 9, name: 'x', records: [] },
  { formatVersion: 1, name: 'x', records: [null] },
  { formatVersion: 1, name: 'x', records: {} },
  { formatVersion: 1, name: 5, records: [] },
  { formatVersion: 1, name: 'x', records: [{ store: 'runs', key: 'ab', path: 'x' }] },
  { formatVersion: 1, name: 'x', records: [{ store: 'runs', key: [{}], path: 'x' }] },
  { formatVersion: 1, name: 'x', records: [{ store: 'runs', key: ['a'], path: 'missing' }] },
])('a file whose contents are %j is refused, and nothing waits for it', async (value) => {
  const { state, last, restored } = setUp();
  const opening = state().open(new File([], 'x'));
  await last('unpack').finish(contents(value));
  await opening;
  expect(state()).toMatchObject({ busy: null, failure: { where: 'the notebook file' } });
  expect(restored).toEqual([]);
});
