/** Records that somebody has changed, in the database or in a notebook file. */
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { openDB } from 'idb';
import { beforeEach, expect, test, vi } from 'vitest';
import type { RunRecord } from '../run/record.ts';
import { importedFixture } from '../testing/notebook-fakes.ts';
import { fakeDetectorRun, fakePlainScores, fakeRun, fakeScores } from '../testing/run-fakes.ts';
import type { CarriedRecord } from './dataset-records.ts';
import { createNotebookStorage } from './notebook-storage.ts';
import type { Dataset } from './records.ts';

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory());
  vi.stubGlobal('navigator', {});
  return () => vi.unstubAllGlobals();
});

const imported = importedFixture();
const dataset: Dataset = {
  id: 'dataset-1',
  name: 'shop',
  imported,
  roles: ['train', 'val', 'test'],
};
const run: RunRecord = {
  ...fakeRun(),
  detectors: [
    { ...fakeDetectorRun(), scores: fakeScores(imported.traces) },
    { ...fakeDetectorRun(), detector: 'fsa', scores: fakePlainScores(imported.traces) },
  ],
};

async function save(): Promise<void> {
  const storage = createNotebookStorage();
  const spans = (async function* () {})();
  await storage.datasets.save(dataset, { savedAt: 1, spans, onProgress: () => {} });
  await storage.datasets.save(
    { ...dataset, id: 'dataset-2' },
    { savedAt: 2, spans, onProgress: () => {} },
  );
  await storage.saveRun(run);
  await storage.saveRun({ ...run, id: 'run-2', savedAt: 9 });
}

type Store = 'datasets' | 'runs' | 'runEntries' | 'notes';

/** Changes one value of a stored record: a path of keys, the last one set. */
async function tamper(store: Store, key: IDBValidKey, path: string, value: unknown) {
  const db = await openDB('tracevae-notebook');
  await db.put(store, changed(await db.get(store, key), path.split('.'), value), key);
  db.close();
}

function changed(record: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined || key === '') return value;
  if (Array.isArray(record)) return record.with(Number(key), changed(record[+key], rest, value));
  const before = record as Record<string, unknown>;
  return { ...before, [key]: changed(before[key], rest, value) };
}

const LONG = 'x'.repeat(5_000_000);

const DATASETS: readonly (readonly [string, unknown])[] = [
  ['', null],
  ['', 'text'],
  ['', []],
  ['formatVersion', 7],
  ['name', 5],
  ['name', LONG],
  ['savedAt', 'yesterday'],
  ['roles', 'train'],
  ['roles', ['train', 'none', 'test']],
  ['imported', null],
  ['imported.files', [null]],
  ['imported.files', { length: 3 }],
  ['imported.ledger', [{ reason: 'x' }]],
  ['imported.unread', 3],
  ['tables', {}],
  ['tables.traces.rows', -1],
  ['tables.traces', 5],
  ['preparation', { report: {}, sourceId: 'x' }],
];

test.each(DATASETS)(
  'a dataset whose “%s” was changed is listed apart, the others open',
  async (path, value) => {
    await save();
    await tamper('datasets', 'dataset-1', path, value);
    const { datasets } = createNotebookStorage();
    const listed = await datasets.list();
    expect(listed).toMatchObject({
      ok: true,
      value: {
        entries: [{ id: 'dataset-2' }],
        unreadable: [
          { store: 'datasets', datasetId: 'dataset-1', why: { where: 'browser storage' } },
        ],
      },
    });
    const name = listed.ok ? listed.value.unreadable[0]!.name : '';
    expect(name.length).toBeLessThan(100);
    expect(await datasets.remove('dataset-1')).toMatchObject({ ok: true });
    expect(await datasets.list()).toMatchObject({ ok: true, value: { unreadable: [] } });
  },
);

const RUNS: readonly (readonly [string, unknown])[] = [
  ['', null],
  ['formatVersion', 99],
  ['settings', null],
  ['settings.model', {}],
  ['settings.model.maxNodes', '32'],
  ['settings.detectors', ['no-such-detector']],
  ['settings.detectors', []],
  ['detectors', null],
  ['detectors', [null]],
  ['detectors.0.curve', [null]],
  ['detectors.0.curve', 'up'],
  ['detectors.0.detector', '__proto__'],
  ['detectors.0.outcome.weights', null],
  ['detectors.0.outcome.weights.tensors', [{ name: 'w', shape: [1e6], data: new Float32Array(3) }]],
  ['detectors.0.incidents', [LONG]],
  ['detectors.0.scores.reports', {}],
  ['detectors.0.scores.kind', 'other'],
  ['detectors.0.scores.test.trace', [1, 2]],
  ['detectors.0.scores.test.trace', new Uint32Array(5)],
  ['detectors.0.scores.test.structureRow', new Uint32Array(40).fill(1e9)],
  ['detectors.0.scores.scores.full.test', new Float64Array(1)],
  ['detectors.1.scores.test.score', new Float32Array(36)],
  ['failed', [{ detector: 'fsa' }]],
  ['pending', 1],
];

test.each(RUNS)(
  'a run whose “%s” was changed says so, and the other run is shown',
  async (path, value) => {
    await save();
    await tamper('runs', ['dataset-1', 'run-2'], path, value);
    const storage = createNotebookStorage();
    const read = await storage.runs.read('dataset-1', 'run-2');
    expect(read).toMatchObject({ ok: false, error: { where: 'browser storage' } });
    expect(!read.ok && read.error.what.length).toBeLessThan(400);
    const found = await storage.runsOf('dataset-1');
    expect(found.run?.id).toBe('run-1');
    expect(found.failures).toHaveLength(1);
  },
);

test('scores of traces that the dataset does not have are refused', async () => {
  await save();
  const trace = Uint32Array.from(run.detectors[1]!.scores!.test.trace, (index) => index + 5000);
  await tamper('runs', ['dataset-1', 'run-1'], 'detectors.1.scores.test.trace', trace);
  expect(await createNotebookStorage().runs.read('dataset-1', 'run-1')).toMatchObject({
    ok: false,
    error: { what: expect.stringContaining('traces that its dataset does not have') },
  });
});

test('an entry of a run that cannot be read is listed apart, and so is a run without any', async () => {
  await save();
  await tamper('runEntries', ['dataset-1', 'run-2'], 'detectors.0.curve', null);
  const db = await openDB('tracevae-notebook');
  await db.delete('runEntries', ['dataset-1', 'run-1']);
  db.close();
  const storage = createNotebookStorage();
  const found = await storage.runsOf('dataset-1');
  expect(found).toMatchObject({
    entries: [],
    unreadable: [
      { store: 'runs', runId: 'run-2', why: { what: expect.stringContaining('curve') } },
      { store: 'runs', runId: 'run-1', why: { what: expect.stringContaining('no entry') } },
    ],
  });
  for (const { datasetId, runId } of found.unreadable) await storage.runs.remove(datasetId, runId!);
  expect((await storage.runsOf('dataset-1')).unreadable).toEqual([]);
});

test.each([null, [], 5, [null], [{ id: 1 }], [{ id: 'a', after: 'data', text: LONG }]])(
  'notes that are none are told and left alone: %#',
  async (notes) => {
    await save();
    const record = { formatVersion: 1, datasetId: 'dataset-1', notes };
    const db = await openDB('tracevae-notebook');
    await db.put('notes', record, 'dataset-1');
    db.close();
    const storage = createNotebookStorage();
    const read = await storage.notes.read('dataset-1');
    expect(read.ok).toBe(Array.isArray(notes) && notes.length === 0);
  },
);

const CHUNKS: readonly (readonly [string, (records: CarriedRecord[]) => CarriedRecord[]])[] = [
  ['without its chunks', (records) => records.filter(({ store }) => store !== 'chunks')],
  [
    'with a table of a billion rows',
    (records) =>
      records.map((record) =>
        record.store === 'datasets'
          ? { ...record, value: changed(record.value, ['tables', 'traces', 'rows'], 2 ** 30) }
          : record,
      ),
  ],
  [
    'with a name of five million letters',
    (records) =>
      records.map((record) => {
        if (record.store === 'datasets') {
          const value = changed(record.value, ['tables', 'services'], {
            rows: 1,
            values: { nameOffset: LONG.length },
          });
          return { ...record, value };
        }
        if (record.key[0] !== 'services') return record;
        const nameOffset = Uint32Array.of(0, LONG.length);
        return { ...record, value: { nameOffset, nameBytes: new Uint8Array(LONG.length) } };
      }),
  ],
  [
    'with a trace of a file that is not there',
    (records) =>
      records.map((record) =>
        record.store === 'datasets'
          ? { ...record, value: changed(record.value, ['imported', 'files'], []) }
          : record,
      ),
  ],
];

test.each(CHUNKS)('a notebook file %s is refused before anything is stored', async (_, change) => {
  await save();
  const records: CarriedRecord[] = [];
  for await (const record of createNotebookStorage().records.read('dataset-1')) {
    records.push(record);
  }
  vi.stubGlobal('indexedDB', new IDBFactory());
  const { records: door, datasets } = createNotebookStorage();
  expect(await door.write('dataset-9', records)).toMatchObject({ ok: true });
  const written = await door.write('dataset-10', change(records));
  expect(written).toMatchObject({ ok: false, error: { where: 'the notebook file' } });
  const listed = await datasets.list();
  expect(listed.ok && listed.value.entries.map(({ id }) => id)).toEqual(['dataset-9']);
});
