/**
 * The kept models of this browser, of whatever datasets: how one comes in, from the run on show or as
 * a file, what each is called, and how it leaves as a file again.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { nextTask } from '../../base/next-task.ts';
import { err, type Failure, type Result } from '../../base/result.ts';
import { runWithPauses } from '../../base/slices.ts';
import type { KeptModel } from '../../model/kept-model.ts';
import { MODEL_ENDING } from '../../model/opened-model.ts';
import type { RunRecord } from '../../run/record.ts';
import type { ModelOfRun } from '../../run/settings.ts';
import { MODEL_ENTRY_FORMAT, type ModelEntry } from '../../storage/model-shelf.ts';
import type { NotebookStorage } from '../../storage/notebook-storage.ts';
import type { Unreadable } from '../../storage/unreadable.ts';
import type { RunAtHand } from '../dataset/dataset-state.ts';
import { fileSafe, type WrittenFile } from '../dataset/export-store.ts';
import type { ScoredRun } from '../scores/score-view.ts';
import type { UndoState } from '../shared/undo-store.ts';
import type { AppIdentity } from './run-report.ts';

export type { ModelEntry };

export interface KeptModelsState {
  /** The last saved first. */
  readonly entries: readonly ModelEntry[];
  /** The run that is being kept. */
  readonly keeping: string | null;
  readonly failure: Failure | null;

  /** Reads the list, also as another tab has changed it. */
  relist(): Promise<void>;
  /**
   * Keeps the run on show.
   *
   * @returns the file where there is no room for it here, so that it is not lost; else null
   */
  keepRun(): Promise<WrittenFile | null>;
  /**
   * The run on show as a model, which is not kept by that; null where there is none, or its own model
   * is not here any more.
   */
  runAtHand(): Promise<RunAtHand | null>;
  /** Keeps a model that came as a file, unless it is here. @returns its id; null without room */
  keepFile(model: KeptModel, file: Uint8Array<ArrayBuffer>): Promise<string | null>;
  /** Under the name that it has now. */
  read(id: string): Promise<Result<KeptModel, Failure>>;
  /** The model that scored a run or that it started from, where it is kept here. */
  find(of: Partial<ModelOfRun>): Promise<KeptModel | null>;
  /** NAME.tracevae; null where it cannot be read. */
  file(id: string): Promise<WrittenFile | null>;
  rename(id: string, name: string): Promise<void>;
  /** Undo brings it back. */
  remove(id: string): Promise<void>;
  dismissFailure(): void;
}

export interface KeptModelsDeps {
  readonly storage: NotebookStorage;
  readonly undo: StoreApi<UndoState>;
  /** The trained run on show, with its scores. */
  readonly scored: () => ScoredRun | null;
  /** What a run is called; null where it is not stored. */
  readonly nameOf: (runId: string) => string | null;
  readonly app: AppIdentity;
  readonly now: () => number;
  readonly newId: () => string;
  readonly onListed: (records: readonly Unreadable[]) => void;
}

const GONE: Failure = {
  what: 'the model is not listed any more',
  where: 'browser storage',
  advice: 'it was deleted; keep its run once more, or open its file',
};

/** What few ask for is not loaded with the page. */
const modelFiles = () => import('../../model/model-file.ts');

type Kept = Pick<ModelOfRun, 'keptAt' | 'dataHash'>;

export const isSameModel = (a: Kept, b: Partial<Kept>): boolean =>
  a.keptAt === b.keptAt && a.dataHash === b.dataHash;

export function createKeptModelsStore(deps: KeptModelsDeps): StoreApi<KeptModelsState> {
  const { storage, undo } = deps;
  return createStore<KeptModelsState>((set, get) => {
    const find = (id: string): ModelEntry | undefined =>
      get().entries.find((entry) => entry.id === id);

    const put = (entry: ModelEntry): void =>
      set(({ entries }) => ({
        entries: [...entries.filter(({ id }) => id !== entry.id), entry].sort(
          (a, b) => b.savedAt - a.savedAt,
        ),
      }));

    const change = async (
      id: string,
      what: Parameters<NotebookStorage['models']['change']>[1],
    ): Promise<ModelEntry | null> => {
      const changed = await storage.models.change(id, what);
      set({ failure: changed.ok ? null : changed.error });
      return changed.ok ? changed.value : null;
    };

    const keep = async (
      model: KeptModel,
      file: Uint8Array<ArrayBuffer>,
      runId: string | null,
    ): Promise<Result<ModelEntry, Failure>> => {
      const entry = entryOf(model, file, { id: deps.newId(), savedAt: deps.now(), runId });
      const saved = await storage.models.save(entry, file);
      if (!saved.ok) return saved;
      put(entry);
      return { ok: true, value: entry };
    };

    const modelOf = async (
      { imported }: ScoredRun['dataset'],
      run: RunRecord,
      name: string,
    ): Promise<KeptModel> => {
      const { keepModel } = await import('../../model/kept-model.ts');
      const app = { name: deps.app.name, version: deps.app.version };
      const origin = { name, keptAt: deps.now(), app };
      return runWithPauses(keepModel(imported, run, origin), nextTask);
    };

    return {
      entries: [],
      keeping: null,
      failure: null,

      async relist() {
        const listed = await storage.models.list();
        if (!listed.ok) return;
        set({ entries: listed.value.entries });
        deps.onListed(listed.value.unreadable);
      },

      async keepRun() {
        const found = deps.scored();
        if (found === null || get().keeping !== null) return null;
        const { dataset, run } = found;
        set({ keeping: run.id, failure: null });
        const model = await modelOf(dataset, run, fileSafe(dataset.name));
        const { writeModel } = await modelFiles();
        const file = writeModel(model);
        const kept = await keep(model, file, run.id);
        set({ keeping: null });
        if (kept.ok) return null;
        set({ failure: { ...kept.error, advice: `${kept.error.advice}; its file was saved` } });
        return writtenModel(model.origin.name, file);
      },

      async runAtHand() {
        const found = deps.scored();
        if (found === null) return null;
        const { dataset, run } = found;
        const { kept } = run.settings;
        if (kept !== undefined && kept.added === undefined) {
          const model = await get().find({ name: kept.name, ...kept.of });
          return model === null ? null : { run, model };
        }
        const name = kept?.name ?? deps.nameOf(run.id) ?? 'this run';
        return { run, model: await modelOf(dataset, run, name) };
      },

      async keepFile(model, file) {
        const known = get().entries.find((entry) => isSameModel(entry, model.origin));
        if (known !== undefined) return known.id;
        const kept = await keep(model, file, null);
        if (!kept.ok) set({ failure: kept.error });
        return kept.ok ? kept.value.id : null;
      },

      async read(id) {
        const entry = find(id);
        if (entry === undefined) return err(GONE);
        const read = await storage.models.read(id);
        if (!read.ok) return read;
        const { readModel } = await modelFiles();
        const model = readModel(read.value, entry.name);
        if (!model.ok) return model;
        const origin = { ...model.value.origin, name: entry.name };
        return { ok: true, value: { ...model.value, origin } };
      },

      async find(of) {
        const entry = get().entries.find((one) => isSameModel(one, of));
        const read = entry === undefined ? null : await get().read(entry.id);
        return read?.ok ? read.value : null;
      },

      async file(id) {
        const read = await get().read(id);
        set({ failure: read.ok ? null : read.error });
        if (!read.ok) return null;
        const { writeModel } = await modelFiles();
        return writtenModel(read.value.origin.name, writeModel(read.value));
      },

      async rename(id, name) {
        const renamed = await change(id, { name });
        if (renamed !== null) put(renamed);
      },

      async remove(id) {
        const entry = find(id);
        if (entry === undefined || (await change(id, { trashed: true })) === null) return;
        set(({ entries }) => ({ entries: entries.filter((one) => one.id !== id) }));
        undo.getState().make({
          words: `The model “${entry.name}” was deleted.`,
          async undo() {
            const back = await change(id, { trashed: false });
            if (back !== null) put(back);
          },
          async settle() {
            await storage.models.remove(id);
          },
        });
      },

      dismissFailure: () => set({ failure: null }),
    };
  });
}

const entryOf = (
  { origin, settings, detectors }: KeptModel,
  file: Uint8Array,
  facts: Pick<ModelEntry, 'id' | 'savedAt' | 'runId'>,
): ModelEntry => ({
  formatVersion: MODEL_ENTRY_FORMAT,
  ...facts,
  name: origin.name,
  keptAt: origin.keptAt,
  bytes: file.byteLength,
  files: origin.files.map(({ name }) => name),
  dataHash: origin.dataHash,
  trainTraces: origin.traces.train,
  detectors: detectors.map(({ detector }) => detector),
  units: settings.model.units,
  epochs: settings.schedule.epochs,
  seed: settings.seed,
});

const writtenModel = (name: string, file: Uint8Array<ArrayBuffer>): WrittenFile => ({
  name: `${fileSafe(name)}${MODEL_ENDING}`,
  bytes: new Blob([file], { type: 'application/octet-stream' }),
});
