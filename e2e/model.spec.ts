/** A model is kept, opened in another browser and by the command, and scores there as it did here. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { halves } from '../scripts/halves.mjs';
import { requestSpans, traceVaeCsv } from './fixtures.ts';
import {
  dropFiles,
  expect,
  exportRun,
  layOutFor,
  openNotebook,
  showTraceVae,
  test,
  train,
} from './notebook.ts';

async function saved(page: Page, name: string): Promise<string> {
  const button = page.getByRole('button', { name });
  await expect(button).toBeEnabled({ timeout: 60_000 });
  const [file] = await Promise.all([page.waitForEvent('download'), button.click()]);
  return file.path();
}

/** Test rows by trace id: the scores of every variant. */
function testScores(csv: string): Map<string, number[]> {
  const [header = '', ...lines] = csv.trim().split('\n');
  const names = header.split(',');
  const set = names.indexOf('set');
  const columns = ['nll', 'bcscale', 'ncnorm', 'stdlimit', 'full'].map((name) =>
    names.indexOf(name),
  );
  return new Map(
    lines
      // a sentence may have commas, the scores before it have none
      .map((line) => line.replaceAll(/"[^"]*"/g, 'words').split(','))
      .filter((cells) => set < 0 || cells[set] === 'test')
      .map((cells) => [cells[0]!, columns.map((at) => Number(cells[at]))]),
  );
}

function expectEqual(actual: Map<string, number[]>, expected: Map<string, number[]>): void {
  expect([...actual.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [id, scores] of expected) {
    scores.forEach((score, i) => {
      const error = Math.abs(actual.get(id)![i]! - score) / (1 + Math.abs(score));
      expect(error, `${id}: ${actual.get(id)![i]} for ${score}`).toBeLessThan(1e-4);
    });
  }
}

test('a model of one half scores the other alike: with its run, in another browser and in a shell', async ({
  page,
  browser,
}, info) => {
  const { first, second } = halves(() => traceVaeCsv(requestSpans(3, 200, 40), true));
  // what an engine of many machines is compared with
  const out = process.env.HALVES_OUT ?? info.outputPath('halves');
  mkdirSync(out, { recursive: true });
  const write = (name: string, body: string | Buffer): string => {
    writeFileSync(join(out, name), body);
    return join(out, name);
  };
  const traces = write('second-half.csv', second);
  write('first-half.csv', first);

  await openNotebook(page);
  await dropFiles(page, [{ name: 'first-half.csv', body: first }]);
  await train(page, { preset: 'tiny', epochs: 2, backend: 'wasm' });
  await exportRun(page);
  await page.getByRole('button', { name: 'Keep model' }).click();
  const model = write('half.tracevae', readFileSync(await saved(page, 'Save model')));
  const models = page.getByRole('table', { name: 'Models' });
  await expect(models.getByRole('row')).toContainText(['Model', 'of first-half.csv']);

  // as a test file of the run
  await dropFiles(page, [{ name: 'second-half.csv', body: second }]);
  await page.getByRole('button', { name: 'Add as test file' }).click();
  await expect(page.getByText(/second-half.csv was added as a test file/).first()).toBeVisible({
    timeout: 60_000,
  });
  await exportRun(page);
  await showTraceVae(page);
  const added = testScores(readFileSync(await saved(page, 'Export scores'), 'utf8'));

  const elsewhere = await browser.newContext();
  const other = await elsewhere.newPage();
  await layOutFor(other, 'researcher');
  await openNotebook(other);
  await dropFiles(other, [{ name: 'torn.tracevae', body: readFileSync(model).subarray(0, 5000) }]);
  await expect(other.getByText(/the model file is torn/)).toBeVisible();
  await dropFiles(other, [{ name: 'half.tracevae', body: readFileSync(model) }]);
  await expect(other.getByText(/trained on .* traces. Drop traces to score them/)).toBeVisible();
  await dropFiles(other, [{ name: 'second-half.csv', body: second }]);
  await other.getByRole('button', { name: /^Score with/ }).click();
  await expect(other.getByText(/Scored by the model/).first()).toBeVisible({ timeout: 60_000 });
  await exportRun(other);
  await showTraceVae(other);
  const csv = readFileSync(await saved(other, 'Export scores'), 'utf8');
  write('page-scores.csv', csv);
  const scores = testScores(csv);
  expect(scores.size).toBeGreaterThan(80);
  // the first half has test traces too
  expectEqual(new Map([...added].filter(([id]) => scores.has(id))), scores);

  execFileSync(process.execPath, ['scripts/build-command.mjs']);
  const rows = execFileSync(
    process.execPath,
    ['bin/tracevae.mjs', 'score', '--model', model, traces],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  );
  write('command-scores.csv', rows);
  expectEqual(testScores(rows), scores);

  // the model is there after a reload, and in another tab
  await other.reload();
  await expect(other.getByText(/% of the calls/).first()).toBeVisible();
  const tab = await elsewhere.newPage();
  await layOutFor(tab, 'researcher');
  await openNotebook(tab);
  const rename = (of: Page) => of.getByRole('table', { name: 'Models' });
  await rename(tab)
    .getByRole('button', { name: /^Rename/ })
    .click();
  await tab.getByRole('textbox', { name: 'New name' }).fill('half of May');
  await tab.keyboard.press('Enter');
  await expect(
    rename(other).getByRole('button', { name: 'half of May', exact: true }),
  ).toBeVisible();
  // and training goes on from it, on what it scored
  await other.getByRole('button', { name: 'Go on training on these' }).first().click();
  await expect(other.getByText(/Scored by the model/)).toHaveCount(0, { timeout: 60_000 });
  const { warnings, curves } = JSON.parse(await exportRun(other));
  expect(warnings.join()).toMatch(/Training began with the weights of the model half of May/);
  expect(curves.length).toBeGreaterThan(0);
  await elsewhere.close();
});
