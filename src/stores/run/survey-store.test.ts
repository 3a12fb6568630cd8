import { expect, test } from 'vitest';
import { importedFixture } from '../../testing/notebook-fakes.ts';
import { createFakeStores } from '../../testing/store-fakes.ts';
import { createSurveyStore } from './survey-store.ts';

const imported = importedFixture();
const counts = (train: number) => ({
  sets: { train, val: 0, test: 0 },
  testLabels: { unlabelled: 0, normal: 0, structure: 0, time: 0 },
});
const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

async function setUp() {
  const { fake, dataset, runs } = createFakeStores();
  const survey = createSurveyStore(fake.client, dataset, runs);
  const loading = dataset.getState().loadDemo();
  await fake.last('demo').finish(imported);
  await loading;
  await turn();
  const asked = () => fake.started.filter(({ kind }) => kind === 'countSets').length;
  return { ...fake, dataset, runs, state: survey.getState, asked };
}

test('a change of choices is counted once, and the last one wins', async () => {
  const { last, runs, state, asked } = await setUp();
  const first = last('countSets');
  runs.getState().configure('model', { maxNodes: 16 });
  runs.getState().configure('model', { maxNodes: 8 });
  await turn();
  expect(asked()).toBe(2);
  expect(last('countSets').input.maxNodes).toBe(8);
  await last('countSets').finish(counts(8));
  await first.finish(counts(32));
  expect(state().counts?.sets.train).toBe(8);
});

test('a dataset that goes and comes back is counted again', async () => {
  const { last, dataset, state, asked } = await setUp();
  await last('countSets').finish(counts(60));
  const before = dataset.getState().dataset!;
  dataset.setState({ dataset: null });
  await turn();
  expect(state()).toMatchObject({ counts: null, census: null });
  dataset.setState({ dataset: before });
  await turn();
  expect(asked()).toBe(2);
  await last('countSets').finish(counts(60));
  expect(state().counts?.sets.train).toBe(60);
});
