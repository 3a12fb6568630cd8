/**
 * How right the first look is, in several orders of the traces, from which its folds follow:
 *   npm run bench:first-look -- [--sets DIR,… | demo] [--file TRACES.json --labels LABELS.csv]
 * Prints Markdown: of sets with injected anomalies, and of a file whose labels are kept aside
 * (`benchmarks/unlabelled-jaeger.mjs` makes one), what is flagged and how much of that is odd.
 */
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { loadSource } from './bundle-for-node.mjs';

const { values } = parseArgs({
  options: {
    sets: { type: 'string', default: 'demo' },
    shares: { type: 'string', default: '0,0.02,0.08' },
    orders: { type: 'string', default: '1,2,3,4,5' },
    most: { type: 'string', default: '2500' },
    file: { type: 'string' },
    labels: { type: 'string' },
  },
});
const numbers = (text) => text.split(',').map(Number);
const orders = numbers(values.orders);

const { look, lookAtInjected, readLabelled, readPool } = await loadSource(
  'benchmarks/first-look.ts',
);
const figure = (value) => (Number.isNaN(value) ? '–' : value.toFixed(3));

function print(name, share, looks) {
  const sum = (of) => looks.reduce((all, one) => all + one[of], 0);
  const [flagged, right, odd] = [sum('flagged'), sum('right'), sum('odd')];
  const falseAlarms = (100 * (flagged - right)) / (sum('traces') - odd);
  const each = looks.map((one) => `${one.flagged}, ${one.right}`).join('; ');
  console.log(
    `| ${name} | ${share} | ${each} | ${figure(right / flagged)} | ${figure(right / odd)} | ${falseAlarms.toFixed(2)} |`,
  );
}

console.log('| set | odd, share | flagged, odd of these | precision | recall | false alarms, % |');
console.log('| --- | --- | --- | --- | --- | --- |');
for (const set of values.sets === '' ? [] : values.sets.split(',')) {
  const pool = await readPool(set, 1);
  for (const share of numbers(values.shares)) {
    const looks = orders.map((order) => lookAtInjected(pool, share, Number(values.most), order));
    print(basename(set), share, looks);
  }
}
if (values.file !== undefined && values.labels !== undefined) {
  const { traces, all, isOdd } = await readLabelled(values.file, values.labels);
  const looks = orders.map((order) => look(traces, all, isOdd, order));
  print(basename(values.file), 'as labelled', looks);
}
process.exit(0);
