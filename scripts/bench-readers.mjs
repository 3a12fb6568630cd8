/**
 * Readers alone, in Node: npm run bench:readers -- FILE… [--json OUT]
 * Prints JSON: spans a second of processor time, by format, beside JSON.parse of the same bytes.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { loadSource } from './bundle-for-node.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' } },
});
if (positionals.length === 0) throw new Error('name at least one trace file');
const { timeReaders } = await loadSource('benchmarks/readers.ts');
const results = timeReaders(positionals.map((path) => readFileSync(path)));
const text = `${JSON.stringify({ results }, null, 2)}\n`;
process.stdout.write(text);
if (values.json) writeFileSync(values.json, text);
