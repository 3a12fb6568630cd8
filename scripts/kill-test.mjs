/**
 * Kills the browser in the middle of what it does, and looks at what its profile still has.
 *   npm run test:kill -- [--tries N] [--seed S] [--only ACTION]
 * A profile with a dataset, a note and a scored run is made once; each try copies it, begins an action,
 * kills the browser (SIGKILL, all of its processes) after a random time, opens the copy again, and
 * asks for all three. Prints each try, and last a line of JSON: tries, survived, lost. Exit status 1
 * where anything was lost.
 */
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { build, preview } from 'vite';
import { BROWSER_ARGS, findBrowser } from './find-browser.mjs';

const { values } = parseArgs({
  options: {
    tries: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
});

/** Milliseconds within which the browser is killed after an action has begun. */
const WITHIN = 2500;
const WAIT = { timeout: 60_000 };
const NOTE = 'what must not be lost';
/** The dataset that has it; a try may bring in others, and open them. */
const KEPT = 'kept dataset';
const NOTEBOOK = 'src/testing/golden/notebook-file-2.tracevae.zip';

/** Numbers from 0 to 1 that follow from the seed (mulberry32). */
function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = randomOf(Number(values.seed));
await build({ logLevel: 'error' });
// The same origin at every opening: what is stored belongs to it.
const server = await preview({ logLevel: 'silent', preview: { port: 4390 } });
const url = server.resolvedUrls.local[0];
/** Browsers that are open, to be ended whatever happens. */
const open = new Set();
const folder = mkdtempSync(join(tmpdir(), 'kill-test-'));

async function openBrowser(profile) {
  rmSync(join(profile, 'DevToolsActivePort'), { force: true });
  const child = spawn(
    findBrowser().path,
    [
      ...BROWSER_ARGS,
      '--headless=new',
      '--window-size=1440,900',
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      'about:blank',
    ],
    { detached: true, stdio: 'ignore' },
  );
  open.add(child);
  child.once('exit', () => open.delete(child));
  const ready = join(profile, 'DevToolsActivePort');
  for (let i = 0; i < 300 && !existsSync(ready); i++) await sleep(100);
  await sleep(100);
  const [port] = readFileSync(ready, 'utf8').split('\n');
  const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`, WAIT);
  const [context] = browser.contexts();
  await context.addInitScript(() => {
    const key = 'tracevae-notebook.preferences';
    if (localStorage.getItem(key) === null) {
      localStorage.setItem(key, JSON.stringify({ reader: 'researcher' }));
    }
  });
  const page = await context.newPage();
  await page.goto(url);
  return {
    context,
    page,
    async kill() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      process.kill(-child.pid, 'SIGKILL');
      await gone;
      await browser.close().catch(() => {});
    },
    async close() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      const session = await browser.newBrowserCDPSession();
      await session.send('Browser.close').catch(() => {});
      await gone;
    },
  };
}

const button = (page, name) => page.getByRole('button', { name, exact: true });

async function trainTiny(page) {
  await page.getByLabel('Preset').selectOption('tiny');
  await page.getByLabel('Epochs', { exact: true }).fill('2');
  await page.getByLabel('Backend').selectOption('wasm');
  await button(page, 'Start training').click();
}

async function makeProfile(profile) {
  const { page, close } = await openBrowser(profile);
  await button(page, 'Load the demo dataset').click();
  await page
    .getByRole('button', { name: /^Rename / })
    .first()
    .waitFor(WAIT);
  const datasets = page.getByRole('table', { name: 'Datasets' });
  await datasets.getByRole('button', { name: /^Rename / }).click();
  await datasets.getByRole('textbox').fill(KEPT);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Add a note below Data' }).click();
  await page.getByRole('textbox', { name: /Note in Markdown/ }).fill(NOTE);
  await page.keyboard.press('Control+Enter');
  await trainTiny(page);
  await page.getByRole('table', { name: 'Runs' }).waitFor({ timeout: 240_000 });
  await button(page, 'Export run').waitFor(WAIT);
  await sleep(2000);
  await close();
}

const writeNote = async (page) => {
  await page.getByRole('button', { name: 'Add a note below Trees' }).click();
  await page.getByRole('textbox', { name: /Note in Markdown/ }).pressSequentially('x'.repeat(300));
};

/** What is under way when the browser is killed; each returns at once. */
const ACTIONS = {
  import: ({ page }) => button(page, 'Load the demo dataset').first().click(),
  note: ({ page }) => writeNote(page),
  train: ({ page }) => trainTiny(page),
  score: async ({ page }) => {
    await page.getByLabel('L', { exact: true }).fill('7');
    await page
      .getByRole('button', { name: /Score again|Score the run/ })
      .first()
      .click();
  },
  delete: async ({ page }) => {
    await button(page, 'Load the demo dataset').first().click();
    const remove = page
      .getByRole('table', { name: 'Datasets' })
      .getByRole('row')
      .filter({ hasNotText: KEPT })
      .getByRole('button', { name: /^Delete / });
    await remove.first().waitFor(WAIT);
    await remove.first().click();
  },
  'notebook save': ({ page }) => button(page, 'Save notebook').click(),
  'notebook open': ({ page }) => page.locator('input[type=file]').first().setInputFiles(NOTEBOOK),
  'after a quota': async ({ page, context }) => {
    const session = await context.newCDPSession(page);
    const { origin } = new URL(url);
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1000 });
    await button(page, 'Load the demo dataset').first().click();
  },
  'two tabs': async ({ page, context }) => {
    const other = await context.newPage();
    await other.goto(url);
    await Promise.all([trainTiny(page), writeNote(other)]);
  },
};

/** @returns what is not there any more; empty where nothing is lost */
async function lostIn(profile) {
  const { page, close } = await openBrowser(profile);
  const lost = [];
  const there = async (what, locator) => {
    await locator
      .first()
      .waitFor(WAIT)
      .catch(() => lost.push(what));
  };
  await there('the page', page.getByRole('heading', { name: 'TraceVAE Notebook' }));
  const row = page.getByRole('table', { name: 'Datasets' }).getByRole('row', { name: KEPT });
  await there('the dataset', row);
  const other = row.getByRole('button', { name: KEPT, exact: true });
  if ((await other.count()) > 0) await other.click();
  await there('the note', page.getByRole('article', { name: 'Note below Data' }).getByText(NOTE));
  await there('the run', page.getByRole('table', { name: 'Runs' }).getByText('Run 1'));
  await close();
  return lost;
}

const base = join(folder, 'base');
const found = { tries: 0, survived: 0, lost: 0, byAction: {} };
try {
  await makeProfile(base);
  const names = values.only === undefined ? Object.keys(ACTIONS) : [values.only];
  for (let i = 0; i < Number(values.tries); i++) {
    const action = names[i % names.length];
    const after = Math.round(random() * WITHIN);
    const profile = join(folder, `try-${i}`);
    cpSync(base, profile, { recursive: true });
    const browser = await openBrowser(profile);
    await browser.page.getByRole('table', { name: 'Runs' }).waitFor(WAIT);
    const begun = Promise.resolve(ACTIONS[action](browser)).catch(() => {}); // killed under it
    await sleep(after);
    await browser.kill();
    await begun;
    const lost = await lostIn(profile);
    rmSync(profile, { recursive: true, force: true });
    found.tries += 1;
    found[lost.length === 0 ? 'survived' : 'lost'] += 1;
    found.byAction[action] ??= { tries: 0, lost: 0 };
    const of = found.byAction[action];
    of.tries += 1;
    of.lost += lost.length === 0 ? 0 : 1;
    console.error(`${action}, killed after ${after} ms: ${lost.join(', ') || 'all there'}`);
  }
} finally {
  for (const child of open) process.kill(-child.pid, 'SIGKILL');
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}
console.log(JSON.stringify(found));
process.exit(found.lost === 0 ? 0 : 1);
