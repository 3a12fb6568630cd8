/**
 * Datasets on their way to storage, one at a time: traces from the page, spans from the worker,
 * which holds them until they are stored.
 */
import type { EntryChange } from '../../storage/dataset-shelf.ts';
import type { Dataset } from '../../storage/records.ts';
import type { SpanChunk } from '../../trace/span-chunks.ts';
import type { DatasetParts, DatasetState } from './dataset-state.ts';

export interface DatasetSaving {
  /** @param spansOf a stored dataset whose spans come behind those that the worker holds */
  save(dataset: Dataset, spansOf?: string): Promise<void>;
  /** Stores the dataset at hand once more, where there was no room for it. */
  saveAgain(): Promise<void>;
  /** Changes what is stored of a dataset; nothing where it is not stored yet. */
  change(id: string, what: EntryChange): Promise<void>;
  /** Lets the worker forget the spans of a dataset. */
  dropSpans(datasetId: string): void;
  /** Puts another dataset, or none, in the place of the one at hand. */
  replace(dataset: Dataset | null, rest: Partial<DatasetState>): void;
}

/** Progress that is worth drawing the page anew for. */
const PROGRESS_STEP = 0.1;

export function createDatasetSaving({ deps, set, get }: DatasetParts): DatasetSaving {
  const { client, storage } = deps;
  let saves: Promise<void> = Promise.resolve();
  /** The dataset at hand, when it could not be stored: the worker still holds its spans. */
  let unsaved: string | null = null;

  const change = async (id: string, what: EntryChange): Promise<void> => {
    if (!get().stored.some((entry) => entry.id === id)) return; // saving it takes this along
    const changed = await storage.datasets.change(id, what);
    // A success says nothing of what failed before, which stays until it is put away.
    if (!changed.ok) set({ storageFailure: changed.error });
    else {
      const { value } = changed;
      set(({ stored }) => ({ stored: stored.map((entry) => (entry.id === id ? value : entry)) }));
    }
  };

  const dropSpans = (datasetId: string): void => {
    void client.start('dropSpans', { datasetId });
  };

  const replace = (dataset: Dataset | null, rest: Partial<DatasetState>): void => {
    if (unsaved !== null) dropSpans(unsaved);
    unsaved = null;
    set({ ...rest, dataset });
  };

  /** The spans that the worker has of it, a chunk at a time. */
  async function* heldSpans(datasetId: string): AsyncGenerator<SpanChunk> {
    for (let first = 0; ; ) {
      const taken = await client.start('takeSpans', { datasetId, first }).result;
      if (!taken.ok) throw new Error(taken.error.what);
      if (taken.value === null) return;
      yield taken.value;
      first += taken.value.parent.length;
    }
  }

  /** Those of the worker, and behind them those that are stored of another dataset. */
  async function* allSpans(id: string, spansOf: string | undefined): AsyncGenerator<SpanChunk> {
    const before = get().stored.find((entry) => entry.id === spansOf);
    // without some of them the traces of the others could not be told
    if (spansOf !== undefined && (before?.spans ?? 0) === 0) return;
    let held = 0;
    for await (const chunk of heldSpans(id)) {
      held = chunk.first + chunk.parent.length;
      yield chunk;
    }
    if (before === undefined) return;
    for await (const chunk of storage.datasets.spans(before.id)) {
      yield { ...chunk, first: held + chunk.first };
    }
  }

  const saveNow = async (dataset: Dataset, spansOf?: string): Promise<void> => {
    const { id } = dataset;
    set({ saving: { id, share: 0 } });
    const saved = await storage.datasets.save(dataset, {
      savedAt: deps.now(),
      spans: allSpans(id, spansOf),
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

  const save = (dataset: Dataset, spansOf?: string): Promise<void> => {
    saves = saves.then(() => saveNow(dataset, spansOf));
    return saves;
  };

  return {
    save,
    async saveAgain() {
      const { dataset, stored, saving } = get();
      if (dataset === null || saving !== null) return;
      if (stored.some(({ id }) => id === dataset.id)) return;
      unsaved = null;
      await save(dataset);
    },
    change,
    dropSpans,
    replace,
  };
}
