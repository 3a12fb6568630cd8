/**
 * All that is asked of a GPU, in one command of at most ten minutes, for a machine that has one
 * (Node with the npm package `webgpu`, Python 3 with PyTorch):
 *   npm run bench:card -- FILE [--steps 60] [--traces 2000] [--golden FILE] [--json OUT]
 * Parity with the golden file; training and scoring of FILE's normal traces at 64 and 500 units; and
 * the same model on the same card in PyTorch, eager and compiled. Prints JSON: the lines of all
 * three, the notebook's speed as a multiple of PyTorch's, the share of the card's float32 rate, and
 * the minutes of the paper's run. A part that fails or takes too long is told of, and the others stay.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    steps: { type: 'string', default: '60' },
    traces: { type: 'string', default: '2000' },
    golden: { type: 'string', default: 'src/testing/golden/tracevae-golden.json' },
    json: { type: 'string' },
  },
});
const [file] = positionals;
if (file === undefined) throw new Error('name a file of normal traces');

/** Of a training step of 64 traces at 500 units: three times those of its linear maps forward. */
const STEP_GFLOP_AT_500 = 132;
/** The paper's run: section 6.2. */
const PAPER = { traces: 100_000, jointEpochs: 40, timeEpochs: 20 };

const folder = mkdtempSync(join(tmpdir(), 'tracevae-card-'));
const graphs = join(folder, 'graphs.json');

/** What the command writes as JSON, or why it wrote none. */
function measured(name, seconds, command, args) {
  const out = join(folder, `${name}.json`);
  const ran = spawnSync(command, [...args, '--json', out], {
    timeout: 1000 * seconds,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  process.stderr.write(`${name}: ${ran.stderr ?? ''}\n`);
  if (existsSync(out)) return JSON.parse(readFileSync(out, 'utf8'));
  const why = ran.error?.message ?? ran.stderr?.trim().split('\n').at(-1) ?? '';
  return { failed: why || `ended with ${ran.status}`, results: [] };
}

const counts = ['--units', '64,500', '--steps', values.steps];
const notebook = measured('notebook', 270, process.execPath, [
  ...['scripts/bench-gpu.mjs', file, ...counts, '--traces', values.traces],
  ...['--parity', values.golden, '--graphs', graphs],
]);
const torch = (name, seconds, ...more) =>
  measured(name, seconds, 'python3', [
    ...['benchmarks/torch/bench.py', '--graphs', graphs, ...counts],
    ...['--attention', 'dense', '--score-traces', values.traces, ...more],
  ]);
const eager = torch('eager', 140);
const compiled = torch('compiled', 170, '--compile');

const speedOf = ({ results }, name, units) =>
  results.find((line) => line.units === units && line.name.startsWith(name))?.tracesPerSecond;
const times = (of) =>
  Object.fromEntries(
    ['training, whole model', 'training, time VAE alone', 'scoring'].flatMap((name) =>
      [64, 500].map((units) => [
        `${name}, ${units} units`,
        (speedOf(notebook, name, units) ?? Number.NaN) / (speedOf(of, name, units) ?? Number.NaN),
      ]),
    ),
  );
const joint = speedOf(notebook, 'training, whole model', 500);
const time = speedOf(notebook, 'training, time VAE alone', 500);
const { traces, jointEpochs, timeEpochs } = PAPER;
const product = eager.matrixProducts?.find(({ rows }) => rows === 4096);

const text = `${JSON.stringify(
  {
    ...{ notebook, eager, compiled },
    timesEager: times(eager),
    timesCompiled: times(compiled),
    trainingTeraflopsAt500: ((joint / 64) * STEP_GFLOP_AT_500) / 1000,
    matrixProductOfTheCard: product ?? null,
    paperRunMinutes: (traces * (jointEpochs / joint + timeEpochs / time)) / 60,
  },
  null,
  2,
)}\n`;
process.stdout.write(text);
if (values.json) writeFileSync(values.json, text);
