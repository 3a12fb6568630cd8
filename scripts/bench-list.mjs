/**
 * The list of scored traces: npm run bench:list -- [TRACES…] [--page] [--json OUT]
 * Prints JSON, milliseconds for each number of traces: in Node as the worker holds the list, or with
 * --page in the app in Chromium, by the clock in the page.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { build, preview } from 'vite';
import { loadSource } from './bundle-for-node.mjs';
import { BROWSER_ARGS, findBrowser } from './find-browser.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { page: { type: 'boolean', default: false }, json: { type: 'string' } },
});

async function inNode(sizes) {
  const { timeTraceList } = await loadSource('benchmarks/trace-list.ts');
  return sizes.map(timeTraceList);
}

async function inPage(sizes) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const outDir = `${root}/node_modules/.cache/list`;
  await build({
    root,
    logLevel: 'error',
    build: { outDir, emptyOutDir: true, rolldownOptions: { input: 'benchmarks/list.html' } },
  });
  const server = await preview({
    root,
    logLevel: 'silent',
    build: { outDir },
    preview: { port: 0 },
  });
  const browser = await chromium.launch({ executablePath: findBrowser().path, args: BROWSER_ARGS });
  const results = [];
  for (const size of sizes) {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.on('pageerror', (error) => process.stderr.write(`${error}\n`));
    await page.goto(new URL('benchmarks/list.html', server.resolvedUrls.local[0]).href);
    results.push(await page.evaluate((traces) => window.measureList(traces), size));
    await page.close();
  }
  await browser.close();
  await server.close();
  return results;
}

const sizes = positionals.length > 0 ? positionals.map(Number) : [10_000, 100_000, 1_000_000];
const machine = { cores: cpus().length, model: cpus()[0]?.model ?? null, node: process.version };
const results = await (values.page ? inPage(sizes) : inNode(sizes));
const text = `${JSON.stringify({ machine, results }, null, 2)}\n`;
process.stdout.write(text);
if (values.json) writeFileSync(values.json, text);
process.exit(0);
