/**
 * Detectors × datasets × seeds, side by side, into one judge.json and a table. Usage:
 * npm run judge -- --help. Formats: docs/headless.md.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { bundleSource } from './bundle-for-node.mjs';
import {
  neededText,
  numberOf,
  numbersOf,
  readOptions,
  textOf,
  usageOf,
} from './headless/arguments.mjs';
import { CommandError, errorLine } from './headless/command-error.mjs';
import { COMMANDS } from './headless/commands.mjs';
import { optionOf } from './headless/jobs.mjs';
import { writeWhole } from './headless/write-whole.mjs';
import { runSideBySide } from './judge/side-by-side.mjs';
import { settingChanges } from './setting-changes.mjs';

const { preset, epochs, detectors, 'limit-train': limitTrain, rules } = COMMANDS.train.options;
/** The command `tracevae` starts it, too. */
const PROGRAM = process.env.TRACEVAE_CALLED_AS ?? 'npm run judge --';
const COMMAND = {
  says: 'Trains and scores every detector on every set with every seed; says which is ahead.',
  options: {
    sets: {
      type: 'string',
      value: 'DIR,…',
      says: 'folders with train, val and test files; demo; demo:failures; standin:A; standin:A:TRACES; needed',
    },
    detectors: { ...detectors, says: 'what is judged' },
    seeds: {
      type: 'string',
      default: '1',
      value: '1,2,3',
      says: 'each detector is trained with each',
    },
    on: {
      type: 'string',
      default: 'test',
      value: 'test|validation',
      says: 'validation: half of the validation traces with injected anomalies, to choose settings by',
    },
    'inject-seed': {
      type: 'string',
      default: '1',
      value: 'N',
      says: 'which half that is, and what is injected',
    },
    baseline: {
      type: 'string',
      value: 'ID[/VARIANT]',
      says: 'differences of the others from it, on the same resamples',
    },
    preset,
    epochs,
    'max-nodes': COMMANDS.train.options['max-nodes'],
    'limit-train': limitTrain,
    rules,
    backend: { type: 'string', default: 'wasm', value: 'webgpu|wasm', says: 'what computes' },
    set: {
      type: 'string',
      multiple: true,
      value: 'KEY=VALUE…',
      says: 'settings of TraceVAE by their names in the code: latencyScale=authors',
    },
    jobs: { type: 'string', value: 'N', says: 'runs side by side; without it, one per core' },
    fresh: { type: 'boolean', default: false, says: 'trains and scores finished runs again' },
    rescore: {
      type: 'boolean',
      default: false,
      says: 'scores finished runs again, with what they have learnt: after scoring code has changed',
    },
    resamples: { type: 'string', default: '1000', value: 'N', says: 'of the intervals' },
    table: {
      type: 'string',
      value: 'FILE.md',
      says: 'writes the table there, not to standard error',
    },
    out: { type: 'string', value: 'FILE.json', says: 'where judge.json goes; needed' },
  },
};

const listOf = (values, name) =>
  neededText(values, name)
    .split(',')
    .filter((word) => word !== '');

function questionOf(values) {
  const run = {
    preset: neededText(values, 'preset'),
    backend: neededText(values, 'backend'),
    detectors: listOf(values, 'detectors'),
    epochs: numberOf(values, 'epochs'),
    limitTrain: numberOf(values, 'limit-train'),
    seeds: numbersOf(values, 'seeds'),
  };
  if (!['webgpu', 'wasm'].includes(run.backend)) {
    throw new CommandError(`"${run.backend}" is unknown`, '--backend', 'use one of: webgpu, wasm');
  }
  return {
    sets: listOf(values, 'sets'),
    choices: { rules: neededText(values, 'rules'), maxNodes: numberOf(values, 'max-nodes'), run },
    changes: settingChanges(values.set ?? []),
    on: judgedOn(values),
  };
}

function judgedOn(values) {
  const on = neededText(values, 'on');
  if (on === 'test') return { kind: 'test' };
  if (on === 'validation') return { kind: 'validation', seed: numberOf(values, 'inject-seed') };
  throw new CommandError(`"${on}" is unknown`, '--on', 'use one of: test, validation');
}

/** @param {string | null} text */
function baselineOf(text) {
  if (text === null) return null;
  const [detector, variant = null] = text.split('/');
  return { detector, variant };
}

/** @param {string} name @param {number} fallback */
function countOf(values, name, fallback) {
  const count = numberOf(values, name) ?? fallback;
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new CommandError(`${count} cannot be used`, `--${name}`, 'give a whole number from 1 on');
}

const say = (line) => process.stderr.write(`${line}\n`);

async function run(values) {
  const out = neededText(values, 'out');
  const question = questionOf(values);
  const jobs = countOf(values, 'jobs', availableParallelism());
  const resamples = { count: countOf(values, 'resamples', 1000), seed: 1 };
  const bundle = await bundleSource('src/node/judge/judge.ts');
  const { planJudge, isJudged, reportOfFiles, judgeTables } = await import(bundle);
  const plan = planJudge(question);
  if (!plan.ok) {
    const { what, where, advice } = plan.error;
    throw new CommandError(what, where in question.choices.run ? optionOf(where) : where, advice);
  }
  for (const path of plan.value.absent) say(`${path}: not there, skipped`);

  const results = `${out.replace(/\.json$/, '')}-runs`;
  const runs = plan.value.tasks.map((task) => ({ task, path: join(results, task.file) }));
  const open = runs.filter(({ task, path }) => {
    if (values.fresh || values.rescore) rmSync(path, { force: true });
    if (values.fresh) rmSync(path.replace(/\.json$/, '.weights'), { force: true });
    return !isJudged(task, path);
  });
  if (open.length < runs.length) say(`${runs.length - open.length} runs were done before`);
  const failed = await runSideBySide(open, { bundle, jobs, say });

  const files = runs.map(({ task, path }) => ({ path, key: task.key }));
  const baseline = baselineOf(textOf(values, 'baseline'));
  const report = reportOfFiles(files, { baseline, resamples });
  if (report.rows.length === 0) {
    const [first] = failed;
    throw first === undefined
      ? new CommandError('nothing was judged', '--sets', 'name a set that is there')
      : new CommandError(first.what, first.where, first.advice);
  }
  const tables = judgeTables(report);
  const table = textOf(values, 'table');
  const text = `${JSON.stringify({ ...report, failed, absent: plan.value.absent }, null, 2)}\n`;
  writeWhole([
    { path: out, put: (part) => writeFileSync(part, text) },
    ...(table === null ? [] : [{ path: table, put: (part) => writeFileSync(part, tables) }]),
  ]);
  if (table === null) process.stderr.write(`\n${tables}`);
}

try {
  const values = readOptions(COMMAND, process.argv.slice(2), 'judge');
  if (values.help) process.stdout.write(usageOf(PROGRAM, COMMAND, 'docs/headless.md'));
  else await run(values);
  process.exit(0);
} catch (cause) {
  process.stderr.write(errorLine(cause));
  process.exit(1);
}
