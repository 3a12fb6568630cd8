// @ts-check
/** `tracevae train`: run.json, scores.csv and the model of a run in Node. */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { filesOf, neededText, textOf } from '../headless/arguments.mjs';
import { CommandError } from '../headless/command-error.mjs';
import { optionOf, readTraining } from '../headless/jobs.mjs';
import { writeWhole } from '../headless/write-whole.mjs';
import { application } from './application.mjs';
import { loadCommand } from './bundle.mjs';

/** @param {import('../headless/arguments.mjs').Values} values */
export async function trainModel(values) {
  const labels = textOf(values, 'labels');
  const { files, choices } = readTraining({ ...values, backend: 'wasm' });
  if (!files.some(({ role }) => role === 'train')) {
    throw new CommandError('no training file', '--train', 'add --train FILE');
  }
  const labelled = filesOf({ labels: labels === null ? [] : [labels] }, 'labels');
  const from = textOf(values, 'from');
  const out = neededText(values, 'out');
  const scores = textOf(values, 'scores');
  const arrays = textOf(values, 'arrays');
  const keep = textOf(values, 'keep');
  const { readPastRun, runInNode, startWasm } = await loadCommand();
  const again = from === null ? null : pastRun(readPastRun, from);
  const ran = await runInNode(
    {
      source: {
        kind: 'files',
        files: [
          ...files,
          ...labelled.map((path) => ({ path, role: /** @type {const} */ ('test') })),
        ],
      },
      choices: { ...choices, run: /** @type {NonNullable<typeof choices.run>} */ (choices.run) },
      changes: {},
      again,
      backend: await startWasm(),
      app: application(),
    },
    (line) => process.stderr.write(`${line}\n`),
  );
  if (!ran.ok) {
    const { what, where, advice } = ran.error;
    const typed = where in choices || where in (choices.run ?? {});
    throw new CommandError(what, typed ? optionOf(where) : where, advice);
  }
  const written = [{ path: out, bytes: /** @type {string | Uint8Array} */ (ran.value.report) }];
  if (scores !== null) written.push({ path: scores, bytes: ran.value.scores() });
  if (arrays !== null) written.push({ path: arrays, bytes: ran.value.arrays() });
  if (keep !== null) {
    written.push({ path: keep, bytes: ran.value.keep(basename(keep, '.tracevae')) });
  }
  writeWhole(
    written.map(({ path, bytes }) => ({
      path,
      put: (/** @type {string} */ part) => writeFileSync(part, bytes),
    })),
  );
}

/**
 * @param {typeof import('../../src/node/command.ts').readPastRun} read
 * @param {string} path of run.json
 */
function pastRun(read, path) {
  let text;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new CommandError('the run cannot be read', path, 'name the run.json of a run');
  }
  const past = read(text, path);
  if (!past.ok) throw new CommandError(past.error.what, past.error.where, past.error.advice);
  return past.value;
}
