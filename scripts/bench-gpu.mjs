/**
 * The model on a GPU in Node, without a browser, on Dawn (the npm package `webgpu`, which is large
 * and therefore no dependency: `npm install --no-save webgpu`):
 *   npm run bench:gpu -- FILE [--units 64,500] [--batch 64] [--steps 20] [--traces 2000]
 *       [--parity GOLDEN] [--graphs OUT] [--json OUT] [--null]
 * Training and scoring of FILE's normal traces, printed as JSON; with --parity first the numbers of
 * a golden file, and exit 1 where one is past its tolerance; with --graphs the merged trees are
 * written too, for the same model in PyTorch on the same GPU (benchmarks/torch); with --null on Dawn's
 * null device, which takes commands and does nothing: what the script costs, and what it asks for.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { loadSource } from './bundle-for-node.mjs';
import { makeWebGpuGlobal } from './dawn.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    units: { type: 'string', default: '64,500' },
    batch: { type: 'string', default: '64' },
    steps: { type: 'string', default: '20' },
    traces: { type: 'string', default: '2000' },
    parity: { type: 'string' },
    graphs: { type: 'string' },
    json: { type: 'string' },
    null: { type: 'boolean', default: false },
  },
});
const [file] = positionals;
if (file === undefined) throw new Error('name a file of normal traces');

await makeWebGpuGlobal(values.null ? ['backend=null'] : []);
const { startGpu, checkParity, graphsOf, measureOnGpu } = await loadSource('benchmarks/gpu.ts');
const { adapter } = await startGpu();
if (values.parity) {
  const { verdict, lines } = await checkParity(values.parity);
  process.stderr.write(`${[...lines, `parity on ${adapter}: ${verdict}`].join('\n')}\n`);
  if (verdict === 'failed') process.exit(1);
}
if (values.graphs) writeFileSync(values.graphs, await graphsOf(file, Number(values.traces)));
const results = [];
const write = () => `${JSON.stringify({ results }, null, 2)}\n`;
for (const units of values.units.split(',')) {
  for (const what of ['train', 'score']) {
    const question = {
      what,
      units: Number(units),
      batch: Number(values.batch),
      steps: Number(values.steps),
      traces: Number(values.traces),
      distinct: false,
    };
    results.push(...(await measureOnGpu(file, adapter, question)));
    // what is there stays, should the rest take too long
    if (values.json) writeFileSync(values.json, write());
  }
}
process.stdout.write(write());
process.exit(0);
