/**
 * The main path in Firefox: import, train on WASM, score, inspect, reload, export.
 *   npm run test:firefox -- [--run OUT.json] [--screenshot OUT.png]
 * It takes FIREFOX_PATH or an installed Firefox, as Debian's package firefox-esr; without one it says so
 * and passes. Last line: `Firefox: N passed, N failed`.
 */
import { accessSync, constants, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { parseArgs } from 'node:util';
import { build, preview } from 'vite';
import { loadSource } from './bundle-for-node.mjs';
import { startFirefox } from './firefox/marionette.mjs';

const { values } = parseArgs({
  options: { run: { type: 'string' }, screenshot: { type: 'string' } },
});

const path = process.env.FIREFOX_PATH ?? installed();
if (path === null) {
  console.log('Firefox: skipped, none is installed (Debian: apt-get install firefox-esr)');
  process.exit(0);
}

function installed() {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const candidates = ['firefox', 'firefox-esr'].flatMap((name) =>
    folders.map((f) => join(f, name)),
  );
  return candidates.find(isExecutable) ?? null;
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function must(condition, words) {
  if (!condition) throw new Error(words);
}

/** Milliseconds that training and scoring may take on a busy machine. */
const RUN_LIMIT = 180_000;

const { TRAIN_CSV, VAL_CSV, TEST_CSV } = await loadSource('e2e/fixtures.ts');
await build({ logLevel: 'error' });
const server = await preview({ logLevel: 'silent', preview: { port: 0 } });
const url = server.resolvedUrls.local[0];
const { page, downloads, version, close } = await startFirefox(path);
console.log(`Firefox ${version} (${path})`);

const files = Object.entries({ train: TRAIN_CSV, val: VAL_CSV, test: TEST_CSV }).map(
  ([name, text]) => {
    const file = join(downloads, `${name}.csv`);
    writeFileSync(file, text());
    return file;
  },
);

/** Opens the page for a researcher, and keeps errors and violations of its policy. */
const openPage = async () => {
  await page.goto(url);
  await page.evaluate(() => {
    localStorage.setItem('tracevae-notebook.preferences', '{"reader":"researcher"}');
  });
  await page.reload();
};
const listen = () =>
  page.evaluate(() => {
    window.complaints = [];
    const note = (words) => void window.complaints.push(words);
    addEventListener('error', ({ message }) => note(message));
    addEventListener('unhandledrejection', ({ reason }) => note(String(reason)));
    document.addEventListener('securitypolicyviolation', (event) =>
      note(`Content Security Policy: ${event.violatedDirective} ${event.blockedURI}`),
    );
  });
const complaints = () => page.evaluate(() => window.complaints.join('; '));

const exportRun = async () => {
  const button = await page.button('Export run', RUN_LIMIT);
  const before = new Set(readdirSync(downloads));
  await page.click(button);
  const name = await page.until(
    'run.json',
    () => readdirSync(downloads).find((file) => file.endsWith('.json') && !before.has(file)),
    10_000,
  );
  return page.until('all of run.json', () => {
    try {
      return JSON.parse(readFileSync(join(downloads, name), 'utf8'));
    } catch {
      return null; // it is being written
    }
  });
};

const dataset = () =>
  page.until('the cell Trees', () =>
    page.evaluate(() =>
      [...document.querySelectorAll('h2')].some(({ textContent }) => textContent.includes('Trees')),
    ),
  );

let run;
const STEPS = {
  'opens, isolated, with threads': async () => {
    await openPage();
    await listen();
    must(await page.evaluate(() => crossOriginIsolated), 'it is not cross-origin isolated');
    await page.until('the backend', () =>
      page.evaluate(() => /WASM SIMD, \d+ threads/.test(document.body.textContent)),
    );
  },
  imports: async () => {
    await page.setFiles(await page.find('input[type=file]'), files);
    await dataset();
  },
  'trains on WASM and scores': async () => {
    await page.fill('Preset', 'tiny');
    await page.fill('Epochs', '2');
    await page.fill('Backend', 'wasm');
    await page.click(await page.button('Start training'));
    run = await exportRun();
    must(run.curves.length === 2, `2 epochs were asked for, there are ${run.curves.length}`);
    must(
      run.curves.every(({ loss }) => Number.isFinite(loss)),
      'a loss is no number',
    );
    must(run.environment.backend === 'wasm', `it ran on ${run.environment.backend}`);
    must(run.results.length > 0, 'there are no results');
  },
  'inspects a trace': async () => {
    const cell = await page.find('[aria-label="Test traces by score"] [role=row] [role=gridcell]');
    await page.click(cell);
    await page.find('[role=tree][aria-label="Waterfall"]');
    must((await complaints()) === '', await complaints());
  },
  'brings all back after a reload': async () => {
    await page.reload();
    await listen();
    await dataset();
    const again = await exportRun();
    must(
      JSON.stringify(again.results) === JSON.stringify(run.results),
      'the results differ after a reload',
    );
    await page.find('[role=tree][aria-label="Waterfall"]');
    must((await complaints()) === '', await complaints());
  },
};

let [passed, failed] = [0, 0];
try {
  for (const [name, step] of Object.entries(STEPS)) {
    const started = Date.now();
    try {
      await step();
      passed += 1;
      console.log(`ok: ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
    } catch (cause) {
      failed += 1;
      console.log(`FAILED: ${name}: ${cause.message}`);
      await page.screenshot(join(tmpdir(), 'firefox-test.png'));
      break; // what follows needs it
    }
  }
  if (values.run !== undefined && run !== undefined) writeFileSync(values.run, JSON.stringify(run));
  if (values.screenshot !== undefined) await page.screenshot(values.screenshot);
} finally {
  await close();
  await server.close();
  for (const file of files) rmSync(file, { force: true });
}
console.log(`Firefox: ${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
