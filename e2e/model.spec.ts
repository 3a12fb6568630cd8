/** A model is kept, opened in another browser and by the command, and scores there as it did here. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { TEST_CSV, TRAIN_CSV, VAL_CSV } from './fixtures.ts';
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

test('a model is kept, and scores in another browser and in a shell as it did where it was trained', async ({
  page,
  browser,
}, info) => {
  await openNotebook(page);
  await dropFiles(page, [
    { name: 'train.csv', body: TRAIN_CSV() },
    { name: 'val.csv', body: VAL_CSV() },
    { name: 'test.csv', body: TEST_CSV() },
  ]);
  await train(page, { preset: 'tiny', epochs: 2, backend: 'wasm' });
  await exportRun(page);
  await showTraceVae(page);
  const scores = testScores(readFileSync(await saved(page, 'Export scores'), 'utf8'));
  expect(scores.size).toBe(60);
  const model = info.outputPath('shop.tracevae');
  writeFileSync(model, readFileSync(await saved(page, 'Keep model')));

  const elsewhere = await browser.newContext();
  const other = await elsewhere.newPage();
  await layOutFor(other, 'researcher');
  await openNotebook(other);
  await dropFiles(other, [{ name: 'torn.tracevae', body: readFileSync(model).subarray(0, 5000) }]);
  await expect(other.getByText(/the model file is torn/)).toBeVisible();
  await dropFiles(other, [{ name: 'shop.tracevae', body: readFileSync(model) }]);
  await expect(other.getByText(/trained on 160 traces. Drop traces to score them/)).toBeVisible();
  await dropFiles(other, [{ name: 'new.csv', body: TEST_CSV() }]);
  await other.getByRole('button', { name: /^Score with/ }).click();
  await expect(other.getByText(/Scored by the model/).first()).toBeVisible({ timeout: 60_000 });
  await exportRun(other);
  await showTraceVae(other);
  expectEqual(testScores(readFileSync(await saved(other, 'Export scores'), 'utf8')), scores);
  await other.reload();
  await expect(other.getByText(/0 % of the calls/).first()).toBeVisible();
  await elsewhere.close();

  const traces = info.outputPath('new.csv');
  writeFileSync(traces, TEST_CSV());
  execFileSync(process.execPath, ['scripts/build-command.mjs']);
  const rows = execFileSync(
    process.execPath,
    ['bin/tracevae.mjs', 'score', '--model', model, traces],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  expectEqual(testScores(rows), scores);
});
