/** A kept model that was opened: what is dropped next can be scored with it. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Failure } from '../../base/result.ts';
import type { KeptModel } from '../../model/kept-model.ts';
import type { DatasetState } from '../dataset/dataset-store.ts';
import type { GivenFiles } from '../dataset/given-files.ts';

/** What becomes of files that come while a model is open. */
export type ModelAnswer = 'score' | 'dataset';

export interface ModelState {
  readonly model: KeptModel | null;
  readonly failure: Failure | null;
  /** Files that a person is asked about. */
  readonly waiting: GivenFiles | null;
  open(file: File): Promise<void>;
  /** @returns whether a person is asked: a model is open */
  ask(files: GivenFiles): boolean;
  /** @param answer null: nothing of the files */
  answer(answer: ModelAnswer | null): Promise<void>;
  close(): void;
  dismissFailure(): void;
}

export function createModelStore(dataset: StoreApi<DatasetState>): StoreApi<ModelState> {
  return createStore<ModelState>((set, get) => ({
    model: null,
    failure: null,
    waiting: null,

    async open(file) {
      const bytes = new Uint8Array(await file.arrayBuffer());
      // what few ask for is not loaded with the page
      const { readModel } = await import('../../model/model-file.ts');
      const read = readModel(bytes, file.name);
      set(read.ok ? { model: read.value, failure: null } : { failure: read.error });
    },

    ask(waiting) {
      if (get().model === null) return false;
      set({ waiting });
      return true;
    },

    async answer(answer) {
      const { waiting, model } = get();
      set({ waiting: null });
      if (waiting === null || answer === null) return;
      await dataset.getState().importFiles(waiting, answer === 'score' ? model : null);
    },

    close: () => set({ model: null, waiting: null }),
    dismissFailure: () => set({ failure: null }),
  }));
}
