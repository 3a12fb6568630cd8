/**
 * A worker client that hands over the run that is asked about where the worker does not have it: after
 * a reload, or when another run is shown. Every question names its run; weights and terms go across
 * once, in a copy that is made while the page answers.
 */
import { buffersOf } from '../../base/copy-columns.ts';
import { ok, type Result } from '../../base/result.ts';
import { openedRun } from '../../run/opened-run.ts';
import type { RunRecord } from '../../run/record.ts';
import type { RunningJob, WorkerClient } from '../../worker/client.ts';
import type { JobFailure } from '../../worker/job-failure.ts';
import type { JobKind, Jobs } from '../../worker/protocol.ts';
import { copyForWorker } from '../shared/copy-for-worker.ts';

/** @param runOf the run of this id, where the page has it; null where another one is shown */
export function createRunDoor(
  client: WorkerClient,
  runOf: (runId: string) => RunRecord | null,
): WorkerClient {
  /** On its way, so that questions that come together hand it over once. */
  let handing: {
    readonly run: RunRecord;
    readonly done: Promise<Result<null, JobFailure>>;
  } | null = null;

  const handOver = (run: RunRecord): Promise<Result<null, JobFailure>> => {
    if (handing?.run === run) return handing.done;
    const send = async (): Promise<Result<null, JobFailure>> => {
      const copy = await copyForWorker(openedRun(run));
      const opened = await client.start('openRun', copy, undefined, buffersOf(copy)).result;
      if (handing?.run === run) handing = null;
      return opened.ok ? ok(null) : opened;
    };
    handing = { run, done: send() };
    return handing.done;
  };

  return {
    start<K extends JobKind>(
      kind: K,
      input: Jobs[K]['input'],
      onEvent?: (event: Jobs[K]['event']) => void,
      transfer?: ArrayBuffer[],
    ): RunningJob<K> {
      let job = client.start(kind, input, onEvent, transfer);
      let cancelled = false;
      const asked = async (): Promise<Result<Jobs[K]['output'], JobFailure>> => {
        const first = await job.result;
        if (first.ok || first.error.kind !== 'not-at-hand' || cancelled) return first;
        const runId = runIdOf(input);
        const run = runId === null ? null : runOf(runId);
        if (run === null) return first;
        const opened = await handOver(run);
        if (!opened.ok) return opened;
        if (cancelled) return first;
        job = client.start(kind, input, onEvent, transfer);
        return job.result;
      };
      return {
        result: asked(),
        pause: () => job.pause(),
        resume: () => job.resume(),
        stop: () => job.stop(),
        cancel() {
          cancelled = true;
          job.cancel();
        },
      };
    },
  };
}

const runIdOf = (input: unknown): string | null => {
  if (typeof input !== 'object' || input === null || !('of' in input)) return null;
  const { of } = input;
  return typeof of === 'object' && of !== null && 'runId' in of ? String(of.runId) : null;
};
