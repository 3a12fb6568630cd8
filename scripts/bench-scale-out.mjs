/**
 * What scoring by the command costs, for docs/scale-out.md:
 *   npm run bench:scale-out -- [--presets tiny,small,paper] [--nodes 27,64,128] [--threads 1,2]
 *       [--work 1] [--json OUT]
 * Prints JSON, one result per preset and N_max, of generated traces of three quarters of N_max nodes to
 * all of them. Traces per processor second are a difference of two inputs, so that starting and
 * compiling, which is told apart, does not count. `bySeconds` is by the clock: of a quiet machine
 * alone. `--work` multiplies the traces. Models are trained for a moment: what a score costs hardly
 * depends on its weights. `--threads ''` leaves the clock out.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { randomBy, writeCsv } from './spark/spans.mjs';

const { values } = parseArgs({
  options: {
    presets: { type: 'string', default: 'tiny,small,paper' },
    nodes: { type: 'string', default: '27,64,128' },
    threads: { type: 'string', default: '1,2' },
    work: { type: 'string', default: '1' },
    json: { type: 'string' },
  },
});
const METERED = fileURLToPath(new URL('metered-command.mjs', import.meta.url));
const STRUCTURES = 24;
/** Nodes of the larger input: a run of one thread takes some ten seconds on an idle core. */
const NODES = { tiny: 400_000, small: 120_000, paper: 3_000 };
/** The smaller input's share of it. */
const SHARE = 0.25;

/** Place of the caller of each node, [nodes]; every node is another operation. */
function drawTree(nodes, random) {
  return Array.from({ length: nodes }, (_, i) => {
    const recent = Math.floor(random() ** 2 * Math.min(i, 12));
    return i === 0 ? -1 : i - 1 - recent;
  });
}

/** Trees of three quarters of the nodes to all of them: some calls and what is below them left out. */
function drawStructures(nodes, random) {
  const tree = drawTree(nodes, random);
  return Array.from({ length: STRUCTURES }, () => {
    const least = Math.ceil(nodes * (0.75 + 0.25 * random()));
    const kept = new Set(tree.keys());
    for (let i = nodes - 1; i > 0 && kept.size > least; i--) {
      const hasCalls = tree.some((caller, j) => caller === i && kept.has(j));
      if (!hasCalls && random() < 0.5) kept.delete(i);
    }
    return [...kept].map((place) => ({ place, caller: tree[place] }));
  });
}

function simulate(prefix, structures, count, random) {
  return Array.from({ length: count }, (_, trace) => {
    const at = Date.UTC(2026, 0, 1) + 20 * trace;
    const calls = structures[Math.floor(random() * structures.length)];
    return calls.map(({ place, caller }) => ({
      Timestamp: new Date(at).toISOString().replace('T', ' ').replace('Z', '000000'),
      TraceId: `${prefix}${trace}`,
      SpanId: `s${place}`,
      ParentSpanId: caller < 0 ? '' : `s${caller}`,
      SpanName: `operation ${place}`,
      ServiceName: `service ${place % 12}`,
      Duration: Math.round((1e8 / (1 + place)) * (0.5 + random())),
    }));
  }).flat();
}

const folder = mkdtempSync(join(tmpdir(), 'tracevae-scale-out-'));
const path = (name) => join(folder, name);

/** @returns what the command took, and its last line on standard error */
function metered(...words) {
  const ended = spawnSync(process.execPath, [METERED, path('meter.json'), ...words], {
    encoding: 'utf8',
    maxBuffer: 1e9,
  });
  if (ended.status !== 0) throw new Error(ended.stderr);
  const taken = JSON.parse(readFileSync(path('meter.json'), 'utf8'));
  return { ...taken, last: ended.stderr.trim().split('\n').at(-1) };
}

function score(input, threads) {
  const out = ['--out', path('rows.csv'), path(input)];
  const taken = metered(
    'score',
    '--model',
    path('m.tracevae'),
    '--threads',
    String(threads),
    ...out,
  );
  return { ...taken, ledger: JSON.parse(taken.last) };
}

function measure(preset, nodes) {
  const random = randomBy(nodes);
  const structures = drawStructures(nodes, random);
  const traces = Math.max(24, Math.round((Number(values.work) * NODES[preset]) / nodes));
  const fewer = Math.round(SHARE * traces);
  writeCsv(path('train.csv'), simulate('train', structures, 120, random));
  writeCsv(path('fewer.csv'), simulate('few', structures, fewer, random));
  writeCsv(path('all.csv'), simulate('all', structures, traces, random));
  metered(
    ...['train', '--train', path('train.csv'), '--preset', preset, '--max-nodes', String(nodes)],
    ...['--epochs', '1', '--limit-train', '32', '--detectors', 'history,tracevae'],
    ...['--keep', path('m.tracevae'), '--out', path('run.json')],
  );
  const [few, all] = [score('fewer.csv', 1), score('all.csv', 1)];
  if (all.ledger.scored !== traces) throw new Error(`${all.ledger.scored} of ${traces} scored`);
  const perTrace = (all.processorSeconds - few.processorSeconds) / (traces - fewer);
  const { work } = all.ledger;
  const whole = Object.values(work).reduce((sum, seconds) => sum + seconds, 0);
  return {
    preset,
    maxNodes: nodes,
    meanNodes: all.ledger.spans / traces,
    traces,
    tracesPerProcessorSecond: 1 / perTrace,
    startProcessorSeconds: few.processorSeconds - fewer * perTrace,
    coreHoursPerBillion: (1e9 * perTrace) / 3600,
    shares: Object.fromEntries(
      Object.entries(work).map(([part, seconds]) => [part, seconds / whole]),
    ),
    peakBytes: all.peakBytes,
    bySeconds: values.threads
      .split(',')
      .filter(Boolean)
      .map((threads) => {
        const [a, b] = [score('fewer.csv', threads), score('all.csv', threads)];
        return {
          threads: Number(threads),
          tracesPerSecond: (traces - fewer) / (b.seconds - a.seconds),
          processorSecondsPerTrace: (b.processorSeconds - a.processorSeconds) / (traces - fewer),
          peakBytes: b.peakBytes,
        };
      }),
  };
}

const results = [];
try {
  for (const preset of values.presets.split(',')) {
    for (const nodes of values.nodes.split(',')) {
      results.push(measure(preset, Number(nodes)));
      process.stderr.write(`${JSON.stringify(results.at(-1))}\n`);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const text = `${JSON.stringify({ results }, null, 2)}\n`;
process.stdout.write(text);
if (values.json) writeFileSync(values.json, text);
