/**
 * Speed of the model in the notebook's own worker in Chromium:
 *   npm run bench:train -- FILE [--backend wasm|webgpu] [--units 64,500] [--batch 64] [--steps 20]
 *   npm run bench:score -- FILE [--backend wasm|webgpu] [--units 64,500] [--traces 2000,…]
 *       [--distinct]  every trace is taken for one of a structure that no other has
 *   both: [--json OUT]
 *   npm run bench:train -- [FILE] --nodes 16,32,64 [--decoder paper|call-paths] [--units 64]
 *       in Node on WASM, one thread, in processor time: training and scoring by N_max, of the file's
 *       traces or of generated ones of three quarters of so many nodes to all of them
 * Prints JSON. FILE has normal traces.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { build, preview } from 'vite';
import { loadSource } from './bundle-for-node.mjs';
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
    nodes: { type: 'string' },
    decoder: { type: 'string', default: 'call-paths' },
  },
});
const write = (results) => {
  const text = `${JSON.stringify({ results }, null, 2)}\n`;
  process.stdout.write(text);
  if (values.json) writeFileSync(values.json, text);
};
if (values.nodes !== undefined) {
  const { startWasm, measureNodes, generatedTraces, tracesOf } = await loadSource(
    'benchmarks/speed-by-nodes.ts',
  );
  await startWasm();
  const results = [];
  for (const nodes of values.nodes.split(',').map(Number)) {
    const path = positionals[1];
    const traces = path === undefined ? generatedTraces(nodes) : await tracesOf(path);
    results.push(
      await measureNodes(traces, {
        structureDecoder: values.decoder,
        maxNodes: nodes,
        units: Number(values.units.split(',')[0]),
        batch: Number(values.batch),
        steps: Number(values.steps),
        traces: Number(values.traces),
      }),
    );
  }
  write(results);
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
const ask = (question) =>
  page.evaluate(([backend, asked]) => window.measure(backend, asked), [values.backend, question]);
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
    results.push(...(await ask(question)));
  }
}
write(results);
await browser.close();
await server.close();
process.exit(0);
