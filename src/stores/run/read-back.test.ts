/** A run that comes back (a notebook file, a reload, another dataset and back) is what it was. */
import 'fake-indexeddb/auto';
import { readFileSync } from 'node:fs';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, expect, test, vi } from 'vitest';
import { unpackFiles } from '../../ingest/pack-files.ts';
import { createNotebookStorage } from '../../storage/notebook-storage.ts';
import { createFakeClient, createFakePreferences } from '../../testing/notebook-fakes.ts';
import { cellStates, runDifferences } from '../page/cell-states.ts';
import { createNotebook, type Notebook } from '../page/notebook.ts';

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory());
  vi.stubGlobal('navigator', {});
  return () => vi.unstubAllGlobals();
});

/** As the build before the present format of runs saved it, and as this one does. */
const FILES = [1, 2].map(
  (number) => new URL(`../../testing/golden/notebook-file-${number}.tracevae.zip`, import.meta.url),
);

const pause = () => new Promise((resolve) => setTimeout(resolve, 5));

/** A page on the storage of this test, whose worker opens datasets and unpacks files. */
function openPage(newId: () => string) {
  const fake = createFakeClient();
  let hash = '';
  const notebook = createNotebook({
    client: fake.client,
    background: () => ({ client: fake.client, close: () => {} }),
    storage: createNotebookStorage(),
    preferences: createFakePreferences(),
    now: () => 3,
    newId,
    isolated: true,
    heapBytes: () => null,
    foreignRequests: () => 0,
    app: { name: 'notebook', version: '0', userAgent: 'test' },
    address: {
      read: () => hash,
      write: (next) => {
        hash = next;
      },
      goTo: () => {},
    },
  });
  let answered = 0;
  const answer = async (): Promise<void> => {
    for (let quiet = 0; quiet < 20; quiet++) {
      await pause();
      for (; answered < fake.started.length; answered++) {
        quiet = 0;
        const job = fake.started[answered]!;
        if (job.kind === 'open') await job.finish(null);
        else if (job.kind === 'unpack') {
          const { file } = job.input as { readonly file: File };
          const unpacked = await unpackFiles(file, new AbortController().signal);
          if (!unpacked.ok) throw new Error(unpacked.error.what);
          await job.finish(unpacked.value as never);
        } else await job.fail({ kind: 'cancelled', what: 'no', where: '', advice: '' });
      }
    }
  };
  return { notebook, answer, kinds: () => fake.started.map(({ kind }) => kind) };
}

const states = ({ dataset, runs }: Notebook) => cellStates(dataset.getState(), runs.getState());

function differences({ dataset, runs }: Notebook) {
  const { training, choices } = runs.getState();
  if (training.phase !== 'done') throw new Error(`the run is ${training.phase}`);
  return runDifferences(training.run, choices, dataset.getState().dataset);
}

const FRESH = { training: 'done', scores: 'done', lab: 'done', flagged: 'done' } as const;

test.each(FILES)(
  'a run of a notebook file, after a reload, after another dataset and back: %s',
  async (path) => {
    let ids = 0;
    const newId = (): string => {
      ids += 1;
      return `id-${ids}`;
    };
    const first = openPage(newId);
    void first.notebook.open();
    await first.answer();
    const file = new File([readFileSync(path)], 'a.tracevae.zip');
    void first.notebook.file.getState().open(file);
    await first.answer();
    expect(first.notebook.file.getState()).toMatchObject({ busy: null, failure: null });
    expect(states(first.notebook)).toMatchObject(FRESH);
    expect(differences(first.notebook)).toEqual([]);
    const { training } = first.notebook.runs.getState();
    const run = training.phase === 'done' ? training.run : null;
    expect(run?.settings.limitTrain).toBe(5);

    const reloaded = openPage(newId);
    void reloaded.notebook.open();
    await reloaded.answer();
    expect(states(reloaded.notebook)).toMatchObject(FRESH);
    expect(differences(reloaded.notebook)).toEqual([]);

    const { dataset } = reloaded.notebook;
    const own = dataset.getState().dataset!.id;
    void reloaded.notebook.file.getState().open(file);
    await reloaded.answer();
    expect(dataset.getState().dataset!.id).not.toBe(own);
    void dataset.getState().open(own);
    await reloaded.answer();
    expect(dataset.getState().dataset!.id).toBe(own);
    expect(states(reloaded.notebook)).toMatchObject(FRESH);
    expect(differences(reloaded.notebook)).toEqual([]);

    // "Run all detectors" keeps what is trained, and trains what is missing
    void reloaded.notebook.runs.getState().trainBeside(['tracevae', 'vgae', 'fsa']);
    await pause();
    const trained = reloaded.kinds().filter((kind) => kind === 'train');
    expect(trained).toHaveLength(1);
    expect(reloaded.notebook.runs.getState().training).toMatchObject({
      phase: 'running',
      detector: 'fsa',
      finished: [{ detector: 'tracevae' }, { detector: 'vgae' }],
    });
  },
);
