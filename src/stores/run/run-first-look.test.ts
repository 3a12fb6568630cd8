import { expect, test } from 'vitest';
import { firstLookId } from '../../run/first-look.ts';
import { importedFixture } from '../../testing/notebook-fakes.ts';
import { fakePlainScores, fakeTrainOutcome } from '../../testing/run-fakes.ts';
import { createFakeStores } from '../../testing/store-fakes.ts';
import { lookWhenever } from './run-first-look.ts';
import { onShow } from './run-state.ts';

const imported = importedFixture();
const looked = { outcome: fakeTrainOutcome(), scores: fakePlainScores(imported.traces) };
const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

async function setUp() {
  const { fake, dataset, runs } = createFakeStores();
  lookWhenever(runs, dataset);
  const loading = dataset.getState().loadDemo();
  await fake.last('demo').finish(imported);
  await loading;
  await turn();
  const looks = () => fake.started.filter(({ kind }) => kind === 'look').length;
  return { ...fake, dataset, runs, looks };
}

test('a dataset that came in is ranked at once, and shown as a run is', async () => {
  const { last, dataset, runs } = await setUp();
  expect(runs.getState().first.phase).toBe('looking');
  const { id } = dataset.getState().dataset!;
  expect(last('look').input.runId).toBe(firstLookId(id));
  await last('look').finish(looked);
  const shown = onShow(runs.getState());
  expect(shown).toMatchObject({ phase: 'done', run: { id: firstLookId(id), datasetId: id } });
  // nothing was trained
  expect(runs.getState().training.phase).toBe('idle');
});

test('the first look stays while a run trains, and gives way to it', async () => {
  const { last, runs } = await setUp();
  await last('look').finish(looked);
  void runs.getState().train();
  expect(runs.getState().training.phase).toBe('running');
  expect(onShow(runs.getState())).toBe(runs.getState().first);
});

test('other roles are looked at again, other settings of the next run are not', async () => {
  const { last, dataset, runs, looks } = await setUp();
  await last('look').finish(looked);
  runs.getState().configure('model', { maxNodes: 9 });
  runs.getState().choose({ seed: 5 });
  await turn();
  expect(looks()).toBe(1);
  const { roles } = dataset.getState().dataset!;
  dataset.getState().setRoles(roles.map(() => 'split' as const));
  await turn();
  expect(looks()).toBe(2);
});

test('a look at a dataset that was left is not shown', async () => {
  const { last, runs } = await setUp();
  const late = last('look');
  runs.getState().leave();
  await late.finish(looked);
  expect(runs.getState().first.phase).toBe('none');
});
