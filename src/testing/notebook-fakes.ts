/** A worker and a storage that a test controls, and a small dataset. */

import { cutPiece, outlineOf } from '../base/column-pieces.ts';
import { err, type Failure, ok, type Result } from '../base/result.ts';
import type { ImportedTraces } from '../ingest/import.ts';
import { importSimulated } from '../ingest/import-simulated.ts';
import type { ScoreOutcome } from '../run/outcome.ts';
import type { InterruptedRun, RunRecord } from '../run/record.ts';
import { entryOfRun, nextRunName, type RunEntry } from '../run/run-entries.ts';
import { DEMO, simulateDataset } from '../simulator/dataset.ts';
import { entryOf } from '../storage/dataset-chunks.ts';
import type { ModelEntry } from '../storage/model-shelf.ts';
import type { NotebookStorage } from '../storage/notebook-storage.ts';
import type { Note } from '../storage/notes.ts';
import type { Dataset } from '../storage/records.ts';
import type { RunningJob, WorkerClient } from '../worker/client.ts';
import type { JobFailure } from '../worker/job-failure.ts';
import type { JobKind, Jobs } from '../worker/protocol.ts';

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

/** Answers the last scoring, and who asks for what it gave, with all of it in one piece. */
export async function finishScores(
  { started, last }: Pick<ReturnType<typeof createFakeClient>, 'started' | 'last'>,
  scores: ScoreOutcome,
): Promise<void> {
  await last('score').finish(outlineOf(scores));
  if (started.at(-1)?.kind !== 'takeTerms') return;
  const { first } = last('takeTerms').input;
  await last('takeTerms').finish(cutPiece(scores, first, Number.POSITIVE_INFINITY)!);
}

interface FakeStored {
  readonly datasets: readonly Dataset[];
  readonly run: RunRecord | null;
  readonly interrupted: InterruptedRun | null;
}

/** Keeps in memory what it is given: datasets, runs, notes, and one checkpoint. */
export function createFakeStorage(initial: Partial<FakeStored> = {}) {
  let entries = new Map((initial.datasets ?? []).map((dataset) => [dataset, entryOf(dataset, 0)]));
  /** The last saved first. */
  let runs: readonly { readonly record: RunRecord; readonly entry: RunEntry }[] = [];
  const keep = (record: RunRecord): RunEntry => {
    const rest = runs.filter(({ record: { id } }) => id !== record.id);
    const known = runs.find(({ record: { id } }) => id === record.id)?.entry.name;
    const entry = entryOfRun(record, known ?? nextRunName(rest.map((kept) => kept.entry)));
    runs = [{ record, entry }, ...rest];
    return entry;
  };
  if (initial.run) keep(initial.run);
  const notes = new Map<string, readonly Note[]>();
  const models = new Map<
    string,
    { readonly entry: ModelEntry; readonly file: Uint8Array<ArrayBuffer> }
  >();
  let interrupted: InterruptedRun | null = initial.interrupted ?? null;
  let failure: Failure | null = null;
  const answer = <T>(value: T): Result<T, Failure> => (failure === null ? ok(value) : err(failure));
  const find = (id: string) => [...entries].find(([dataset]) => dataset.id === id);
  const missing = { what: 'no such dataset', where: 'the fake storage', advice: 'save it first' };
  const entriesOf = (datasetId: string): RunEntry[] =>
    runs.flatMap(({ entry }) => (entry.datasetId === datasetId && !entry.trashed ? [entry] : []));
  const storage: NotebookStorage = {
    datasets: {
      list: async () => answer({ entries: [...entries.values()], unreadable: [] }),
      async read({ id }) {
        const [dataset, entry] = find(id) ?? [];
        if (dataset === undefined || entry === undefined) return err(missing);
        return answer({ ...dataset, name: entry.name, roles: entry.roles });
      },
      async save(dataset, { savedAt, onProgress }) {
        const entry = entryOf(dataset, savedAt);
        onProgress(1);
        if (failure === null) entries = new Map([[dataset, entry], ...entries]);
        return answer(entry);
      },
      readSpans: async () => answer(null),
      async *spans() {},
      async change(id, change) {
        const [dataset, entry] = find(id) ?? [];
        if (dataset === undefined || entry === undefined) return err(missing);
        if (failure === null) entries.set(dataset, { ...entry, ...change });
        return answer({ ...entry, ...change });
      },
      async remove(id) {
        if (failure === null) entries = new Map([...entries].filter(([d]) => d.id !== id));
        return answer(null);
      },
    },
    runs: {
      list: async (datasetId) => answer({ entries: entriesOf(datasetId), unreadable: [] }),
      async read(_, id) {
        const record = runs.find(({ entry }) => entry.id === id)?.record;
        return record === undefined ? err(missing) : answer(record);
      },
      async change(_, id, change) {
        const kept = runs.find(({ entry }) => entry.id === id);
        if (kept === undefined) return err(missing);
        const entry = { ...kept.entry, ...change };
        if (failure === null) runs = runs.map((one) => (one === kept ? { ...one, entry } : one));
        return answer(entry);
      },
      async remove(_, id) {
        if (failure === null) runs = runs.filter(({ entry }) => entry.id !== id);
        return answer(null);
      },
    },
    notes: {
      read: async (datasetId) => answer(notes.get(datasetId) ?? []),
      async save(datasetId, saved) {
        if (failure === null) notes.set(datasetId, saved);
        return answer(saved);
      },
    },
    models: {
      list: async () =>
        answer({
          entries: [...models.values()].flatMap(({ entry }) => (entry.trashed ? [] : [entry])),
          unreadable: [],
        }),
      async read(id) {
        const file = models.get(id)?.file;
        return file === undefined ? err(missing) : answer(file);
      },
      async save(entry, file) {
        if (failure === null) models.set(entry.id, { entry, file });
        return answer(null);
      },
      async change(id, change) {
        const kept = models.get(id);
        if (kept === undefined) return err(missing);
        const entry = { ...kept.entry, ...change };
        if (failure === null) models.set(id, { ...kept, entry });
        return answer(entry);
      },
      async remove(id) {
        if (failure === null) models.delete(id);
        return answer(null);
      },
    },
    records: {
      async *read() {},
      write: async () => answer(null),
    },
    runsOf: async (datasetId) => ({
      run: runs.find(({ record }) => record.datasetId === datasetId)?.record ?? null,
      entries: entriesOf(datasetId),
      interrupted: interrupted?.datasetId === datasetId ? interrupted : null,
      unreadable: [],
      failures: [],
    }),
    saveRun: async (record) => {
      if (failure !== null) return err(failure);
      interrupted = null;
      return answer(keep(record));
    },
    saveCheckpoint: async (record) => {
      if (failure === null) interrupted = record;
      return answer(null);
    },
    discardCheckpoint: async () => {
      interrupted = null;
      return answer(null);
    },
    use: async () => ({ usedBytes: 0, quotaBytes: 0, persistent: true }),
    persist: async () => true,
  };
  return {
    storage,
    stored: () => ({
      entries: [...entries.values()],
      run: runs[0]?.record ?? null,
      runs: runs.map(({ entry }) => entry),
      notes,
      interrupted,
    }),
    failWith: (next: Failure | null) => {
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
