/** A storage that tells the other tabs what it has changed. */
import type { Result } from '../../base/result.ts';
import type { NotebookStorage } from '../../storage/notebook-storage.ts';
import type { TabNews, Tabs } from './tabs.ts';

export function createTellingStorage(storage: NotebookStorage, tabs: Tabs): NotebookStorage {
  const { datasets, runs, notes, models, records } = storage;
  const told = async <T, E>(
    change: Promise<Result<T, E>>,
    news: TabNews,
  ): Promise<Result<T, E>> => {
    const changed = await change;
    if (changed.ok) tabs.tell(news);
    return changed;
  };
  const ofAll: TabNews = { kind: 'datasets' };
  const ofModels: TabNews = { kind: 'models' };
  const ofRuns = (datasetId: string): TabNews => ({ kind: 'runs', datasetId });
  return {
    ...storage,
    datasets: {
      ...datasets,
      save: (dataset, options) => told(datasets.save(dataset, options), ofAll),
      change: (id, change) => told(datasets.change(id, change), ofAll),
      remove: (id) => told(datasets.remove(id), ofAll),
    },
    runs: {
      ...runs,
      change: (datasetId, id, change) =>
        told(runs.change(datasetId, id, change), ofRuns(datasetId)),
      remove: (datasetId, id) => told(runs.remove(datasetId, id), ofRuns(datasetId)),
    },
    notes: {
      ...notes,
      save: (datasetId, saved) => told(notes.save(datasetId, saved), { kind: 'notes', datasetId }),
    },
    models: {
      ...models,
      save: (entry, file) => told(models.save(entry, file), ofModels),
      change: (id, change) => told(models.change(id, change), ofModels),
      remove: (id) => told(models.remove(id), ofModels),
    },
    records: {
      ...records,
      write: (datasetId, written) => told(records.write(datasetId, written), ofAll),
    },
    saveRun: (record) => told(storage.saveRun(record), ofRuns(record.datasetId)),
    discardCheckpoint: (datasetId) => told(storage.discardCheckpoint(datasetId), ofRuns(datasetId)),
  };
}
