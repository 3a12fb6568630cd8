// @ts-check
/** `tracevae prepare`: train, validation and test files of section A.4, in a folder that appears whole. */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { filesOf, neededText, numberOf } from '../headless/arguments.mjs';
import { CommandError } from '../headless/command-error.mjs';
import { loadCommand } from './bundle.mjs';

/** @type {Readonly<Record<string, import('../headless/arguments.mjs').Option>>} */
export const PREPARE_OPTIONS = {
  data: { type: 'string', multiple: true, value: 'FILE…', says: 'traces; needed' },
  'max-nodes': {
    type: 'string',
    value: 'N',
    says: 'larger merged trees are left out; without it, it follows the data',
  },
  slowest: { type: 'string', value: 'PERCENT', says: 'of the traces that is dropped (1)' },
  'min-group': { type: 'string', value: 'N', says: 'smaller groups are dropped (100)' },
  'per-group': {
    type: 'string',
    value: 'N',
    says: 'traces of every group; without it, as many as the smallest has',
  },
  'as-they-are': { type: 'boolean', says: 'groups keep their sizes: nothing is balanced' },
  structure: {
    type: 'string',
    value: 'SHARE',
    says: 'structure anomalies by normal test traces (0.05)',
  },
  time: { type: 'string', value: 'SHARE', says: 'time anomalies by normal test traces (0.05)' },
  seed: { type: 'string', value: 'N', says: 'the same seed, the same files (1)' },
  rules: {
    type: 'string',
    default: 'authors',
    value: 'authors|none',
    says: 'rules of the import: those of the authors’ loader, or every span is kept',
  },
  as: {
    type: 'string',
    default: 'tracevae-csv',
    value: 'tracevae-csv|otlp-jsonl|…',
    says: 'format of the files; labels are in the first alone',
  },
  out: { type: 'string', value: 'FOLDER', says: 'where they go, with prepare.json; needed' },
};

const ENDINGS = /** @type {const} */ ({
  'tracevae-csv': 'csv',
  'otlp-json': 'json',
  'otlp-jsonl': 'jsonl',
  'jaeger-json': 'json',
  'zipkin-json': 'json',
});

/** @param {string} text @returns {keyof typeof ENDINGS} */
function formatOf(text) {
  const names = /** @type {(keyof typeof ENDINGS)[]} */ (Object.keys(ENDINGS));
  const found = names.find((name) => name === text);
  if (found !== undefined) return found;
  throw new CommandError(`"${text}" is unknown`, '--as', `use one of: ${names.join(', ')}`);
}

/** @param {import('../headless/arguments.mjs').Values} values */
export async function prepareTraces(values) {
  const files = filesOf(values, 'data');
  if (files.length === 0) throw new CommandError('no file was named', '--data', 'add --data FILE');
  const rules = neededText(values, 'rules');
  if (rules !== 'authors' && rules !== 'none') {
    throw new CommandError(`"${rules}" is unknown`, '--rules', 'use one of: authors, none');
  }
  const format = formatOf(neededText(values, 'as'));
  const out = neededText(values, 'out');
  if (existsSync(out)) {
    throw new CommandError(`${out} is there already`, '--out', 'name another folder');
  }
  const { prepareFiles } = await loadCommand();
  const prepared = await prepareFiles(files, {
    authorsRules: rules === 'authors',
    maxNodes: within(values, 'max-nodes', 2),
    changes: {
      ...given('slowestPercent', within(values, 'slowest', 0, 99)),
      ...given('minGroupSize', within(values, 'min-group', 1)),
      ...given('perGroup', within(values, 'per-group', 1)),
      ...given('structureShare', within(values, 'structure', 0, 1)),
      ...given('timeShare', within(values, 'time', 0, 1)),
      ...given('seed', numberOf(values, 'seed')),
      ...(values['as-they-are'] === true ? { balance: false } : {}),
    },
    format,
  });
  if (!prepared.ok) {
    const { what, where, advice } = prepared.error;
    throw new CommandError(what, where, advice);
  }
  const { report, parts } = prepared.value;
  const folder = `${resolve(out)}.${process.pid}.part`;
  const drop = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', drop);
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    process.once(signal, () => process.exit(130));
  }
  mkdirSync(dirname(folder), { recursive: true });
  mkdirSync(folder);
  for (const { part, pieces } of parts) {
    const file = openSync(join(folder, `${part}.${ENDINGS[format]}`), 'w');
    for (const piece of pieces()) writeFileSync(file, piece);
    closeSync(file);
  }
  writeFileSync(join(folder, 'prepare.json'), `${JSON.stringify(report, null, 2)}\n`);
  renameSync(folder, resolve(out));
}

/** @param {string} name @param {number | null} value */
const given = (name, value) => (value === null ? {} : { [name]: value });

/**
 * @param {import('../headless/arguments.mjs').Values} values @param {string} name
 * @param {number} least @param {number} most
 */
function within(values, name, least, most = Number.POSITIVE_INFINITY) {
  const value = numberOf(values, name);
  if (value === null || (value >= least && value <= most)) return value;
  const range = Number.isFinite(most) ? `${least} to ${most}` : `${least} or more`;
  throw new CommandError(`${value} cannot be used`, `--${name}`, `give ${range}`);
}
