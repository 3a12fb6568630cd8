/** What is looked at, in the address; and the keys of the page. */
import { gzipSync } from 'node:zlib';
import { TEST_CSV, TRAIN_CSV, VAL_CSV } from './fixtures.ts';
import { dropFiles, expect, exportRun, openNotebook, showTraces, test, train } from './notebook.ts';

test('Back, Forward, reload and a shared address, and keys through traces and commands', async ({
  page,
}) => {
  await openNotebook(page);
  await dropFiles(page, [
    { name: 'train.csv.gz', body: gzipSync(TRAIN_CSV()) },
    { name: 'val.csv', body: VAL_CSV() },
    { name: 'test.csv', body: TEST_CSV() },
  ]);
  await train(page, { preset: 'tiny', epochs: 2, backend: 'wasm' });
  await exportRun(page);
  await expect(page).toHaveURL(/#dataset=[0-9a-f-]+&run=[0-9a-f-]+&for=researcher$/);

  const shown = page.getByRole('radio', { name: 'all', exact: true });
  await showTraces(page, 'all');
  const list = page.getByRole('grid', { name: 'Test traces by score' });
  await list.getByRole('row').nth(1).click();
  const inspector = page.getByRole('region', { name: /^Trace / });
  await expect(inspector.getByRole('tree', { name: 'Waterfall' })).toBeVisible();
  await expect(page).toHaveURL(/filter=all&trace=/);
  const shared = page.url();
  // Ids and choices, no data: no operation, no number of the trace.
  expect(decodeURIComponent(shared)).not.toMatch(/checkout|\bsearch\b|payment|csv/);

  await page.goBack();
  await expect(inspector).toHaveCount(0);
  await page.goBack();
  await expect(shown).not.toBeChecked();
  await page.goForward();
  await page.goForward();
  await expect(inspector).toBeVisible();

  // Keys: through traces, through nodes, and what the keys are.
  const name = await inspector.getByRole('heading', { level: 2 }).innerText();
  await page.keyboard.press('s');
  await expect(inspector.getByRole('heading', { level: 2 })).not.toHaveText(name);
  await page.keyboard.press('w');
  await expect(inspector.getByRole('heading', { level: 2 })).toHaveText(name);
  await expect(page).toHaveURL(shared);
  await expect(inspector.getByRole('tree', { name: 'Waterfall' })).toBeVisible();
  await page.keyboard.press('?');
  const keys = page.getByRole('dialog', { name: 'Keys' });
  await expect(keys).toContainText('next trace');
  await page.keyboard.press('Escape');
  await expect(keys).toHaveCount(0);

  await page.keyboard.press('Control+k');
  const palette = page.getByRole('dialog', { name: 'Commands' });
  await palette.getByRole('combobox').fill('plain');
  await expect(palette.getByRole('option')).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/corrections=none/);
  await expect(page.getByRole('checkbox', { name: 'Gaussian std-limit' })).not.toBeChecked();

  // The link of a cell keeps what is looked at.
  await page.getByRole('link', { name: 'Runs' }).click();
  await expect(page).toHaveURL(/corrections=none&.*&at=runs$/);

  await page.goto('about:blank');
  await page.goto(shared);
  await expect(inspector.getByRole('heading', { level: 2 })).toHaveText(name);
  await expect(shown).toBeChecked();

  await page.goto('about:blank');
  await page.goto('/#dataset=00000000-0000-4000-8000-000000000000&run=1');
  await expect(
    page.getByRole('status').filter({ hasText: 'stored in another browser' }),
  ).toBeVisible();
});
