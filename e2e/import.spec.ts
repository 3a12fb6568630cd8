import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requestSpans, traceVaeCsv } from './fixtures.ts';
import { dropFiles, expect, openNotebook, test } from './notebook.ts';

/** Large enough that its import can be seen and cancelled. */
function largeFile(): string {
  const once = traceVaeCsv(requestSpans(1, 4000), false);
  const [header, ...rows] = once.trimEnd().split('\n');
  const path = join(mkdtempSync(join(tmpdir(), 'tracevae-import-')), 'large.csv');
  const copies = Array.from({ length: 120 }, (_, copy) =>
    rows.map((row) => row.replace(/^-4365100055175869479,/, `${copy},`)).join('\n'),
  );
  writeFileSync(path, `${header}\n${copies.join('\n')}\n`);
  return path;
}

test('an import shows its progress and can be cancelled', async ({ page }) => {
  await openNotebook(page);
  await expect(page.getByRole('button', { name: 'Choose files' })).toBeVisible();
  await page.locator('input[type=file]').setInputFiles(largeFile());
  await expect(page.getByRole('progressbar', { name: 'Import' })).toBeVisible();
  await expect(page.getByText(/spans\/s/)).toBeVisible();
  await page.getByRole('button', { name: 'Cancel import' }).click();
  await expect(page.getByRole('button', { name: 'Load the demo dataset' })).toBeVisible();
  await expect(page.getByRole('table', { name: 'Files' })).toHaveCount(0);
});

test('what a file is used for can be changed, and is kept over a reload', async ({ page }) => {
  await openNotebook(page);
  const csv = traceVaeCsv(requestSpans(1, 170), false);
  await dropFiles(page, [{ name: 'mine.csv', body: csv }]);
  await expect(page.getByText('100 / 20 / 50')).toBeVisible();
  const files = page.getByRole('table', { name: 'Files' });
  await expect(files.getByRole('row', { name: /mine\.csv/ })).toContainText('TraceVAE CSV');
  await page.getByRole('combobox', { name: 'What mine.csv is used for' }).selectOption('test');
  await expect(page.getByText('0 / 0 / 170')).toBeVisible();
  const stored = page.getByRole('table', { name: 'Datasets' }).getByRole('row', { name: /mine/ });
  await expect(stored).not.toContainText('storing');
  await page.reload();
  await expect(page.getByText('0 / 0 / 170')).toBeVisible();
  await expect(files.getByRole('row', { name: /mine\.csv/ })).toContainText('TraceVAE CSV');
  // With nothing to train on, training says so instead of failing somewhere.
  await page.getByRole('button', { name: 'Start training' }).click();
  await expect(page.getByRole('alert')).toContainText(/train/i);
});

test('many files of a kind are one row, which unfolds and has one role', async ({ page }) => {
  await openNotebook(page);
  const header = 'traceIdHigh,traceIdLow,parentSpanId,spanId,duration,operationName,serviceName';
  const small = (i: number): string => `${header}\n1,${i},0,1,9,GET /,web\n1,${i},1,2,5,query,db\n`;
  const files = Array.from({ length: 300 }, (_, i) => ({
    name: `trace-${i}.csv`,
    body: i % 100 === 50 ? `${header}\n` : small(i),
  }));
  await dropFiles(page, [...files, { name: 'test.json', body: '{"data":[]}' }]);
  const table = page.getByRole('table', { name: 'Files' });
  const row = table.getByRole('row', { name: /trace-\*\.csv/ });
  await expect(row).toContainText('297 files · 594 spans · 297 traces');
  await expect(table.getByRole('row')).toHaveCount(2);
  const unread = page.getByText('4 of 301 files could not be read: trace-50.csv');
  await expect(unread).toContainText('and 1 more');
  await page.getByRole('button', { name: 'What is wrong with them' }).click();
  await expect(page.getByText(/3 files: a file without a single span/)).toBeVisible();

  await row.getByRole('button').click();
  const inside = page.getByRole('grid', { name: 'Files trace-*.csv' });
  await expect(inside).toHaveAttribute('aria-rowcount', '298');
  expect(await inside.getByRole('row').count()).toBeLessThan(40);
  await inside.getByRole('combobox', { name: 'What trace-1.csv is used for' }).selectOption('val');
  const whole = page.getByRole('combobox', { name: 'What trace-*.csv (297 files) is used for' });
  await expect(whole).toHaveValue('');
  await whole.selectOption('test');
  await expect(page.getByText('0 / 0 / 297')).toBeVisible();
});

test('a bad file keeps the dataset that was there', async ({ page }) => {
  await openNotebook(page);
  await page.getByRole('button', { name: 'Load the demo dataset' }).click();
  await expect(page.getByRole('row', { name: /demo-train/ })).toBeVisible();
  await dropFiles(page, [{ name: 'notes.txt', body: 'hello' }]);
  await expect(page.getByRole('alert')).toContainText('notes.txt');
  await expect(page.getByRole('row', { name: /demo-train/ })).toBeVisible();
});

test('the page says what it reads, and what a file is that it does not read', async ({ page }) => {
  await openNotebook(page);
  await expect(
    page.getByText(/Drop what Jaeger, .*Zipkin.* write, or CSV, JSON or Parquet/),
  ).toBeVisible();
  await dropFiles(page, [{ name: 'answer.json', body: '{"status":"error","message":"no trace"}' }]);
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('an error answer without a trace: no trace');
  await dropFiles(page, [{ name: 'other.json', body: '{"colour":"red","shape":"round"}' }]);
  await expect(alert).toContainText('its keys are colour, shape');
  await expect(alert).toContainText('Give what Jaeger, ');
});

test('a dataset is exported in another format and read back', async ({ page }) => {
  await openNotebook(page);
  const csv = traceVaeCsv(requestSpans(1, 170), false);
  await dropFiles(page, [{ name: 'mine.csv', body: csv }]);
  await page.getByRole('combobox', { name: 'Traces as' }).selectOption('Zipkin JSON');
  const downloaded = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export traces' }).click();
  const download = await downloaded;
  expect(download.suggestedFilename()).toBe('mine.csv.zipkin.json');
  const path = join(mkdtempSync(join(tmpdir(), 'tracevae-export-')), 'again.json');
  await download.saveAs(path);
  await page.locator('input[type=file]').setInputFiles(path);
  const files = page.getByRole('table', { name: 'Files' });
  await expect(files.getByRole('row', { name: /again\.json/ })).toContainText('Zipkin JSON');
  await expect(page.getByText('100 / 20 / 50')).toBeVisible();
});
