import { expect, test } from 'vitest';
import { countSets } from '../../features/set-counts.ts';
import { scoresCsv } from '../../run/run-scores-csv.ts';
import { splitOptions } from '../../run/settings.ts';
import { writeTadBenchLabels } from '../../scoring/labels-csv.ts';
import {
  createFakeClient,
  createFakeStorage,
  importedFixture,
} from '../../testing/notebook-fakes.ts';
import { fakeDetectorRun, fakeRun, fakeScores } from '../../testing/run-fakes.ts';
import { createNotebook } from '../page/notebook.ts';
import { importReport, runReport } from '../run/run-report.ts';

const app = { name: 'notebook', version: '0', userAgent: 'test' };
const imported = importedFixture();

/** A notebook that has just imported the fixture. */
async function setUp() {
  const fake = createFakeClient();
  const { storage } = createFakeStorage();
  const notebook = createNotebook({
    client: fake.client,
    background: () => ({ client: fake.client, close: () => {} }),
    storage,
    preferences: { getItem: () => null, setItem: () => undefined },
    now: () => 1,
    newId: () => 'dataset-1',
    isolated: true,
    heapBytes: () => 7,
    foreignRequests: () => 0,
    app,
    address: { read: () => '', write: () => {}, goTo: () => {} },
  });
  const loading = notebook.dataset.getState().loadDemo();
  await fake.last('demo').finish(imported);
  await loading;
  await notebook.environment.getState().refresh();
  return { ...fake, notebook, dataset: notebook.dataset.getState().dataset! };
}

test('run.json and scores.csv are there once the run has scores', async () => {
  const { notebook, dataset, last } = await setUp();
  const { run: writeRun, scores: writeScores } = notebook.exported.getState();
  expect(await writeRun()).toBeNull();
  expect(writeScores()).toBeNull();

  const scores = fakeScores(imported.traces);
  const run = { ...fakeRun(), detectors: [{ ...fakeDetectorRun(), scores }] };
  notebook.runs.getState().restore(run, null);
  const written = writeRun();
  const counts = countSets(imported.traces, splitOptions(run.settings));
  expect(last('countSets').input).toEqual(splitOptions(run.settings));
  await last('countSets').finish(counts);
  const file = await written;
  expect(file?.name).toBe('run.json');
  expect(await file?.bytes.text()).toBe(runReport(dataset, run, app, counts));
  expect(await writeScores()?.bytes.text()).toBe(scoresCsv(imported.traces, scores, null));
  // a threshold that a person chose says which traces it flags
  const chosen = { ...run, detectors: [{ ...run.detectors[0]!, threshold: 'top:1' }] };
  notebook.runs.getState().restore(chosen, null);
  const flagged = (await writeScores()?.bytes.text())!.split('\n');
  expect(flagged[0]).toMatch(/,mismatch,flagged$/);
});

test('labels.csv has a row per trace of the dataset, with or without scores', async () => {
  const { notebook } = await setUp();
  const file = notebook.exported.getState().labels();
  expect(file?.name).toBe('labels.csv');
  expect(await file?.bytes.text()).toBe(writeTadBenchLabels(imported.traces));
});

test('import.json with merged trees is the report with one member more', async () => {
  const { notebook, dataset, last } = await setUp();
  const { maxNodes } = notebook.runs.getState().choices.model;
  const report = importReport(dataset, maxNodes, 7);
  expect(await notebook.exported.getState().importReport()?.bytes.text()).toBe(report);

  const writing = notebook.exported.getState().importReportWithTrees();
  await last('export').finish(new Blob(['[{"traceId": "1"}]']));
  const text = await (await writing)!.bytes.text();
  expect(JSON.parse(text)).toEqual({ ...JSON.parse(report), forest: [{ traceId: '1' }] });
});
