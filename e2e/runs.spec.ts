/** Kept runs: named, shown, compared, deleted and brought back, over reloads. */
import type { Page } from '@playwright/test';
import { TEST_CSV, TRAIN_CSV, VAL_CSV } from './fixtures.ts';
import { dropFiles, expect, exportRun, openNotebook, test, train } from './notebook.ts';

const table = (page: Page) => page.getByRole('table', { name: 'Runs', exact: true });
const rowOf = (page: Page, name: RegExp) => table(page).getByRole('row', { name });

async function trainWithSeed(page: Page, seed: number): Promise<string> {
  await page.getByLabel('Seed', { exact: true }).fill(String(seed));
  await train(page, { preset: 'tiny', epochs: 2, backend: 'wasm' });
  await expect(page.getByRole('button', { name: 'Pause', exact: true })).toBeVisible();
  return exportRun(page);
}

test('runs are kept, compared with a baseline, named, shown, deleted and brought back', async ({
  page,
}) => {
  await openNotebook(page);
  await dropFiles(page, [
    { name: 'train.csv', body: TRAIN_CSV() },
    { name: 'val.csv', body: VAL_CSV() },
    { name: 'test.csv', body: TEST_CSV() },
  ]);
  await expect(page.getByText('160 / 40 / 60')).toBeVisible();
  await expect(page.getByText('No run yet.')).toBeVisible();
  const first = await trainWithSeed(page, 1);
  await expect(rowOf(page, /Run 1, shown/)).toContainText('tiny, seed 1, 2 epochs');
  const second = await trainWithSeed(page, 2);
  await expect(table(page).getByRole('row')).toHaveCount(3);
  expect(JSON.parse(second).seed).toBe(2);

  // Curves over each other, and only what differs.
  await expect(
    page.getByRole('img', { name: /^Runs compared: loss, validation.*Run 2.*Run 1/ }),
  ).toBeVisible();
  const settings = page.getByRole('table', { name: 'Settings of the compared runs' });
  await expect(settings.getByRole('row')).toHaveCount(2);
  await expect(settings.getByRole('row', { name: 'seed 2 1' })).toBeVisible();
  await page.getByRole('checkbox', { name: 'Differences only' }).uncheck();
  await expect(settings.getByRole('row', { name: 'units per head 16 16' })).toBeVisible();

  await page.getByLabel('Baseline', { exact: true }).selectOption('Run 1');
  await expect(rowOf(page, /Run 1/)).toContainText('baseline');
  await expect(rowOf(page, /Run 2/)).toContainText(/[+−±]0/);

  // Another one is shown, with its own scores.
  await page.getByRole('button', { name: 'Run 1', exact: true }).click();
  await expect(rowOf(page, /Run 1, shown/)).toBeVisible();
  expect(await exportRun(page)).toBe(first);
  await expect(page.getByLabel('Seed', { exact: true })).toHaveValue('1');

  await page.getByRole('button', { name: 'Rename Run 2' }).click();
  await page.getByRole('textbox', { name: 'New name' }).fill('second seed');
  await page.keyboard.press('Enter');
  // The list says the new name when it is stored.
  await expect(rowOf(page, /second seed/)).toBeVisible();
  await page.reload();
  await expect(rowOf(page, /Run 1, shown/)).toBeVisible();

  await page.getByRole('button', { name: 'Delete second seed' }).click();
  await expect(table(page).getByRole('row')).toHaveCount(2);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('button', { name: 'second seed', exact: true }).click();
  expect(await exportRun(page)).toBe(second);
  await page.getByRole('button', { name: 'Delete second seed' }).click();
  await expect(rowOf(page, /Run 1, shown/)).toBeVisible();
  await page.reload();
  await expect(table(page).getByRole('row')).toHaveCount(2);
});
