/** Several datasets in the browser's storage: beside each other, over reloads, and when it is full. */
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { requestSpans, TEST_CSV, traceVaeCsv } from './fixtures.ts';
import {
  dropDataset,
  dropFiles,
  expect,
  exportRun,
  openNotebook,
  showTraces,
  test,
  train,
} from './notebook.ts';

const rows = (page: Page) => page.getByRole('table', { name: 'Datasets' }).getByRole('row');
const row = (page: Page, name: string) => rows(page).filter({ hasText: name });
const openRow = (page: Page) =>
  page.getByRole('table', { name: 'Datasets' }).locator('tr[aria-current="true"]');

const csv = (seed: number, traces: number): string =>
  traceVaeCsv(requestSpans(seed, traces), false);

async function importCsv(page: Page, name: string, body: string): Promise<void> {
  await dropFiles(page, [{ name, body }]);
  await expect(openRow(page)).toContainText(name);
  await expect(row(page, name).getByRole('button', { name: `Delete ${name}` })).toBeVisible();
}

/** Ids of datasets that have chunks. */
const datasetsWithChunks = (page: Page): Promise<number> =>
  page.evaluate(
    () =>
      new Promise<number>((resolve, reject) => {
        const opening = indexedDB.open('tracevae-notebook');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const database = opening.result;
          const keys = database.transaction('chunks').objectStore('chunks').getAllKeys();
          keys.onerror = () => reject(keys.error);
          keys.onsuccess = () => {
            database.close();
            resolve(new Set(keys.result.map((key) => (key as string[])[0])).size);
          };
        };
      }),
  );

test('two datasets are imported, renamed, switched, deleted, and kept over reloads', async ({
  page,
}) => {
  await openNotebook(page);
  await expect(rows(page)).toHaveCount(0);
  await importCsv(page, 'first.csv', csv(1, 170));
  await importCsv(page, 'second.csv', csv(2, 340));
  await expect(rows(page)).toHaveCount(3);
  await expect(row(page, 'first.csv')).toContainText('170');
  await expect(row(page, 'second.csv')).toContainText(/340.* kB/);
  await expect(page.getByText('200 / 40 / 100')).toBeVisible();
  await expect(
    page.getByText(/stored with runs and checkpoints; .* room for .*B more/),
  ).toBeVisible();

  await page.getByRole('button', { name: 'first.csv', exact: true }).click();
  await expect(page.getByText('100 / 20 / 50')).toBeVisible();
  await expect(openRow(page)).toContainText('first.csv');

  await page.getByRole('button', { name: 'Rename first.csv' }).click();
  await page.getByRole('textbox', { name: 'New name' }).fill('the shop in May');
  await page.keyboard.press('Enter');
  await expect(openRow(page)).toContainText('the shop in May');
  await page.getByRole('button', { name: 'Rename second.csv' }).click();
  await page.keyboard.press('Escape');

  await page.reload();
  await expect(openRow(page)).toContainText('the shop in May');
  await expect(page.getByText('100 / 20 / 50')).toBeVisible();
  await expect(rows(page)).toHaveCount(3);

  await page.getByRole('button', { name: 'Delete second.csv' }).click();
  await expect(rows(page)).toHaveCount(2);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(rows(page)).toHaveCount(3);
  await page.getByRole('button', { name: 'Delete second.csv' }).click();
  await expect(rows(page)).toHaveCount(2);
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await expect.poll(() => datasetsWithChunks(page)).toBe(1);

  // The open one comes back open.
  await page.getByRole('button', { name: 'Delete the shop in May' }).click();
  await expect(page.getByRole('button', { name: 'Load the demo dataset' })).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText('100 / 20 / 50')).toBeVisible();
  await page.getByRole('button', { name: 'Delete the shop in May' }).click();
  await expect(page.getByRole('table', { name: 'Datasets' })).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Load the demo dataset' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('button', { name: 'Load the demo dataset' })).toBeVisible();
  await expect(rows(page)).toHaveCount(0);
  expect(await datasetsWithChunks(page)).toBe(0);
});

test('a run stays with its dataset', async ({ page }) => {
  await openNotebook(page);
  await importCsv(page, 'first.csv', TEST_CSV());
  await train(page, { preset: 'tiny', epochs: 1, backend: 'wasm' });
  const run = await exportRun(page);
  await dropDataset(page, [{ name: 'second.csv', body: csv(2, 170) }]);
  await expect(openRow(page)).toContainText('second.csv');
  const exporting = page.getByRole('button', { name: 'Export run' });
  await expect(exporting).toBeDisabled();
  await page.getByRole('button', { name: 'first.csv', exact: true }).click();
  expect(await exportRun(page)).toBe(run);
  // The worker has its traces again: it explains one.
  await showTraces(page, 'all');
  await page.getByRole('grid', { name: 'Test traces by score' }).getByRole('row').nth(1).click();
  await expect(page.getByRole('tree', { name: 'Waterfall' })).toBeVisible();
  await page.getByRole('button', { name: 'Spans as recorded' }).click();
  const spans = page.getByRole('table', { name: 'Spans as recorded' });
  await expect(spans.getByRole('row', { name: /^web (POST|GET) .* 0 ms/ })).toBeVisible();
  expect(await spans.getByRole('row').count()).toBeGreaterThan(2);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'second.csv', exact: true }).click();
  await expect(exporting).toBeDisabled();
});

test('a page that is closed while it stores a dataset leaves nothing of it', async ({
  page,
  context,
}) => {
  await openNotebook(page);
  await importCsv(page, 'first.csv', csv(1, 170));
  // The third chunk is never finished: its transaction is kept busy until the page goes.
  await page.evaluate(() => {
    const { put } = IDBObjectStore.prototype;
    let chunks = 0;
    IDBObjectStore.prototype.put = function (...args) {
      const request = put.apply(this, args);
      if (this.name !== 'chunks') return request;
      chunks += 1;
      const keepBusy = (): void => {
        this.count().onsuccess = keepBusy;
      };
      if (chunks === 3) keepBusy();
      return request;
    };
  });
  await dropFiles(page, [{ name: 'second.csv', body: csv(2, 340) }]);
  await expect(row(page, 'second.csv')).toContainText('storing');
  await expect(page.getByText('200 / 40 / 100')).toBeVisible();
  await page.close();

  const again = await context.newPage();
  await openNotebook(again);
  await expect(openRow(again)).toContainText('first.csv');
  await expect(rows(again)).toHaveCount(2);
  expect(await datasetsWithChunks(again)).toBe(1);
});

test('a full quota keeps what was there and says what to do; later there is room', async ({
  page,
  baseURL,
}) => {
  const session = await page.context().newCDPSession(page);
  const origin = baseURL ?? '';
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 200_000 });
  await openNotebook(page);
  await importCsv(page, 'first.csv', csv(1, 170));
  await dropFiles(page, [{ name: 'second.csv', body: csv(2, 6800) }]);
  const warning = page.getByRole('status').filter({ hasText: 'no room left' });
  await expect(warning).toContainText('delete a stored dataset or free disk space');
  await expect(row(page, 'second.csv')).toContainText('in memory only');
  await expect(row(page, 'first.csv')).toBeVisible();
  await expect(page.getByText('4,000 / 800 / 2,000')).toBeVisible();
  expect(await datasetsWithChunks(page)).toBe(1);

  await session.send('Storage.overrideQuotaForOrigin', { origin });
  // Chromium remembers for up to half a minute how much room there was.
  await expect(async () => {
    await page.getByRole('button', { name: 'Store', exact: true }).click();
    await expect(page.getByRole('button', { name: 'Delete second.csv' })).toBeVisible({
      timeout: 2000,
    });
  }).toPass({ timeout: 60_000 });
  await expect(warning).toHaveCount(0);
  await page.reload();
  await expect(openRow(page)).toContainText('second.csv');
  await expect(rows(page)).toHaveCount(3);
});

test('a damaged dataset is said, and can be deleted', async ({ page }) => {
  await openNotebook(page);
  await importCsv(page, 'first.csv', csv(1, 170));
  await page.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open('tracevae-notebook');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const transaction = opening.result.transaction('chunks', 'readwrite');
          transaction.objectStore('chunks').openCursor().onsuccess = ({ target }) => {
            const cursor = (target as IDBRequest<IDBCursorWithValue | null>).result;
            if (cursor === null) return;
            const { structureOf } = cursor.value;
            structureOf?.fill(999);
            cursor.update(cursor.value);
            cursor.continue();
          };
          transaction.oncomplete = () => {
            opening.result.close();
            resolve();
          };
        };
      }),
  );
  await page.reload();
  await expect(
    page.getByRole('status').filter({ hasText: /"first.csv" is damaged/ }),
  ).toBeVisible();
  await expect(page.getByRole('button', { name: 'Load the demo dataset' })).toBeVisible();
  await page.getByRole('button', { name: 'Delete first.csv' }).click();
  await expect(rows(page)).toHaveCount(0);
});

test('what an earlier version stored is there', async ({ page }) => {
  const golden = readFileSync('src/testing/golden/stored-database-2.json', 'utf8');
  await page.goto('/parity.html'); // of this origin, and no user of the database
  await page.evaluate((json) => {
    const { version, stores } = JSON.parse(json, (_, value) => {
      if (typeof value?.base64 !== 'string') return value;
      const bytes = Uint8Array.from(atob(value.base64), (char) => char.charCodeAt(0));
      return new (window as never as Record<string, Uint8ArrayConstructor>)[value.typedArray]!(
        bytes.buffer,
      );
    });
    return new Promise<void>((resolve, reject) => {
      const opening = indexedDB.open('tracevae-notebook', version);
      opening.onupgradeneeded = () => {
        for (const [name, records] of Object.entries<[string, unknown][]>(stores)) {
          const store = opening.result.createObjectStore(name);
          for (const [key, value] of records) store.put(value, key);
        }
      };
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => {
        opening.result.close();
        resolve();
      };
    });
  }, golden);
  await openNotebook(page);
  await expect(openRow(page)).toContainText('Demo: simulated online shop');
  await expect(page.getByRole('row', { name: /fixture-train/ })).toBeVisible();
  await expect(page.getByRole('status').filter({ hasText: /stored/ })).toHaveCount(0);
});
