import { beforeEach, expect, test, vi } from 'vitest';
import type { RunRecord } from '../../run/record.ts';
import {
  createFakeClient,
  createFakePreferences,
  createFakeStorage,
  importedFixture,
} from '../../testing/notebook-fakes.ts';
import { fakeDetectorRun, fakeRun, fakeScores } from '../../testing/run-fakes.ts';
import { deleteDataset } from '../dataset/delete-dataset.ts';
import { createNotebook } from '../page/notebook.ts';

const imported = importedFixture();
const dataset = {
  id: 'dataset-1',
  name: 'the shop',
  imported,
  roles: ['train', 'val', 'test'] as const,
};

const run = (id: string, savedAt: number): RunRecord => ({
  ...fakeRun(),
  id,
  savedAt,
  settings: { ...fakeRun().settings, seed: savedAt },
  detectors: [{ ...fakeDetectorRun(), scores: fakeScores(imported.traces) }],
});

/** A notebook with one stored dataset and two runs of it, the second of which is shown. */
async function setUp() {
  const fake = createFakeClient();
  const storage = createFakeStorage({ datasets: [dataset] });
  await storage.storage.saveRun(run('a', 1));
  await storage.storage.saveRun(run('b', 2));
  const notebook = createNotebook({
    client: fake.client,
    background: () => ({ client: fake.client, close: () => {} }),
    storage: storage.storage,
    preferences: createFakePreferences(),
    now: () => 3,
    newId: () => 'new',
    isolated: true,
    heapBytes: () => null,
    foreignRequests: () => 0,
    app: { name: 'notebook', version: '0', userAgent: 'test' },
    address: { read: () => '', write: () => {}, goTo: () => {} },
  });
  const asked = (kind: string, times: number) =>
    vi.waitFor(() => expect(fake.started.filter((job) => job.kind === kind)).toHaveLength(times));
  const opening = notebook.open();
  await asked('open', 1);
  await fake.last('open').finish(null);
  await asked('probe', 1);
  await fake.last('probe').fail({ kind: 'bug', what: '', where: '', advice: '' });
  await opening;
  const shown = () => {
    const { training } = notebook.runs.getState();
    return training.phase === 'done' ? training.run.id : training.phase;
  };
  const names = () => notebook.kept.getState().entries.map(({ name }) => name);
  return { ...fake, ...storage, notebook, shown, names, asked };
}

let opened: Awaited<ReturnType<typeof setUp>>;
beforeEach(async () => {
  opened = await setUp();
});

test('the runs of the dataset are listed and compared, and the newest is shown', () => {
  const { notebook, names, shown } = opened;
  expect(names()).toEqual(['Run 2', 'Run 1']);
  expect(notebook.kept.getState().compared).toEqual(['b', 'a']);
  expect(shown()).toBe('b');
});

test('another run takes its place with the settings that it was made with', async () => {
  const { notebook, shown } = opened;
  expect(await notebook.kept.getState().show('a')).toBe(true);
  expect(shown()).toBe('a');
  expect(notebook.runs.getState()).toMatchObject({
    choices: { seed: 1 },
    scoring: { phase: 'done' },
  });
});

test('of two runs that were chosen, the last one is shown, whichever was read first', async () => {
  const { notebook, shown } = opened;
  const { show } = notebook.kept.getState();
  const first = show('a');
  expect(await show('b')).toBe(true);
  expect(await first).toBe(false);
  expect(shown()).toBe('b');
});

test('while training runs, no other run is shown', async () => {
  const { notebook, shown } = opened;
  void notebook.runs.getState().train();
  expect(await notebook.kept.getState().show('a')).toBe(false);
  expect(shown()).toBe('running');
});

test('a run that cannot be stored is said and keeps its name', async () => {
  const { notebook, names, failWith } = opened;
  failWith({ what: 'full', where: 'storage', advice: '' });
  await notebook.kept.getState().rename('a', 'wide');
  expect(names()).toEqual(['Run 2', 'Run 1']);
  expect(notebook.kept.getState().failure).toMatchObject({ what: 'full' });
});

test('the shown run is deleted: the next one is shown, and Undo brings it back', async () => {
  const { notebook, names, shown, stored } = opened;
  notebook.kept.getState().setBaseline('b');
  await notebook.kept.getState().remove('b');
  expect(names()).toEqual(['Run 1']);
  expect(shown()).toBe('a');
  expect(notebook.kept.getState().baseline).toBeNull();
  expect(notebook.undo.getState().offer?.words).toContain('Run 2');
  await notebook.undo.getState().undo();
  expect(names()).toEqual(['Run 2', 'Run 1']);
  expect(shown()).toBe('b');
  expect(stored().runs).toHaveLength(2);
});

test('a deletion is final when the offer is put away, or another takes its place', async () => {
  const { notebook, stored } = opened;
  await notebook.kept.getState().remove('b');
  await notebook.kept.getState().remove('a');
  expect(stored().runs.map(({ id }) => id)).toEqual(['a']);
  notebook.undo.getState().dismiss();
  expect(stored().runs).toEqual([]);
  expect(opened.shown()).toBe('idle');
});

test('a deleted dataset comes back open, with its runs and notes', async () => {
  const { notebook, names, last, stored, asked } = opened;
  const { notes } = notebook;
  notes.getState().add('scores');
  notes.getState().type('inverted');
  notes.getState().write();
  await deleteDataset(notebook.dataset, notebook.undo, 'dataset-1');
  expect(notebook.dataset.getState()).toMatchObject({ dataset: null, stored: [] });
  expect(names()).toEqual([]);
  expect(notes.getState().notes).toEqual([]);
  const undoing = notebook.undo.getState().undo();
  await asked('open', 2);
  await last('open').finish(null);
  await undoing;
  expect(notebook.dataset.getState().dataset?.name).toBe('the shop');
  expect(names()).toEqual(['Run 2', 'Run 1']);
  expect(notes.getState().notes).toMatchObject([{ text: 'inverted', after: 'scores' }]);
  expect(stored().entries).toHaveLength(1);
});

test('a note without text is not kept; a deleted one comes back in its place', () => {
  const { notes, undo } = opened.notebook;
  notes.getState().add('data');
  notes.getState().type('  ');
  notes.getState().write();
  expect(notes.getState().notes).toEqual([]);
  for (const id of ['1', '2', '3']) {
    notes.setState(({ notes: before }) => ({
      notes: [...before, { id, after: 'data', text: id }],
    }));
  }
  notes.getState().remove('2');
  expect(notes.getState().notes.map(({ id }) => id)).toEqual(['1', '3']);
  void undo.getState().undo();
  expect(notes.getState().notes.map(({ id }) => id)).toEqual(['1', '2', '3']);
});
