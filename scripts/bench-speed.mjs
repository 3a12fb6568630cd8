/**
 * Speed of the model in the notebook's own worker in Chromium:
 *   npm run bench:train -- FILE [--backend wasm|webgpu] [--units 64,500] [--batch 64] [--steps 20]
 *   npm run bench:score -- FILE [--backend wasm|webgpu] [--units 64,500] [--traces 2000,…]
 *       [--distinct]  every trace is taken for one of a structure that no other has
 *   both: [--json OUT] [--threads 1,2,1,2]  of WASM, one after the other; by default all
 *   npm run bench:train -- [FILE] --nodes 16,32,64 [--decoder paper|call-paths] [--units 64]
 *       in Node on WASM, one thread, by the clock and in processor time: training and scoring by
 *       N_max, of the file's traces or of generated ones of three quarters of so many nodes to all of
 *       them; a process for each N_max, so that memory is its own
 * Prints JSON. FILE has normal traces.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { build, preview } from 'vite';
import { bundleSource } from './bundle-for-node.mjs';
import { BROWSER_ARGS, findBrowser } from './find-browser.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    backend: { type: 'string', default: 'wasm' },
    units: { type: 'string', default: '64,500' },
    batch: { type: 'string', default: '64' },
    steps: { type: 'string', default: '20' },
    traces: { type: 'string', default: '2000' },
    distinct: { type: 'boolean', default: false },
    json: { type: 'string' },
    threads: { type: 'string' },
    nodes: { type: 'string' },
    decoder: { type: 'string', default: 'call-paths' },
  },
});
const NODES_PROCESS = fileURLToPath(new URL('speed-by-nodes.mjs', import.meta.url));
/** The fastest size over the slowest, in nodes per second: 1 where cost follows nodes alone. */
const spreadOf = (results) =>
  Object.fromEntries(
    ['trainNodesPerSecond', 'scoreNodesPerSecond'].map((key) => {
      const speeds = results.map((result) => result[key]);
      return [key, Math.max(...speeds) / Math.min(...speeds)];
    }),
  );
const write = (results, more = {}) => {
  const text = `${JSON.stringify({ results, ...more }, null, 2)}\n`;
  process.stdout.write(text);
  if (values.json) writeFileSync(values.json, text);
};
if (values.nodes !== undefined) {
  const source = await bundleSource('benchmarks/speed-by-nodes.ts');
  const results = values.nodes.split(',').map((nodes) => {
    const question = {
      structureDecoder: values.decoder,
      maxNodes: Number(nodes),
      units: Number(values.units.split(',')[0]),
      batch: Number(values.batch),
      steps: Number(values.steps),
      traces: Number(values.traces),
    };
    const given = JSON.stringify({ source, path: positionals[1] ?? null, question });
    // the memory of WASM never shrinks, so each size has a process
    const answer = execFileSync(process.execPath, [NODES_PROCESS, given], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return JSON.parse(answer);
  });
  write(results, { largestOverSmallest: spreadOf(results) });
  process.exit(0);
}
const [what, file] = positionals;
if (file === undefined) throw new Error('name a file of normal traces');

const root = fileURLToPath(new URL('..', import.meta.url));
const outDir = `${root}/node_modules/.cache/speed`;
await build({
  root,
  logLevel: 'error',
  build: { outDir, emptyOutDir: true, rolldownOptions: { input: 'benchmarks/speed.html' } },
});
const server = await preview({ root, logLevel: 'silent', build: { outDir }, preview: { port: 0 } });
const browser = await chromium.launch({ executablePath: findBrowser().path, args: BROWSER_ARGS });
const page = await browser.newPage();
await page.goto(new URL('benchmarks/speed.html', server.resolvedUrls.local[0]).href);
await page.getByLabel('Traces').setInputFiles(file);

const results = [];
const threadCounts = values.threads?.split(',').map(Number) ?? [null];
const ask = (threads, question) =>
  page.evaluate(
    ([backend, count, asked]) => window.measure(backend, count, asked),
    [values.backend, threads, question],
  );
for (const units of values.units.split(',')) {
  for (const traces of what === 'score' ? values.traces.split(',') : [values.traces]) {
    const question = {
      what,
      units: Number(units),
      batch: Number(values.batch),
      steps: Number(values.steps),
      traces: Number(traces),
      distinct: values.distinct,
    };
    for (const threads of threadCounts) results.push(...(await ask(threads, question)));
  }
}
write(results);
await browser.close();
await server.close();
process.exit(0);
