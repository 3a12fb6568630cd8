/**
 * The worker's side of the door: receives jobs, runs them one model at a time, reports back.
 * It owns the dataset at hand and the trained model; everything else is computed and sent away.
 */
import { buffersOf, copyColumns } from '../base/copy-columns.ts';
import { nextTask } from '../base/next-task.ts';
import type { Result } from '../base/result.ts';
import { err, ok } from '../base/result.ts';
import { runWithPauses } from '../base/slices.ts';
import { createLab } from '../lab/lab.ts';
import { combineTerms } from '../run/score-sets.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import { createDatasetJobs, type DatasetAtHand } from './dataset-jobs.ts';
import { deviceFailure } from './device.ts';
import { cancelled, type JobContext, type JobTable, noDataset } from './job-table.ts';
import { createLabJobs } from './lab-session-jobs.ts';
import { createModelAtHand } from './model-at-hand.ts';
import { createModelJobs } from './model-jobs.ts';
import type { JobFailure, JobKind, JobRequest, WorkerReply, WorkerRequest } from './protocol.ts';
import { createJobControl, type JobControl } from './run-control.ts';
import { createTraceTables } from './trace-tables.ts';

type Post = (reply: WorkerReply, transfer: ArrayBuffer[]) => void;

const bug = (cause: unknown): JobFailure => ({
  kind: 'bug',
  what: cause instanceof Error ? cause.message : String(cause),
  where: 'the worker',
  advice: 'reload the page; stored data is kept',
});

export interface Runner {
  handle(request: WorkerRequest): void;
}

export function createRunner(post: Post): Runner {
  const controls = new Map<number, JobControl>();
  let traces: TraceSet | null = null;
  const tables = createTraceTables();
  const lab = createLab(() => performance.now());
  const model = createModelAtHand(() => traces);
  // Jobs that compute share the backend and the model, so they run one after another. Reading a
  // dataset and combining terms touch neither and go beside them. Controls reach a running job because it yields.
  let last: Promise<void> = Promise.resolve();

  /** A job that runs now keeps the dataset it started with; its model goes once it has ended. */
  const adopt = (set: TraceSet): void => {
    traces = set;
    lab.close();
    last = last.then(model.drop);
  };

  const atHand: DatasetAtHand = {
    traces: () => traces,
    adopt,
    handOver(imported, transfer) {
      adopt(imported.traces);
      const copy = copyColumns(imported.traces);
      transfer.push(...buffersOf(copy));
      return { ...imported, traces: copy };
    },
  };

  const jobs: JobTable<JobKind> = {
    ...createDatasetJobs(atHand),
    ...createModelJobs(model, atHand.traces),
    ...createLabJobs(lab, atHand.traces),

    async combine(input) {
      if (traces === null) return err({ ...noDataset, kind: 'unusable-data' });
      return ok(combineTerms(traces, input));
    },

    async tabulate(input) {
      if (traces === null) return err({ ...noDataset, kind: 'unusable-data' });
      return ok(tables.tabulate(traces, input));
    },

    async giveScores(input) {
      tables.give(input);
      return ok(null);
    },

    async arrange(input, { transfer }) {
      if (traces === null) return err({ ...noDataset, kind: 'unusable-data' });
      const { key } = input.sort;
      // other lists are not kept waiting
      await runWithPauses(tables.prepareSort(key), nextTask);
      const rows = tables.arrange(traces, input);
      transfer.push(rows.buffer as ArrayBuffer);
      return ok(rows);
    },

    async prepareSort({ key }) {
      await runWithPauses(tables.prepareSort(key), nextTask);
      return ok(null);
    },

    async histograms() {
      if (traces === null) return err({ ...noDataset, kind: 'unusable-data' });
      return ok(tables.histograms(traces));
    },

    async ranks({ variant }) {
      return ok(tables.ranks(variant));
    },

    async usualParts() {
      return ok(await runWithPauses(tables.usualParts(), nextTask));
    },

    async nearest({ trace }) {
      if (traces === null) return err({ ...noDataset, kind: 'unusable-data' });
      return ok(tables.nearest(traces, trace));
    },

    async overRepresented() {
      if (traces === null) return err({ ...noDataset, kind: 'unusable-data' });
      return ok(tables.overRepresented(traces));
    },
  };

  const run = async <K extends JobKind>(
    request: JobRequest & { readonly kind: K },
    control: JobControl,
  ): Promise<void> => {
    const { runId } = request;
    // The request's kind pairs it with its job; TypeScript cannot follow that through the map.
    const job = jobs[request.kind] as (
      input: unknown,
      context: JobContext<JobKind>,
    ) => Promise<Result<unknown, JobFailure>>;
    const transfer: ArrayBuffer[] = [];
    try {
      const result = await job(request.input, {
        control,
        emit: (event) => post({ kind: 'event', runId, event }, []),
        transfer,
      });
      post(
        result.ok
          ? { kind: 'done', runId, output: result.value }
          : { kind: 'failed', runId, failure: result.error },
        transfer,
      );
    } catch (cause) {
      const trouble = await model.device.troubleSoon();
      const failure = trouble === null ? bug(cause) : deviceFailure(trouble);
      post({ kind: 'failed', runId, failure: control.signal.aborted ? cancelled : failure }, []);
    } finally {
      controls.delete(runId);
    }
  };

  return {
    handle(request) {
      switch (request.kind) {
        case 'pause':
        case 'resume':
        case 'stop':
        case 'cancel':
          controls.get(request.runId)?.[request.kind]();
          return;
        default: {
          const control = createJobControl();
          controls.set(request.runId, control);
          if (BESIDE.has(request.kind)) void run(request, control);
          else last = last.then(() => run(request, control));
        }
      }
    },
  };
}

/** They need neither backend nor model. */
const BESIDE: ReadonlySet<JobKind> = new Set([
  'import',
  'label',
  'demo',
  'open',
  'takeSpans',
  'dropSpans',
  'export',
  'countSets',
  'census',
  'pack',
  'unpack',
  'describe',
  'prepare',
  'combine',
  'tabulate',
  'giveScores',
  'histograms',
  'arrange',
  'prepareSort',
  'ranks',
  'usualParts',
  'nearest',
  'overRepresented',
  'openLab',
  'labVariant',
  'labTraces',
  'labView',
]);
