/**
 * A whole run without a browser, on a GPU (the npm package `webgpu`: npm install --no-save webgpu) or
 * on WASM with one thread; for machines that have no browser, and many runs side by side. Usage:
 * npm run headless:node -- --help. Formats: docs/headless.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { loadSource } from './bundle-for-node.mjs';
import { makeWebGpuGlobal } from './dawn.mjs';
import { neededText, numberOf, readOptions, textOf, usageOf } from './headless/arguments.mjs';
import { CommandError, errorLine } from './headless/command-error.mjs';
import { COMMANDS } from './headless/commands.mjs';
import { optionOf, readTraining } from './headless/jobs.mjs';
import { writeWhole } from './headless/write-whole.mjs';
import { settingChanges } from './setting-changes.mjs';

const PROGRAM = 'npm run headless:node --';
const { timeout: _, scores: __, out, backend, ...TRAIN } = COMMANDS.train.options;
const COMMAND = {
  says: 'Trains detectors in Node, scores the test traces, and writes run.json.',
  options: {
    ...TRAIN,
    demo: { type: 'boolean', default: false, says: 'the demo, in the place of files' },
    'stand-in': { type: 'string', value: 'A', says: 'a stand-in of one of the paper’s datasets' },
    traces: { type: 'string', default: '20000', value: 'N', says: 'size of the stand-in' },
    backend: { ...backend, default: 'webgpu', value: 'webgpu|wasm' },
    set: {
      type: 'string',
      multiple: true,
      value: 'KEY=VALUE…',
      says: 'settings by their names in the code: latencyScale=authors, oddest-nodes.k=3',
    },
    out,
  },
};

function sourceOf(values, files) {
  if (values.demo) return { kind: 'demo' };
  const id = textOf(values, 'stand-in');
  if (id !== null) return { kind: 'stand-in', id, traces: numberOf(values, 'traces') };
  if (files.some(({ role }) => role === 'train')) return { kind: 'files', files };
  const advice = 'add --train FILE, --demo or --stand-in A';
  throw new CommandError('no training file', '--train', advice);
}

async function run(values) {
  const { files, choices } = readTraining(values);
  const source = sourceOf(values, files);
  const path = neededText(values, 'out');
  const wanted = neededText(values, 'backend');
  if (!['webgpu', 'wasm'].includes(wanted)) {
    throw new CommandError(`"${wanted}" is unknown`, '--backend', 'use one of: webgpu, wasm');
  }
  if (wanted === 'webgpu') await makeWebGpuGlobal();
  const { startGpu, startWasm, runInNode } = await loadSource('src/node/run-in-node.ts');
  const started = await (wanted === 'webgpu' ? startGpu() : startWasm());
  const { name, version } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  );
  const changes = settingChanges(values.set ?? []);
  const ran = await runInNode(
    { source, choices, changes, backend: started, app: { name, version } },
    (line) => process.stderr.write(`${line}\n`),
  );
  if (!ran.ok) {
    const { what, where, advice } = ran.error;
    throw new CommandError(
      what,
      where in choices || where in choices.run ? optionOf(where) : where,
      advice,
    );
  }
  writeWhole([{ path, put: (part) => writeFileSync(part, ran.value.report) }]);
}

try {
  const values = readOptions(COMMAND, process.argv.slice(2), 'headless:node');
  if (values.help) process.stdout.write(usageOf(PROGRAM, COMMAND, 'docs/headless.md'));
  else await run(values);
  process.exit(0);
} catch (cause) {
  process.stderr.write(errorLine(cause));
  process.exit(1);
}
