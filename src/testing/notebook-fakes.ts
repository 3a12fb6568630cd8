/** A worker and a storage that a test controls, and a small dataset. */

import { err, type Failure, ok, type Result } from '../base/result.ts';
import type { ImportedTraces } from '../ingest/import.ts';
import { DEMO, simulateDataset } from '../simulator/dataset.ts';
import type { NotebookStorage, StoredNotebook } from '../storage/notebook-storage.ts';
import type { DatasetRecord, InterruptedRun, RunRecord } from '../storage/records.ts';
import type { RunningJob, WorkerClient } from '../worker/client.ts';
import { importSimulated } from '../worker/import-simulated.ts';
import type { JobFailure, JobKind, Jobs } from '../worker/protocol.ts';

export interface FakeJob<K extends JobKind = JobKind> {
  readonly kind: K;
  readonly input: Jobs[K]['input'];
  readonly controls: string[];
  emit(event: Jobs[K]['event']): void;
  finish(output: Jobs[K]['output']): Promise<void>;
  fail(failure: JobFailure): Promise<void>;
}

/** Jobs wait until the test finishes them. */
export function createFakeClient() {
  const started: FakeJob[] = [];
  const client: WorkerClient = {
    start<K extends JobKind>(
      kind: K,
      input: Jobs[K]['input'],
      onEvent: (event: Jobs[K]['event']) => void = () => {},
    ): RunningJob<K> {
      let settle = (_: Result<Jobs[K]['output'], JobFailure>): void => {};
      const result = new Promise<Result<Jobs[K]['output'], JobFailure>>((resolve) => {
        settle = resolve;
      });
      const controls: string[] = [];
      // Gives the awaiting store its turn before the test looks at the state.
      const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 0));
      const job: FakeJob<K> = {
        kind,
        input,
        controls,
        emit: onEvent,
        finish: (output) => {
          settle(ok(output));
          return turn();
        },
        fail: (failure) => {
          settle(err(failure));
          return turn();
        },
      };
      started.push(job as unknown as FakeJob);
      const control = (name: string) => () => {
        controls.push(name);
      };
      return {
        result,
        pause: control('pause'),
        resume: control('resume'),
        stop: control('stop'),
        cancel: control('cancel'),
      };
    },
  };
  const last = <K extends JobKind>(kind: K): FakeJob<K> => {
    const job = started.findLast((candidate) => candidate.kind === kind);
    if (job === undefined) throw new Error(`no ${kind} job was started`);
    return job as unknown as FakeJob<K>;
  };
  return { client, started, last };
}

export function createFakeStorage(initial: Partial<StoredNotebook> = {}) {
  let dataset: DatasetRecord | null = initial.dataset ?? null;
  let run: RunRecord | null = initial.run ?? null;
  let interrupted: InterruptedRun | null = initial.interrupted ?? null;
  let failure: Failure | null = null;
  const answer = (): Result<null, Failure> => (failure === null ? ok(null) : err(failure));
  const storage: NotebookStorage = {
    load: async () => ({ dataset, run, interrupted, failures: [] }),
    saveDataset: async (record, keepRun) => {
      if (failure === null) {
        dataset = record;
        if (!keepRun) {
          run = null;
          interrupted = null;
        }
      }
      return answer();
    },
    saveRun: async (record) => {
      if (failure === null) {
        run = record;
        interrupted = null;
      }
      return answer();
    },
    saveCheckpoint: async (record) => {
      if (failure === null) interrupted = record;
      return answer();
    },
    discardCheckpoint: async () => {
      interrupted = null;
      return answer();
    },
    deleteAll: async () => {
      dataset = null;
      run = null;
      interrupted = null;
      return answer();
    },
    use: async () => ({ usedBytes: 0, quotaBytes: 0, persistent: true }),
  };
  return {
    storage,
    stored: () => ({ dataset, run, interrupted }),
    failWith: (next: Failure) => {
      failure = next;
    },
  };
}

/** A small simulated dataset, imported the usual way. */
export const importedFixture = (seed = 1): ImportedTraces =>
  importSimulated(() =>
    simulateDataset('fixture', {
      ...DEMO,
      seed,
      normal: { train: 60, val: 12, test: 30 },
      structureAnomalies: 4,
      timeAnomalies: 4,
    }),
  );

/** A localStorage of one test. */
export function createFakePreferences() {
  const items = new Map<string, string>();
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
  };
}
