/**
 * Statistics that need no training: npm run bench:statistics -- [TRACES…] [--json OUT]
 * Prints JSON, seconds of processor time of fitting and of scoring as many traces.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { loadSource } from './bundle-for-node.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' } },
});
const { timeStatistics } = await loadSource('benchmarks/statistics.ts');
const sizes = positionals.length > 0 ? positionals.map(Number) : [100_000];
const results = [];
for (const traces of sizes) results.push({ traces, statistics: await timeStatistics(traces) });
const text = `${JSON.stringify({ results }, null, 2)}\n`;
process.stdout.write(text);
if (values.json) writeFileSync(values.json, text);
