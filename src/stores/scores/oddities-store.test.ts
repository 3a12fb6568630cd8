import { expect, test } from 'vitest';
import type { SplitOptions } from '../../features/splits.ts';
import { createFakeClient, importedFixture } from '../../testing/notebook-fakes.ts';
import { createOdditiesStore } from './oddities-store.ts';

const { traces } = importedFixture();

function setUp() {
  const fake = createFakeClient();
  let split: SplitOptions | null = null;
  const store = createOdditiesStore({
    client: fake.client,
    traces: () => traces,
    split: () => split,
  });
  const answer = () => {
    const job = fake.last('oddities');
    const calls = (trace: number) => [{ kind: 'missing', calls: [`call/${trace}`] } as const];
    return job.finish(Array.from(job.input.traces, calls));
  };
  const resplit = (): void => {
    split = { seed: 7 } as SplitOptions;
  };
  return { ...fake, store, state: store.getState, answer, resplit };
}

test('rows in sight are asked about once, together', async () => {
  const { state, started, last, answer } = setUp();
  void state().tell([1, 2]);
  void state().tell([2, 1]);
  expect(started).toHaveLength(1);
  await answer();
  expect(state().told.get(2)).toEqual([{ kind: 'missing', calls: ['call/2'] }]);
  void state().tell([2, 3]);
  expect([...last('oddities').input.traces]).toEqual([3]);
  await answer();
  expect([...state().told.keys()].sort()).toEqual([1, 2, 3]);
});

test('what a run before was told against is forgotten, and an answer that comes late with it', async () => {
  const { state, last, answer, resplit } = setUp();
  void state().tell([1]);
  await answer();
  void state().tell([2]);
  const late = last('oddities');
  resplit();
  void state().tell([1]);
  expect(state().told.size).toBe(0);
  await late.finish([[]]);
  expect(state().told.size).toBe(0);
  await answer();
  expect([...state().told.keys()]).toEqual([1]);
});

test('a failure is asked about again, and rows long out of sight are forgotten', async () => {
  const { state, last, started, answer } = setUp();
  void state().tell([1]);
  await last('oddities').fail({ kind: 'bug', what: '', where: '', advice: '' });
  void state().tell([1]);
  expect(started).toHaveLength(2);
  await answer();
  void state().tell(Array.from({ length: 4000 }, (_, i) => i + 10));
  await answer();
  expect(state().told.has(1)).toBe(false);
  expect(state().told.size).toBe(4000);
});

test('an export asks about all of its rows, some at a time', async () => {
  const { state, started, answer } = setUp();
  const all = state().tellAll(Uint32Array.from({ length: 2500 }, (_, i) => i));
  await answer();
  await answer();
  expect((await all).size).toBe(2500);
  expect(started).toHaveLength(2);
  expect(state().told.size).toBe(0);
});
