import { beforeEach, expect, test } from 'vitest';
import { createStore } from 'zustand/vanilla';
import type { TraceExplanation } from '../../detectors/explanation.ts';
import { combinedScores } from '../../run/chosen-scores.ts';
import { correctionsOf } from '../../scoring/corrections/list.ts';
import { PAPER_RULE } from '../../scoring/threshold-rule.ts';
import { createFakeClient, finishScores, importedFixture } from '../../testing/notebook-fakes.ts';
import { fakeRun, fakeScores } from '../../testing/run-fakes.ts';
import type { RunState } from '../run/run-store.ts';
import type { ChosenScores, InspectState } from '../scores/inspect-store.ts';
import { createReplayStore } from './replay-store.ts';

const { traces } = importedFixture();
const scores = fakeScores(traces);
const corrections = correctionsOf('full');
const trace = scores.test.trace[1]!;
const weights = { formatVersion: 1, tensors: [] } as const;

function setUp() {
  const fake = createFakeClient();
  const run = fakeRun();
  const kept = [2, 4].map((epoch) => ({ epoch, weights }));
  const detectors = [{ ...run.detectors[0]!, scores, kept }];
  const runs = createStore(
    () => ({ training: { phase: 'done', run: { ...run, detectors } } }) as unknown as RunState,
  );
  const combined = combinedScores(traces, scores, 'tracevae', { corrections, file: null });
  const model = { runId: run.id, detector: 'tracevae', epoch: null } as const;
  const chosen: ChosenScores = {
    ...combined,
    of: scores,
    model,
    corrections,
    rule: PAPER_RULE,
    file: null,
  };
  const inspect = createStore(
    () => ({ trace, chosen, detector: 'tracevae' }) as unknown as InspectState,
  );
  const store = createReplayStore({ client: fake.client, runs, inspect });
  /** The worker's answers for one epoch: the trace's score is `own`, those of all others 1. */
  const epoch = async (own: number) => {
    await finishScores(fake, scores);
    const test = combined.test.map((_, row) => (row === 1 ? own : 1));
    await fake.last('combine').finish({ ...combined, test });
    const contributions = { corrected: { score: own } };
    await fake.last('explain').finish({
      kind: 'terms',
      trace,
      contributions,
    } as unknown as TraceExplanation);
  };
  return { ...fake, store, state: store.getState, inspect, epoch };
}

let replay: ReturnType<typeof setUp>;
beforeEach(() => {
  replay = setUp();
});

test('every kept epoch gives the trace’s score and its rank among all', async () => {
  const { state, epoch, last } = replay;
  void state().start(trace);
  expect(state().replay).toEqual({ phase: 'running', done: 0, total: 2 });
  expect(last('score').input.of.epoch).toBe(2);
  await epoch(0.5);
  expect(last('score').input.of.epoch).toBe(4);
  await epoch(7);
  expect(state().replay).toMatchObject({
    phase: 'done',
    epochs: [
      { epoch: 2, score: 0.5, rank: scores.test.trace.length },
      { epoch: 4, score: 7, rank: 1 },
    ],
  });
});

test('another trace of the same scores needs no scoring again', async () => {
  const { state, epoch, started, inspect } = replay;
  void state().start(trace);
  await epoch(0.5);
  await epoch(7);
  const before = started.filter(({ kind }) => kind === 'score').length;
  const other = scores.test.trace[0]!;
  inspect.setState({ trace: other });
  expect(state().replay.phase).toBe('none');
  void state().start(other);
  expect(started.filter(({ kind }) => kind === 'score')).toHaveLength(before);
});

test('cancelled, it forgets what is on its way', async () => {
  const { state, epoch, last } = replay;
  void state().start(trace);
  const job = last('score');
  state().cancel();
  expect(job.controls).toContain('cancel');
  await epoch(7);
  expect(state().replay.phase).toBe('none');
});
