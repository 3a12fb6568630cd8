/**
 * As many spans as are asked for, in traffic as it comes: the traces of a table over and over, with
 * other trace ids, fifty of them at a time row by row in turn.
 *
 *   node benchmarks/many-spans.mjs SOURCE.csv[.gz] OUT.csv SPANS
 */
import { once } from 'node:events';
import { createWriteStream, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const AT_ONCE = 50;

/**
 * @param source table in the columns of the paper's authors, a trace's rows together
 * @returns      what was written
 */
export async function writeManySpans(source, path, spans) {
  const { header, traces } = readTraces(source);
  const out = createWriteStream(path);
  out.write(`${header}\n`);
  const counts = { spans: 0, traces: 0 };
  while (counts.spans < spans) {
    const open = Array.from({ length: AT_ONCE }, () => {
      const number = counts.traces++;
      const { high, rows } = traces[number % traces.length];
      return rows.map((rest) => `${high},${number},${rest}`);
    });
    const lines = [];
    for (let row = 0; open.some((rows) => row < rows.length); row++) {
      for (const rows of open) if (row < rows.length) lines.push(rows[row]);
    }
    counts.spans += lines.length;
    if (!out.write(`${lines.join('\n')}\n`)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'close');
  return counts;
}

function readTraces(source) {
  const bytes = readFileSync(source);
  const text = (source.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
  const [header, ...lines] = text.trimEnd().split(/\r?\n/);
  if (!header.startsWith('traceIdHigh,traceIdLow,')) throw new Error(`unexpected: ${header}`);
  const traces = new Map();
  for (const line of lines) {
    const [high, low] = line.split(',', 2);
    const trace = traces.get(`${high},${low}`) ?? { high, rows: [] };
    traces.set(`${high},${low}`, trace);
    trace.rows.push(line.slice(high.length + low.length + 2));
  }
  return { header, traces: [...traces.values()] };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [source, path, spans] = process.argv.slice(2);
  process.stdout.write(`${JSON.stringify(await writeManySpans(source, path, Number(spans)))}\n`);
}
