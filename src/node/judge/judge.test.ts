import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import type { TypedRun } from '../../headless/handle.ts';
import { KINDS } from '../../prepare/kinds/list.ts';
import type { BackendInfo } from '../../run/outcome.ts';
import {
  createJudgeHand,
  isJudged,
  type JudgeHand,
  type JudgePlan,
  type JudgeTask,
  planJudge,
  reportOfFiles,
  startWasm,
} from './judge.ts';

const HEADER =
  'traceIdHigh,traceIdLow,parentSpanId,spanId,startTime,duration,nanosecond,DBhash,status,operationName,serviceName';
const root = mkdtempSync(join(tmpdir(), 'tracevae-judge-'));

/** Seconds after noon, UTC. */
const timeOf = (second: number): string =>
  new Date(Date.UTC(2026, 0, 1, 12, 0, second)).toISOString().slice(0, 19).replace('T', ' ');

/** Searches and checkouts in turn, one per second. @param slow milliseconds that the search waits */
const traces = (first: number, count: number, slow = 0): string[] =>
  Array.from({ length: count }, (_, i) => {
    const row = (parent: number, span: number, ms: number, of: string) =>
      `1,${first + i},${parent},${span},${timeOf(first + i)},${ms},0,0,0,${of}`;
    return [
      row(0, 1, 20 + (i % 7) + slow, 'get,web'),
      row(1, 2, 5 + (i % 3) + slow, 'query,search'),
      ...(i % 2 === 0 ? [] : [row(1, 3, 9 + (i % 5), 'charge,payment')]),
    ];
  }).flat();

/** Eight normal test traces from second 100 on, then four of each of two faults of the search. */
function makeSet(name: string): string {
  const path = join(root, name);
  mkdirSync(path, { recursive: true });
  const put = (file: string, lines: readonly string[]): void => {
    const text = `${lines.join('\n')}\n`;
    writeFileSync(join(path, file), file.endsWith('.gz') ? gzipSync(text) : text);
  };
  put('train.csv.gz', [HEADER, ...traces(0, 60)]);
  put('val.csv', [HEADER, ...traces(60, 20)]);
  put('test.csv', [HEADER, ...traces(100, 8), ...traces(200, 4, 90), ...traces(300, 4, 150)]);
  put('test-hard.csv', [HEADER, ...traces(400, 8), ...traces(500, 2, 30)]);
  put('labels.csv', [
    'traceId,label,fault',
    ...Array.from({ length: 8 }, (_, i) => `1:${100 + i},normal,`),
    ...Array.from({ length: 4 }, (_, i) => `1:${200 + i},time,1`),
    ...Array.from({ length: 4 }, (_, i) => `1:${300 + i},time,2`),
    ...Array.from({ length: 8 }, (_, i) => `1:${400 + i},normal,`),
    ...Array.from({ length: 2 }, (_, i) => `1:${500 + i},time,`),
  ]);
  put('faults.csv', [
    'fault,start,end,service,type,traces',
    '1,2026-01-01T12:03:10+00:00,2026-01-01T12:03:30+00:00,search,delay,4',
    `2,${Date.UTC(2026, 0, 1, 12, 4, 58) / 1e3},${Date.UTC(2026, 0, 1, 12, 6, 0) / 1e3},search,delay,4`,
  ]);
  return path;
}

const question = (sets: readonly string[], run: Partial<TypedRun> = {}) => ({
  sets,
  choices: {
    rules: 'authors',
    maxNodes: null,
    attributes: null,
    run: {
      preset: 'tiny',
      backend: 'wasm',
      detectors: ['crisp', 'fsa'],
      epochs: 1,
      limitTrain: null,
      seeds: [1],
      ...run,
    },
  },
  changes: {},
  on: { kind: 'test' } as const,
});
function planned(...of: Parameters<typeof question>): JudgePlan {
  const plan = planJudge(question(...of));
  if (!plan.ok) throw new Error(plan.error.what);
  return plan.value;
}

const NO_WEIGHTS = join(root, 'none.weights');
async function doneBy(hand: JudgeHand, task: JudgeTask, weightsPath = NO_WEIGHTS) {
  const done = await hand.judge(task, weightsPath, () => {});
  if (!done.ok) throw new Error(done.error.what);
  return done.value;
}

let backend: BackendInfo;
beforeAll(async () => {
  backend = await startWasm();
});

test('a set with faults becomes rows, and its harder test file a set of its own', async () => {
  const { tasks, absent } = planned([makeSet('shop'), join(root, 'nowhere')]);
  expect(absent).toEqual([join(root, 'nowhere')]);
  expect(tasks.map(({ file }) => file)).toEqual(['shop/fsa-1.json', 'shop/crisp-1.json']);
  const hand = createJudgeHand(backend);
  const results = mkdtempSync(join(root, 'results-'));
  const runs = tasks.map((task) => ({ ...task, path: join(results, task.file) }));
  mkdirSync(join(results, 'shop'));
  for (const run of runs) {
    expect(isJudged(run, run.path)).toBe(false);
    writeFileSync(run.path, (await doneBy(hand, run)).text);
    expect(isJudged(run, run.path)).toBe(true);
  }

  const options = { baseline: null, resamples: { count: 20, seed: 1 } };
  const { rows, resamples } = reportOfFiles(runs, options);
  expect(rows.map(({ set, detector }) => `${set} ${detector}`)).toEqual([
    'shop fsa',
    'shop crisp',
    'shop-hard fsa',
    'shop-hard crisp',
  ]);
  expect(rows[0]).toMatchObject({ traces: { normal: 8, anomalies: 8 }, seed: 1, variant: 'plain' });
  expect(rows[2]).toMatchObject({ traces: { normal: 8, anomalies: 2 } });
  expect(resamples.units).toEqual({ shop: 'faults', 'shop-hard': 'traces' });
  // 3 min 20 s after noon, and 3 min 10 s; 5 min and 4 min 58 s
  expect(rows[0]!.faults).toMatchObject([
    { fault: '1', type: 'delay', service: 'search', traces: 4, flagged: 4, delaySeconds: 10 },
    { fault: '2', traces: 4, flagged: 4, delaySeconds: 2 },
  ]);
  // FSA says how far each node's latency is from what it knows
  expect(rows[0]!.faults.map(({ serviceRank }) => serviceRank)).toEqual([1, 1]);
  expect(rows[2]!.faults).toEqual([]);
});

test('on validation, test traces are not read, and each kind of anomaly is a set', async () => {
  const path = makeSet('tuned');
  writeFileSync(join(path, 'test.csv'), 'no traces');
  const plan = planJudge({
    ...question([path], { detectors: ['fsa'] }),
    on: { kind: 'validation', seed: 1 },
  });
  const [task] = plan.ok ? plan.value.tasks : [];
  const { text } = await doneBy(createJudgeHand(backend), task!);
  const file = join(root, 'tuned-fsa.json');
  writeFileSync(file, text);
  const options = { baseline: null, resamples: { count: 20, seed: 1 } };
  const { rows } = reportOfFiles([{ path: file, key: task!.key }], options);
  expect(rows.map(({ set }) => set)).toEqual(KINDS.map(({ id }) => `tuned:${id}`));
  for (const { traces: counts } of rows) expect(counts.normal).toBe(10);
  expect(rows[0]!.traces.anomalies).toBe(5);
  const delays = rows.find(({ set }) => set === 'tuned:service-delay')!.faults;
  expect(delays[0]).toMatchObject({ fault: '1', type: 'service-delay' });
});

test('a result of other settings, of other data, or cut off, is not taken', async () => {
  const path = makeSet('kept');
  const [task] = planned([path], { detectors: ['fsa'] }).tasks;
  const { text } = await doneBy(createJudgeHand(backend), task!);
  const file = join(root, 'kept-fsa.json');
  writeFileSync(file, text);
  const taken = (run: Partial<TypedRun>) =>
    isJudged(planned([path], { detectors: ['fsa'], ...run }).tasks[0]!, file);
  expect(taken({})).toBe(true);
  expect(taken({ epochs: 2 })).toBe(false);
  expect(taken({ seeds: [2] })).toBe(false);
  expect(taken({ preset: 'small' })).toBe(false);
  writeFileSync(join(path, 'val.csv'), `${[HEADER, ...traces(60, 21)].join('\n')}\n`);
  expect(taken({})).toBe(false);
  makeSet('kept');
  expect(taken({})).toBe(true);
  writeFileSync(file, text.slice(0, -9));
  expect(taken({})).toBe(false);
});

test('weights of the same training are scored again, and give the same', async () => {
  const path = makeSet('again');
  const run = { detectors: ['tracevae'], epochs: 1 };
  const [task] = planned([path], run).tasks;
  const hand = createJudgeHand(backend);
  const first = await doneBy(hand, task!);
  const weightsPath = join(root, 'again.weights');
  writeFileSync(weightsPath, first.weights!);
  const again = await doneBy(hand, task!, weightsPath);
  expect(again.weights).toBeNull();
  const scoresOf = (text: string) =>
    JSON.parse(text).sets.map(({ entries }: { entries: unknown }) => entries);
  expect(scoresOf(again.text)).toEqual(scoresOf(first.text));

  // other settings of scoring need no training, others do
  const changed = (changes: Record<string, unknown>) => {
    const plan = planJudge({ ...question([path], run), changes });
    if (!plan.ok) throw new Error(plan.error.what);
    return plan.value.tasks[0]!;
  };
  expect((await doneBy(hand, changed({ samples: 3 }), weightsPath)).weights).toBeNull();
  expect((await doneBy(hand, changed({ epochs: 2 }), weightsPath)).weights).not.toBeNull();
  writeFileSync(weightsPath, first.weights!.subarray(0, -4));
  expect((await doneBy(hand, task!, weightsPath)).weights).not.toBeNull();
});

test('what cannot be a set is a failure that says so', () => {
  const failure = (...of: Parameters<typeof question>) => {
    const plan = planJudge(question(...of));
    return plan.ok ? null : plan.error;
  };
  const twice = makeSet('twice');
  writeFileSync(join(twice, 'train.csv'), HEADER);
  expect(failure([twice])).toMatchObject({ what: 'both train.csv and train.csv.gz', where: twice });
  const empty = mkdtempSync(join(root, 'empty-'));
  expect(failure([empty])).toMatchObject({ what: 'no train file', where: empty });
  expect(failure(['standin:Z'])).toMatchObject({ where: '--sets' });
  expect(failure(['demo', 'demo'])).toMatchObject({ what: 'two sets called demo' });
  expect(failure(['demo'], { detectors: ['oracle'] })).toMatchObject({ where: 'detectors' });
});

test('the demo and stand-ins are sets', () => {
  const { tasks } = planned(['demo', 'standin:C:300'], { detectors: ['fsa'] });
  expect(tasks.map(({ source }) => source)).toEqual([
    { kind: 'demo', name: 'demo' },
    { kind: 'stand-in', name: 'standin-C-300', id: 'C', traces: 300 },
  ]);
});
