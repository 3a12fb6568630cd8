/** Jobs of the lab, whose session holds what was combined last from the terms of a scored run. */
import { nextTask } from '../../base/next-task.ts';
import { err, ok, type Result } from '../../base/result.ts';
import { runWithPauses } from '../../base/slices.ts';
import type { Lab } from '../../lab/lab.ts';
import type { DatasetAtHand } from '../dataset-at-hand.ts';
import { type JobFailure, noDataset, notAtHand } from '../job-failure.ts';
import { beside, columnBuffers, type JobTable } from '../job-table.ts';
import type { RunAtHand } from '../run-at-hand.ts';

type LabJobs = JobTable<'openLab' | 'labVariant' | 'labTraces' | 'labView'>;

export function createLabJobs(lab: Lab, dataset: DatasetAtHand, run: RunAtHand): LabJobs {
  return {
    openLab: beside(async (input, { transfer }) => {
      const set = dataset.traces();
      if (set === null) return err(noDataset);
      const scores = run.scores(input.of);
      if (scores?.kind !== 'terms') return err(notAtHand);
      const { val, test, scores: variants } = scores;
      const opening = lab.open(set, { ...input, val, test, scores: variants });
      const session = await runWithPauses(opening, nextTask);
      transfer.push(...columnBuffers(session));
      return ok(session);
    }),

    labVariant: beside(async (input, { transfer }) => handOut(lab.variant(input), transfer)),
    labView: beside(async ({ view, ...question }, { transfer }) =>
      handOut(lab.view(view, question), transfer),
    ),
    labTraces: beside(async (input, { transfer }) => handOut(lab.traces(input), transfer)),
  };
}

/** What the lab computed, its columns given away; a failure where its session is gone. */
function handOut<T extends object>(
  output: T | null,
  transfer: ArrayBuffer[],
): Result<T, JobFailure> {
  if (output === null) return err(labClosed);
  transfer.push(...columnBuffers(output));
  return ok(output);
}

const labClosed: JobFailure = {
  kind: 'cancelled',
  what: 'the lab was opened on other scores meanwhile',
  where: 'the worker',
  advice: 'choose again',
};
