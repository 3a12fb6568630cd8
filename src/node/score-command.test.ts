/** The command itself, as it is built: piped, passed on, and killed. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { createRandom } from '../base/random.ts';
import { shopCsv, shopOtlp, shopTraces } from '../testing/shop-traces.ts';

const folder = mkdtempSync(join(tmpdir(), 'tracevae-command-'));
const at = (name: string): string => join(folder, name);
const COMMAND = 'bin/tracevae.mjs';
const run = (args: readonly string[], input?: string) =>
  spawnSync(process.execPath, [COMMAND, ...args], { encoding: 'utf8', input });

beforeAll(() => {
  execFileSync(process.execPath, ['scripts/build-command.mjs']);
  writeFileSync(at('train.csv'), shopCsv(shopTraces(0, 200)));
  const trained = run([
    ...['train', '--train', at('train.csv'), '--preset', 'tiny', '--epochs', '1'],
    ...['--detectors', 'history', '--keep', at('shop.tracevae'), '--out', at('run.json')],
  ]);
  expect(trained.stderr).not.toMatch(/error/);
  expect(trained.status).toBe(0);
}, 120_000);

const score = (args: readonly string[], input?: string) =>
  run(['score', '--model', at('shop.tracevae'), ...args], input);

test('rows come from a pipe and from a file, and a ledger behind them', () => {
  const spans = shopTraces(500, 40);
  const piped = score(['--threads', '1'], shopCsv(spans));
  expect(piped.status).toBe(0);
  expect(JSON.parse(piped.stderr)).toMatchObject({ scored: 40, lateTraces: 0, threads: 1 });
  writeFileSync(at('spans.jsonl'), shopOtlp(spans));
  const read = score([
    at('spans.jsonl'),
    '--as',
    'jsonl',
    '--threads',
    '2',
    '--out',
    at('a/b.jsonl'),
  ]);
  expect(read).toMatchObject({ status: 0, stdout: '' });
  const rows = readFileSync(at('a/b.jsonl'), 'utf8').trim().split('\n');
  const scores = piped.stdout.trim().split('\n').slice(1);
  expect(rows.map((row) => JSON.parse(row).score)).toEqual(
    scores.map((row) => Number(row.split(',')[1])),
  );
  expect(score(['--format', 'none'], shopCsv(spans)).stderr).toMatch(/^error: there is no format/);
}, 60_000);

test('with --otlp every span is passed on, those of scored traces with their score', () => {
  const spans = [...shopTraces(500, 30), { trace: 9, id: 1, parent: 0, ms: 5, call: 'web/get' }];
  const { status, stdout, stderr } = score(['--otlp', '--quiet', '10'], shopOtlp(spans));
  expect(status).toBe(0);
  const passed = stdout
    .trim()
    .split('\n')
    .flatMap((line) => JSON.parse(line).resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans[0].spans);
  expect(passed).toHaveLength(spans.length);
  const alone = passed.filter(({ attributes }: { attributes?: unknown }) => !attributes);
  expect(alone.map(({ traceId }: { traceId: string }) => Number.parseInt(traceId, 16))).toEqual([
    9,
  ]);
  expect(JSON.parse(stderr)).toMatchObject({
    scored: 30,
    passedOn: { spans: spans.length, scored: spans.length - 1, leftOut: 0 },
  });
  expect(score(['--otlp'], shopCsv(spans))).toMatchObject({ status: 1, stdout: '' });
}, 60_000);

test('killed at any moment it leaves no half file', async () => {
  writeFileSync(at('many.csv'), shopCsv(shopTraces(1000, 1500)));
  const args = ['score', '--model', at('shop.tracevae'), at('many.csv'), '--threads', '2'];
  const out = at('rows.csv');
  const startedMs = performance.now();
  expect(run([...args, '--out', out]).status).toBe(0);
  const wholeMs = performance.now() - startedMs;
  const whole = readFileSync(out, 'utf8');
  const random = createRandom(1, 1);
  const other = at('killed.csv');
  for (let i = 0; i < 3; i++) {
    const child = spawn(process.execPath, [COMMAND, ...args, '--out', other], { stdio: 'ignore' });
    const ended = new Promise((resolve) => child.once('close', resolve));
    await sleep(random.uniform() * wholeMs);
    child.kill('SIGKILL');
    await ended;
    if (existsSync(other)) expect(readFileSync(other, 'utf8')).toBe(whole);
  }
  // what was left has another name, and goes with the next run
  expect(run([...args, '--out', other]).status).toBe(0);
  expect(readFileSync(other, 'utf8')).toBe(whole);
  expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
}, 180_000);

test('help names a command as it is called, that of another program too', () => {
  for (const name of ['score', 'judge']) {
    const { stdout, status } = run([name, '--help']);
    expect(stdout, name).toMatch(new RegExp(`^usage: npx tracevae ${name} `));
    expect(status).toBe(0);
  }
}, 60_000);

test('prepare writes parts that can be trained with, or nothing', () => {
  const args = ['prepare', '--data', at('train.csv'), '--min-group', '5'];
  expect(run([...args, '--out', at('parts')])).toMatchObject({ status: 0, stderr: '' });
  expect(readdirSync(at('parts')).sort()).toEqual([
    'prepare.json',
    'test.csv',
    'train.csv',
    'val.csv',
  ]);
  const report = JSON.parse(readFileSync(at('parts/prepare.json'), 'utf8'));
  expect(report.sets.train).toBeGreaterThan(0);
  expect(run(['import', '--data', at('parts/test.csv'), '--out', at('import.json')]).status).toBe(
    0,
  );
  const traces = JSON.parse(readFileSync(at('import.json'), 'utf8')).traces;
  expect(traces).toBe(report.sets.test);
  expect(run([...args, '--out', at('parts')]).stderr).toMatch(/is there already/);
}, 60_000);
