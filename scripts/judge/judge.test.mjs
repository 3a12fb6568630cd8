import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../judge.mjs', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'tracevae-judge-command-'));

/** @param {readonly string[]} words */
const judge = (...words) =>
  new Promise((resolve) => {
    execFile('node', [SCRIPT, ...words], (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });

/** @param {number} first @param {number} count @param {number} label 1: slow, and labelled so */
const traces = (first, count, label) =>
  Array.from({ length: count }, (_, i) => [
    `1,${first + i},0,1,${20 + (i % 7) + 200 * label},0,get,web,${label},0`,
    `1,${first + i},1,2,${5 + (i % 3) + 200 * label},0,query,search,${label},0`,
    ...(i % 2 === 0 ? [] : [`1,${first + i},1,3,${9 + (i % 5)},0,charge,payment,${label},0`]),
  ]).flat();

const set = join(root, 'shop');
mkdirSync(set);
for (const [name, rows] of Object.entries({
  train: traces(0, 60, 0),
  val: traces(60, 20, 0),
  test: [...traces(100, 20, 0), ...traces(200, 5, 1)],
})) {
  const header =
    'traceIdHigh,traceIdLow,parentSpanId,spanId,duration,DBhash,operationName,serviceName,graphLatencyLabel,graphStructureLabel';
  writeFileSync(join(set, `${name}.csv`), `${[header, ...rows].join('\n')}\n`);
}

test('sets × detectors × seeds become judge.json and a table; what is finished is not done again', async () => {
  const out = join(root, 'judge.json');
  const table = join(root, 'judge.md');
  const words = ['--sets', `${set},${join(root, 'nowhere')}`, '--detectors', 'fsa', '--jobs', '2'];
  const first = await judge(...words, '--seeds', '1', '--resamples', '50', '--out', out);
  expect(first).toMatchObject({ code: 0, stdout: '' });
  expect(first.stderr).toContain('nowhere: not there, skipped');
  expect(first.stderr).toMatch(/1 of 1: shop, fsa, seed 1: done in .* s/);
  expect(first.stderr).toMatch(/\| shop \| fsa +\| plain/);

  const again = await judge(...words, '--seeds', '1,2', '--table', table, '--out', out);
  expect(again.stderr).toContain('1 runs were done before');
  expect(again.stderr).toMatch(/1 of 1: shop, fsa, seed 2: done in .* s/);
  expect(again.stderr).not.toContain('| shop |');
  expect(readFileSync(table, 'utf8')).toMatch(/^\| set /);
  const report = JSON.parse(readFileSync(out, 'utf8'));
  expect(report).toMatchObject({ formatVersion: 1, failed: [], absent: [join(root, 'nowhere')] });
  expect(report.rows.map(({ seed }) => seed)).toEqual([1, 2]);
  expect(report.rows[0]).toMatchObject({
    set: 'shop',
    detector: 'fsa',
    variant: 'plain',
    traces: { normal: 20, anomalies: 5 },
    atThreshold: { recall: 1 },
    faults: [],
  });
}, 120_000);

test('a run that cannot be done is one line, and no file', async () => {
  const out = join(root, 'none.json');
  const missing = await judge('--sets', join(root, 'nowhere'), '--out', out);
  expect(missing).toMatchObject({ code: 1, stdout: '' });
  expect(missing.stderr).toMatch(/error: nothing was judged, --sets, .*\n$/);
  expect(existsSync(out)).toBe(false);
}, 60_000);
