/**
 * A file as an engineer on call has it: the first traces of a labelled table as one Jaeger JSON without
 * labels, which lie in labels.csv, where nothing but a check of the answer reads them.
 *
 *   node benchmarks/unlabelled-jaeger.mjs SOURCE.csv.gz FOLDER [TRACES]
 */
import { once } from 'node:events';
import { createReadStream, createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { fileURLToPath } from 'node:url';
import { createGunzip } from 'node:zlib';

/**
 * @param source table in the columns of the paper's authors, gzipped, a trace's rows together
 * @param folder where traces.json and labels.csv go
 * @returns      paths and counts
 */
export async function writeUnlabelled(source, folder, most = 3000) {
  mkdirSync(folder, { recursive: true });
  const paths = { traces: join(folder, 'traces.json'), labels: join(folder, 'labels.csv') };
  const [traces, labels] = Object.values(paths).map((path) => createWriteStream(path));
  const counts = { traces: 0, spans: 0, anomalies: 0 };
  labels.write('trace_id,anomaly,latency,structure,root_cause,anomaly_type\n');
  for await (const rows of tracesOf(source)) {
    if (counts.traces === most) break;
    const trace = jaegerTrace(rows);
    const kind = kindOf(rows[0]);
    const before = counts.traces === 0 ? '{"data":[' : ',';
    if (!traces.write(before + JSON.stringify(trace, null, 1))) await once(traces, 'drain');
    labels.write(`${trace.traceID},${KINDS[kind]},,${kind}\n`);
    counts.traces++;
    counts.spans += rows.length;
    if (kind > 0) counts.anomalies++;
  }
  traces.end(']}\n');
  labels.end();
  await Promise.all([once(traces, 'close'), once(labels, 'close')]);
  return { paths, counts };
}

/** By kind: anomaly, latency, structure. */
const KINDS = ['0,0,0', '1,1,0', '1,0,1'];

function kindOf({ graphLatencyLabel, graphStructureLabel }) {
  if (Number(graphStructureLabel) !== 0) return 2;
  return Number(graphLatencyLabel) !== 0 ? 1 : 0;
}

const FAILED = [
  { key: 'error', type: 'bool', value: true },
  { key: 'http.status_code', type: 'int64', value: 500 },
];

/** Rows by trace, as records. */
async function* tracesOf(source) {
  const lines = createInterface({
    input: createReadStream(source).pipe(createGunzip()),
    // the two characters of a line's end may come in two pieces
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  let names = null;
  let rows = [];
  for await (const line of lines) {
    const cells = line.split(',');
    if (names === null) {
      names = cells;
      continue;
    }
    const row = Object.fromEntries(names.map((name, i) => [name, cells[i]]));
    if (rows.length > 0 && idOf(rows[0]) !== idOf(row)) {
      yield rows;
      rows = [];
    }
    rows.push(row);
  }
  if (rows.length > 0) yield rows;
}

const hex = (decimal) => BigInt.asUintN(64, BigInt(decimal)).toString(16).padStart(16, '0');
const idOf = (row) => hex(row.traceIdHigh) + hex(row.traceIdLow);

function jaegerTrace(rows) {
  const traceID = idOf(rows[0]);
  const processes = new Map();
  const processOf = (service) => {
    if (!processes.has(service)) processes.set(service, `p${processes.size + 1}`);
    return processes.get(service);
  };
  const spans = rows.map((row) => {
    const failed = row.status !== '0' && row.status !== '';
    const seconds = Date.parse(`${row.startTime.replace(' ', 'T')}Z`) / 1000;
    return {
      traceID,
      spanID: hex(row.spanId),
      flags: 1,
      operationName: row.operationName,
      references:
        row.parentSpanId === '0'
          ? []
          : [{ refType: 'CHILD_OF', traceID, spanID: hex(row.parentSpanId) }],
      startTime: seconds * 1e6 + Math.round(Number(row.nanosecond) / 1e3),
      duration: Math.round(Number(row.duration) * 1e3),
      tags: [
        ...(failed ? FAILED : []),
        { key: 'internal.span.format', type: 'string', value: 'proto' },
      ],
      logs: [],
      processID: processOf(row.serviceName),
      warnings: null,
    };
  });
  const named = [...processes].map(([serviceName, id]) => [id, { serviceName, tags: [] }]);
  return { traceID, spans, processes: Object.fromEntries(named) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [source, folder, most] = process.argv.slice(2);
  console.log(JSON.stringify(await writeUnlabelled(source, folder, most && Number(most)), null, 2));
}
