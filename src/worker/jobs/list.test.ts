import { expect, test } from 'vitest';
import { nextTask } from '../../base/next-task.ts';
import { createTraceTables } from '../../inspect/trace-tables.ts';
import { createJobControl } from '../../run/job-control.ts';
import { correctionsOf } from '../../scoring/corrections/list.ts';
import { createUsualBook } from '../../statistics/usual-book.ts';
import { importedFixture } from '../../testing/notebook-fakes.ts';
import { fakePlainScores, fakeScores, fakeSettings } from '../../testing/run-fakes.ts';
import type { DatasetAtHand } from '../dataset-at-hand.ts';
import type { RunAtHand } from '../run-at-hand.ts';
import { createListJobs } from './list.ts';

const { traces } = importedFixture();
const scores = fakeScores(traces);

test.each(['global', 'operation'] as const)(
  'combined scores are given away in a copy, so that the next one who asks has them: %s',
  async (stdLimit) => {
    const dataset = { traces: () => traces } as DatasetAtHand;
    const run = { scores: () => scores, settings: fakeSettings } as unknown as RunAtHand;
    const { combine } = createListJobs(
      dataset,
      run,
      createTraceTables(),
      createUsualBook(nextTask),
    );
    const of = { runId: 'run-1', detector: 'tracevae', epoch: null } as const;
    const ask = async () => {
      const transfer: ArrayBuffer[] = [];
      const context = { control: createJobControl(), emit: () => {}, transfer };
      const corrections = correctionsOf('full', stdLimit);
      const result = await combine.run({ of, corrections, file: null }, context);
      if (!result.ok) throw new Error(result.error.what);
      const { rows, test, val } = result.value;
      expect(transfer).toEqual(expect.arrayContaining([rows.buffer, test.buffer, val.buffer]));
      return structuredClone(result.value, { transfer });
    };
    const first = await ask();
    expect(first.rows).toHaveLength(scores.test.trace.length);
    expect(await ask()).toEqual(first);
    expect(scores.scores.full.test).toHaveLength(scores.test.trace.length);
  },
);

test('detectors are compared by the scores with all corrections, and a missing one asks for the run', async () => {
  const dataset = { traces: () => traces } as DatasetAtHand;
  const plain = fakePlainScores(traces);
  const run = {
    scores: ({ detector }: { detector: string }) =>
      ({ tracevae: scores, fsa: plain })[detector] ?? null,
  } as unknown as RunAtHand;
  const { compare } = createListJobs(dataset, run, createTraceTables(), createUsualBook(nextTask));
  const of = { runId: 'run-1', detector: 'fsa', epoch: null } as const;
  const context = { control: createJobControl(), emit: () => {}, transfer: [] };
  const compared = await compare.run({ of, detectors: ['tracevae', 'fsa'] }, context);
  if (!compared.ok) throw new Error(compared.error.what);
  const [vae, fsa] = compared.value;
  // the fake of one score has the scores of the other with all corrections
  expect(fsa!.averagePrecision).toEqual(vae!.averagePrecision);
  expect(fsa!.averagePrecision.mean).toBeCloseTo(plain.report.total.averagePrecision!, 12);
  expect(vae!.difference).toEqual({ mean: 0, interval: [0, 0] });
  expect(fsa!.difference).toBeNull();
  expect(await compare.run({ of, detectors: ['crisp', 'fsa'] }, context)).toMatchObject({
    ok: false,
    error: { kind: 'not-at-hand' },
  });
});
