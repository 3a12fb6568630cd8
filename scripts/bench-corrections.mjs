/**
 * Other corrections from stored terms: npm run bench:corrections -- [TRACES…] [--json OUT]
 * Prints JSON, milliseconds for each number of traces.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { loadSource } from './bundle-for-node.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' } },
});
const { timeCorrections } = await loadSource('benchmarks/other-corrections.ts');
const sizes = positionals.length > 0 ? positionals.map(Number) : [7101, 100_000, 1_000_000];
const text = `${JSON.stringify({ results: sizes.map(timeCorrections) }, null, 2)}\n`;
process.stdout.write(text);
if (values.json) writeFileSync(values.json, text);
