/**
 * Import speed in the browser: npm run bench:import -- FILE… [--json OUT]
 * Prints JSON: seconds, spans per second, and the longest main-thread task while it ran.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { build, preview } from 'vite';
import { BROWSER_ARGS, findBrowser } from './find-browser.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' } },
});
if (positionals.length === 0) throw new Error('name at least one trace file');

await build({ logLevel: 'error' });
const server = await preview({ logLevel: 'silent', preview: { port: 0 } });
const browser = await chromium.launch({ executablePath: findBrowser().path, args: BROWSER_ARGS });
const page = await browser.newPage();
await page.goto(server.resolvedUrls.local[0]);
await page.getByRole('button', { name: 'Choose files' }).waitFor();
await page.waitForTimeout(2000); // the page's own start is not what is measured
await page.evaluate(() => {
  window.longTasks = [];
  new PerformanceObserver((list) => {
    window.longTasks.push(...list.getEntries().map(({ duration }) => duration));
  }).observe({ type: 'longtask' });
});
const started = performance.now();
await page.locator('input[type=file]').setInputFiles(positionals);
await page.getByRole('table', { name: 'Files' }).waitFor({ timeout: 0 });
const seconds = (performance.now() - started) / 1e3;
await page.waitForTimeout(1000); // long tasks are told a moment late; the drawing belongs to them
const [download] = await Promise.all([
  page.waitForEvent('download'),
  page.getByRole('button', { name: 'Export import report' }).click(),
]);
const report = JSON.parse(readFileSync(await download.path(), 'utf8'));
const longTasks = await page.evaluate(() => window.longTasks);
const result = {
  name: 'import',
  files: positionals,
  spans: report.spans,
  traces: report.traces,
  seconds,
  workerSeconds: report.seconds,
  spansPerSecond: report.spansPerSecond,
  longestMainThreadTaskMs: Math.max(0, ...longTasks),
};
const text = `${JSON.stringify({ results: [result] }, null, 2)}\n`;
process.stdout.write(text);
if (values.json) writeFileSync(values.json, text);
await browser.close();
await server.close();
