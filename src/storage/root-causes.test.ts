import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, expect, test, vi } from 'vitest';
import type { ImportedTraces } from '../ingest/import.ts';
import { writeTadBenchLabels } from '../scoring/labels-csv.ts';
import { importedFrom, sourceFile } from '../testing/files.ts';
import { validateTraceSet } from '../trace/validate.ts';
import { createNotebookStorage } from './notebook-storage.ts';
import type { Dataset, DatasetEntry } from './records.ts';

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory());
  vi.stubGlobal('navigator', {});
  return () => vi.unstubAllGlobals();
});

const IDS = ['t0', 't1', 't2', 't3', 't4'];
const SPANS = sourceFile(
  'traces.csv',
  `traceIdHigh,traceIdLow,parentSpanId,spanId,duration,operationName,serviceName
${IDS.flatMap((id) => [`${id},0,0,1,5,a,s`, `${id},0,1,2,4,b,s`]).join('\n')}
`,
);
const LABELS = `trace_id,anomaly,latency,structure,root_cause,anomaly_type
t0:0,0,0,0,,0
t1:0,1,1,0,ts-basic-service,1
t2:0,1,0,1,"ts-order-service/GET /orders, all",2
t3:0,1,1,0,ts-basic-service;ts-seat-service|ts-träin,1
t4:0,,,,ts-basic-service,
`;
const UNNAMED = `trace_id,anomaly,latency,structure,root_cause,anomaly_type
t0:0,0,0,0,,0
t1:0,1,1,0,,1
t2:0,1,0,1,,2
t3:0,1,1,0,,1
t4:0,,,,,
`;

async function stored(imported: ImportedTraces): Promise<DatasetEntry> {
  const dataset: Dataset = { id: 'one', name: 'one', imported, roles: ['split'] };
  async function* none() {}
  const { datasets } = createNotebookStorage();
  const entry = await datasets.save(dataset, { savedAt: 1, spans: none(), onProgress: () => {} });
  if (!entry.ok) throw new Error(entry.error.what);
  return entry.value;
}

async function read(entry: DatasetEntry): Promise<ImportedTraces['traces']> {
  const dataset = await createNotebookStorage().datasets.read(entry);
  if (!dataset.ok) throw new Error(dataset.error.what);
  return dataset.value.imported.traces;
}

test('root causes that a labels file names are stored, and written as they were', async () => {
  const imported = await importedFrom(SPANS, sourceFile('labels.csv', LABELS));
  expect(imported.ledger).toEqual([]);
  const traces = await read(await stored(imported));
  expect(traces).toEqual(imported.traces);
  expect(validateTraceSet(traces).ok).toBe(true);
  expect([...traces.rootCause!.of]).toEqual([0, 1, 2, 3, 1]);
  expect(writeTadBenchLabels(traces)).toBe(LABELS);
});

test('a dataset whose labels file names none has no column of them', async () => {
  const imported = await importedFrom(
    SPANS,
    sourceFile('labels.csv', 'traceId,label\nt1:0,time\n'),
  );
  expect(imported.traces).not.toHaveProperty('rootCause');
  const entry = await stored(imported);
  const { rootCauseOf: _, rootCauses: __, ...tables } = entry.tables;
  // as an earlier build wrote it
  expect(await read({ ...entry, tables })).toEqual(imported.traces);

  const { traces: unnamed } = await importedFrom(SPANS, sourceFile('labels.csv', UNNAMED));
  expect(unnamed).not.toHaveProperty('rootCause');
  expect(writeTadBenchLabels(unnamed)).toBe(UNNAMED);
});

test('a stored root cause that is not there is told', async () => {
  const { traces } = await importedFrom(SPANS, sourceFile('labels.csv', LABELS));
  const { names } = traces.rootCause!;
  const withCauses = (...of: readonly number[]) =>
    validateTraceSet({ ...traces, rootCause: { of: Uint16Array.from(of), names } });
  expect(withCauses(0, 1, 2, 3, 4)).toEqual({ ok: false, error: 'trace 4: no such root cause' });
  expect(withCauses(0)).toEqual({ ok: false, error: 'root causes: not one per trace' });
});
