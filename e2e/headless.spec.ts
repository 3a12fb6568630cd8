/** The headless run: a complete file or one line of error, never half of either. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { requestSpans, TEST_CSV, TRAIN_CSV, traceVaeCsv, VAL_CSV } from './fixtures.ts';

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function headless(args: readonly string[], interruptAfter?: RegExp): Promise<Outcome> {
  const child = spawn(process.execPath, ['scripts/headless.mjs', ...args]);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
    if (interruptAfter?.test(stderr)) child.kill('SIGINT');
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
}

const folder = mkdtempSync(join(tmpdir(), 'tracevae-headless-'));
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const [a, b, c] = [file('a.csv', TRAIN_CSV()), file('b.csv', VAL_CSV()), file('c.csv', TEST_CSV())];
const sets = ['--train', a!, '--val', b!, '--test', c!];

test('train writes run.json and scores.csv, and one line an epoch', async () => {
  const [out, scores] = [join(folder, 'run.json'), join(folder, 'scores.csv')];
  const options = ['--preset', 'tiny', '--epochs', '2', '--limit-train', '100', '--seed', '4'];
  // without the detector that the page has chosen at first
  const detectors = ['--detectors', 'tracevae-fc,tracevae-singlez'];
  const ran = await headless([
    'train',
    ...sets,
    ...options,
    ...detectors,
    '--score',
    'full + 2*kl.z2',
    'larger = nll + nodes',
    '--scores',
    scores,
    '--out',
    out,
  ]);
  expect(ran).toMatchObject({ code: 0, stdout: '' });
  expect(ran.stderr.match(/^TraceVAE-SingleZ, epoch \d/gm)).toHaveLength(2);
  expect(ran.stderr.match(/^TraceVAE-FC, epoch \d/gm)).toHaveLength(2);
  const run = JSON.parse(readFileSync(out, 'utf8'));
  expect(run).toMatchObject({ formatVersion: 1, seed: 4, environment: { backend: 'wasm' } });
  // The roles come from the options, not from the names of the files.
  expect(run.dataset.traces).toEqual({ train: 100, val: 40, test: 60 });
  // five variants and two formulas of each
  expect(run.results).toHaveLength(14);
  expect(run.results[5]).toMatchObject({ detector: 'tracevae-fc', formula: 'full + 2*kl.z2' });
  expect(run.results[13]).toMatchObject({ variant: 'larger', formula: 'nll + nodes' });
  const lines = readFileSync(scores, 'utf8').trimEnd().split('\n');
  const columns = 'traceId,set,label,nll,bcscale,ncnorm,stdlimit,full,nodes,mismatch';
  expect(lines[0]).toBe(`${columns},full + 2*kl.z2,larger`);
  expect(lines).toHaveLength(1 + 40 + 60);
  const cells = lines[1]!.split(',');
  expect(Number(cells[11])).toBeCloseTo(Number(cells[3]) + Number(cells[8]), 9);
});

test('all is TraceVAE and the baselines; one that cannot be trained leaves the others', async () => {
  const out = join(folder, 'all.json');
  const options = [
    '--preset',
    'tiny',
    '--epochs',
    '1',
    '--limit-train',
    '60',
    '--detectors',
    'all',
  ];
  const ran = await headless(['train', ...sets, ...options, '--out', out]);
  expect(ran).toMatchObject({ code: 0, stdout: '' });
  const run = JSON.parse(readFileSync(out, 'utf8'));
  const statistics = [
    ...['duration', 'duration-given-structure', 'oddest-node', 'oddest-nodes'],
    ...['ridge-self-times', 'mahalanobis-self-times'],
    ...['unseen-structure', 'isolation-forest', 'isolation-forest-traces'],
  ];
  const baselines = ['fsa', 'lstm-ad', 'trace-anomaly', 'crisp', 'vgae', 'gtrace'];
  const detectors = ['history', 'tracevae', ...baselines, ...statistics];
  expect(run.detectors.map((d: { detector: string }) => d.detector)).toEqual(detectors);
  expect(run).not.toHaveProperty('failed');

  // a single structure: the searches alone
  const searches = requestSpans(4, 80).filter(({ trace }) => trace % 2 === 1);
  const single = ['--train', file('single.csv', traceVaeCsv(searches, false))];
  const rest = ['--val', b!, '--test', c!, ...options];
  const some = await headless(['train', ...single, ...rest, '--out', out]);
  expect(some.code).toBe(0);
  const left = JSON.parse(readFileSync(out, 'utf8'));
  expect(left.detectors.map((d: { detector: string }) => d.detector)).toEqual(
    detectors.filter((id) => !baselines.includes(id)),
  );
  expect(left.failed.map((d: { detector: string }) => d.detector)).toEqual(baselines);
  expect(left.failed[0].what).toMatch(/FSA needs at least 2 structures/);
});

test('a labels CSV may stand among the test files, and further seeds are repeats', async () => {
  // with ids that no other file has
  const tests = requestSpans(6, 40, 12).map((span) => ({ ...span, trace: span.trace + 500 }));
  const labels = new Map(tests.map(({ trace, label }) => [trace, label]));
  const rows = [...labels].map(([trace, label]) => `-4365100055175869479:${1000 + trace},${label}`);
  const files = [
    file('labels.csv', ['traceId,label', ...rows, ''].join('\n')),
    file('unlabelled.csv', traceVaeCsv(tests, false)),
  ];
  const out = join(folder, 'seeds.json');
  const options = ['--preset', 'tiny', '--epochs', '1', '--limit-train', '60', '--seeds', '4,9'];
  const args = ['train', '--train', a!, '--val', b!, '--test', ...files, ...options, '--out', out];
  const ran = await headless(args);
  expect(ran).toMatchObject({ code: 0, stdout: '' });
  expect(ran.stderr).toMatch(/^epoch 1 .*\nTraceVAE, seed 9, epoch 1 /m);
  const run = JSON.parse(readFileSync(out, 'utf8'));
  expect(run.dataset.files.map(({ name }: { name: string }) => name)).toEqual([
    'a.csv',
    'b.csv',
    'unlabelled.csv',
  ]);
  expect(run.dataset.traces).toEqual({ train: 60, val: 40, test: 40 });
  expect(run.dataset.labels).toEqual({ normal: 28, structure: 6, time: 6 });
  expect(run.seed).toBe(4);
  expect(run.repeats).toMatchObject([
    { seed: 9, detector: 'history', variant: 'plain' },
    { seed: 9, detector: 'tracevae', variant: 'full', total: { normal: 28, anomalies: 12 } },
  ]);
});

test('the page has a handle where it is asked for one, and nowhere else', async ({ page }) => {
  const offered = () => page.evaluate(() => typeof globalThis.tracevae);
  await page.goto('/');
  expect(await offered()).toBe('undefined');
  await page.goto('/?headless');
  expect(await offered()).toBe('object');
});

test('import writes import.json, and its counts add up', async () => {
  const out = join(folder, 'import.json');
  const ran = await headless(['import', '--data', a!, c!, '--max-nodes', '3', '--out', out]);
  expect(ran).toMatchObject({ code: 0, stdout: '' });
  const report = JSON.parse(readFileSync(out, 'utf8'));
  const lost = report.ledger.reduce((sum: number, row: { count: number }) => sum + row.count, 0);
  expect(report.traces - report.trainable).toBeGreaterThan(0);
  expect(lost).toBeGreaterThan(0);
  expect(lost).toBeLessThan(report.spans);
});

test('import --forest adds the merged trees, and --rules none keeps every span', async () => {
  const header =
    'traceIdHigh,traceIdLow,parentSpanId,spanId,duration,DBhash,operationName,serviceName';
  const rows = ['1,1,0,1,9.5,0,get,web', '1,1,1,2,5,77,select,db'];
  const data = file('database.csv', [header, ...rows, ''].join('\n'));
  const out = join(folder, 'forest.json');
  const options = ['--forest', '--rules', 'none', '--out', out];
  const ran = await headless(['import', '--data', data, ...options]);
  expect(ran).toMatchObject({ code: 0, stdout: '' });
  const report = JSON.parse(readFileSync(out, 'utf8'));
  expect(report).toMatchObject({ formatVersion: 1, spans: 2, traces: 1, ledger: [] });
  expect(report.forest).toEqual([
    {
      traceId: '1:1',
      nodes: [
        { service: 'web', operation: 'get', parent: -1, spanCount: 1, latencyMs: 9.5 },
        { service: 'db', operation: 'select', parent: 0, spanCount: 1, latencyMs: 5 },
      ],
    },
  ]);
});

const MISUSES: readonly { name: string; args: readonly string[]; says: RegExp }[] = [
  {
    name: 'a file that does not exist',
    args: ['--train', join(folder, 'none.csv')],
    says: /none\.csv/,
  },
  {
    name: 'an unknown detector',
    args: [...sets, '--detectors', 'tracevae,oracle'],
    says: /"oracle".*--detectors.*tracevae-fc/,
  },
  { name: 'an unknown preset', args: [...sets, '--preset', 'huge'], says: /"huge".*--preset/ },
  { name: 'an unknown option', args: [...sets, '--colour', 'red'], says: /--colour/ },
  {
    name: 'a file that is no traces',
    args: ['--train', file('page.csv', '<html></html>')],
    says: /page\.csv/,
  },
];
for (const { name, args, says } of MISUSES) {
  test(`${name}: one line of error, a code and no file`, async () => {
    const out = join(folder, 'never.json');
    const ran = await headless(['train', ...args, '--out', out]);
    expect(ran.code).not.toBe(0);
    expect(ran.stdout).toBe('');
    const errors = ran.stderr.split('\n').filter((line) => line.startsWith('error: '));
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(says);
    expect(existsSync(out)).toBe(false);
  });
}

test('Ctrl-C stops it cleanly', async () => {
  const out = join(folder, 'interrupted.json');
  const args = ['train', ...sets, '--preset', 'tiny', '--epochs', '500', '--out', out];
  const ran = await headless(args, /^epoch 2 /m);
  expect(ran.code).not.toBe(0);
  expect(ran.stderr).toMatch(/error: interrupted/);
  expect(existsSync(out)).toBe(false);
});
