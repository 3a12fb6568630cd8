/**
 * Readers alone, in Node: npm run bench:readers -- FILE… [--own] [--json OUT]
 * Prints JSON: spans a second of processor time, by format, beside JSON.parse of the same bytes.
 * With `--own` no file is written in other formats: each is read as it is, with all that its spans
 * carry, and once more with no attribute kept.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { loadSource } from './bundle-for-node.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { own: { type: 'boolean', default: false }, json: { type: 'string' } },
});
if (positionals.length === 0) throw new Error('name at least one trace file');
const { timeFile, timeReaders } = await loadSource('benchmarks/readers.ts');
const results = values.own
  ? positionals.map((path) => ({ path, ...timeFile(readFileSync(path)) }))
  : timeReaders(positionals.map((path) => readFileSync(path)));
const text = `${JSON.stringify({ results }, null, 2)}\n`;
process.stdout.write(text);
if (values.json) writeFileSync(values.json, text);
