import { serialize } from 'node:v8';
import { beforeEach, expect, test } from 'vitest';
import type { TraceExplanation } from '../../detectors/explanation.ts';
import type { RunRecord } from '../../run/record.ts';
import { correctionsOf } from '../../scoring/corrections/list.ts';
import { createFakeClient, importedFixture } from '../../testing/notebook-fakes.ts';
import { fakeRun, fakeScores } from '../../testing/run-fakes.ts';
import { createFakeStores } from '../../testing/store-fakes.ts';
import { notAtHand } from '../../worker/job-failure.ts';
import { createInspectStore } from '../scores/inspect-store.ts';
import { createWhatIfStore } from '../trace/what-if-store.ts';
import { createRunDoor } from './run-door.ts';

const imported = importedFixture();
const { traces } = imported;
const explanation = { kind: 'terms', trace: 1 } as unknown as TraceExplanation;

/** As many weights as the paper's model has: 13.5 million. */
const WEIGHTS = 13_500_000;

function largeRun(): RunRecord {
  const run = fakeRun();
  const data = new Float32Array(WEIGHTS);
  const outcome = {
    ...run.detectors[0]!.outcome,
    weights: {
      formatVersion: 1,
      tensors: [{ name: 'w', shape: [WEIGHTS], data }],
    } as const,
  };
  return { ...run, detectors: [{ ...run.detectors[0]!, outcome, scores: fakeScores(traces) }] };
}

const explain = {
  of: { runId: 'run-1', detector: 'tracevae', epoch: null },
  trace: 1,
  corrections: correctionsOf('full', 'operation'),
} as const;

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

let fake: ReturnType<typeof createFakeClient>;
let run: RunRecord;
beforeEach(() => {
  fake = createFakeClient();
  run = largeRun();
});

test('a run that the worker lacks is handed over once, for all questions that wait for it', async () => {
  const door = createRunDoor(fake.client, (id) => (id === run.id ? run : null));
  const answers = [door.start('explain', explain), door.start('explain', explain)];
  const [first, second] = fake.started;
  await Promise.all([first!.fail(notAtHand), second!.fail(notAtHand)]);
  await settled();
  expect(fake.started.map(({ kind }) => kind)).toEqual(['explain', 'explain', 'openRun']);
  expect(fake.last('openRun').input).toMatchObject({
    runId: 'run-1',
    models: [{ detector: 'tracevae', epoch: null }],
  });
  // the page keeps its own
  expect(run.detectors[0]!.outcome.weights.tensors[0]!.data).toHaveLength(WEIGHTS);
  await fake.last('openRun').finish(null);
  for (const job of fake.started.slice(3)) await job.finish(explanation);
  for (const { result } of answers) expect(await result).toEqual({ ok: true, value: explanation });
});

test('a question about a run that is not shown any more is refused, not answered by another', async () => {
  const door = createRunDoor(fake.client, () => null);
  const { result } = door.start('explain', explain);
  await fake.last('explain').fail(notAtHand);
  expect(await result).toEqual({ ok: false, error: notAtHand });
  expect(fake.started).toHaveLength(1);
});

test('an opened trace and a dragged latency send less than 100 kB, however large the model is', async () => {
  const stores = createFakeStores();
  stores.dataset.setState({ dataset: { id: 'dataset-1', name: 'one', imported, roles: [] } });
  const { client, started, last } = stores.fake;
  const { runs } = stores;
  const inspect = createInspectStore(client, runs, stores.dataset, () => null);
  const whatIf = createWhatIfStore({ client, runs, inspect, traces: () => traces });
  runs.getState().restore(run, null);
  const scores = run.detectors[0]!.scores!;
  const trace = scores.test.trace[0]!;
  void inspect.getState().inspect(trace);
  await last('explain').finish({ ...explanation, trace });
  whatIf.getState().start(trace);
  await last('whatIf').finish({ ...explanation, trace });
  for (const latencyUs of [10, 20, 30]) {
    whatIf.getState().edit({ kind: 'latency', node: 0, latencyUs });
    await last('whatIf').finish({ ...explanation, trace });
  }
  const kinds = started.map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'whatIf').length).toBeGreaterThanOrEqual(3);
  for (const { input } of started) expect(serialize(input).byteLength).toBeLessThan(100_000);
});
