/** Stored datasets that are opened, on the page and in the worker, and the list of all. */
import { buffersOf } from '../../base/copy-columns.ts';
import type { Failure } from '../../base/result.ts';
import type { Dataset, DatasetEntry } from '../../storage/records.ts';
import { damaged } from '../../storage/storage-failure.ts';
import { copyForWorker } from '../shared/copy-for-worker.ts';
import type { DatasetSaving } from './dataset-saving.ts';
import { type DatasetParts, type DatasetState, settled } from './dataset-state.ts';
import type { DatasetTurns } from './dataset-turns.ts';

type DatasetOpening = Pick<DatasetState, 'restore' | 'open'>;

export function createDatasetOpening(
  { deps, set, get }: DatasetParts,
  turns: DatasetTurns,
  saving: DatasetSaving,
): DatasetOpening {
  const { client, storage } = deps;

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

  /** @returns false where something else was asked for meanwhile */
  const openEntry = async (entry: DatasetEntry): Promise<boolean> => {
    const isMine = turns.start({ phase: 'opening', name: entry.name });
    const [read, runs] = await Promise.all([
      storage.datasets.read(entry),
      storage.runsOf(entry.id),
    ]);
    if (!isMine()) return false;
    const giveUp = (storageFailure: Failure): true => {
      set({ status: settled(get()), storageFailure });
      return true;
    };
    if (!read.ok) return giveUp(read.error);
    const dataset = await withSource(read.value, entry);
    const traces = await copyForWorker(dataset.imported.traces);
    if (!isMine()) return false;
    // The worker checks the invariants of the traces, on which everything relies, on its own time.
    const opened = await client.start('open', { traces }, undefined, buffersOf(traces)).result;
    if (!isMine()) return false;
    if (!opened.ok) {
      const { error } = opened;
      return giveUp(error.kind === 'unusable-data' ? damaged(entry.name, error.what) : error);
    }
    saving.replace(dataset, {
      status: { phase: 'ready' },
      storageFailure: runs.failures[0] ?? null,
    });
    deps.onOpened(runs);
    await saving.change(entry.id, { openedAt: deps.now() });
    return isMine();
  };

  return {
    async restore(wanted = null) {
      const isMine = turns.start({ phase: 'restoring' });
      const listed = await storage.datasets.list();
      if (!listed.ok) {
        set({ storageFailure: listed.error, ...(isMine() && { status: { phase: 'empty' } }) });
        return isMine();
      }
      const { entries, unreadable } = listed.value;
      deps.onListed?.(unreadable);
      set({ stored: entries });
      if (!isMine()) return false;
      let undisturbed = true;
      if (entries.length === 0) set({ status: { phase: 'empty' } });
      else {
        const last = entries.reduce((a, b) => (b.openedAt > a.openedAt ? b : a));
        undisturbed = await openEntry(entries.find(({ id }) => id === wanted) ?? last);
      }
      return undisturbed;
    },

    async open(id) {
      const { dataset, stored } = get();
      const entry = stored.find((candidate) => candidate.id === id);
      if (entry !== undefined && dataset?.id !== id) await openEntry(entry);
    },
  };
}
