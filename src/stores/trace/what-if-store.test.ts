import { beforeEach, expect, test } from 'vitest';
import { createStore } from 'zustand/vanilla';
import type { TraceExplanation } from '../../detectors/explanation.ts';
import { correctionsOf } from '../../scoring/corrections/list.ts';
import { createFakeClient, importedFixture } from '../../testing/notebook-fakes.ts';
import { fakeRun, fakeScores } from '../../testing/run-fakes.ts';
import type { RunState } from '../run/run-store.ts';
import type { ChosenScores, InspectState } from '../scores/inspect-store.ts';
import { createWhatIfStore } from './what-if-store.ts';
import { editWords } from './what-if-view.ts';

const { traces } = importedFixture();
const scores = fakeScores(traces);
const trace = scores.test.trace[0]!;
const corrections = correctionsOf('full');

function setUp() {
  const fake = createFakeClient();
  const run = fakeRun();
  const detectors = [{ ...run.detectors[0]!, scores }];
  const runs = createStore(
    () => ({ training: { phase: 'done', run: { ...run, detectors } } }) as unknown as RunState,
  );
  const chosen = { report: { atThreshold: { threshold: 5 } } } as unknown as ChosenScores;
  const inspect = createStore(
    () => ({ trace, chosen, detector: 'tracevae', corrections }) as unknown as InspectState,
  );
  const store = createWhatIfStore({ client: fake.client, runs, inspect, traces: () => traces });
  /** The worker's answer to the tree that it was last asked for. */
  const answer = (score: number) => {
    const contributions = { corrected: { score } };
    const explanation = { trace, contributions } as unknown as TraceExplanation;
    return fake.last('whatIf').finish(explanation);
  };
  const asked = () => fake.started.filter(({ kind }) => kind === 'whatIf').length;
  return { ...fake, store, state: store.getState, inspect, answer, asked };
}

let whatIf: ReturnType<typeof setUp>;
beforeEach(async () => {
  whatIf = setUp();
  whatIf.state().start(trace);
  await whatIf.answer(9);
});

const latency = (latencyUs: number) => ({ kind: 'latency', node: 0, latencyUs }) as const;
const scoreShown = () => whatIf.state().after?.explanation.contributions.corrected.score;

test('the trace as it is comes first, and undone edits come back to it without the model', async () => {
  const { state, answer, asked } = whatIf;
  expect(scoreShown()).toBe(9);
  state().edit(latency(10));
  await answer(4);
  expect(scoreShown()).toBe(4);
  const before = asked();
  state().undo();
  expect(scoreShown()).toBe(9);
  expect(asked()).toBe(before);
  state().redo();
  await answer(4);
  expect(scoreShown()).toBe(4);
  state().reset();
  expect(state().steps).toHaveLength(1);
});

test('a latency that is dragged is one step, and only the latest of it is scored', async () => {
  const { state, answer, asked, last } = whatIf;
  const before = asked();
  for (const us of [10, 20, 30, 40]) state().edit(latency(us));
  expect(state().steps).toHaveLength(2);
  expect(asked()).toBe(before + 1);
  await answer(1);
  expect(asked()).toBe(before + 2);
  expect(last('whatIf').input.tree[0]!.latencyUs).toBe(40);
  await answer(2);
  expect(scoreShown()).toBe(2);
  expect(state().scoring).toBe(false);
});

test('edits that are found are taken one after the other, in words', async () => {
  const { state, answer, last } = whatIf;
  void state().unflag();
  expect(last('unflag').input.threshold).toBe(5);
  await last('unflag').finish({ found: true, edits: [latency(1000)], score: 3 });
  await answer(3);
  expect(state().search.phase).toBe('done');
  expect(scoreShown()).toBe(3);
  const [first, second] = state().steps;
  expect(editWords(traces, first!.tree, second!.edit!)).toMatchObject({ kind: 'latency', toMs: 1 });
});

test('another trace drops the edits, and what is still being scored', async () => {
  const { state, inspect, answer } = whatIf;
  state().edit(latency(10));
  inspect.setState({ trace: scores.test.trace[1]! });
  await answer(4);
  expect(state()).toMatchObject({ trace: null, after: null });
});
