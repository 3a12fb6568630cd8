import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, expect, test, vi } from 'vitest';
import { importedFixture } from '../testing/notebook-fakes.ts';
import { fakeDetectorRun, fakeRun, fakeScores } from '../testing/run-fakes.ts';
import type { CarriedRecord } from './dataset-records.ts';
import { createNotebookStorage } from './notebook-storage.ts';
import { decodeRecord, encodeRecord } from './record-bytes.ts';

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory());
  vi.stubGlobal('navigator', {});
  return () => vi.unstubAllGlobals();
});

const imported = importedFixture();
const dataset = { id: 'dataset-1', name: 'the shop', imported, roles: ['train', 'val', 'test'] };
const notes = [{ id: 'n', after: 'scores', text: 'inverted' }];
const run = {
  ...fakeRun(),
  detectors: [{ ...fakeDetectorRun(), scores: fakeScores(imported.traces) }],
};

/** All records of a stored dataset, through bytes, as a file carries them. */
async function carried(): Promise<CarriedRecord[]> {
  const storage = createNotebookStorage();
  const saved = await storage.datasets.save(dataset as never, {
    savedAt: 1,
    spans: (async function* () {})(),
    onProgress: () => {},
  });
  expect(saved.ok).toBe(true);
  await storage.saveRun(run);
  await storage.notes.save('dataset-1', notes);
  const records: CarriedRecord[] = [];
  for await (const record of storage.records.read('dataset-1')) {
    const value = decodeRecord(encodeRecord(record.value));
    if (!value.ok) throw new Error(value.error);
    records.push({ ...record, value: value.value });
  }
  return records;
}

test('a dataset, its run and notes come out under another id as they went in', async () => {
  const records = await carried();
  vi.stubGlobal('indexedDB', new IDBFactory());
  const elsewhere = createNotebookStorage();
  expect(await elsewhere.records.write('dataset-9', records)).toMatchObject({ ok: true });
  const listed = await elsewhere.datasets.list();
  const [entry] = listed.ok ? listed.value.entries : [];
  const read = await elsewhere.datasets.read(entry!);
  expect(read).toEqual({ ok: true, value: { ...dataset, id: 'dataset-9' } });
  const runs = await elsewhere.runsOf('dataset-9');
  expect(runs.failures).toEqual([]);
  expect(runs.run).toEqual({ ...run, datasetId: 'dataset-9' });
  expect(runs.entries).toMatchObject([{ name: 'Run 1', datasetId: 'dataset-9' }]);
  expect(await elsewhere.notes.read('dataset-9')).toEqual({ ok: true, value: notes });
});

test.each<[string, (records: CarriedRecord[]) => CarriedRecord[]]>([
  ['no dataset', (records) => records.filter(({ store }) => store !== 'datasets')],
  [
    'a store of another kind',
    (records) => [...records, { store: 'x' as never, key: [], value: 1 }],
  ],
  [
    'a table of another name',
    (records) => [...records, { store: 'chunks', key: ['elsewhere', 0], value: {} }],
  ],
  [
    'columns that are none',
    (records) => [...records, { store: 'chunks', key: ['traces', 0], value: { a: 'text' } }],
  ],
  ['a run without a name', (records) => [...records, { store: 'runs', key: [1, 2], value: run }]],
  ['notes of another format', (records) => [...records, { store: 'notes', key: [], value: {} }]],
])('a file with %s is refused, and nothing is stored', async (_, change) => {
  const records = change(await carried());
  vi.stubGlobal('indexedDB', new IDBFactory());
  const elsewhere = createNotebookStorage();
  expect(await elsewhere.records.write('dataset-9', records)).toMatchObject({ ok: false });
  expect(await elsewhere.datasets.list()).toMatchObject({ ok: true, value: { entries: [] } });
});
