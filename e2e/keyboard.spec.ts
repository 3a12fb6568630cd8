/** The whole path without a pointer: import, train, inspect, export. */
import type { Locator, Page } from '@playwright/test';
import { TEST_CSV } from './fixtures.ts';
import { expect, openNotebook, test } from './notebook.ts';

/** Tab by Tab until this has the focus; says how many it took. */
async function tabTo(
  page: Page,
  target: Locator,
  key: 'Tab' | 'Shift+Tab' = 'Tab',
): Promise<number> {
  for (let presses = 0; presses < 150; presses++) {
    if (await target.evaluate((element) => element === document.activeElement)) return presses;
    await page.keyboard.press(key);
  }
  throw new Error('the focus never came there');
}

async function command(page: Page, words: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('dialog', { name: 'Commands' })).toBeVisible();
  await page.keyboard.type(words);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'Commands' })).toHaveCount(0);
}

test('import, train, inspect and export by keyboard alone', async ({ page }) => {
  await openNotebook(page);

  // Import: the file dialogue of the button, as Enter opens it.
  // Waited for from the start: a dialogue that opens before the browser is told to hand it over
  // is the system's, and never answered.
  const chooser = page.waitForEvent('filechooser');
  await tabTo(page, page.getByRole('button', { name: 'Choose files' }));
  await page.keyboard.press('Enter');
  await (await chooser).setFiles({
    name: 'shop.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(TEST_CSV()),
  });
  await expect(page.getByRole('table', { name: 'Files' })).toBeVisible();

  // Lists of structures and the like are one stop each on the way to the button.
  await expect(page.getByRole('list', { name: 'Structures' })).toBeVisible();
  await page.locator('a, button').first().focus();
  const start = page.getByRole('button', { name: 'Start training' });
  expect(await tabTo(page, start)).toBeLessThan(72);
  // by the rail it is a few
  await page.getByRole('link', { name: /Model and training/ }).focus();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/at=training/);
  expect(await tabTo(page, start)).toBeLessThan(6);

  // Train: through the controls of the cell.
  await command(page, 'go to model');
  const epochs = page.getByLabel('Epochs', { exact: true });
  await tabTo(page, epochs);
  await page.keyboard.press('Control+a');
  await page.keyboard.type('2');
  const backend = page.getByLabel('Backend');
  await tabTo(page, backend);
  await page.keyboard.type('wasm');
  await expect(backend).toHaveValue('wasm');
  await command(page, 'start training');
  await expect(page.getByRole('button', { name: 'Export run' })).toBeEnabled({ timeout: 90_000 });

  // Inspect: the list of traces, then from one to the next.
  await command(page, 'list all');
  const list = page.getByRole('grid', { name: 'Test traces by score' });
  await command(page, 'go to flagged');
  await tabTo(page, list);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  const inspector = page.getByRole('region', { name: /^Trace / });
  const title = inspector.getByRole('heading', { level: 2 });
  await expect(inspector.getByRole('tree', { name: 'Waterfall' })).toBeVisible();
  const second = await title.innerText();
  await page.keyboard.press('w');
  await expect(title).not.toHaveText(second);
  await page.keyboard.press('s');
  await expect(title).toHaveText(second);
  await expect(inspector.getByRole('tree', { name: 'Waterfall' })).toBeVisible();
  await page.keyboard.press('f');
  await page.keyboard.press('f');
  await page.keyboard.press('b');
  await expect(list).toBeFocused();
  await command(page, 'close the inspector');
  await expect(inspector).toHaveCount(0);

  // Export: a button of the page, and a command.
  await command(page, 'go to scores');
  const button = page.getByRole('button', { name: 'Export run' });
  await tabTo(page, button);
  const [run] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
  expect(run.suggestedFilename()).toBe('run.json');
  const [report] = await Promise.all([
    page.waitForEvent('download'),
    command(page, 'save a report'),
  ]);
  expect(report.suggestedFilename()).toBe('shop.csv.report.html');
});
