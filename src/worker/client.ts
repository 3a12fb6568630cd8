/** The page's side of the worker door: jobs as promises, with events, Pause, Stop and Cancel. */
import { err, ok, type Result } from '../base/result.ts';
import { createSupervisor } from '../base/supervisor.ts';
import { workerGone } from '../base/worker-failures.ts';
import { type WorkerLike, workerPort } from '../base/worker-port.ts';
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

interface Client extends WorkerClient {
  close(): void;
}

/** @param onReplaced a new worker took the place of one that was gone: it has nothing at hand */
export function createWorkerClient(open: () => WorkerLike, onReplaced?: () => void): Client {
  const supervisor = createSupervisor<WorkerRequest, WorkerReply>({
    open: () => workerPort(open(), { kind: 'ping' }),
    idOf: (reply) =>
      reply.kind === 'pong' ? null : { id: reply.jobId, last: reply.kind !== 'event' },
    every: (ms, task) => {
      const timer = setInterval(task, ms);
      return { end: () => clearInterval(timer) };
    },
    ...(onReplaced && { onReplaced }),
  });

  return {
    start<K extends JobKind>(
      kind: K,
      input: Jobs[K]['input'],
      onEvent: (event: Jobs[K]['event']) => void = () => {},
      transfer: ArrayBuffer[] = [],
    ): RunningJob<K> {
      let jobId = 0;
      const result = new Promise<Result<Jobs[K]['output'], JobFailure>>((resolve) => {
        const message = (id: number): WorkerRequest => {
          jobId = id;
          return { kind, jobId, input } as WorkerRequest;
        };
        supervisor.start(message, transfer, {
          // The protocol pairs each kind with its event and output; the port erases the pairing.
          onReply(reply) {
            if (reply.kind === 'event') onEvent(reply.event as Jobs[K]['event']);
            if (reply.kind === 'done') resolve(ok(reply.output as Jobs[K]['output']));
            if (reply.kind !== 'failed') return;
            resolve(err(reply.failure));
            if (reply.failure.kind === 'memory') supervisor.replace(reply.failure);
          },
          onGone: (gone) => resolve(err(workerGone(kind, gone))),
        });
      });
      const control = (what: 'pause' | 'resume' | 'stop' | 'cancel') => () =>
        supervisor.tell({ kind: what, jobId });
      return {
        result,
        pause: control('pause'),
        resume: control('resume'),
        stop: control('stop'),
        cancel: control('cancel'),
      };
    },
    close: supervisor.close,
  };
}

const newWorker = (): Worker =>
  new Worker(new URL('./entry.ts', import.meta.url), { type: 'module' });

/** The worker of the app. */
export const startWorker = (onReplaced?: () => void): WorkerClient =>
  createWorkerClient(newWorker, onReplaced);

/** A worker beside the app's, for long work that nobody waits for. */
export interface BackgroundWorker {
  readonly client: WorkerClient;
  /** Ends it at once, whatever it does. */
  close(): void;
}

export function startBackgroundWorker(): BackgroundWorker {
  const client = createWorkerClient(newWorker);
  return { client, close: client.close };
}
