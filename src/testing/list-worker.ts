/** The worker's jobs about scored traces, on scores that a test has. */
import { nextTask } from '../base/next-task.ts';
import { createTraceTables } from '../inspect/trace-tables.ts';
import { createJobControl } from '../run/job-control.ts';
import type { ScoreOutcome } from '../run/outcome.ts';
import { createUsualBook } from '../statistics/usual-book.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import type { DatasetAtHand } from '../worker/dataset-at-hand.ts';
import type { Job } from '../worker/job-table.ts';
import { createListJobs } from '../worker/jobs/list.ts';
import type { JobKind } from '../worker/protocol.ts';
import type { RunAtHand } from '../worker/run-at-hand.ts';
import type { FakeJob } from './notebook-fakes.ts';
import { fakeSettings } from './run-fakes.ts';

export function createListWorker(traces: TraceSet, scores: ScoreOutcome) {
  const dataset = { traces: () => traces } as DatasetAtHand;
  const run = { scores: () => scores, settings: fakeSettings } as unknown as RunAtHand;
  const jobs: Partial<Record<JobKind, unknown>> = createListJobs(
    dataset,
    run,
    createTraceTables(),
    createUsualBook(nextTask),
  );
  return {
    /** @returns false where it is another job */
    async answer(asked: FakeJob): Promise<boolean> {
      const job = jobs[asked.kind] as Job<JobKind> | undefined;
      if (job === undefined) return false;
      const context = { control: createJobControl(), emit: () => {}, transfer: [] };
      const result = await job.run(asked.input, context);
      await (result.ok ? asked.finish(result.value) : asked.fail(result.error));
      return true;
    },
  };
}
