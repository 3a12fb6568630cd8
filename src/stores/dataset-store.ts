/**
 * The dataset: how it comes in (files, demo, storage), what each file is for, what was set aside.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Failure } from '../base/result.ts';
import { FILE_ROLES, type FileRole, guessRole } from '../features/splits.ts';
import type { ImportedTraces, ImportProgress } from '../ingest/import.ts';
import type { StandInChoice } from '../simulator/stand-in-catalog.ts';
import type { NotebookStorage } from '../storage/notebook-storage.ts';
import { DATASET_FORMAT, type DatasetRecord, type Preparation } from '../storage/records.ts';
import { validateTraceSet } from '../trace/validate.ts';
import type { RunningJob, WorkerClient } from '../worker/client.ts';
import type { JobFailure } from '../worker/protocol.ts';

export {
  MIN_STAND_IN_TRACES,
  STAND_IN_IDS,
  type StandInId,
  TABLE_4,
} from '../simulator/stand-in-catalog.ts';
export { FILE_ROLES, type FileRole };

export interface Dataset {
  readonly id: string;
  readonly name: string;
  readonly imported: ImportedTraces;
  /** [files] */
  readonly roles: readonly FileRole[];
  readonly preparation?: Preparation;
}

export type DatasetPhase =
  | { readonly phase: 'restoring' }
  | { readonly phase: 'empty' }
  | { readonly phase: 'importing'; readonly what: string; readonly progress: ImportProgress | null }
  | { readonly phase: 'failed'; readonly failure: JobFailure }
  | { readonly phase: 'ready' };

export interface DatasetState {
  readonly status: DatasetPhase;
  /** Stays while another import runs or after one failed, so that nothing is lost to a bad file. */
  readonly dataset: Dataset | null;
  /** What storage said last, if it was not good news. */
  readonly storageFailure: Failure | null;

  importFiles(files: readonly File[]): Promise<void>;
  loadDemo(): Promise<void>;
  /** Makes a stand-in of one of the paper's datasets. */
  loadStandIn(choice: StandInChoice): Promise<void>;
  cancelImport(): void;
  /** Puts a dataset that the worker has in the place of the one before. */
  adopt(dataset: Dataset): Promise<void>;
  setRole(file: number, role: FileRole): void;
  dismissFailure(): void;
  /** Puts a dataset from storage back, on the page and in the worker. */
  restore(record: DatasetRecord | null, failures: readonly Failure[]): Promise<void>;
  deleteStored(): Promise<void>;
}

export const DEMO_SEED = 2023;
/** The demo dataset's simulated files carry these names, which {@link guessRole} understands. */
export const DEMO_NAME = 'Demo: simulated online shop';

export interface DatasetStoreDeps {
  readonly client: WorkerClient;
  readonly storage: NotebookStorage;
  readonly now: () => number;
  readonly newId: () => string;
}

/** A role for each file, by its name. */
export const guessRoles = ({ files }: ImportedTraces): FileRole[] =>
  files.map(({ name }) => guessRole(name));

function datasetName(files: readonly File[]): string {
  const first = files[0]?.name ?? 'dataset';
  return files.length === 1 ? first : `${first} and ${files.length - 1} more`;
}

export function createDatasetStore(deps: DatasetStoreDeps): StoreApi<DatasetState> {
  const { client, storage } = deps;
  let job: RunningJob<'import'> | RunningJob<'demo'> | null = null;

  return createStore<DatasetState>((set, get) => {
    const save = async (dataset: Dataset, keepRun: boolean): Promise<void> => {
      const record: DatasetRecord = {
        formatVersion: DATASET_FORMAT,
        savedAt: deps.now(),
        ...dataset,
      };
      const saved = await storage.saveDataset(record, keepRun);
      set({ storageFailure: saved.ok ? null : saved.error });
    };

    const run = async (
      what: string,
      start: () => RunningJob<'import'> | RunningJob<'demo'>,
    ): Promise<void> => {
      job?.cancel();
      set({ status: { phase: 'importing', what, progress: null } });
      const mine = start();
      job = mine;
      const result = await mine.result;
      if (job !== mine) return; // another import took over
      job = null;
      if (!result.ok) {
        const cancelled = result.error.kind === 'cancelled';
        const back = { phase: get().dataset === null ? 'empty' : 'ready' } as const;
        set({ status: cancelled ? back : { phase: 'failed', failure: result.error } });
        return;
      }
      const dataset: Dataset = {
        id: deps.newId(),
        name: what,
        imported: result.value,
        roles: guessRoles(result.value),
      };
      set({ status: { phase: 'ready' }, dataset });
      await save(dataset, false);
    };

    return {
      status: { phase: 'restoring' },
      dataset: null,
      storageFailure: null,

      importFiles: (files) =>
        files.length === 0
          ? Promise.resolve()
          : run(datasetName(files), () =>
              client.start('import', { files }, (progress) => {
                const { status } = get();
                if (status.phase === 'importing') set({ status: { ...status, progress } });
              }),
            ),

      loadDemo: () =>
        run(DEMO_NAME, () => client.start('demo', { seed: DEMO_SEED, standIn: null })),

      loadStandIn: (standIn) =>
        run(`Stand-in of dataset ${standIn.id}`, () =>
          client.start('demo', { seed: DEMO_SEED, standIn }),
        ),

      cancelImport: () => job?.cancel(),

      async adopt(dataset) {
        set({ status: { phase: 'ready' }, dataset });
        await save(dataset, false);
      },

      setRole(file, role) {
        const { dataset } = get();
        if (dataset === null) return;
        const roles = dataset.roles.map((old, i) => (i === file ? role : old));
        const next = { ...dataset, roles };
        set({ dataset: next });
        void save(next, true);
      },

      dismissFailure: () =>
        set(({ dataset }) => ({
          status: { phase: dataset === null ? 'empty' : 'ready' },
          storageFailure: null,
        })),

      async restore(record, failures) {
        if (record === null) {
          set({ status: { phase: 'empty' }, storageFailure: failures[0] ?? null });
          return;
        }
        const { id, name, imported, roles, preparation } = record;
        const source = preparation?.source.imported.traces ?? imported.traces;
        const intact = validateTraceSet(imported.traces);
        const valid = intact.ok ? validateTraceSet(source) : intact;
        if (!valid.ok) {
          const failure: Failure = {
            what: `the stored dataset is damaged: ${valid.error}`,
            where: 'browser storage',
            advice: 'import it again',
          };
          set({ status: { phase: 'empty' }, storageFailure: failure });
          return;
        }
        // before the page knows of it: what it asks next is about these traces
        const opened = client.start('open', { traces: imported.traces }).result;
        set({
          status: { phase: 'ready' },
          dataset: { id, name, imported, roles, ...(preparation ? { preparation } : {}) },
          storageFailure: failures[0] ?? null,
        });
        await opened;
      },

      async deleteStored() {
        const deleted = await storage.deleteAll();
        set({
          status: { phase: 'empty' },
          dataset: null,
          storageFailure: deleted.ok ? null : deleted.error,
        });
      },
    };
  });
}
