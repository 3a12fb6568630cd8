/**
 * The command `tracevae score` on a long file:
 *   npm run bench:score-files -- --model M.tracevae --data SOURCE.csv.gz [--spans N] [--threads 1,2] [--pipe]
 * Writes N spans (the traces of SOURCE over and over, `benchmarks/many-spans.mjs`), scores them with
 * each number of threads, and prints JSON: traces per second by the clock and of processor time, the
 * largest resident size, and the shares of reading, merging, terms, statistics, corrections, reasons.
 * `npm run build` comes first.
 */
import { spawn } from 'node:child_process';
import { createReadStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeManySpans } from '../benchmarks/many-spans.mjs';

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    data: { type: 'string' },
    spans: { type: 'string', default: '500000' },
    threads: { type: 'string', default: '1,2' },
    pipe: { type: 'boolean', default: false },
  },
});
const COMMAND = fileURLToPath(new URL('../bin/tracevae.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'bench-score-'));

/** The ledger that the command ends with. */
async function score(path, threads) {
  const from = values.pipe ? [] : [path];
  const args = ['score', '--model', values.model, ...from, '--threads', `${threads}`];
  const child = spawn(process.execPath, [COMMAND, ...args, '--out', join(folder, 'rows.csv')], {
    stdio: [values.pipe ? 'pipe' : 'ignore', 'inherit', 'pipe'],
  });
  if (values.pipe) createReadStream(path).pipe(child.stdin);
  let said = '';
  child.stderr.on('data', (bytes) => {
    said += bytes;
  });
  const status = await new Promise((resolve) => child.once('close', resolve));
  if (status !== 0) throw new Error(said);
  return JSON.parse(said);
}

try {
  const path = join(folder, 'spans.csv');
  const written = await writeManySpans(values.data, path, Number(values.spans));
  const runs = [];
  for (const threads of values.threads.split(',').map(Number)) {
    const { seconds, cpuSeconds, scored, spans, peakBytes, work } = await score(path, threads);
    const all = Object.values(work).reduce((sum, part) => sum + part, 0);
    runs.push({
      threads,
      seconds,
      cpuSeconds,
      tracesPerSecond: scored / seconds,
      tracesPerCpuSecond: scored / cpuSeconds,
      spansPerSecond: spans / seconds,
      peakMegabytes: peakBytes / 1e6,
      shares: Object.fromEntries(Object.entries(work).map(([part, of]) => [part, of / all])),
    });
  }
  process.stdout.write(
    `${JSON.stringify({ ...written, bytes: statSync(path).size, pipe: values.pipe, runs }, null, 1)}\n`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
