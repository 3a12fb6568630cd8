import { beforeEach, expect, test } from 'vitest';
import { createUsualBook } from '../../statistics/usual-book.ts';
import { importedFixture } from '../../testing/notebook-fakes.ts';
import { fakeRun, fakeScores } from '../../testing/run-fakes.ts';
import { createFakeStores } from '../../testing/store-fakes.ts';
import { createInspectStore } from '../scores/inspect-store.ts';
import { createTraceLookStore, scoreStanding } from './trace-look-store.ts';

const imported = importedFixture();
const { traces } = imported;
const book = createUsualBook(async () => {});

function setUp() {
  const { fake, dataset, runs } = createFakeStores();
  dataset.setState({ dataset: { id: 'dataset-1', name: 'one', imported, roles: [] } });
  const inspect = createInspectStore(fake.client, runs, dataset, () => null);
  const { getState } = createTraceLookStore({ client: fake.client, dataset, runs, inspect });
  const answer = async (job = fake.last('compareTrace')) =>
    job.finish(await book.compare(traces, job.input.split, job.input.trace));
  return { ...fake, runs, inspect: inspect.getState, state: getState, answer };
}

let notebook: ReturnType<typeof setUp>;
beforeEach(() => {
  notebook = setUp();
});

test('a trace is opened before there is a run, next to all others', async () => {
  const { inspect, state, answer, last } = notebook;
  await inspect().inspect(3);
  expect(inspect()).toMatchObject({ trace: 3, explanation: { phase: 'none' } });
  expect(last('compareTrace').input).toEqual({ split: null, trace: 3 });
  await answer();
  const { look } = state();
  expect(look).toMatchObject({ trace: 3, reference: 'all', others: traces.structureOf.length - 1 });
  expect(look!.says).not.toBe('');
  // spans were not stored here: the nodes stand in for them
  expect(look!.spans).toBeNull();
  expect(look!.withoutSpans).toMatch(/;/);
  expect(look!.waterfall.rows.length).toBeGreaterThan(1);
});

test('with a run the reference is its training part, and the open trace is compared anew', async () => {
  const { inspect, state, answer, last, runs } = notebook;
  await inspect().inspect(3);
  await answer();
  const run = fakeRun();
  const detectors = [{ ...run.detectors[0]!, scores: fakeScores(traces) }];
  runs.getState().restore({ ...run, detectors }, null);
  expect(last('compareTrace').input).toMatchObject({
    split: { seed: run.settings.seed },
    trace: 3,
  });
  await answer();
  expect(state().look).toMatchObject({ trace: 3, reference: 'training' });
});

test('a later trace overtakes one whose answer is late; closing forgets both', async () => {
  const { inspect, state, answer, last } = notebook;
  void inspect().inspect(3);
  const first = last('compareTrace');
  void inspect().inspect(4);
  await answer();
  await answer(first);
  expect(state().look?.trace).toBe(4);
  inspect().close();
  expect(state().look).toBeNull();
});

test('a failure of the worker is said', async () => {
  const { inspect, state, last } = notebook;
  void inspect().inspect(3);
  const failure = { kind: 'bug', what: 'broken', where: 'the worker', advice: 'reload' } as const;
  await last('compareTrace').fail(failure);
  expect(state()).toMatchObject({ look: null, failure });
});

test('how rare a score is: among validation traces, else among the others of the list', () => {
  const chosen = (val: number[], scores: number[]) =>
    ({ val: Float64Array.from(val), test: Float64Array.from(scores) }) as Parameters<
      typeof scoreStanding
    >[0];
  expect(scoreStanding(chosen([1, 2, 5], [4]), false, 4)).toBe(
    'higher than 2 of 3 validation traces',
  );
  expect(scoreStanding(chosen([9], [1, 2, 4]), true, 4)).toBe('higher than all 2 other traces');
  expect(scoreStanding(chosen([], [1, 2, 4]), false, 4)).toBe('higher than all 2 other traces');
});
