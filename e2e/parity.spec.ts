/** Parity with the authors' implementation: the command, on both backends, and its page. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from './notebook.ts';

const GOLDEN = 'src/testing/golden/tracevae-golden.json';
const TRAINED = '../shared/goldens/trained-trainticket64/golden.json';

interface Outcome {
  readonly code: number | null;
  readonly lines: readonly string[];
  readonly stderr: string;
}

function parity(...args: readonly string[]): Promise<Outcome> {
  const child = spawn(process.execPath, ['scripts/parity.mjs', ...args]);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return new Promise((resolve) =>
    child.on('close', (code) => resolve({ code, lines: stdout.split('\n'), stderr })),
  );
}

const ending = (lines: readonly string[], end: string): string[] =>
  lines.filter((line) => line.endsWith(end));

for (const [backend, adapter] of [
  ['wasm', /^# wasm, WASM with SIMD/],
  ['webgpu', /^# webgpu, .*software/],
] as const) {
  test(`every number of the golden file on ${backend}`, async () => {
    const { code, lines, stderr } = await parity(GOLDEN, '--backend', backend);
    expect(stderr).not.toContain('error: ');
    expect(lines[1]).toMatch(adapter);
    expect(ending(lines, '  FAILED')).toEqual([]);
    expect(ending(lines, '  ok').length).toBeGreaterThan(200);
    // Only what docs/decisions/0003 explains, and the exit code says that there is some.
    const missed = ending(lines, '  not reached');
    expect(missed.length).toBeGreaterThan(0);
    for (const line of missed) expect(line).toMatch(/ at \S+\.gnn\.bias\[/);
    expect(lines.join('\n')).toContain('Not reached, and why:');
    expect(code).toBe(2);
  });
}

test('a number that moved fails with its place', async () => {
  const golden = JSON.parse(readFileSync(GOLDEN, 'utf8'));
  golden.traces[3].n_z_4.nll.all *= 1.001;
  const moved = join(mkdtempSync(join(tmpdir(), 'tracevae-parity-')), 'moved.json');
  writeFileSync(moved, JSON.stringify(golden));
  const { code, lines } = await parity(moved, '--part', 'forward');
  expect(code).toBe(1);
  expect(ending(lines, '  FAILED')).toEqual([
    expect.stringMatching(/^n_z_4 all score .* at star4/),
  ]);
});

test('misuse is one line of error', async () => {
  const missing = await parity('none.json');
  expect(missing.code).toBe(1);
  expect(missing.stderr).toMatch(/^error: none\.json cannot be read/m);
  const wrong = await parity('package.json');
  expect(wrong.code).toBe(1);
  expect(wrong.stderr).toMatch(/^error: package\.json is not of the format tracevae-golden\/1/m);
});

const present = existsSync(TRAINED);
if (!present) console.info(`skipped: no trained model at ${TRAINED}`);

test('a trained model with its weights beside it', async () => {
  test.skip(!present, `no trained model at ${TRAINED}`);
  const { code, lines } = await parity(TRAINED);
  expect(ending(lines, '  FAILED')).toEqual([]);
  expect(ending(lines, '  ok')).toHaveLength(15);
  expect(code).toBe(0);
});

test('its page keeps the policy', async ({ page }) => {
  await page.goto('/parity.html');
  await page.getByLabel(/^Golden file/).setInputFiles(GOLDEN);
  await page.getByLabel('Part').selectOption('forward');
  await page.getByRole('button', { name: 'Compare' }).click();
  await expect(page.getByRole('status')).toHaveText('reached');
  await expect(page.getByRole('log')).toContainText('n_z_4 all score');
});
