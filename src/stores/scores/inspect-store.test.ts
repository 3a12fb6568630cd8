import { beforeEach, describe, expect, test } from 'vitest';
import { combinedScores } from '../../run/chosen-scores.ts';
import { scoresCsv } from '../../run/run-scores-csv.ts';
import { correctionsOf } from '../../scoring/corrections/list.ts';
import { importedFixture } from '../../testing/notebook-fakes.ts';
import { fakePlainScores, fakeRun, fakeScores } from '../../testing/run-fakes.ts';
import { createFakeStores } from '../../testing/store-fakes.ts';
import { nodeCount, setCode } from '../../trace/trace-set.ts';
import { createInspectStore, shownDetector, termsDetector } from './inspect-store.ts';
import { metricsRows } from './score-view.ts';

const imported = importedFixture();
const { traces } = imported;

function setUp() {
  const { fake, dataset, runs } = createFakeStores();
  const listed = [...fakeScores(traces).test.trace].reverse();
  dataset.setState({ dataset: { id: 'dataset-1', name: 'one', imported, roles: [] } });
  const inspect = createInspectStore(fake.client, runs, dataset, () => ({
    length: listed.length,
    traceAt: (index) => listed[index]!,
    indexOf: (trace) => listed.indexOf(trace),
  }));
  const run = fakeRun();
  const scores = fakeScores(traces);
  runs.getState().restore({ ...run, detectors: [{ ...run.detectors[0]!, scores }] }, null);
  const combined = (job: ReturnType<typeof fake.last<'combine'>>) =>
    job.finish(combinedScores(traces, scores, 'tracevae', job.input));
  const answer = () => combined(fake.last('combine'));
  return { ...fake, runs, inspect, listed, state: inspect.getState, scores, answer, combined };
}

let notebook: ReturnType<typeof setUp>;
beforeEach(() => {
  notebook = setUp();
});

test('scores of a run are shown with all corrections at first, as they are stored', () => {
  const { state, scores, started } = notebook;
  expect(state().chosen).toMatchObject({
    corrections: correctionsOf('full', 'operation'),
    file: null,
  });
  expect(state().chosen?.of).toBe(scores);
  expect(state().chosen?.test).toBe(scores.scores.full.test);
  expect(state().chosen?.rows).toHaveLength(scores.test.trace.length);
  expect(started).toEqual([]);
});

test('a correction that is switched scores anew from the stored terms, without the model', async () => {
  const { state, answer, last, started } = notebook;
  void state().setCorrections(correctionsOf('full', 'global'));
  const { input } = last('combine');
  expect(input.of).toEqual({ runId: 'run-1', detector: 'tracevae', epoch: null });
  expect(input.corrections).toEqual(correctionsOf('full', 'global'));
  await answer();
  expect(state().chosen?.corrections.stdlimit).toEqual({ source: 'global' });
  expect(started.some(({ kind }) => kind === 'score' || kind === 'explain')).toBe(false);
});

test('a later choice overtakes an earlier one that is late', async () => {
  const { state, answer, combined, last } = notebook;
  void state().setCorrections({ ...state().corrections, bcscale: undefined });
  const first = last('combine');
  void state().setCorrections({ ...state().corrections, ncnorm: undefined });
  await answer();
  await combined(first);
  expect(state().chosen?.corrections).toEqual(correctionsOf('stdlimit', 'operation'));
});

test('an open trace is explained anew under the new corrections', async () => {
  const { state, answer, last, scores } = notebook;
  void state().inspect(scores.test.trace[0]!);
  expect(last('explain').input.corrections).toEqual(correctionsOf('full', 'operation'));
  void state().setCorrections({ ...state().corrections, bcscale: undefined });
  await answer();
  expect(last('explain').input).toMatchObject({
    trace: scores.test.trace[0],
    corrections: { bcscale: undefined, ncnorm: {} },
  });
});

test('one test file by itself: its rows alone', async () => {
  const { state, answer, scores } = notebook;
  const file = traces.file[scores.test.trace[0]!]!;
  void state().setFile(file);
  await answer();
  const { rows } = state().chosen!;
  expect(rows.length).toBeGreaterThan(0);
  for (const row of rows) expect(traces.file[scores.test.trace[row]!]).toBe(file);
});

test('moving goes through the list and stops at its ends', () => {
  const { state, listed } = notebook;
  void state().moveTrace(1);
  expect(state().trace).toBe(listed[0]);
  void state().moveTrace(2);
  expect(state().trace).toBe(listed[2]);
  void state().moveTrace(-9);
  expect(state().trace).toBe(listed[0]);
});

test('moving through nodes takes each below its caller, and another trace starts anew', () => {
  const { state, listed } = notebook;
  const trace = listed.find((t) => nodeCount(traces, t) > 2)!;
  void state().inspect(trace);
  const { structures, structureOf } = traces;
  const first = structures.nodeOffset[structureOf[trace]!]!;
  state().moveNode(1);
  expect(state().node).toBe(0);
  const seen = new Set([0]);
  for (let step = 1; step < nodeCount(traces, trace); step++) {
    state().moveNode(1);
    expect(seen).toContain(structures.parent[first + state().node!]);
    seen.add(state().node!);
  }
  expect(seen.size).toBe(nodeCount(traces, trace));
  state().moveNode(-1);
  expect(seen).toContain(state().node);
  void state().moveTrace(1);
  expect(state().node).toBeNull();
});

test('the metrics table lists every detector, the variants, and a choice that has no name', async () => {
  const { state, answer, scores } = notebook;
  const run = fakeRun();
  const trained = { ...run.detectors[0]!, scores };
  const both = { ...run, detectors: [trained, { ...trained, detector: 'tracevae-fc' as const }] };
  const rows = () =>
    metricsRows(both, 'tracevae', state().chosen!).map(
      ({ detector, variant, shown }) => `${detector} ${variant}${shown ? ' *' : ''}`,
    );
  expect(rows()).toEqual([
    'tracevae full *',
    'tracevae-fc full',
    'tracevae nll',
    'tracevae bcscale',
    'tracevae ncnorm',
    'tracevae stdlimit',
  ]);
  void state().setCorrections(correctionsOf('full', 'global'));
  await answer();
  expect(rows().at(-1)).toBe('tracevae null *');
});

test('a detector without terms is shown by its score, whatever the corrections are', () => {
  const { runs, state, started, last } = notebook;
  const plain = fakePlainScores(traces);
  const run = fakeRun();
  const baseline = { ...run.detectors[0]!, detector: 'vgae' as const, scores: plain };
  runs.getState().restore({ ...run, id: 'run-2', detectors: [baseline] }, null);
  const chosen = state().chosen!;
  expect([...chosen.test]).toEqual([...plain.test.score]);
  expect(chosen.report).toBe(plain.report);
  void state().setCorrections({ ...state().corrections, bcscale: undefined });
  expect(state().chosen!.test).toEqual(chosen.test);
  expect(started).toEqual([]);
  const [row, ...none] = metricsRows({ ...run, detectors: [baseline] }, 'vgae', state().chosen!);
  expect(row).toMatchObject({ detector: 'vgae', variant: 'plain', shown: true });
  expect(none).toEqual([]);

  // its scores.csv has one column of scores
  const [header, line] = scoresCsv(traces, plain, null).split('\n');
  expect(header).toBe('traceId,set,label,nll,bcscale,ncnorm,stdlimit,full,nodes,mismatch');
  expect(line).toMatch(/^[^,]+,val,\w+,,,,,0,\d+,$/);
  // where all traces are scored, those of validation are among them
  const all = { ...plain, test: { ...plain.test, trace: plain.val.trace } };
  const sets = new Uint8Array(traces.structureOf.length).fill(setCode('train'));
  const rows = scoresCsv(traces, all, null, [], sets).trim().split('\n').slice(1);
  expect(rows).toHaveLength(all.test.trace.length);
  expect(rows[0]).toMatch(/^[^,]+,train,/);
  void state().inspect(plain.test.trace[0]!);
  expect(last('explain').input.of.detector).toBe('vgae');
});

describe('a run with History', () => {
  const history = () => ({
    ...fakeRun().detectors[0]!,
    detector: 'history' as const,
    scores: fakePlainScores(traces),
  });
  const tracevae = () => ({ ...fakeRun().detectors[0]!, scores: fakeScores(traces) });

  test('shows it first, whatever its place; what needs terms is of TraceVAE', () => {
    const { runs, inspect } = notebook;
    const run = { ...fakeRun(), id: 'run-2', detectors: [tracevae(), history()] };
    runs.getState().restore(run, null);
    const { training } = runs.getState();
    const { detector, chosen } = inspect.getState();
    expect(shownDetector(training, detector)?.detector).toBe('history');
    expect(termsDetector(training, detector)?.detector).toBe('tracevae');
    expect(chosen?.of.kind).toBe('plain');
  });

  test('shows another one that was chosen, in later runs too', async () => {
    const { runs, state } = notebook;
    runs
      .getState()
      .restore({ ...fakeRun(), id: 'run-2', detectors: [history(), tracevae()] }, null);
    await state().setDetector('tracevae');
    expect(state().chosen?.of.kind).toBe('terms');
    runs
      .getState()
      .restore({ ...fakeRun(), id: 'run-3', detectors: [history(), tracevae()] }, null);
    expect(state().chosen?.of.kind).toBe('terms');
  });

  test('a run without it shows its first detector', () => {
    const { runs, state } = notebook;
    const vgae = { ...history(), detector: 'vgae' as const };
    runs.getState().restore({ ...fakeRun(), id: 'run-2', detectors: [tracevae(), vgae] }, null);
    expect(shownDetector(runs.getState().training, state().detector)?.detector).toBe('tracevae');
    runs.getState().restore({ ...fakeRun(), id: 'run-3', detectors: [vgae] }, null);
    expect(termsDetector(runs.getState().training, state().detector)).toBeNull();
  });
});
