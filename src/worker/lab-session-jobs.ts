/** Jobs of the lab, whose session holds the terms of one scored run. */

import { nextTask } from '../base/next-task.ts';
import { err, ok, type Result } from '../base/result.ts';
import { runWithPauses } from '../base/slices.ts';
import type { Lab } from '../lab/lab.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import { columnBuffers, type JobTable, withoutDataset } from './job-table.ts';
import type { JobFailure } from './protocol.ts';

type LabSessionJobs = JobTable<'openLab' | 'labVariant' | 'labTraces' | 'labView'>;

export function createLabJobs(lab: Lab, traces: () => TraceSet | null): LabSessionJobs {
  return {
    async openLab(input, { transfer }) {
      const set = traces();
      if (set === null) return withoutDataset();
      const session = await runWithPauses(lab.open(set, input), nextTask);
      transfer.push(...columnBuffers(session));
      return ok(session);
    },

    async labVariant(input, { transfer }) {
      return handOut(lab.variant(input), transfer);
    },

    async labView({ view, ...question }, { transfer }) {
      return handOut(lab.view(view, question), transfer);
    },

    async labTraces(input, { transfer }) {
      return handOut(lab.traces(input), transfer);
    },
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
  what: 'the lab was opened anew meanwhile',
  where: 'the worker',
  advice: 'choose again',
};
