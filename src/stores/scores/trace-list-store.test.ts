import { beforeEach, expect, test } from 'vitest';
import { createStore } from 'zustand/vanilla';
import { runThrough } from '../../base/slices.ts';
import { createTraceTables } from '../../inspect/trace-tables.ts';
import { combinedScores } from '../../run/chosen-scores.ts';
import type { ScoreOutcome } from '../../run/outcome.ts';
import { correctionsOf, VARIANTS, type Variant } from '../../scoring/corrections/list.ts';
import { PAPER_RULE } from '../../scoring/threshold-rule.ts';
import { createFakeClient, importedFixture } from '../../testing/notebook-fakes.ts';
import { fakePlainScores, fakeScores } from '../../testing/run-fakes.ts';
import { stringColumn } from '../../trace/string-column.ts';
import { nodeCount } from '../../trace/trace-set.ts';
import type { ChosenScores, InspectState } from './inspect-store.ts';
import { createTraceListStore, NO_FILTER } from './trace-list-store.ts';
import { listedRows, listedTraces, rowOfTrace, traceRow } from './trace-list-view.ts';

const { traces } = importedFixture();
const scores = fakeScores(traces);

function choose(corrections = correctionsOf('full')): ChosenScores {
  const combined = combinedScores(traces, scores, 'tracevae', { corrections, file: null });
  // every other row above the threshold
  const made = Float64Array.from(combined.rows, (row) => row % 2);
  const { report } = combined;
  const atThreshold = { ...report.atThreshold, threshold: 0.5 };
  const chosen = { ...combined, test: made, report: { ...report, atThreshold } };
  return { ...chosen, of: scores, model: MODEL, corrections, rule: PAPER_RULE, file: null };
}

const MODEL = { runId: 'run-1', detector: 'tracevae', epoch: null } as const;

/** What the worker makes the table of, which knows the scores by their run. */
function tableOf({ of, rows, test, report, corrections }: ChosenScores) {
  const trace = Uint32Array.from(rows, (row) => of.test.trace[row]!);
  const { threshold } = report.atThreshold;
  const scored: ScoreOutcome = of;
  return {
    source: { trace, rows, scores: test, threshold, corrections },
    scores:
      scored.kind === 'plain'
        ? ({ kind: 'plain', test: scored.test } as const)
        : ({
            kind: 'terms',
            val: scored.val,
            test: scored.test,
            variants: Object.fromEntries(
              VARIANTS.map((variant) => [variant, scored.scores[variant].test]),
            ) as Record<Variant, Float64Array>,
          } as const),
  };
}

/** Traces of three nodes lack a call, others have nothing odd. */
const oddByNodes = async (selected: Uint32Array) =>
  Array.from(selected, (trace) =>
    nodeCount(traces, trace) === 3 ? [{ kind: 'missing', calls: ['shop/pay'] } as const] : [],
  );

function setUp() {
  const fake = createFakeClient();
  const inspect = createStore<Pick<InspectState, 'chosen' | 'filter'>>(() => ({
    chosen: null,
    filter: 'flagged',
  }));
  const store = createTraceListStore({ client: fake.client, inspect, split: () => null });
  const tables = createTraceTables();
  const counted = () => fake.last('histograms').finish(tables.histograms(traces)!);
  /** Counts the scores, and ranks them under the chosen corrections. */
  const ranked = async () => {
    await counted();
    await fake.last('ranks').finish(tables.ranks(null));
  };
  const tabulated = () => {
    const { source, scores: of } = tableOf(inspect.getState().chosen!);
    return fake.last('tabulate').finish(tables.tabulate(traces, source, of));
  };
  const arranged = async () => {
    const job = fake.last('arrange');
    const listed = await tables.arrange(traces, job.input, { against: '', oddities: oddByNodes });
    return job.finish(listed!);
  };
  /** Answers what completes the list's columns, until nothing more is asked. */
  const completed = async () => {
    for (const variant of VARIANTS) await fake.last('ranks').finish(tables.ranks(variant));
    await fake.last('usualParts').finish(runThrough(tables.usualParts()));
    await fake.last('prepareSort').finish(null);
    await fake.last('prepareSort').finish(null);
  };
  const parts = { store, state: store.getState, inspect, tables, counted };
  return { ...fake, ...parts, ranked, tabulated, arranged, completed };
}

let list: ReturnType<typeof setUp>;
beforeEach(async () => {
  list = setUp();
  list.inspect.setState({ chosen: choose() });
  await list.tabulated();
  await list.arranged();
});

test('flagged traces are listed at first, rows in words', async () => {
  expect(list.state().list!.rank).toBeNull();
  await list.ranked();
  const { list: made } = list.state();
  expect(made!.order).toHaveLength(Math.floor(scores.test.trace.length / 2));
  const row = traceRow(traces, made!, made!.order[0]!);
  expect(row).toMatchObject({ flagged: true, score: 1, rank: 1, trace: scores.test.trace[1] });
  expect(row.rootCause).toBe('');
  const of = Uint16Array.from(traces.label, (_, trace) => (trace === row.trace ? 1 : 0));
  const named = { ...traces, rootCause: { of, names: stringColumn(['shop/pay']) } };
  expect(traceRow(named, made!, made!.order[0]!).rootCause).toBe('shop/pay');
  expect(rowOfTrace(made!, row.trace)).toBe(made!.order[0]);
  expect(listedTraces(made)!.indexOf(row.trace)).toBe(0);
});

test('the worker is asked by the run’s name, and is sent no scores', async () => {
  const { last, started } = list;
  expect(started.map(({ kind }) => kind)).toEqual(['tabulate', 'arrange', 'histograms']);
  const { corrections, rule, file } = list.inspect.getState().chosen!;
  expect(last('tabulate').input).toEqual({ of: MODEL, corrections, rule, file });
});

test('when, how long, how many errors and how rare are of the row, and in the table that is saved', () => {
  const { list: made } = list.state();
  const at = made!.order[0]!;
  const { trace } = traceRow(traces, made!, at);
  const startUs = traces.startUs.slice().fill(Date.UTC(2026, 10, 30) * 1e3);
  const errorCount = new Uint16Array(traces.latencyUs.length);
  errorCount[traces.nodeOffset[trace]!] = 3;
  const told = { ...traces, startUs, errorCount };
  const row = traceRow(told, made!, at);
  expect(row).toMatchObject({ startMs: Date.UTC(2026, 10, 30), errors: 3 });
  const { val } = made!.of;
  const lower = val.filter((score) => score < row.score).length;
  expect(row.standing).toEqual({ above: lower, of: val.length });
  const [header, first] = [...listedRows(told, made!, 'nats', new Map())];
  const said = (column: string) => first![header!.indexOf(column)];
  expect(said('start')).toBe('2026-11-30T00:00:00.000Z');
  expect(said('errors')).toBe('3');
  expect(said('higher than')).toBe(String(lower));
  // a dataset that does not say has no such column, and a start beyond all calendars no words
  const unknown = { ...traces, startUs: startUs.map(() => 1e30) };
  const [fewer, second] = [...listedRows(unknown, made!, 'nats', new Map())];
  expect(fewer!.includes('errors')).toBe(traces.errorCount !== undefined);
  expect(second![fewer!.indexOf('start')]).toBe('');
});

test('ranks under other variants and top reasons come after the list, one by one', async () => {
  const { state, last, tables, ranked, completed } = list;
  const rowNow = () => traceRow(traces, state().list!, state().list!.order[0]!);
  expect(rowNow()).toMatchObject({
    rank: null,
    ranks: { full: null, stdlimit: null },
    reason: null,
  });
  const saved = [...listedRows(traces, state().list!, 'nats', new Map())];
  await ranked();
  expect(last('ranks').input).toEqual({ variant: 'full' });
  await last('ranks').finish(tables.ranks('full'));
  expect(rowNow().ranks).toMatchObject({ full: expect.any(Number), nll: null });
  await completed();
  const { ranks, reason } = rowNow();
  expect(Object.values(ranks!).every((rank) => rank !== null)).toBe(true);
  expect(reason).toMatchObject({ part: 'nodeCount', excess: 0 });
  // a table that was saved before has all of it
  expect([...listedRows(traces, state().list!, 'nats', new Map())]).toEqual(saved);
});

test('other corrections keep the ranks that are there, and ask what is usual again', async () => {
  const { inspect, state, started, ranked, counted, tabulated, arranged, completed } = list;
  const { last, tables } = list;
  await ranked();
  await completed();
  const before = started.length;
  const { ranks } = state().list!.late!;
  inspect.setState({ chosen: choose(correctionsOf('nll')) });
  const { histograms } = state().list!;
  expect(histograms).not.toBeNull();
  await tabulated();
  await arranged();
  expect(state().list!.histograms).toBe(histograms);
  await counted();
  await last('ranks').finish(tables.ranks(null));
  expect(state().list!.histograms).not.toBe(histograms);
  expect(started.slice(before).map(({ kind }) => kind)).toEqual([
    'tabulate',
    'arrange',
    'histograms',
    'ranks',
    'usualParts',
  ]);
  expect(state().list!.late!.ranks).toBe(ranks);
  expect(state().list!.late!.reasonOf).toBeNull();
});

test('a filter that is chosen while the table is made applies once it is', async () => {
  const { inspect, state, started, tabulated, arranged, last } = list;
  inspect.setState({ chosen: choose(correctionsOf('nll')), filter: 'all' });
  const asked = started.length;
  void state().narrow({ flagged: false });
  expect(started).toHaveLength(asked);
  expect(state().busy).toBe(true);
  await tabulated();
  expect(last('arrange').input.filter).toMatchObject({ label: null, flagged: false });
  await arranged();
  expect(state().list!.of.corrections).toEqual(correctionsOf('nll'));
  expect(state().busy).toBe(false);
});

test('a list kind by kind: groups one after the other, and one of them alone by its key', async () => {
  const { state, last, arranged, inspect } = list;
  inspect.setState({ filter: 'all' });
  await arranged();
  expect(state().list!.kinds).toBeNull();
  void state().group(true);
  expect(last('arrange').input).toMatchObject({ grouped: true, split: null });
  await arranged();
  const { kinds, order } = state().list!;
  expect(kinds!.length).toBeGreaterThan(1);
  const nodesAt = (index: number) => traceRow(traces, state().list!, order[index]!).nodes;
  for (const kind of kinds!) {
    for (let i = kind.start; i < kind.start + kind.traces; i++) {
      expect(nodesAt(i) === 3).toBe(kind.oddity !== null);
    }
  }
  const lacking = kinds!.find(({ oddity }) => oddity !== null)!;
  void state().narrow({ kind: lacking.key, search: 'no such trace' });
  await arranged();
  // kinds are told of what is left, so this counts them all
  expect(state().list!.inTheWay).toEqual([{ part: 'search', traces: order.length }]);
  void state().narrow({ search: '' });
  await arranged();
  expect(state().list!.order).toHaveLength(lacking.traces);
  void state().group(false);
  void state().narrow({ kind: 'error-elsewhere' });
  await arranged();
  expect(state().list!).toMatchObject({
    kinds: null,
    inTheWay: [{ part: 'kind', traces: order.length }],
  });
});

test('a later filter overtakes an earlier one that is late', async () => {
  const { state, last, arranged, inspect } = list;
  void state().narrow({ search: 'nothing of the kind' });
  const late = last('arrange');
  void state().narrow(NO_FILTER);
  inspect.setState({ filter: 'all' });
  await arranged();
  await late.finish({ rows: new Uint32Array(0), inTheWay: [], kinds: null });
  expect(state().list!.order).toHaveLength(scores.test.trace.length);
});

test('a label of the inspect store’s filter and a flag narrow together', async () => {
  const { state, last, arranged, inspect } = list;
  inspect.setState({ filter: 'time' });
  void state().narrow({ flagged: false });
  expect(last('arrange').input.filter).toMatchObject({ label: 'time', flagged: false });
  await arranged();
  const labels = Array.from(state().list!.order, (row) => traceRow(traces, state().list!, row));
  expect(labels.every(({ label, flagged }) => label === 'time' && !flagged)).toBe(true);
});

test('a detector without terms has one rank, and neither a reason nor a reconstruction', async () => {
  const { inspect, state, ranked, tabulated, arranged } = list;
  const plain = fakePlainScores(traces);
  const choice = { corrections: correctionsOf('full'), rule: PAPER_RULE, file: null };
  const combined = combinedScores(traces, plain, 'vgae', choice);
  inspect.setState({
    filter: 'all',
    chosen: { ...combined, of: plain, model: { ...MODEL, detector: 'vgae' }, ...choice },
  });
  await tabulated();
  await arranged();
  await ranked();
  // a sort that was chosen for another detector is one by this one's rank, or by its score
  for (const key of ['rank-nll', 'reason', 'mismatch'] as const) {
    void state().sortBy({ key, direction: key === 'rank-nll' ? 'ascending' : 'descending' });
    await arranged();
    const made = state().list!;
    const rows = Array.from(made.order, (row) => traceRow(traces, made, row));
    expect(rows.map(({ rank }) => rank)).toEqual(rows.map((_, i) => i + 1));
    expect(rows[0]).toMatchObject({ ranks: null, reason: null, mismatch: null });
  }
  const [header, first] = [...listedRows(traces, state().list!, '', new Map())];
  expect(header).toEqual([
    ...['trace', 'start', 'duration, ms', 'service', 'operation', 'what is odd', 'kind'],
    ...['higher than', 'of validation traces', 'score', 'flagged', 'label', 'nodes', 'structure'],
    'rank',
  ]);
  expect(first).toHaveLength(header!.length);
});

test('a detector that names its terms has a reason, sorted by the term and exported in words', async () => {
  const { inspect, state, tabulated, arranged } = list;
  const plain = fakePlainScores(traces);
  const ways = ['whole', 'place'].map((id, way) => ({
    id,
    label: id,
    unit: 'nats',
    values: Float64Array.from(plain.test.score, (score, row) => (row % 3 === way ? score : 0)),
  }));
  const of = { ...plain, test: { ...plain.test, terms: ways } };
  const choice = { corrections: correctionsOf('full'), rule: PAPER_RULE, file: null };
  const combined = combinedScores(traces, of, 'history', choice);
  const model = { ...MODEL, detector: 'history' } as const;
  inspect.setState({ filter: 'all', chosen: { ...combined, of, model, ...choice } });
  await tabulated();
  await arranged();
  void state().sortBy({ key: 'reason', direction: 'ascending' });
  await arranged();
  const says = Array.from(state().list!.order, (row) => traceRow(traces, state().list!, row).says);
  const places = says.map((words) => ['whole', 'place', ''].indexOf(words!));
  expect(places).toEqual(places.toSorted());
  expect(new Set(places)).toEqual(new Set([0, 1, 2]));
  const [header, first] = [...listedRows(traces, state().list!, 'nats', new Map())];
  const says0 = (row: readonly string[]) => row[header!.indexOf('top part of the score')];
  expect(says0(first!)).toBe('whole');
  const { trace } = traceRow(traces, state().list!, state().list!.order[0]!);
  const told = new Map([[trace, [{ kind: 'missing', calls: ['shop/pay'] }] as const]]);
  const [, odd] = [...listedRows(traces, state().list!, 'nats', told)];
  expect(odd).toEqual(expect.arrayContaining(['Missing: shop/pay.', 'missing calls']));
});

test('the traces of a kind are listed one by one, in one step', async () => {
  const { state, last, arranged } = list;
  void state().group(true);
  await arranged();
  void state().listKind('missing-0');
  expect(state()).toMatchObject({ grouped: false, filter: { kind: 'missing-0' } });
  expect(last('arrange').input).toMatchObject({ grouped: false, filter: { kind: 'missing-0' } });
});
