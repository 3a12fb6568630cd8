import { beforeEach, expect, test, vi } from 'vitest';
import { correctionsOf } from '../../scoring/corrections/list.ts';
import { createListWorker } from '../../testing/list-worker.ts';
import {
  createFakeClient,
  createFakePreferences,
  createFakeStorage,
  importedFixture,
} from '../../testing/notebook-fakes.ts';
import { fakeDetectorRun, fakePlainScores, fakeRun, fakeScores } from '../../testing/run-fakes.ts';
import { decodeString } from '../../trace/string-column.ts';
import { createNotebook, type Notebook } from './notebook.ts';

const imported = importedFixture();
const { traces } = imported;
const named = (id: string) => ({
  id,
  name: id,
  imported,
  roles: ['train', 'val', 'test'] as const,
});

/** A trace of the test set. */
const TESTED = traces.structureOf.length - 3;

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

/**
 * A history as the browser keeps one, and a notebook with two datasets, the first with a run.
 *
 * @param meanwhile what a person does while the dataset is opened
 */
async function setUp(first = '', meanwhile: (notebook: Notebook) => void = () => {}) {
  const history = [first];
  let went: string | null = null;
  const fake = createFakeClient();
  const { storage } = createFakeStorage({ datasets: [named('dataset-1'), named('dataset-2')] });
  const scores = fakeScores(traces);
  const detectors = [{ ...fakeDetectorRun(), scores }];
  await storage.saveRun({ ...fakeRun(), detectors });
  const notebook = createNotebook({
    client: fake.client,
    background: () => ({ client: fake.client, close: () => {} }),
    storage,
    preferences: createFakePreferences(),
    now: () => 3,
    newId: () => 'new',
    isolated: true,
    heapBytes: () => null,
    foreignRequests: () => 0,
    app: { name: 'notebook', version: '0', userAgent: 'test' },
    address: {
      read: () => history.at(-1)!,
      write(hash, how) {
        if (how === 'replace') history.pop();
        history.push(hash === '' ? '' : `#${hash}`);
      },
      goTo: (cell) => {
        went = cell;
      },
    },
  });
  const worker = createListWorker(traces, scores);
  /** Answers what the worker is asked, until it is asked nothing more. */
  let answered = 0;
  const answer = async () => {
    await settled();
    for (; answered < fake.started.length; answered++) {
      const job = fake.started[answered]!;
      if (job.kind === 'open') await job.finish(null);
      else if (job.kind === 'demo') await job.finish(imported);
      else if (!(await worker.answer(job))) {
        await job.fail({ kind: 'bug', what: 'no', where: '', advice: '' });
      }
      await settled();
    }
  };
  void notebook.open();
  await vi.waitFor(() => expect(fake.started.map(({ kind }) => kind)).toContain('open'));
  meanwhile(notebook);
  await answer();
  const back = async () => {
    history.pop();
    const following = notebook.view.getState().follow();
    await answer();
    await following;
  };
  return { notebook, history, answer, back, went: () => went };
}

let page: Awaited<ReturnType<typeof setUp>>;
beforeEach(async () => {
  page = await setUp();
});

test('the address names what is shown first, without a step back to nothing', () => {
  expect(page.history).toEqual(['#dataset=dataset-1&run=run-1']);
});

test('each choice is a step, and Back undoes it', async () => {
  const { notebook, history, answer, back } = page;
  const { inspect } = notebook;
  inspect.getState().setFilter('time');
  void inspect.getState().setCorrections({ bcscale: {}, ncnorm: {} });
  void inspect.getState().inspect(TESTED);
  await answer();
  const traceId = encodeURIComponent(decodeString(traces.traceIds, TESTED));
  expect(history).toEqual([
    '#dataset=dataset-1&run=run-1',
    '#dataset=dataset-1&run=run-1&filter=time',
    '#dataset=dataset-1&run=run-1&corrections=bcscale.ncnorm&filter=time',
    `#dataset=dataset-1&run=run-1&corrections=bcscale.ncnorm&filter=time&trace=${traceId}`,
  ]);
  await back();
  expect(inspect.getState()).toMatchObject({ trace: null, filter: 'time' });
  await back();
  expect(inspect.getState().corrections).toEqual(correctionsOf('full', 'operation'));
  await back();
  expect(inspect.getState().filter).toBe('flagged');
  expect(history).toEqual(['#dataset=dataset-1&run=run-1']);
});

test('the list kind by kind is a step, and in the address', async () => {
  const { notebook, history, answer, back } = page;
  void notebook.traceList.getState().group(true);
  await answer();
  expect(history.at(-1)).toBe('#dataset=dataset-1&run=run-1&by=kind');
  await back();
  expect(notebook.traceList.getState().grouped).toBe(false);
  const shared = await setUp('#dataset=dataset-1&run=run-1&by=kind');
  expect(shared.notebook.traceList.getState().grouped).toBe(true);
});

test('an address that was shared opens the dataset, run, filter and trace that it names', async () => {
  const traceId = decodeString(traces.traceIds, TESTED);
  const hash = `#${new URLSearchParams({ dataset: 'dataset-1', run: 'run-1', filter: 'all', trace: traceId })}`;
  const { notebook, history } = await setUp(hash);
  expect(notebook.inspect.getState()).toMatchObject({ trace: TESTED, filter: 'all' });
  expect(history).toEqual([hash]);
  const { dataset } = (await setUp('#dataset=dataset-2')).notebook;
  expect(dataset.getState().dataset?.id).toBe('dataset-2');
});

test.each([
  ['#dataset=elsewhere', 'this link points to data stored in another browser'],
  ['#dataset=dataset-1&run=elsewhere', 'run of this address is not stored'],
  ['#dataset=dataset-1&run=run-1&trace=none', 'trace of this address is not in the test set'],
])('%s is said to be missing, and the address stays', async (hash, words) => {
  const { notebook, history } = await setUp(hash);
  expect(notebook.view.getState().missing?.what).toContain(words);
  expect(history).toEqual([hash]);
});

test('files that are dropped while the page comes back go before its address', async () => {
  const { notebook, history } = await setUp('#dataset=dataset-1&run=run-1', ({ dataset }) => {
    void dataset.getState().loadDemo();
  });
  expect(notebook.dataset.getState().dataset?.id).toBe('new');
  expect(notebook.dataset.getState().status.phase).toBe('ready');
  expect(history.at(-1)).toBe('#dataset=new');
});

test('a link to a cell goes there and keeps what is looked at', async () => {
  const { notebook, history, went } = page;
  history.push('#scores');
  await notebook.view.getState().follow();
  expect(went()).toBe('scores');
  expect(history.at(-1)).toBe('#dataset=dataset-1&run=run-1&at=scores');
  notebook.inspect.getState().setFilter('all');
  expect(history.at(-1)).toBe('#dataset=dataset-1&run=run-1&filter=all');
});

test('keys move through the shown traces and the nodes of one', async () => {
  const { inspect } = page.notebook;
  inspect.getState().setFilter('all');
  await page.answer();
  void inspect.getState().moveTrace(1);
  await page.answer();
  const first = inspect.getState().trace;
  void inspect.getState().moveTrace(1);
  await page.answer();
  const second = inspect.getState().trace;
  expect(second).not.toBe(first);
  void inspect.getState().moveTrace(-1);
  await page.answer();
  expect(inspect.getState().trace).toBe(first);
  void inspect.getState().moveTrace(-1);
  await page.answer();
  expect(inspect.getState().trace).toBe(first);
});

test('a run without History is addressed as before, and one that names a detector keeps it', async () => {
  const { notebook, history, answer } = page;
  expect(history).toEqual(['#dataset=dataset-1&run=run-1']);
  const run = fakeRun();
  const tracevae = { ...fakeDetectorRun(), scores: fakeScores(traces) };
  const plain = { ...tracevae, detector: 'history' as const, scores: fakePlainScores(traces) };
  notebook.runs.getState().restore({ ...run, detectors: [plain, tracevae] }, null);
  await answer();
  expect(history.at(-1)).toBe('#dataset=dataset-1&run=run-1');
  await notebook.inspect.getState().setDetector('tracevae');
  await answer();
  expect(history.at(-1)).toBe('#dataset=dataset-1&run=run-1&detector=tracevae');
  await page.back();
  expect(notebook.inspect.getState().detector).toBe('history');
});
