/**
 * All detectors with one click, in the built app: the demo dataset, then Run all detectors.
 *   npm run bench:detectors -- [--preset tiny|small] [--epochs N] [--out run.json] [--json OUT]
 * Prints JSON: seconds from the click to the last score, and the run as Export run gives it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { build, preview } from 'vite';
import { BROWSER_ARGS, findBrowser } from './find-browser.mjs';
import { layOutForResearcher } from './researcher-layout.mjs';

const { values } = parseArgs({
  options: {
    preset: { type: 'string', default: 'small' },
    epochs: { type: 'string', default: '60' },
    out: { type: 'string' },
    json: { type: 'string' },
  },
});

const NO_LIMIT = { timeout: 0 };

await build({ logLevel: 'error' });
const server = await preview({ logLevel: 'silent', preview: { port: 0 } });
const browser = await chromium.launch({ executablePath: findBrowser().path, args: BROWSER_ARGS });
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
await layOutForResearcher(page);
await page.goto(`${server.resolvedUrls.local[0]}#for=researcher`);
await page.getByRole('button', { name: 'Load the demo dataset' }).click();
await page.getByLabel('Preset', { exact: true }).selectOption(values.preset);
await page.getByLabel('Epochs', { exact: true }).fill(values.epochs);
await page.getByLabel('Backend', { exact: true }).selectOption('wasm');

const started = performance.now();
const cell = page.getByRole('region', { name: 'Baselines' });
await cell.getByRole('button', { name: 'Run all detectors' }).click();
// the last of them has its score
const last = page
  .getByRole('table', { name: 'Results by detector', exact: true })
  .getByRole('row', { name: /^VGAE/ });
await last
  .getByText(/^(0\.\d{3}|1\.000)/)
  .first()
  .waitFor(NO_LIMIT);
const seconds = (performance.now() - started) / 1e3;

const [download] = await Promise.all([
  page.waitForEvent('download', NO_LIMIT),
  page.getByRole('button', { name: 'Export run', exact: true }).click(),
]);
const run = readFileSync(await download.path(), 'utf8');
if (values.out) writeFileSync(values.out, run);
const { detectors } = JSON.parse(run);
const text = `${JSON.stringify(
  {
    machine: { cores: cpus().length, node: process.version },
    browser: browser.version(),
    preset: values.preset,
    epochs: Number(values.epochs),
    seconds,
    detectors: detectors.map(({ detector, trainSeconds, scoreSeconds }) => ({
      detector,
      trainSeconds,
      scoreSeconds,
    })),
  },
  null,
  2,
)}\n`;
process.stdout.write(text);
if (values.json) writeFileSync(values.json, text);
await browser.close();
await server.close();
process.exit(0);
