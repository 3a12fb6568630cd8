/**
 * The datasets: the one at hand, how it comes in (files, demo, storage), what each of its files is
 * for, and those that are stored.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { err, type Failure, ok, type Result } from '../base/result.ts';
import { FILE_ROLES, type FileRole, guessRole } from '../features/splits.ts';
import type { ImportedTraces, ImportProgress } from '../ingest/import.ts';
import type { StandInChoice } from '../simulator/stand-in-catalog.ts';
import type { EntryChange } from '../storage/dataset-shelf.ts';
import type { TraceSpans } from '../storage/dataset-spans.ts';
import type { NotebookStorage, StoredRuns } from '../storage/notebook-storage.ts';
import type { Dataset, DatasetEntry } from '../storage/records.ts';
import { damaged } from '../storage/storage-failure.ts';
import type { ColumnMapping, UnmappedTable } from '../trace/column-mapping.ts';
import { buffersOf, copyInSteps } from '../trace/copy-traces.ts';
import { mergeLedgers } from '../trace/ledger.ts';
import type { SpanChunk } from '../trace/ordered-spans.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import type { RunningJob, WorkerClient } from '../worker/client.ts';
import type { JobFailure } from '../worker/protocol.ts';
import type { MappingMemory } from './mapping-memory.ts';

export {
  MIN_STAND_IN_TRACES,
  STAND_IN_IDS,
  type StandInId,
  TABLE_4,
} from '../simulator/stand-in-catalog.ts';
export { type Dataset, type DatasetEntry, FILE_ROLES, type FileRole };

export type DatasetPhase =
  | { readonly phase: 'restoring' }
  | { readonly phase: 'empty' }
  | { readonly phase: 'opening'; readonly name: string }
  | { readonly phase: 'importing'; readonly what: string; readonly progress: ImportProgress | null }
  /** A person has to say what the columns of a table are. */
  | {
      readonly phase: 'asking';
      readonly table: UnmappedTable;
      readonly files: readonly File[];
    }
  | { readonly phase: 'failed'; readonly failure: JobFailure }
  | { readonly phase: 'ready' };

export interface DatasetState {
  readonly status: DatasetPhase;
  /** Stays while another comes in or after that failed, so that nothing is lost to a bad file. */
  readonly dataset: Dataset | null;
  /** The last saved first. */
  readonly stored: readonly DatasetEntry[];
  /** `share` 0 to 1. */
  readonly saving: { readonly id: string; readonly share: number } | null;
  /** What storage said last, if it was not good news. */
  readonly storageFailure: Failure | null;

  importFiles(files: readonly File[]): Promise<void>;
  /** Goes on with the import that asked, and remembers the answer for tables like this one. */
  mapColumns(mapping: ColumnMapping): Promise<void>;
  /** Headers that the next import will not ask about. */
  readonly mappedHeaders: number;
  /** Asks about every table again. */
  forgetMappings(): void;
  /** Of the next import: the rules of the authors' loader. */
  readonly authorsRules: boolean;
  setAuthorsRules(on: boolean): void;
  loadDemo(): Promise<void>;
  /** Makes a stand-in of one of the paper's datasets. */
  loadStandIn(choice: StandInChoice): Promise<void>;
  cancelImport(): void;
  /** Puts a dataset that the worker has in the place of the one before. */
  adopt(dataset: Dataset): Promise<void>;
  setRole(file: number, role: FileRole): void;
  dismissFailure(): void;
  /** Lists what is stored, and opens this dataset, or else the one that was open last. */
  restore(wanted?: string | null): Promise<void>;
  /** Puts a stored dataset in the place of the one at hand, on the page and in the worker. */
  open(id: string): Promise<void>;
  rename(id: string, name: string): Promise<void>;
  /** For good, with its runs and notes. The one at hand goes from the page too. */
  remove(id: string): Promise<void>;
  /** The same, but {@link DatasetState.untrash} brings it back. @returns whether it worked */
  trash(id: string): Promise<boolean>;
  /** @param open puts it in the place of the one at hand, too */
  untrash(entry: DatasetEntry, open: boolean): Promise<void>;
  /** The spans of a trace of the dataset at hand, as its files have them. */
  readSpans(trace: number): Promise<Result<TraceSpans, Failure>>;
  /** Stores the dataset at hand once more, where there was no room for it. */
  saveAgain(): Promise<void>;
}

export const DEMO_SEED = 2023;
/** The demo dataset's simulated files carry these names, which {@link guessRole} understands. */
export const DEMO_NAME = 'Demo: simulated online shop';

export interface DatasetStoreDeps {
  readonly client: WorkerClient;
  readonly storage: NotebookStorage;
  readonly mappings: MappingMemory;
  readonly now: () => number;
  readonly newId: () => string;
  /** Takes a file that is a whole notebook. @returns whether it was one */
  readonly openNotebook?: (file: File) => Promise<boolean>;
  /** A stored dataset is at hand; this is what is stored of its runs. */
  readonly onOpened: (runs: StoredRuns) => void;
}

/** A role for each file, by its name. */
export const guessRoles = ({ files }: ImportedTraces): FileRole[] =>
  files.map(({ name }) => guessRole(name));

function datasetName(files: readonly File[]): string {
  const first = files[0]?.name ?? 'dataset';
  return files.length === 1 ? first : `${first} and ${files.length - 1} more`;
}

const NOT_STORED: Failure = {
  what: 'the dataset is not stored yet',
  where: 'browser storage',
  advice: 'its spans are read back once it is',
};

const WITHOUT_SPANS: Failure = {
  what: 'the dataset was stored by an earlier version, without its spans',
  where: 'browser storage',
  advice: 'import its files again to see them',
};

/** Progress that is worth drawing the page anew for. */
const PROGRESS_STEP = 0.1;

const nextTask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

export function createDatasetStore(deps: DatasetStoreDeps): StoreApi<DatasetState> {
  const { client, storage } = deps;
  let job: RunningJob<'import'> | RunningJob<'demo'> | null = null;
  /** Counts imports and openings: the last one that was asked for wins. */
  let turn = 0;
  let saves: Promise<void> = Promise.resolve();
  /** The dataset at hand, when it could not be stored: the worker still holds its spans. */
  let unsaved: string | null = null;

  return createStore<DatasetState>((set, get) => {
    const startTurn = (status: DatasetPhase): (() => boolean) => {
      job?.cancel();
      job = null;
      turn += 1;
      const mine = turn;
      set({ status });
      return () => mine === turn;
    };

    /** The phase of a page that only has what it had before. */
    const settled = (): DatasetPhase => ({ phase: get().dataset === null ? 'empty' : 'ready' });

    const change = async (id: string, what: EntryChange): Promise<void> => {
      if (!get().stored.some((entry) => entry.id === id)) return; // saving it takes this along
      const changed = await storage.datasets.change(id, what);
      set(({ stored }) => ({
        storageFailure: changed.ok ? null : changed.error,
        stored: changed.ok
          ? stored.map((entry) => (entry.id === id ? changed.value : entry))
          : stored,
      }));
    };

    const dropSpans = (datasetId: string): void => {
      void client.start('dropSpans', { datasetId });
    };

    /** Puts another dataset, or none, in the place of the one at hand. */
    const replace = (dataset: Dataset | null, rest: Partial<DatasetState>): void => {
      if (unsaved !== null) dropSpans(unsaved);
      unsaved = null;
      set({ ...rest, dataset });
    };

    /** The spans that the worker has of it, a chunk at a time. */
    async function* spansOf(datasetId: string): AsyncGenerator<SpanChunk> {
      for (let first = 0; ; ) {
        const taken = await client.start('takeSpans', { datasetId, first }).result;
        if (!taken.ok) throw new Error(taken.error.what);
        if (taken.value === null) return;
        yield taken.value;
        first += taken.value.parent.length;
      }
    }

    const saveNow = async (dataset: Dataset): Promise<void> => {
      const { id } = dataset;
      set({ saving: { id, share: 0 } });
      const saved = await storage.datasets.save(dataset, {
        savedAt: deps.now(),
        spans: spansOf(id),
        onProgress: (share) => {
          if (share - (get().saving?.share ?? 0) >= PROGRESS_STEP) set({ saving: { id, share } });
        },
      });
      // what was renamed or given another role meanwhile is not stored before that is, too
      const now = get().dataset;
      const changed =
        saved.ok && now?.id === id && (now.name !== dataset.name || now.roles !== dataset.roles)
          ? await storage.datasets.change(id, { name: now.name, roles: now.roles })
          : saved;
      set(({ stored }) => ({
        saving: null,
        storageFailure: changed.ok ? null : changed.error,
        stored: saved.ok ? [changed.ok ? changed.value : saved.value, ...stored] : stored,
      }));
      if (!saved.ok && get().dataset?.id === id) {
        unsaved = id;
        return;
      }
      dropSpans(id);
      if (!saved.ok) return;
      // Asked for once something worth keeping is there; a refusal is shown, not an error.
      void storage.persist();
      const last = get().dataset;
      if (last !== now && last?.id === id) await change(id, { name: last.name, roles: last.roles });
    };

    const save = (dataset: Dataset): Promise<void> => {
      saves = saves.then(() => saveNow(dataset));
      return saves;
    };

    const run = async (
      what: string,
      files: readonly File[],
      start: (datasetId: string) => RunningJob<'import'> | RunningJob<'demo'>,
    ): Promise<void> => {
      const isMine = startTurn({ phase: 'importing', what, progress: null });
      const id = deps.newId();
      job = start(id);
      const result = await job.result;
      if (!isMine()) {
        dropSpans(id);
        return;
      }
      job = null;
      if (result.ok) {
        await take({
          id,
          name: what,
          imported: result.value,
          roles: guessRoles(result.value),
        });
      } else if (result.error.kind === 'unmapped') {
        set({ status: { phase: 'asking', table: result.error.table, files } });
      } else if (result.error.kind === 'labels-only' && get().dataset !== null) {
        await label(files);
      } else fail(result.error);
    };

    const take = async (dataset: Dataset): Promise<void> => {
      replace(dataset, { status: { phase: 'ready' } });
      await save(dataset);
    };

    /** The worker's own copy, made a column at a time so that the page answers meanwhile. */
    const copyForWorker = async (traces: TraceSet): Promise<TraceSet> => {
      const steps = copyInSteps(traces);
      for (;;) {
        const step = steps.next();
        if (step.done) return step.value;
        await nextTask();
      }
    };

    /** A prepared dataset with what it was made from, where that is still stored. */
    const withSource = async (dataset: Dataset, entry: DatasetEntry): Promise<Dataset> => {
      const { preparation } = dataset;
      const found = get().stored.find(({ id }) => id === entry.preparation?.sourceId);
      if (preparation === undefined || found === undefined) return dataset;
      const source = await storage.datasets.read(found);
      return source.ok
        ? { ...dataset, preparation: { ...preparation, source: source.value } }
        : dataset;
    };

    const openEntry = async (entry: DatasetEntry): Promise<void> => {
      const isMine = startTurn({ phase: 'opening', name: entry.name });
      const [read, runs] = await Promise.all([
        storage.datasets.read(entry),
        storage.runsOf(entry.id),
      ]);
      if (!isMine()) return;
      const giveUp = (storageFailure: Failure): void => set({ status: settled(), storageFailure });
      if (!read.ok) {
        giveUp(read.error);
        return;
      }
      const dataset = await withSource(read.value, entry);
      const traces = await copyForWorker(dataset.imported.traces);
      if (!isMine()) return;
      // The worker checks the invariants of the traces, on which everything relies, on its own time.
      const opened = await client.start('open', { traces }, undefined, buffersOf(traces)).result;
      if (!isMine()) return;
      if (!opened.ok) {
        const { error } = opened;
        giveUp(error.kind === 'unusable-data' ? damaged(entry.name, error.what) : error);
        return;
      }
      replace(dataset, {
        status: { phase: 'ready' },
        storageFailure: runs.failures[0] ?? null,
      });
      deps.onOpened(runs);
      await change(entry.id, { openedAt: deps.now() });
    };

    const takeAway = (id: string): void => {
      const { stored, dataset, status } = get();
      set({ stored: stored.filter((entry) => entry.id !== id), storageFailure: null });
      if (dataset?.id !== id) return;
      replace(null, status.phase === 'ready' ? { status: { phase: 'empty' } } : {});
    };

    const fail = (failure: JobFailure): void =>
      set({ status: failure.kind === 'cancelled' ? settled() : { phase: 'failed', failure } });

    /** Labels for the dataset at hand; with them its scores are others, so it is another one. */
    const label = async (files: readonly File[]): Promise<void> => {
      const result = await client.start('label', { files }).result;
      const { dataset } = get();
      if (dataset === null) return;
      if (!result.ok) {
        fail(result.error);
        return;
      }
      const { imported } = dataset;
      const traces = { ...imported.traces, label: result.value.label };
      const ledger = mergeLedgers(imported.ledger, result.value.ledger);
      await take({
        ...dataset,
        id: deps.newId(),
        name: `${dataset.name}, labelled`,
        imported: { ...imported, traces, ledger },
      });
    };

    const importWith = (files: readonly File[]): Promise<void> =>
      run(datasetName(files), files, (datasetId) =>
        client.start(
          'import',
          { files, mappings: deps.mappings.all(), authorsRules: get().authorsRules, datasetId },
          (progress) => {
            const { status } = get();
            if (status.phase === 'importing') set({ status: { ...status, progress } });
          },
        ),
      );

    return {
      status: { phase: 'restoring' },
      dataset: null,
      stored: [],
      saving: null,
      storageFailure: null,
      mappedHeaders: deps.mappings.all().length,
      authorsRules: true,

      async importFiles(files) {
        const [first] = files;
        if (first === undefined) return;
        const { openNotebook } = deps;
        if (files.length === 1 && openNotebook !== undefined && (await openNotebook(first))) return;
        await importWith(files);
      },

      mapColumns: (mapping) => {
        const { status } = get();
        if (status.phase !== 'asking') return Promise.resolve();
        deps.mappings.keep(mapping);
        set({ mappedHeaders: deps.mappings.all().length });
        return importWith(status.files);
      },

      forgetMappings() {
        deps.mappings.forget();
        set({ mappedHeaders: 0 });
      },

      setAuthorsRules: (authorsRules) => set({ authorsRules }),

      loadDemo: () =>
        run(DEMO_NAME, [], (datasetId) =>
          client.start('demo', { seed: DEMO_SEED, standIn: null, datasetId }),
        ),

      loadStandIn: (standIn) =>
        run(`Stand-in of dataset ${standIn.id}`, [], (datasetId) =>
          client.start('demo', { seed: DEMO_SEED, standIn, datasetId }),
        ),

      cancelImport: () => job?.cancel(),

      async adopt(dataset) {
        replace(dataset, { status: { phase: 'ready' } });
        if (!get().stored.some(({ id }) => id === dataset.id)) await save(dataset);
      },

      setRole(file, role) {
        const { dataset } = get();
        if (dataset === null) return;
        const roles = dataset.roles.map((old, i) => (i === file ? role : old));
        set({ dataset: { ...dataset, roles } });
        void change(dataset.id, { roles });
      },

      dismissFailure: () => set({ status: settled(), storageFailure: null }),

      async restore(wanted = null) {
        const isMine = startTurn({ phase: 'restoring' });
        const listed = await storage.datasets.list();
        if (!listed.ok) {
          set({ storageFailure: listed.error, ...(isMine() && { status: { phase: 'empty' } }) });
          return;
        }
        const { entries, failures } = listed.value;
        set({ stored: entries });
        if (!isMine()) return;
        if (entries.length === 0) set({ status: { phase: 'empty' } });
        else {
          const last = entries.reduce((a, b) => (b.openedAt > a.openedAt ? b : a));
          await openEntry(entries.find(({ id }) => id === wanted) ?? last);
        }
        if (failures[0] !== undefined) set({ storageFailure: failures[0] });
      },

      async open(id) {
        const { dataset, stored } = get();
        const entry = stored.find((candidate) => candidate.id === id);
        if (entry !== undefined && dataset?.id !== id) await openEntry(entry);
      },

      async rename(id, name) {
        const { dataset } = get();
        if (dataset?.id === id) set({ dataset: { ...dataset, name } });
        await change(id, { name });
      },

      async remove(id) {
        const removed = await storage.datasets.remove(id);
        if (removed.ok) takeAway(id);
        else set({ storageFailure: removed.error });
      },

      async trash(id) {
        const trashed = await storage.datasets.change(id, { trashed: true });
        if (trashed.ok) takeAway(id);
        else set({ storageFailure: trashed.error });
        return trashed.ok;
      },

      async untrash({ id }, open) {
        const back = await storage.datasets.change(id, { trashed: false });
        if (!back.ok) {
          set({ storageFailure: back.error });
          return;
        }
        set(({ stored }) => ({
          stored: [...stored, back.value].sort((a, b) => b.savedAt - a.savedAt),
        }));
        if (open) await get().open(id);
      },

      async readSpans(trace) {
        const { dataset, stored } = get();
        const entry = stored.find(({ id }) => id === dataset?.id);
        if (entry === undefined) return err(NOT_STORED);
        const read = await storage.datasets.readSpans(entry, trace);
        if (!read.ok) return read;
        return read.value === null ? err(WITHOUT_SPANS) : ok(read.value);
      },

      async saveAgain() {
        const { dataset, stored, saving } = get();
        if (dataset === null || saving !== null) return;
        if (stored.some(({ id }) => id === dataset.id)) return;
        unsaved = null;
        await save(dataset);
      },
    };
  });
}
