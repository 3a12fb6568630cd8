/** The page's side of the worker door: jobs as promises, with events, Pause, Stop and Cancel. */
import { err, ok, type Result } from '../base/result.ts';
import type { JobFailure } from './job-failure.ts';
import type { JobKind, Jobs, WorkerReply, WorkerRequest } from './protocol.ts';

export interface RunningJob<K extends JobKind> {
  readonly result: Promise<Result<Jobs[K]['output'], JobFailure>>;
  pause(): void;
  resume(): void;
  /** Ends the job early and keeps what it has. */
  stop(): void;
  /** Ends the job and keeps nothing. */
  cancel(): void;
}

export interface WorkerClient {
  start<K extends JobKind>(
    kind: K,
    input: Jobs[K]['input'],
    onEvent?: (event: Jobs[K]['event']) => void,
    /** Buffers of the input that are given away instead of copied. */
    transfer?: ArrayBuffer[],
  ): RunningJob<K>;
}

/** What a client needs of a Worker; a test passes a fake. */
export interface WorkerPort {
  postMessage(message: WorkerRequest, transfer: ArrayBuffer[]): void;
  onmessage: ((event: MessageEvent<WorkerReply>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

interface Pending {
  readonly onEvent: (event: unknown) => void;
  readonly settle: (result: Result<unknown, JobFailure>) => void;
}

export function createWorkerClient(port: WorkerPort): WorkerClient {
  const pending = new Map<number, Pending>();
  let lastJobId = 0;

  port.onmessage = ({ data: reply }) => {
    const job = pending.get(reply.jobId);
    if (job === undefined) return; // a late reply of a job that has ended
    if (reply.kind === 'event') {
      job.onEvent(reply.event);
      return;
    }
    pending.delete(reply.jobId);
    job.settle(reply.kind === 'done' ? ok(reply.output) : err(reply.failure));
  };

  port.onerror = (event) => {
    const failure: JobFailure = {
      kind: 'bug',
      what: `the worker failed: ${event.message || 'it could not be started'}`,
      where: event.filename ? `${event.filename}:${event.lineno}` : 'worker',
      advice: 'reload the page; stored data is kept',
    };
    for (const job of pending.values()) job.settle(err(failure));
    pending.clear();
  };

  return {
    start<K extends JobKind>(
      kind: K,
      input: Jobs[K]['input'],
      onEvent: (event: Jobs[K]['event']) => void = () => {},
      transfer: ArrayBuffer[] = [],
    ): RunningJob<K> {
      lastJobId += 1;
      const jobId = lastJobId;
      const result = new Promise<Result<Jobs[K]['output'], JobFailure>>((resolve) => {
        pending.set(jobId, {
          // The protocol pairs each kind with its event and output; the port erases the pairing.
          onEvent: onEvent as (event: unknown) => void,
          settle: resolve as (result: Result<unknown, JobFailure>) => void,
        });
      });
      port.postMessage({ kind, jobId, input } as WorkerRequest, transfer);
      const control = (what: 'pause' | 'resume' | 'stop' | 'cancel') => () =>
        port.postMessage({ kind: what, jobId }, []);
      return {
        result,
        pause: control('pause'),
        resume: control('resume'),
        stop: control('stop'),
        cancel: control('cancel'),
      };
    },
  };
}

const newWorker = (): Worker =>
  new Worker(new URL('./entry.ts', import.meta.url), { type: 'module' });

/** The worker of the app. */
export const startWorker = (): WorkerClient => createWorkerClient(newWorker() as WorkerPort);

/** A worker beside the app's, for long work that nobody waits for. */
export interface BackgroundWorker {
  readonly client: WorkerClient;
  /** Ends it at once, whatever it does. */
  close(): void;
}

export function startBackgroundWorker(): BackgroundWorker {
  const worker = newWorker();
  return {
    client: createWorkerClient(worker as WorkerPort),
    close: () => worker.terminate(),
  };
}
