/**
 * What a person waits for, in the built app from loopback:
 *   npm run bench:ui -- [--epochs N] [--loads N] [--first TABLE.csv.gz] [--learn] [--only-first] [--json OUT]
 * Prints JSON: seconds from a file without labels to its odd traces, the words that are read till
 * then, layout shift, how right the list is, and what the main thread computes per step from one odd
 * trace to the next (--learn: also until a model has learnt); first contentful paint over fresh loads;
 * tasks of the page's main thread while the demo trains, from a trace of the browser (percentiles, the
 * longest, how many over 50 ms); and the gzipped size of what the page loads before its first paint,
 * without the worker's TensorFlow.js.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { chromium } from '@playwright/test';
import { build, preview } from 'vite';
import { BROWSER_ARGS, findBrowser } from './find-browser.mjs';
import { measureFirstAnswer } from './first-answer.mjs';
import { mainThreadTasks, percentile, startTrace, stopTrace } from './main-thread.mjs';
import { layOutForResearcher } from './researcher-layout.mjs';

const { values } = parseArgs({
  options: {
    epochs: { type: 'string', default: '4' },
    loads: { type: 'string', default: '7' },
    first: { type: 'string', default: '../shared/data/boutique/test.csv.gz' },
    learn: { type: 'boolean', default: false },
    'only-first': { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});

const NO_LIMIT = { timeout: 0 };
const LONG_MS = 50;

await build({ logLevel: 'error' });
const server = await preview({ logLevel: 'silent', preview: { port: 0 } });
const url = server.resolvedUrls.local[0];
const browser = await chromium.launch({ executablePath: findBrowser().path, args: BROWSER_ARGS });

/** Scripts and style sheets that index.html names. */
function initialBundle() {
  const html = readFileSync('dist/index.html', 'utf8');
  const names = [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.(?:js|css))"/g)];
  const files = names.map(([, name]) => ({
    name: name.replace(/-[\w-]{8}\./, '.'),
    gzipBytes: gzipSync(readFileSync(join('dist', name)), { level: 9 }).length,
  }));
  return { gzipBytes: files.reduce((sum, file) => sum + file.gzipBytes, 0), files };
}

async function firstPaints() {
  const times = [];
  for (let load = 0; load < Number(values.loads); load++) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    await page.goto(url);
    await page.getByRole('button', { name: 'Load the demo dataset' }).waitFor();
    times.push(
      await page.evaluate(
        () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null,
      ),
    );
    await context.close();
  }
  const sorted = times.toSorted((a, b) => a - b);
  return { loads: times.length, medianMs: percentile(sorted, 0.5), longestMs: sorted.at(-1) };
}

async function training() {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await layOutForResearcher(page);
  await page.goto(url);
  await page.getByRole('button', { name: 'Load the demo dataset' }).click();
  await page.getByRole('treeitem').first().waitFor(NO_LIMIT);
  await page.getByLabel('Backend').selectOption('wasm');
  await page.getByLabel('Epochs', { exact: true }).fill(values.epochs);
  // Saving the dataset is over, and what is measured is training alone.
  await page.waitForTimeout(5000);
  await startTrace(browser, page);
  const started = performance.now();
  await page.getByRole('button', { name: 'Start training' }).click();
  await page.getByRole('progressbar', { name: 'Training' }).waitFor(NO_LIMIT);
  await page
    .getByRole('progressbar', { name: 'Training' })
    .waitFor({ state: 'detached', timeout: 0 });
  const seconds = (performance.now() - started) / 1e3;
  const tasks = mainThreadTasks(await stopTrace(browser));
  await page.close();
  const summary = (sorted) => ({
    medianMs: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
    longestMs: sorted.at(-1),
    longerThan50Ms: sorted.filter((ms) => ms > LONG_MS).length,
  });
  return {
    epochs: Number(values.epochs),
    seconds,
    tasks: tasks.length,
    byTheClock: summary(tasks.map(({ clock }) => clock).sort((a, b) => a - b)),
    computing: summary(tasks.map(({ computing }) => computing).sort((a, b) => a - b)),
  };
}

const measureRest = async () => ({
  initialBundle: initialBundle(),
  firstContentfulPaint: await firstPaints(),
  mainThreadInTraining: await training(),
});

async function firstAnswer() {
  const folder = mkdtempSync(join(tmpdir(), 'first-answer-'));
  const { first: source, learn } = values;
  const measured = await measureFirstAnswer(browser, url, { source, folder, learn });
  rmSync(folder, { recursive: true });
  return measured;
}

const result = {
  machine: { cores: cpus().length, model: cpus()[0]?.model ?? null, node: process.version },
  browser: browser.version(),
  firstAnswer: existsSync(values.first) ? await firstAnswer() : null,
  ...(values['only-first'] ? {} : await measureRest()),
};
const text = `${JSON.stringify(result, null, 2)}\n`;
process.stdout.write(text);
if (values.json) writeFileSync(values.json, text);
await browser.close();
await server.close();
