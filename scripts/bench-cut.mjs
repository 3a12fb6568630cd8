/**
 * The robust cut beside the 99th percentile, where validation holds anomalies that nobody labelled:
 * false alarms and recall, per share of anomalies. No test file is read.
 *   npm run bench:cut -- [--sets DIR,… | demo] [--detectors history,…] [--seeds 1,2] [--epochs N]
 * Prints Markdown.
 */
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { loadSource } from './bundle-for-node.mjs';

const { values } = parseArgs({
  options: {
    sets: { type: 'string', default: 'demo' },
    detectors: { type: 'string', default: 'history' },
    seeds: { type: 'string', default: '1,2' },
    shares: { type: 'string', default: '0,0.01,0.05,0.1' },
    epochs: { type: 'string', default: '12' },
    limit: { type: 'string', default: '100000' },
  },
});
const listOf = (name) => values[name].split(',');

const { compareCuts, meanOf, readPool, scoreContaminated, startWasm } = await loadSource(
  'benchmarks/contaminated-scores.ts',
);
await startWasm();
const percent = (share) => (Number.isNaN(share) ? '–' : (100 * share).toFixed(1));
console.log(
  '| set | detector | anomalies in | share, % | false alarms, %: p99 / robust | recall, %: p99 / robust / best at 1 % |',
);
console.log('| --- | --- | --- | --- | --- | --- |');
for (const set of listOf('sets')) {
  for (const detector of listOf('detectors')) {
    const rows = new Map();
    for (const seed of listOf('seeds').map(Number)) {
      const pool = await readPool(set, seed);
      for (const where of ['validation', 'all']) {
        for (const contamination of listOf('shares').map(Number)) {
          if (where === 'all' && contamination === 0) continue;
          const question = {
            set,
            detector,
            seed,
            contamination,
            where,
            epochs: Number(values.epochs),
            limit: Number(values.limit),
          };
          const key = `${where} ${contamination}`;
          const cuts = compareCuts(await scoreContaminated(pool, question));
          rows.set(key, [...(rows.get(key) ?? []), cuts]);
        }
      }
    }
    for (const [key, cuts] of rows) {
      const [where, share] = key.split(' ');
      const { falseAlarms, recall } = meanOf(cuts);
      console.log(
        `| ${basename(set)} | ${detector} | ${where === 'all' ? 'training and validation' : 'validation'} | ${percent(Number(share))} | ${falseAlarms.map(percent).join(' / ')} | ${recall.map(percent).join(' / ')} |`,
      );
    }
  }
}
process.exit(0);
