/** Every screen in both themes: axe finds nothing serious. */
import { findings } from './axe.ts';
import { TEST_CSV } from './fixtures.ts';
import { dropFiles, expect, exportRun, openNotebook, showTraces, test, train } from './notebook.ts';

test('an empty page, and one that asks about columns', async ({ page }) => {
  await openNotebook(page);
  await expect(page.getByRole('button', { name: 'Load the demo dataset' })).toBeVisible();
  expect.soft(await findings(page), 'empty').toEqual([]);
  const rows = ['a,b,c,d,e', '1,1,,x,y', '1,2,1,x,z'];
  await dropFiles(page, [{ name: 'unknown.csv', body: `${rows.join('\n')}\n` }]);
  await expect(page.getByRole('dialog')).toBeVisible();
  expect(await findings(page)).toEqual([]);
});

test('a failed import', async ({ page }) => {
  await openNotebook(page);
  await dropFiles(page, [{ name: 'broken.json', body: '{"data": [' }]);
  await expect(page.getByRole('alert')).toBeVisible();
  expect(await findings(page)).toEqual([]);
});

test('a dataset on a narrow page', async ({ page }) => {
  await page.setViewportSize({ width: 700, height: 900 });
  await openNotebook(page);
  await dropFiles(page, [{ name: 'shop.csv', body: TEST_CSV() }]);
  await expect(page.getByRole('treeitem').first()).toBeVisible();
  expect.soft(await findings(page), 'the page').toEqual([]);
  await page.getByRole('button', { name: 'Menu' }).click();
  expect.soft(await findings(page, '#shell-rail'), 'the menu').toEqual([]);
});

test('a dataset, its runs and scores, and notes', async ({ page }) => {
  await openNotebook(page);
  await dropFiles(page, [{ name: 'shop.csv', body: TEST_CSV() }]);
  await expect(page.getByRole('treeitem').first()).toBeVisible();
  await page.getByRole('button', { name: 'All settings' }).click();
  await train(page, { preset: 'tiny', epochs: 1, backend: 'wasm' });
  await exportRun(page);
  await train(page, { preset: 'tiny', epochs: 1, backend: 'wasm' });
  await expect(page.getByRole('row', { name: /Run 2, shown/ })).toBeVisible({ timeout: 60_000 });
  await exportRun(page);
  await page.getByLabel('Baseline', { exact: true }).selectOption('Run 1');
  await page.getByRole('button', { name: 'Add a note below Runs' }).click();
  const text = page.getByRole('textbox', { name: /Note in Markdown/ });
  await text.fill('A [link](https://doi.org/10) and $x^2$.');
  await page.keyboard.press('Control+Enter');
  await page.getByRole('button', { name: 'Add a note below Scores' }).click();
  await text.fill('Being **written**.');
  await expect(page.locator('.katex').first()).toBeVisible();
  expect.soft(await findings(page), 'a dataset with runs, scores and notes').toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Delete Run 1' }).click();
  await expect(page.getByRole('button', { name: 'Undo' })).toBeVisible();
  expect.soft(await findings(page, '.undo'), 'Undo').toEqual([]);
});

test('the inspector, the equations and the dialogs', async ({ page }) => {
  await openNotebook(page);
  await dropFiles(page, [{ name: 'shop.csv', body: TEST_CSV() }]);
  await train(page, { preset: 'tiny', epochs: 1, backend: 'wasm' });
  await exportRun(page);
  await page.getByRole('button', { name: 'Equations (1) to (7)' }).click();
  await expect(page.getByRole('figure', { name: 'Equation (7)' })).toBeVisible();
  await showTraces(page, 'all');
  await page.getByRole('grid', { name: 'Test traces by score' }).getByRole('row').nth(1).click();
  await expect(page.getByRole('tree', { name: 'Waterfall' })).toBeVisible();
  expect.soft(await findings(page, '.shell__inspector'), 'the inspector').toEqual([]);
  expect.soft(await findings(page, '#equations'), 'the equations').toEqual([]);
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
  expect.soft(await findings(page, 'dialog'), 'the keys').toEqual([]);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('dialog', { name: 'Commands' })).toBeVisible();
  expect.soft(await findings(page, 'dialog'), 'the commands').toEqual([]);
});
