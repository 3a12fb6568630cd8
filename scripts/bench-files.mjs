/**
 * Many small files: npm run bench:files -- [--files N] [--only loose,zip,tar] [--json OUT]
 * One Jaeger trace of about 3 kB per file, given loose, as a zip archive and as a tar archive. Prints
 * JSON: seconds in Node from memory, in the page from the choice of the files to the drawn result,
 * until they are stored, and of a reload until the dataset is there again; what the browser took of
 * the processor until the files were stored, by process (on Linux); the longest main-thread task of
 * each, and how many table rows the page draws.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { build, preview } from 'vite';
import { loadSource } from './bundle-for-node.mjs';
import { BROWSER_ARGS, findBrowser } from './find-browser.mjs';

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '10000' },
    only: { type: 'string', default: 'loose,zip,tar' },
    json: { type: 'string' },
  },
});
const { smallFile, tarOf, timeImport, zipOf } = await loadSource('benchmarks/small-files.ts');
const NO_LIMIT = { timeout: 0 };
const loose = Array.from({ length: Number(values.files) }, (_, i) => smallFile(i));
const folder = mkdtempSync(join(tmpdir(), 'bench-files-'));

const GIVEN = {
  loose: () => loose,
  zip: () => [{ name: 'traces.zip', bytes: zipOf(loose) }],
  tar: () => [{ name: 'traces.tar', bytes: tarOf(loose) }],
};

function onDisk(kind, files) {
  const at = join(folder, kind);
  mkdirSync(at);
  return files.map(({ name, bytes }) => {
    const path = join(at, name);
    writeFileSync(path, bytes);
    return path;
  });
}

await build({ logLevel: 'error' });
const server = await preview({ logLevel: 'silent', preview: { port: 0 } });

/** Seconds of the processor by kind of process, of all that this one started; empty but on Linux. */
function processorSeconds() {
  const processes = new Map();
  const pids = process.platform === 'linux' ? readdirSync('/proc').filter((name) => +name) : [];
  for (const pid of pids) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const [, parent, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const [, kind = 'browser'] =
        /--(?:utility-sub-type|type)=([\w-]+)(?!.*--utility-sub-type)/.exec(
          readFileSync(`/proc/${pid}/cmdline`, 'utf8'),
        ) ?? [];
      // utime and stime, in hundredths of a second
      processes.set(pid, { parent, kind, seconds: (+fields[9] + +fields[10]) / 100 });
    } catch {
      // It has ended meanwhile.
    }
  }
  const isMine = (pid) =>
    pid === `${process.pid}` || (processes.has(pid) && isMine(processes.get(pid).parent));
  const sums = {};
  for (const { parent, kind, seconds } of processes.values()) {
    if (isMine(parent)) sums[kind] = (sums[kind] ?? 0) + seconds;
  }
  return sums;
}

const since = (before, now) =>
  Object.fromEntries(
    Object.entries(now)
      .map(([kind, seconds]) => [kind, Math.round(100 * (seconds - (before[kind] ?? 0))) / 100])
      .filter(([, seconds]) => seconds > 0),
  );

async function watch(page) {
  await page.addInitScript(() => {
    window.longTasks = [];
    new PerformanceObserver((list) => {
      // Those before the page is told of the files are the browser's, which makes a list of them.
      const own = list.getEntries().filter(({ startTime }) => startTime >= (window.chosenAt ?? 0));
      window.longTasks.push(...own.map(({ duration }) => duration));
    }).observe({ type: 'longtask' });
    // The browser alone takes seconds to hand over a choice of so many; that is not the page's.
    document.addEventListener(
      'change',
      () => {
        window.chosenAt ??= performance.now();
        window.noteProcessor();
      },
      true,
    );
    const look = () => {
      window.drawnAt = document.querySelector('table[aria-label=Files]') && performance.now();
      if (!window.drawnAt) requestAnimationFrame(look);
    };
    document.addEventListener('DOMContentLoaded', look);
  });
}

async function measureInPage(paths) {
  const browser = await chromium.launch({ executablePath: findBrowser().path, args: BROWSER_ARGS });
  const page = await browser.newPage();
  await watch(page);
  // As soon as the page is told of the files: choosing so many takes the browser seconds.
  let before = {};
  await page.exposeBinding('noteProcessor', () => {
    before = processorSeconds();
  });
  await page.goto(`${server.resolvedUrls.local[0]}#for=researcher`);
  await page.getByRole('button', { name: 'Choose files' }).waitFor();
  await page.waitForTimeout(2000); // the page's own start is not what is measured
  await page.evaluate(() => {
    window.longTasks.length = 0;
  });
  await page.locator('input[type=file]').setInputFiles(paths, NO_LIMIT);
  await page.getByRole('table', { name: 'Files' }).waitFor(NO_LIMIT);
  const stored = page.getByRole('table', { name: 'Datasets' }).getByText('storing');
  await stored.waitFor({ ...NO_LIMIT, state: 'detached' });
  const storedAt = await page.evaluate(() => performance.now());
  const processor = since(before, processorSeconds());
  await page.waitForTimeout(1000); // long tasks are told a moment late
  const chosen = await page.evaluate(() => ({
    at: window.chosenAt,
    drawn: window.drawnAt,
    longest: Math.max(0, ...window.longTasks),
    rows: document.querySelectorAll('table[aria-label=Files] tr').length,
  }));
  await page.reload();
  await page.getByRole('table', { name: 'Files' }).waitFor(NO_LIMIT);
  const reopened = await page.evaluate(() => ({
    at: window.drawnAt,
    longest: Math.max(0, ...window.longTasks),
  }));
  await browser.close();
  return {
    seconds: (chosen.drawn - chosen.at) / 1e3,
    storedSeconds: (storedAt - chosen.at) / 1e3,
    processorSeconds: processor,
    longestTaskMs: chosen.longest,
    rowsDrawn: chosen.rows,
    reloadSeconds: reopened.at / 1e3,
    reloadLongestTaskMs: reopened.longest,
  };
}

const results = [];
for (const kind of values.only.split(',')) {
  const files = GIVEN[kind]();
  const node = await timeImport(files);
  const page = await measureInPage(onDisk(kind, files));
  results.push({ kind, files: loose.length, node, page });
}
const text = `${JSON.stringify({ results }, null, 2)}\n`;
process.stdout.write(text);
if (values.json) writeFileSync(values.json, text);
rmSync(folder, { recursive: true });
await server.close();
