/**
 * The worker's side of the door: receives jobs, runs each in its lane, reports back. It owns the
 * dataset and the run at hand; everything else is computed and sent away.
 */
import { nextTask } from '../base/next-task.ts';
import type { Result } from '../base/result.ts';
import { jobThrew } from '../base/worker-failures.ts';
import { createTraceTables } from '../inspect/trace-tables.ts';
import { createLab } from '../lab/lab.ts';
import { createAutoBackend } from '../run/auto-backend.ts';
import { createJobControl, type JobControl } from '../run/job-control.ts';
import { createUsualBook } from '../statistics/usual-book.ts';
import { settled, startBackend } from './backend.ts';
import { createDatasetAtHand } from './dataset-at-hand.ts';
import { createDevice, deviceFailure } from './device.ts';
import { cancelled, type JobFailure } from './job-failure.ts';
import type { Job, JobTable } from './job-table.ts';
import { createDatasetJobs } from './jobs/dataset.ts';
import { createLabJobs } from './jobs/lab.ts';
import { createListJobs } from './jobs/list.ts';
import { createRunJobs } from './jobs/run.ts';
import { createTraceJobs } from './jobs/trace.ts';
import { createLanes } from './lanes.ts';
import type { JobKind, JobRequest, WorkerReply, WorkerRequest } from './protocol.ts';
import { createRunAtHand } from './run-at-hand.ts';

type Post = (reply: WorkerReply, transfer: ArrayBuffer[]) => void;

export interface Runner {
  handle(request: WorkerRequest): void;
}

export function createRunner(post: Post): Runner {
  const controls = new Map<number, JobControl>();
  const lanes = createLanes();
  const tables = createTraceTables();
  const lab = createLab(() => performance.now());

  const dataset = createDatasetAtHand((same) => {
    lab.close();
    if (same) return;
    tables.forget();
    // A job that computes now keeps the model it has; it ends once the job has.
    const endModel = run.forget();
    lanes.run('compute', async () => endModel());
  });
  // Tensors of a model live on the backend that is left.
  const device = createDevice(startBackend, () => run.dropModel());
  const run = createRunAtHand(device, dataset.traces);
  const decideAuto = createAutoBackend({ ...device, settled }, () => performance.now());

  const book = createUsualBook(nextTask);
  const jobs: JobTable<JobKind> = {
    ...createDatasetJobs(dataset),
    ...createRunJobs(device, dataset, run, decideAuto),
    ...createTraceJobs(dataset, run, book),
    ...createListJobs(dataset, run, tables, book),
    ...createLabJobs(lab, dataset, run),
  };

  /** The request's kind pairs it with its job; TypeScript cannot follow that through the table. */
  const jobOf = (request: JobRequest): Job<JobKind> => jobs[request.kind] as Job<JobKind>;

  const perform = async (request: JobRequest, control: JobControl): Promise<void> => {
    const { jobId } = request;
    const transfer: ArrayBuffer[] = [];
    try {
      const result: Result<unknown, JobFailure> = await jobOf(request).run(request.input, {
        control,
        emit: (event) => post({ kind: 'event', jobId, event }, []),
        transfer,
      });
      post(
        result.ok
          ? { kind: 'done', jobId, output: result.value }
          : { kind: 'failed', jobId, failure: result.error },
        transfer,
      );
    } catch (cause) {
      const trouble = await device.troubleSoon();
      const failure = trouble === null ? jobThrew(request.kind, cause) : deviceFailure(trouble);
      post({ kind: 'failed', jobId, failure: control.signal.aborted ? cancelled : failure }, []);
    } finally {
      controls.delete(jobId);
    }
  };

  return {
    handle(request) {
      switch (request.kind) {
        case 'ping':
          return post({ kind: 'pong' }, []);
        case 'pause':
        case 'resume':
        case 'stop':
        case 'cancel':
          controls.get(request.jobId)?.[request.kind]();
          return;
        default: {
          const control = createJobControl();
          controls.set(request.jobId, control);
          lanes.run(jobOf(request).lane(request.input), () => perform(request, control));
        }
      }
    },
  };
}
