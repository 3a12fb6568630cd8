/** The stores of datasets and runs on a fake worker and a fake storage, which nobody hears of. */

import { createAttributeMemory } from '../stores/dataset/attribute-memory.ts';
import { createDatasetStore } from '../stores/dataset/dataset-store.ts';
import { createMappingMemory } from '../stores/dataset/mapping-memory.ts';
import { createRunStore } from '../stores/run/run-store.ts';
import { createFakeClient, createFakePreferences, createFakeStorage } from './notebook-fakes.ts';

export function createFakeStores() {
  const fake = createFakeClient();
  const { storage } = createFakeStorage();
  const deps = { client: fake.client, storage, now: () => 1, newId: () => 'id' };
  const dataset = createDatasetStore({
    ...deps,
    mappings: createMappingMemory(createFakePreferences()),
    attributes: createAttributeMemory(createFakePreferences()),
    onOpened: () => {},
  });
  const runs = createRunStore({ ...deps, dataset, heapBytes: () => null });
  return { fake, dataset, runs, storage };
}
