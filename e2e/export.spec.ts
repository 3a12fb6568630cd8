/** What leaves the page as a file: figures, tables, the notebook, the report. */
import { readFileSync } from 'node:fs';
import type { Locator, Page } from '@playwright/test';
import { TEST_CSV } from './fixtures.ts';
import {
  dropFiles,
  expect,
  exportRun,
  layOutFor,
  openNotebook,
  showTraces,
  test,
  train,
} from './notebook.ts';

async function download(page: Page, button: Locator): Promise<{ path: string; name: string }> {
  const [file] = await Promise.all([page.waitForEvent('download'), button.click()]);
  return { path: await file.path(), name: file.suggestedFilename() };
}

test('figures, tables, a notebook that another browser opens, and a report without a script', async ({
  page,
  browser,
}) => {
  await openNotebook(page);
  await dropFiles(page, [{ name: 'shop.csv', body: TEST_CSV() }]);
  await train(page, { preset: 'tiny', epochs: 2, backend: 'wasm' });
  const run = await exportRun(page);
  await page.getByRole('button', { name: 'Add a note below Scores' }).click();
  await page.getByRole('textbox', { name: /Note in Markdown/ }).fill('The **gap** is $N_{max}/N$.');
  await page.keyboard.press('Control+Enter');
  await expect(page.getByRole('article', { name: 'Note below Scores' })).toContainText('gap');

  // Figures: drawings with their own colours.
  const scores = page.getByRole('figure').filter({ hasText: 'Scores of the test traces' });
  await scores.getByRole('button', { name: /^Save figure/ }).click();
  const svg = await download(page, scores.getByRole('button', { name: /as SVG$/ }));
  expect(svg.name).toBe('Scores-of-the-test-traces.svg');
  const drawing = readFileSync(svg.path, 'utf8');
  expect(drawing).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  expect(drawing).toContain('score (nats');
  expect(drawing).toMatch(/fill="rgb\(/);
  expect(drawing).not.toMatch(/class=|style=|var\(--|<script/);
  await scores.getByRole('button', { name: /^Save figure/ }).click();
  const png = await download(page, scores.getByRole('button', { name: /as PNG$/ }));
  const pixels = readFileSync(png.path);
  expect(pixels.subarray(1, 4).toString()).toBe('PNG');
  expect(pixels.readUInt32BE(16)).toBeGreaterThan(1000); // width, twice that of the page
  expect(pixels.length).toBeGreaterThan(10_000);

  // Tables, with numbers in full.
  const metrics = await download(page, page.getByRole('button', { name: 'Save Metrics as CSV' }));
  const lines = readFileSync(metrics.path, 'utf8').split('\n');
  expect(lines[0]).toMatch(/^score,best F total,best F structure,best F time,ROC-AUC total/);
  const { auroc } = JSON.parse(run).results[1].total;
  expect(lines[1]).toMatch(/^History,/);
  expect(lines[2]).toContain(`"TraceVAE, all corrections",`);
  expect(lines[2]!.split(',')).toContain(String(auroc));
  await showTraces(page, 'all');
  const traces = await download(
    page,
    page.getByRole('button', { name: 'Save Test traces by score as CSV' }),
  );
  const listed = readFileSync(traces.path, 'utf8').trim().split('\n');
  expect(listed[0]).toMatch(/^trace,start,"duration, ms",service,operation,/);
  // The ids begin with a minus, which a spreadsheet would take for a formula.
  expect(listed[1]).toMatch(/^'-4365/);

  // The notebook, in a browser that has never seen it.
  const file = await download(page, page.getByRole('button', { name: 'Save notebook' }));
  expect(file.name).toBe('shop.csv.tracevae.zip');
  const elsewhere = await browser.newContext();
  const other = await elsewhere.newPage();
  await layOutFor(other, 'researcher');
  await openNotebook(other);
  await dropFiles(other, [{ name: 'sent by mail.zip', body: readFileSync(file.path) }]);
  await expect(other.getByRole('row', { name: /Run 1, shown/ })).toBeVisible();
  await expect(other.getByRole('article', { name: 'Note below Scores' })).toContainText('gap');
  expect(await exportRun(other)).toBe(run);
  await showTraces(other, 'all');
  await other.getByRole('grid', { name: 'Test traces by score' }).getByRole('row').nth(1).click();
  await expect(other.getByRole('tree', { name: 'Waterfall' })).toBeVisible();
  await other.getByRole('button', { name: 'Spans as recorded' }).click();
  await expect(other.getByRole('table', { name: 'Spans as recorded' })).toContainText('web');

  // One that was cut on its way.
  const cut = readFileSync(file.path);
  await dropFiles(other, [{ name: 'cut.zip', body: cut.subarray(0, cut.length / 2) }]);
  await expect(other.getByRole('alert')).toBeVisible();
  await elsewhere.close();

  // The report opens from the disk, offline.
  const report = await download(page, page.getByRole('button', { name: 'Save report' }));
  expect(report.name).toBe('shop.csv.report.html');
  const html = readFileSync(report.path, 'utf8');
  expect(html).not.toMatch(/<script|<link|src=|href=(?!"data:image\/png;base64,)/);
  const offline = await browser.newContext({ offline: true });
  const reader = await offline.newPage();
  const complaints: string[] = [];
  reader.on('console', (message) => complaints.push(message.text()));
  const path = test.info().outputPath('report.html');
  await (await import('node:fs/promises')).writeFile(path, html);
  await reader.goto(`file://${path}`);
  await expect(reader.getByRole('heading', { level: 1, name: 'shop.csv' })).toBeVisible();
  await expect(reader.getByRole('heading', { name: 'Scores', exact: true })).toBeVisible();
  await expect(reader.locator('svg').filter({ hasText: 'score (nats' }).first()).toBeVisible();
  await expect(reader.locator('math')).toHaveCount(1);
  await expect(reader.getByRole('table').filter({ hasText: 'ROC-AUC' }).first()).toBeVisible();
  await expect(reader.getByRole('table').filter({ hasText: 'units per head' })).toBeVisible();
  expect(complaints).toEqual([]);
  await offline.close();
});
