import { expect, test } from 'vitest';
import { fitLatencyScale } from '../../features/latency-scale.ts';
import { FIRST_FOUR, fiveTraces } from '../../testing/five-traces.ts';
import { createLearner } from './automaton.ts';
import { fitFsa } from './fsa.ts';

const traces = fiveTraces();
const signal = new AbortController().signal;
const ALL = Uint32Array.of(0, 1, 2, 3, 4);

/** Traces 0 to 3, five times each. */
const train = Uint32Array.from({ length: 20 }, (_, i) => FIRST_FOUR[i % 4]!);

async function learn(sigmas: number, minCount = 1) {
  const scale = fitLatencyScale(traces, train, 'robust');
  const data = { traces, train, val: FIRST_FOUR, scale };
  const fitted = await fitFsa(
    data,
    { sigmas, minCount },
    {
      seed: 1,
      control: { signal, stopRequested: () => false, whenRunning: async () => {} },
      onEvent: () => {},
    },
  );
  if (!fitted.ok || fitted.value.kind !== 'scores') throw new Error('no automaton');
  const model = fitted.value;
  const { score } = await model.scoreTraces(data, ALL, { seed: 1, signal, onProgress: () => {} });
  return {
    scores: [...score],
    explain: (trace: number) => model.explain(data, trace, { seed: 1 }),
  };
}

test('the automaton of the first four traces', () => {
  const learner = createLearner(traces, FIRST_FOUR);
  for (const trace of FIRST_FOUR) learner.learn(trace);
  const { from, to, count, meanUs, stdUs } = learner.automaton(1);
  const transitions = Array.from(from, (state, i) => [
    state,
    to[i],
    count[i],
    Math.round(meanUs[i]!),
    Math.round(stdUs[i]!),
  ]);
  // States are a = 0, a/b = 1, a/c = 2; -1 is outside. Latencies of the entered call, in ms:
  // start to a: 10 12 14 6, mean 10.5, std sqrt(8.75); a to b: 4 6 8 4, mean 5.5, std sqrt(2.75);
  // b to c: 5 5 11, mean 7, std sqrt(8); c to the end three times, b to the end once.
  expect(transitions).toEqual([
    [-1, 0, 4, 10_500, 2958],
    [0, 1, 4, 5500, 1658],
    [1, 2, 3, 7000, 2828],
    [2, -1, 3, 0, 0],
    [1, -1, 1, 0, 0],
  ]);
});

test('what training took is accepted, what it never took is rejected', async () => {
  // Largest deviations: trace 3, (10.5 - 6) / 2.958 = 1.52; trace 2, b (8 - 5.5) / 1.658 = 1.51
  // and c (11 - 7) / 2.828 = 1.41. Trace 4 goes from a to c, and a is 30 std out.
  expect((await learn(3)).scores).toEqual([0, 0, 0, 0, 1]);
  // with k = 1.515 trace 3 alone is too far out, with k = 1.5 trace 2 too
  expect((await learn(1.515)).scores).toEqual([0, 0, 0, 1, 1]);
  expect((await learn(1.5)).scores).toEqual([0, 0, 1, 1, 1]);
});

test('transitions that too few traces took are unknown', async () => {
  // b to the end: 5 of the 20 training traces, all of them trace 3
  expect((await learn(3, 6)).scores).toEqual([0, 0, 0, 1, 1]);
});

test('an explanation names the transitions, and why one is rejected', async () => {
  const { explain } = await learn(3);
  const { transitions, score, nodes } = await explain(4);
  expect(score).toBe(1);
  expect(transitions).toMatchObject([
    { from: null, to: 0, seen: 20, verdict: 'latency' },
    { from: 0, to: 1, seen: 0, verdict: 'unseen' },
    { from: 1, to: null, seen: 15, verdict: 'accepted' },
  ]);
  // (100 - 10.5) / 2.958
  expect(transitions![0]!.deviations).toBeCloseTo(30.26, 1);
  expect([...nodes.score]).toEqual([1, 1]);
});
