/**
 * The notebook as one file: the dataset at hand with its runs and notes, which another browser
 * opens. The records come from storage, the worker packs them.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { err, type Failure, ok, type Result } from '../../base/result.ts';
import type { RunRecord } from '../../run/record.ts';
import { entryOfRun } from '../../run/run-entries.ts';
import { versionOf } from '../../run/stored-record.ts';
import { chunksOf, entryOf } from '../../storage/dataset-chunks.ts';
import { type CarriedRecord, unusable } from '../../storage/dataset-records.ts';
import type { NotebookStorage } from '../../storage/notebook-storage.ts';
import { decodeRecord, encodeRecord } from '../../storage/record-bytes.ts';
import { isContents } from '../../storage/schemas.ts';
import type { Unreadable } from '../../storage/unreadable.ts';
import type { RunningJob, WorkerClient } from '../../worker/client.ts';
import type { Dataset, DatasetState } from './dataset-store.ts';

export const NOTEBOOK_FILE_FORMAT = 1;

/** First in the zip file, and unpacked, so that the file is told by its first bytes. */
export const MANIFEST = 'tracevae-notebook.json';
export const NOTEBOOK_ENDING = 'tracevae.zip';

/** Of the file's table of contents. */
interface Manifest {
  readonly formatVersion: typeof NOTEBOOK_FILE_FORMAT;
  readonly name: string;
  readonly records: readonly (Omit<CarriedRecord, 'value'> & { readonly path: string })[];
}

export interface NotebookFileState {
  readonly busy: 'saving' | 'opening' | null;
  readonly failure: Failure | null;
  /** The file, or null where it failed. */
  save(): Promise<{ readonly name: string; readonly bytes: Blob } | null>;
  /** The same with a run that there was no room to store. */
  saveRun(run: RunRecord): Promise<{ readonly name: string; readonly bytes: Blob } | null>;
  /** The same of records that cannot be read, as they are. */
  saveRaw(record: Unreadable): Promise<{ readonly name: string; readonly bytes: Blob } | null>;
  /** Stores what the file holds, as a dataset beside the others, and opens it. */
  open(file: File): Promise<void>;
  cancel(): void;
  dismissFailure(): void;
}

export interface NotebookFileDeps {
  readonly client: WorkerClient;
  readonly storage: NotebookStorage;
  readonly dataset: StoreApi<DatasetState>;
  readonly newId: () => string;
}

/** Whether a file is a notebook, by its first bytes. */
export async function isNotebookFile(file: File): Promise<boolean> {
  const head = new Uint8Array(await file.slice(0, 30 + MANIFEST.length).arrayBuffer());
  const text = String.fromCharCode(...head);
  return text.startsWith('PK\u0003\u0004') && text.endsWith(MANIFEST);
}

export function createNotebookFileStore(deps: NotebookFileDeps): StoreApi<NotebookFileState> {
  const { client, storage, dataset } = deps;
  let job: RunningJob<'pack'> | RunningJob<'unpack'> | null = null;

  return createStore<NotebookFileState>((set) => {
    const fail = (failure: Failure): null => {
      set({ busy: null, failure });
      return null;
    };

    /** @param needed without a record of this store there is nothing to pack */
    const pack = async (
      from: AsyncIterable<CarriedRecord> | Iterable<CarriedRecord>,
      name: string,
      needed: CarriedRecord['store'],
      keep: (record: CarriedRecord) => boolean,
    ): Promise<{ name: string; bytes: Blob } | null> => {
      set({ busy: 'saving', failure: null });
      const records: Manifest['records'][number][] = [];
      const files: { path: string; bytes: Uint8Array<ArrayBuffer> }[] = [];
      try {
        for await (const record of from) {
          if (!keep(record)) continue;
          const { store, key, value } = record;
          const path = `records/${String(files.length).padStart(6, '0')}.bin`;
          records.push({ store, key, path });
          files.push({ path, bytes: encodeRecord(value) });
        }
      } catch (cause) {
        return fail(unreadable(cause instanceof Error ? cause.message : String(cause)));
      }
      if (!records.some(({ store }) => store === needed)) {
        return fail(needed === 'datasets' ? NOT_STORED : GONE);
      }
      const manifest: Manifest = { formatVersion: NOTEBOOK_FILE_FORMAT, name, records };
      const json = new TextEncoder().encode(`${JSON.stringify(manifest, null, 1)}\n`);
      const all = [{ path: MANIFEST, bytes: json }, ...files];
      const transfer = all.map(({ bytes }) => bytes.buffer);
      const mine = client.start('pack', { files: all }, undefined, transfer);
      job = mine;
      const packed = await mine.result;
      job = null;
      set({
        busy: null,
        failure: packed.ok || packed.error.kind === 'cancelled' ? null : packed.error,
      });
      return packed.ok ? { name: `${name}.${NOTEBOOK_ENDING}`, bytes: packed.value } : null;
    };

    /** What is stored of the run's dataset, or else the dataset at hand without its spans; and the run. */
    async function* withRun(run: RunRecord, atHand: Dataset | null): AsyncGenerator<CarriedRecord> {
      let stored = false;
      try {
        for await (const record of storage.records.read(run.datasetId)) {
          const same = record.store === 'runs' || record.store === 'runEntries';
          if (same && record.key[0] === run.id) continue;
          stored ||= record.store === 'datasets';
          yield record;
        }
      } catch {
        // storage that is forbidden holds nothing
      }
      if (!stored && atHand !== null) {
        const { imported } = atHand;
        for (const { table, first, columns } of chunksOf(imported.traces)) {
          yield { store: 'chunks', key: [table, first], value: columns };
        }
        yield { store: 'datasets', key: [], value: entryOf(atHand, run.savedAt) };
      }
      yield { store: 'runs', key: [run.id], value: run };
      yield { store: 'runEntries', key: [run.id], value: entryOfRun(run, 'Run not stored') };
    }

    const store = async (
      id: string,
      files: readonly { readonly path: string; readonly bytes: Uint8Array }[],
    ): Promise<Result<null, Failure>> => {
      const records = readRecords(new Map(files.map(({ path, bytes }) => [path, bytes])));
      return records.ok ? storage.records.write(id, records.value) : records;
    };

    return {
      busy: null,
      failure: null,

      async save() {
        const current = dataset.getState().dataset;
        return current === null
          ? null
          : pack(storage.records.read(current.id), current.name, 'datasets', () => true);
      },

      async saveRun(run) {
        const current = dataset.getState().dataset;
        const mine = current?.id === run.datasetId ? current : null;
        return pack(withRun(run, mine), mine?.name ?? run.datasetId, 'datasets', () => true);
      },

      async saveRaw({ store, datasetId, runId, name }) {
        if (store === 'models') {
          const read = await storage.models.read(datasetId);
          return read.ok
            ? { name: `${name}.tracevae`, bytes: new Blob([read.value]) }
            : fail(read.error);
        }
        return pack(
          storage.records.read(datasetId),
          name,
          runId === null ? 'datasets' : 'runs',
          ({ store: of, key }) =>
            runId === null || ((of === 'runs' || of === 'runEntries') && key[0] === runId),
        );
      },

      async open(file) {
        set({ busy: 'opening', failure: null });
        const mine = client.start('unpack', { file });
        job = mine;
        const unpacked = await mine.result;
        job = null;
        if (!unpacked.ok) {
          const { error } = unpacked;
          set({ busy: null, failure: error.kind === 'cancelled' ? null : error });
          return;
        }
        const id = deps.newId();
        const written = await store(id, unpacked.value).catch((cause: unknown) =>
          err(unusable(cause instanceof Error ? cause.message : String(cause))),
        );
        if (!written.ok) {
          fail(written.error);
          return;
        }
        set({ busy: null });
        await dataset.getState().restore(id);
      },

      cancel: () => job?.cancel(),
      dismissFailure: () => set({ failure: null }),
    };
  });
}

const NOT_STORED: Failure = {
  what: 'the dataset is not stored, so there is no notebook of it',
  where: 'browser storage',
  advice: 'store it first: delete another dataset to make room, then choose Store',
};

const GONE: Failure = {
  what: 'the record is not stored any more',
  where: 'browser storage',
  advice: 'it was deleted, here or in another tab',
};

const unreadable = (what: string): Failure => ({
  what: `the stored records could not be read: ${what}`,
  where: 'browser storage',
  advice: 'reload the page and save again',
});

function readRecords(
  files: ReadonlyMap<string, Uint8Array>,
): Result<readonly CarriedRecord[], Failure> {
  const manifest = readManifest(files.get(MANIFEST));
  if (!manifest.ok) return manifest;
  const records: CarriedRecord[] = [];
  for (const { store, key, path } of manifest.value.records) {
    const bytes = files.get(path);
    if (bytes === undefined) return err(unusable(`${path} is missing`));
    const value = decodeRecord(bytes);
    if (!value.ok) return err(unusable(`${path}: ${value.error}`));
    records.push({ store, key, value: value.value });
  }
  return ok(records);
}

function readManifest(bytes: Uint8Array | undefined): Result<Manifest, Failure> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return err(unusable('its table of contents is damaged'));
  }
  if (versionOf(value) !== NOTEBOOK_FILE_FORMAT) {
    return err({
      ...unusable(
        `it has format ${String(versionOf(value)).slice(0, 40)}, this build reads ${NOTEBOOK_FILE_FORMAT}`,
      ),
      advice: 'open it with the build that wrote it',
    });
  }
  const sound = isContents(value);
  return sound ? ok(value as Manifest) : err(unusable('its table of contents is damaged'));
}
