/** What the page runs on: backend, isolation, storage, heap; for the status bar and run.json. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { BackendInfo } from '../../run/outcome.ts';
import type { NotebookStorage, StorageUse } from '../../storage/notebook-storage.ts';
import type { WorkerClient } from '../../worker/client.ts';
import type { JobFailure } from '../../worker/job-failure.ts';

export interface EnvironmentState {
  /** What `auto` takes here; null until the worker has answered. */
  readonly backend: BackendInfo | null;
  readonly backendFailure: JobFailure | null;
  readonly isolated: boolean;
  readonly storage: StorageUse | null;
  readonly heapBytes: number | null;
  /** Requests to any other origin, which the policy forbids; counted to show that there are none. */
  readonly foreignRequests: number;

  probe(): Promise<void>;
  refresh(): Promise<void>;
  /** Asks the browser to keep what is stored, whatever the disk's state. */
  persist(): Promise<void>;
  noteBackend(info: BackendInfo): void;
}

export interface EnvironmentDeps {
  readonly client: WorkerClient;
  readonly storage: NotebookStorage;
  readonly isolated: boolean;
  readonly heapBytes: () => number | null;
  readonly foreignRequests: () => number;
}

export function createEnvironmentStore(deps: EnvironmentDeps): StoreApi<EnvironmentState> {
  return createStore<EnvironmentState>((set, get) => ({
    backend: null,
    backendFailure: null,
    isolated: deps.isolated,
    storage: null,
    heapBytes: null,
    foreignRequests: 0,

    async probe() {
      const result = await deps.client.start('probe', { preference: 'auto' }).result;
      set(result.ok ? { backend: result.value } : { backendFailure: result.error });
    },

    async refresh() {
      set({
        storage: await deps.storage.use(),
        heapBytes: deps.heapBytes(),
        foreignRequests: deps.foreignRequests(),
      });
    },

    async persist() {
      await deps.storage.persist();
      await get().refresh();
    },

    noteBackend: (backend) => set({ backend }),
  }));
}
