/**
 * Settings judged on held-out normal traces with injected anomalies, without any test trace:
 *   npm run bench:scale -- FILE… [--scales robust,authors] [--set KEY=VALUE…]
 *       [--preset small] [--epochs N] [--seed N] [--max-nodes N] [--json OUT]
 * `--set` changes a setting of TraceVAE by its name in the code: `--set earlyStopping=0`.
 * Prints JSON, one result a scale, kind of anomaly, source of the std limit and share of normal traces.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { loadSource } from './bundle-for-node.mjs';
import { settingChanges } from './setting-changes.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    scales: { type: 'string', default: 'robust,authors' },
    preset: { type: 'string', default: 'small' },
    epochs: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    'max-nodes': { type: 'string', default: '32' },
    set: { type: 'string', multiple: true, default: [] },
    json: { type: 'string' },
  },
});
if (positionals.length === 0) throw new Error('name files of normal traces');

const { judge, configWith } = await loadSource('benchmarks/injected-validation.ts');
const chosen = {
  epochs: Number(values.epochs),
  maxNodes: Number(values['max-nodes']),
  ...settingChanges(values.set),
};

const results = [];
for (const scale of values.scales.split(',')) {
  const answers = await judge({
    files: positionals,
    config: configWith(values.preset, { latencyScale: scale, ...chosen }),
    seed: Number(values.seed),
    onEpoch: (epoch, valLoss) =>
      process.stderr.write(`${scale}: epoch ${epoch}, validation ${valLoss?.toFixed(2)}\n`),
  });
  results.push(...answers.map((answer) => ({ scale, ...answer })));
}
const text = `${JSON.stringify({ results }, null, 2)}\n`;
process.stdout.write(text);
if (values.json) writeFileSync(values.json, text);
process.exit(0);
