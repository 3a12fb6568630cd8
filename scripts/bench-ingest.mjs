/**
 * Import speed, memory and Cancel in the browser:
 *   npm run bench:ingest -- FILE… [--spans N,…] [--cancel] [--json OUT]
 * Each of `--spans` imports a TraceVAE CSV of so many spans, made from the rows of FILE over and over
 * with other trace ids. Prints JSON: seconds, spans per second, the renderer's largest resident
 * memory (Linux), the longest main-thread task, and with --cancel how long Cancel takes,
 * asked two seconds into the last import.
 */
import {
  createWriteStream,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { chromium } from '@playwright/test';
import { build, preview } from 'vite';
import { BROWSER_ARGS, findBrowser } from './find-browser.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    spans: { type: 'string' },
    cancel: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});
if (positionals.length === 0) throw new Error('name at least one trace file');

const NO_LIMIT = { timeout: 0 };
const folder = mkdtempSync(join(tmpdir(), 'bench-ingest-'));

/** The rows of a TraceVAE CSV, with a number before each trace id that makes it another trace. */
async function enlarged(file, spans) {
  const bytes = readFileSync(file);
  const text = (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString('utf8');
  const [header, ...rows] = text.trimEnd().split('\n');
  const path = join(folder, `${spans}-spans.csv`);
  const out = createWriteStream(path);
  out.write(`${header}\n`);
  for (let written = 0, copy = 1; written < spans; copy++) {
    for (let start = 0; start < rows.length && written < spans; start += 10_000) {
      const part = rows.slice(start, Math.min(start + 10_000, start + spans - written));
      written += part.length;
      const full = !out.write(`${part.map((row) => `${copy}${row}`).join('\n')}\n`);
      if (full) await new Promise((resolve) => out.once('drain', resolve));
    }
  }
  out.end();
  await finished(out);
  return path;
}

await build({ logLevel: 'error' });
const server = await preview({ logLevel: 'silent', preview: { port: 0 } });

/** Processes that draw pages; none but on Linux. */
function renderers() {
  try {
    return readdirSync('/proc').filter((name) => {
      if (!/^\d+$/.test(name)) return false;
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('--type=renderer');
      } catch {
        return false; // it ended meanwhile
      }
    });
  } catch {
    return [];
  }
}

/** Largest resident memory so far of the largest of these processes, bytes; null without any. */
function peakResidentBytes(pids) {
  const peaks = pids.map((pid) => {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return 1024 * Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0);
  });
  return peaks.length === 0 ? null : Math.max(...peaks);
}

async function measure(files, cancel) {
  const others = new Set(renderers());
  const browser = await chromium.launch({ executablePath: findBrowser().path, args: BROWSER_ARGS });
  const page = await browser.newPage();
  await page.goto(`${server.resolvedUrls.local[0]}#for=researcher`);
  await page.getByRole('button', { name: 'Choose files' }).waitFor();
  await page.waitForTimeout(2000); // the page's own start is not what is measured
  await page.evaluate(() => {
    window.longTasks = [];
    new PerformanceObserver((list) => {
      window.longTasks.push(...list.getEntries().map(({ duration }) => duration));
    }).observe({ type: 'longtask' });
  });
  const started = performance.now();
  await page.locator('input[type=file]').setInputFiles(files);
  const common = { name: cancel ? 'cancel' : 'import', files };
  if (cancel) {
    await page.getByRole('progressbar').waitFor();
    await page.waitForTimeout(2000);
    const asked = performance.now();
    await page.getByRole('button', { name: 'Cancel import' }).click();
    await page.getByRole('button', { name: 'Cancel import' }).waitFor({ state: 'detached' });
    const cancelSeconds = (performance.now() - asked) / 1e3;
    await browser.close();
    return { ...common, cancelSeconds };
  }
  await page.getByRole('table', { name: 'Files' }).waitFor(NO_LIMIT);
  const seconds = (performance.now() - started) / 1e3;
  await page.waitForTimeout(1000); // long tasks are told a moment late; the drawing belongs to them
  const [download] = await Promise.all([
    page.waitForEvent('download', NO_LIMIT),
    page.getByRole('button', { name: 'Export import report' }).click(NO_LIMIT),
  ]);
  const report = JSON.parse(readFileSync(await download.path(), 'utf8'));
  const longTasks = await page.evaluate(() => window.longTasks);
  const peakBytes = peakResidentBytes(renderers().filter((pid) => !others.has(pid)));
  await browser.close();
  return {
    ...common,
    spans: report.spans,
    traces: report.traces,
    seconds,
    workerSeconds: report.seconds,
    spansPerSecond: report.spans / seconds,
    peakResidentBytes: peakBytes,
    longestMainThreadTaskMs: Math.max(0, ...longTasks),
  };
}

const results = [];
const sizes = values.spans?.split(',').map(Number) ?? [];
const inputs = sizes.length === 0 ? [positionals] : [];
for (const spans of sizes) inputs.push([await enlarged(positionals[0], spans)]);
for (const files of inputs) results.push(await measure(files, false));
if (values.cancel) results.push(await measure(inputs.at(-1), true));
const text = `${JSON.stringify({ results }, null, 2)}\n`;
process.stdout.write(text);
if (values.json) writeFileSync(values.json, text);
rmSync(folder, { recursive: true });
await server.close();
