import { expect, test } from 'vitest';
import { nextTask } from '../../base/next-task.ts';
import { createJobControl } from '../../run/job-control.ts';
import { createUsualBook } from '../../statistics/usual-book.ts';
import { importedFixture } from '../../testing/notebook-fakes.ts';
import type { TraceSet } from '../../trace/trace-set.ts';
import type { DatasetAtHand } from '../dataset-at-hand.ts';
import type { RunAtHand } from '../run-at-hand.ts';
import { createTraceJobs } from './trace.ts';

const { traces } = importedFixture();
const jobsOf = (at: TraceSet | null) =>
  createTraceJobs(
    { traces: () => at } as DatasetAtHand,
    {} as RunAtHand,
    createUsualBook(nextTask),
  );
const context = () => ({ control: createJobControl(), emit: () => {}, transfer: [] });
const split = { roles: ['split' as const], seed: 1, maxNodes: 32, limitTrain: null };

test('a trace is compared with all others before there is a run, and with its training part then', async () => {
  const jobs = jobsOf(traces);
  const all = await jobs.compareTrace.run({ split: null, trace: 0 }, context());
  const train = await jobs.compareTrace.run({ split, trace: 0 }, context());
  const total = traces.structureOf.length;
  expect(all).toMatchObject({ ok: true, value: { trace: 0, others: total - 1 } });
  const others = train.ok ? train.value.others : 0;
  expect(others).toBeGreaterThan(0);
  expect(others).toBeLessThan(total - 1);
});

test('a list of traces gets what is odd about each, the same as each by itself', async () => {
  const jobs = jobsOf(traces);
  const selected = Uint32Array.of(3, 0);
  const listed = await jobs.oddities.run({ split: null, traces: selected }, context());
  for (const [row, trace] of selected.entries()) {
    const one = await jobs.compareTrace.run({ split: null, trace }, context());
    expect(listed.ok && listed.value[row]).toEqual(one.ok && one.value.oddities);
  }
});

test('without a dataset both say so', async () => {
  const none = jobsOf(null);
  for (const asked of [
    none.compareTrace.run({ split: null, trace: 0 }, context()),
    none.oddities.run({ split: null, traces: new Uint32Array(1) }, context()),
  ]) {
    expect(await asked).toMatchObject({ ok: false, error: { what: 'no dataset is open' } });
  }
});
