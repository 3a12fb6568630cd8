/**
 * A whole run without a browser, on a GPU (the npm package `webgpu`: npm install --no-save webgpu) or
 * on WASM with one thread; for machines that have no browser, and many runs side by side:
 *   npm run headless:node -- [--train FILE… --val FILE… --test FILE… | --demo | --stand-in A --traces N]
 *       [--preset tiny|small|paper] [--epochs N] [--seed N] [--backend webgpu|wasm]
 *       [--detectors all|tracevae,fsa,…] [--limit-train N] [--max-nodes N] [--set KEY=VALUE…] --out run.json
 * `--set` changes a setting of TraceVAE by its name in the code: `--set latencyScale=authors`.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { loadBenchmark } from './bundle-benchmark.mjs';
import { makeWebGpuGlobal } from './dawn.mjs';
import { spreadLists } from './headless/spread-lists.mjs';
import { settingChanges } from './setting-changes.mjs';

const OPTIONS = {
  train: { type: 'string', multiple: true, default: [] },
  val: { type: 'string', multiple: true, default: [] },
  test: { type: 'string', multiple: true, default: [] },
  demo: { type: 'boolean', default: false },
  'stand-in': { type: 'string' },
  traces: { type: 'string', default: '20000' },
  preset: { type: 'string', default: 'small' },
  epochs: { type: 'string', default: '60' },
  seed: { type: 'string', default: '1' },
  backend: { type: 'string', default: 'webgpu' },
  detectors: { type: 'string', default: 'tracevae' },
  'limit-train': { type: 'string' },
  'max-nodes': { type: 'string' },
  set: { type: 'string', multiple: true, default: [] },
  out: { type: 'string' },
};
const { values } = parseArgs({
  args: spreadLists(process.argv.slice(2), OPTIONS),
  options: OPTIONS,
});
if (values.out === undefined) throw new Error('name the result: --out run.json');

const numberOrNull = (text) => (text === undefined ? null : Number(text));

function sourceOf() {
  if (values.demo) return { kind: 'demo' };
  const id = values['stand-in'];
  if (id !== undefined) return { kind: 'stand-in', id, traces: Number(values.traces) };
  const files = ['train', 'val', 'test'].flatMap((role) =>
    values[role].map((path) => ({ path, role })),
  );
  return { kind: 'files', files };
}

if (values.backend === 'webgpu') await makeWebGpuGlobal();
const { startGpu, startWasm, runInNode } = await loadBenchmark('node-run');
const backend = await (values.backend === 'webgpu' ? startGpu() : startWasm());
const text = await runInNode(
  {
    source: sourceOf(),
    preset: values.preset,
    epochs: Number(values.epochs),
    seed: Number(values.seed),
    detectors: values.detectors.split(','),
    maxNodes: numberOrNull(values['max-nodes']),
    limitTrain: numberOrNull(values['limit-train']),
    changes: settingChanges(values.set),
    backend,
  },
  (line) => process.stderr.write(`${line}\n`),
);
writeFileSync(values.out, text);
process.exit(0);
