/** The kept model at hand: what is dropped next, or is there already, can be scored with it. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Failure } from '../../base/result.ts';
import { isStatistic } from '../../detectors/catalog.ts';
import type { KeptModel } from '../../model/kept-model.ts';
import type { RunRecord } from '../../run/record.ts';
import type { ModelOfRun } from '../../run/settings.ts';
import { MODEL_GONE } from '../dataset/dataset-import.ts';
import type { DatasetState } from '../dataset/dataset-store.ts';
import type { GivenFiles } from '../dataset/given-files.ts';
import type { KeptModelsState } from './kept-models-store.ts';
import type { RunState } from './run-store.ts';

/** What becomes of files that come while a model is at hand. */
export type ModelAnswer = 'score' | 'dataset' | 'test';

export interface ModelState {
  readonly model: KeptModel | null;
  /** Under which it is kept; null where there is no room for it. */
  readonly id: string | null;
  readonly failure: Failure | null;
  /** Files that a person is asked about. */
  readonly waiting: GivenFiles | null;
  /** A file, which is kept. */
  open(file: File): Promise<void>;
  /** One that is kept. */
  take(id: string): Promise<void>;
  /** @returns whether a person is asked: a model is at hand, or a run that learnt something */
  ask(files: GivenFiles): boolean;
  /** @param answer null: nothing of the files */
  answer(answer: ModelAnswer | null): Promise<void>;
  /** Scores the dataset at hand, as one more dataset. */
  scoreHere(): Promise<void>;
  /**
   * Trains on, from the weights of a model, on the dataset at hand: where that has tests alone, they
   * are divided.
   *
   * @param of a kept model; absent: the one at hand
   */
  goOnTraining(of?: Partial<ModelOfRun>): Promise<void>;
  close(): void;
  dismissFailure(): void;
}

/** The run on show, where it has learnt what takes a training; null where nothing would be lost. */
export function learntRun({ training }: Pick<RunState, 'training'>): RunRecord | null {
  if (training.phase !== 'done') return null;
  const { run } = training;
  const learnt = run.detectors.some(
    ({ detector, scores }) => scores !== null && !isStatistic(detector),
  );
  return learnt ? run : null;
}

interface ModelDeps {
  readonly runs: StoreApi<RunState>;
  readonly dataset: StoreApi<DatasetState>;
  readonly models: StoreApi<KeptModelsState>;
}

export function createModelStore({ dataset, models, runs }: ModelDeps): StoreApi<ModelState> {
  const store = createStore<ModelState>((set, get) => ({
    model: null,
    id: null,
    failure: null,
    waiting: null,

    async open(file) {
      const bytes = new Uint8Array(await file.arrayBuffer());
      // what few ask for is not loaded with the page
      const { readModel } = await import('../../model/model-file.ts');
      const read = readModel(bytes, file.name);
      if (!read.ok) {
        set({ failure: read.error });
        return;
      }
      set({ model: read.value, id: null, failure: null });
      const id = await models.getState().keepFile(read.value, bytes);
      if (get().model === read.value) set({ id });
    },

    async take(id) {
      const read = await models.getState().read(id);
      set(read.ok ? { model: read.value, id, failure: null } : { failure: read.error });
    },

    ask(waiting) {
      if (get().model === null && learntRun(runs.getState()) === null) return false;
      set({ waiting });
      return true;
    },

    async answer(answer) {
      const { waiting, model } = get();
      set({ waiting: null });
      if (waiting === null || answer === null) return;
      if (answer !== 'score') {
        await dataset.getState().importFiles(waiting, { kind: answer });
        return;
      }
      const scoring = model ?? (await models.getState().runAtHand())?.model;
      if (scoring === undefined) set({ failure: MODEL_GONE });
      else {
        await dataset.getState().importFiles(waiting, { kind: 'score', model: scoring });
      }
    },

    async scoreHere() {
      const { model } = get();
      if (model !== null) await dataset.getState().scoreWith(model);
    },

    async goOnTraining(of) {
      const model = of === undefined ? get().model : await models.getState().find(of);
      if (model === null) {
        set({ failure: MODEL_GONE });
        return;
      }
      // what is trained from has to be there when training is resumed, or repeated
      if ((await models.getState().find(model.origin)) === null) return;
      const { dataset: current, setRoles } = dataset.getState();
      if (current === null) return;
      const { roles } = current;
      if (!roles.some((role) => role === 'train' || role === 'split')) {
        setRoles(roles.map((role) => (role === 'test' ? 'split' : role)));
      }
      await runs.getState().trainFrom(model);
    },

    close: () => set({ model: null, id: null, waiting: null }),
    dismissFailure: () => set({ failure: null }),
  }));

  // What is renamed or deleted in the list, here or in another tab, is so at hand.
  models.subscribe(({ entries }, before) => {
    const { model, id, close } = store.getState();
    if (model === null || id === null || entries === before.entries) return;
    const entry = entries.find((one) => one.id === id);
    if (entry === undefined && before.entries.some((one) => one.id === id)) close();
    else if (entry !== undefined && entry.name !== model.origin.name) {
      store.setState({ model: { ...model, origin: { ...model.origin, name: entry.name } } });
    }
  });
  return store;
}
