// @ts-check
/** The command `tracevae`: its commands, their options, and how a failure is told. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { readOptions, usageOf, usageOfAll } from '../headless/arguments.mjs';
import { CommandError, errorLine } from '../headless/command-error.mjs';
import { COMMANDS as HEADLESS } from '../headless/commands.mjs';
import { exportModel } from './export.mjs';
import { importTraces } from './import.mjs';
import { PREPARE_OPTIONS, prepareTraces } from './prepare.mjs';
import { scoreTraces } from './score.mjs';
import { trainModel } from './train.mjs';

/**
 * @typedef {import('../headless/arguments.mjs').Command} Options
 * @typedef {import('../headless/arguments.mjs').Values} Values
 * @typedef {Options & { readonly run: (values: Values) => Promise<void>, readonly takesFiles?: boolean }} Command
 */

const PROGRAM = 'npx tracevae';
const DOCUMENT = 'docs/scale-out.md';

const {
  timeout: _,
  backend: __,
  seed: ___,
  train,
  val,
  test,
  out,
  scores,
  ...training
} = HEADLESS.train?.options ?? {};
const { timeout: ____, ...importing } = HEADLESS.import?.options ?? {};

/** @type {Readonly<Record<string, Command>>} */
const COMMANDS = {
  train: {
    run: trainModel,
    says: 'Trains detectors, scores the test traces, writes run.json, and keeps the model.',
    options: /** @type {Options['options']} */ ({
      train,
      val,
      test,
      labels: { type: 'string', value: 'FILE', says: 'labels of the test traces' },
      from: {
        type: 'string',
        value: 'run.json',
        says: 'makes a run again with its settings, in the place of the options below, and says whether the numbers are the same',
      },
      ...training,
      scores,
      arrays: {
        type: 'string',
        value: 'FILE.npz',
        says: 'writes scores, terms, latents and merged trees of the same detector, for NumPy',
      },
      keep: { type: 'string', value: 'M.tracevae', says: 'writes the model, to score with' },
      out,
    }),
  },
  score: {
    run: scoreTraces,
    takesFiles: true,
    says: 'Scores traces of FILE…, or of standard input, with a kept model: one row per trace.',
    options: {
      model: { type: 'string', value: 'M.tracevae', says: 'what the notebook kept; needed' },
      threshold: {
        type: 'string',
        value: 'RULE',
        says: 'what is flagged: percentile=99, budget=1/1000, top=2%, robust, …; without it, what the model was kept with',
      },
      detector: {
        type: 'string',
        value: 'ID',
        says: 'whose the score is; without it, the model’s',
      },
      format: {
        type: 'string',
        value: 'ID',
        says: 'of the traces: otlp-json, parquet, …; without it, it is told from what they hold',
      },
      threads: {
        type: 'string',
        value: 'N',
        says: 'that score at once; without it, one per core',
      },
      quiet: {
        type: 'string',
        value: 'SPANS',
        says: 'of other traces after which one of standard input is complete (1000000)',
      },
      minute: {
        type: 'boolean',
        says: 'History counts the traces of the minute before, too; holds the whole input',
      },
      otlp: {
        type: 'boolean',
        says: 'passes the spans of OTLP JSON on, as lines, with tracevae.score and the like as attributes',
      },
      as: {
        type: 'string',
        value: 'csv|jsonl|parquet',
        says: 'how rows are written; without it, as --out ends, else csv',
      },
      out: { type: 'string', value: 'FILE', says: 'where they go; without it, standard output' },
    },
  },
  import: {
    run: importTraces,
    says: 'Reads files and writes import.json: what they hold and what was set aside.',
    options: importing,
  },
  export: {
    run: exportModel,
    says: 'Writes a kept model as two graphs of ONNX, for engines without Node.',
    options: {
      model: { type: 'string', value: 'M.tracevae', says: 'what the notebook kept; needed' },
      detector: {
        type: 'string',
        value: 'ID',
        says: 'tracevae or one of its ablations; without it, the first that the model has',
      },
      onnx: {
        type: 'string',
        value: 'FOLDER',
        says: 'where structure.onnx and latency.onnx go; needed',
      },
    },
  },
  prepare: {
    run: prepareTraces,
    says: 'Makes balanced train, validation and test files of traces, with injected anomalies.',
    options: PREPARE_OPTIONS,
  },
  judge: {
    run: () => Promise.resolve(),
    says: 'Trains and scores every detector on every set: which is ahead.',
    options: {},
  },
};

/** @param {readonly string[]} argv */
export async function runCommand([name = '', ...rest]) {
  try {
    if (name === 'judge') return await judge(rest);
    const text = await answer(name, rest);
    if (text !== null) process.stdout.write(text);
    process.exitCode = 0;
  } catch (cause) {
    process.stderr.write(errorLine(cause));
    process.exit(1);
  }
  // TensorFlow.js holds handles open; what was written has to be out before
  process.stdout.write('', () => process.exit());
}

/** @param {string} name @param {readonly string[]} rest @returns {Promise<string | null>} */
async function answer(name, rest) {
  if (name === '--help') return usageOfAll(PROGRAM, COMMANDS, DOCUMENT);
  const command = COMMANDS[name];
  if (command === undefined) {
    throw new CommandError(
      name === '' ? 'no command was given' : `there is no command "${name}"`,
      'the first argument',
      `use one of: ${Object.keys(COMMANDS).join(', ')}, or --help`,
    );
  }
  const values = readOptions(command, rest, name, command.takesFiles === true);
  if (values.help) return usageOf(calledAs(name, command), command, DOCUMENT);
  await command.run(values);
  return null;
}

/** @param {string} name @param {Command} command */
const calledAs = (name, { takesFiles }) =>
  `${PROGRAM} ${name}${takesFiles === true ? ' [FILE…]' : ''}`;

/** Its own program, which starts processes of its own. @param {readonly string[]} argv */
function judge(argv) {
  const path = fileURLToPath(new URL('../judge.mjs', import.meta.url));
  const child = spawn(process.execPath, [path, ...argv], {
    stdio: 'inherit',
    env: { ...process.env, TRACEVAE_CALLED_AS: `${PROGRAM} judge` },
  });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    process.once(signal, () => child.kill(signal));
  }
  return new Promise((resolve) => {
    child.once('exit', (code) => {
      process.exitCode = code ?? 1;
      resolve(undefined);
    });
  });
}
