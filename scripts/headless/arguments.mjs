// @ts-check
/** The words behind `npm run headless --`: options and what they say of themselves. */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CommandError } from './command-error.mjs';
import { spreadLists } from './spread-lists.mjs';

/**
 * @typedef {object} Option
 * @property {'string' | 'boolean'} type
 * @property {boolean} [multiple] takes a list: `--train a b c`
 * @property {string | boolean} [default]
 * @property {string} [value] what stands for its value in the usage
 * @property {string} says
 *
 * @typedef {object} Command
 * @property {string} says
 * @property {Readonly<Record<string, Option>>} options
 *
 * @typedef {Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>} Values
 */

/** @type {Readonly<Record<string, Option>>} */
const HELP = { help: { type: 'boolean', default: false, says: 'prints this' } };

/** @param {readonly string[]} lines */
const asText = (lines) => `${lines.join('\n')}\n`;

/**
 * @param {string} program as it is called, up to the command
 * @param {Readonly<Record<string, Command>>} commands
 * @param {string} document
 */
export function usageOfAll(program, commands, document) {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  return asText([
    `usage: ${program} COMMAND [OPTIONS]`,
    '',
    ...Object.entries(commands).map(([name, { says }]) => `  ${name.padEnd(width)}  ${says}`),
    '',
    `${program} COMMAND --help tells the options of a command; ${document} tells the rest.`,
  ]);
}

/**
 * @param {string} program as it is called, with the command
 * @param {Command} command
 * @param {string} document
 */
export function usageOf(program, { says, options }, document) {
  const rows = Object.entries({ ...options, ...HELP }).map(([name, option]) => ({
    left: [`--${name}`, option.value].filter(Boolean).join(' '),
    right: `${option.says}${typeof option.default === 'string' ? ` (${option.default})` : ''}`,
  }));
  const width = Math.max(...rows.map(({ left }) => left.length));
  return asText([
    `usage: ${program} [OPTIONS]`,
    '',
    says,
    '',
    ...rows.map(({ left, right }) => `  ${left.padEnd(width)}  ${right}`),
    '',
    `Formats and rules: ${document}.`,
  ]);
}

/**
 * @param {Command} command
 * @param {readonly string[]} argv
 * @param {string} whose for the words of a failure
 * @param {boolean} takesFiles words without an option are files
 * @returns {Values} of its options; `help` where it was asked for, `files` where it takes them
 */
export function readOptions(command, argv, whose, takesFiles = false) {
  const options = { ...command.options, ...HELP };
  try {
    const args = spreadLists(argv, options);
    const { values, positionals } = parseArgs({ args, options, allowPositionals: takesFiles });
    return takesFiles ? { ...values, files: positionals } : values;
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(what, `the arguments of ${whose}`, 'see --help');
  }
}

/** @param {Values} values @param {string} name @returns {string | null} */
export function textOf(values, name) {
  const value = values[name];
  return typeof value === 'string' ? value : null;
}

/** @param {Values} values @param {string} name @returns {string[]} of a list */
export function textsOf(values, name) {
  const value = values[name];
  return Array.isArray(value) ? value.map(String) : [];
}

/** @param {Values} values @param {string} name @returns {string} */
export function neededText(values, name) {
  const text = textOf(values, name);
  if (text === null) throw new CommandError(`--${name} is missing`, `--${name}`, 'see --help');
  return text;
}

/**
 * Paths of files that are there.
 *
 * @param {Values} values @param {string} name @returns {string[]}
 */
export function filesOf(values, name) {
  const files = textsOf(values, name);
  for (const file of files) {
    if (!existsSync(file)) {
      throw new CommandError(`${file} does not exist`, `--${name}`, 'check the path');
    }
  }
  return files;
}

/** @param {Values} values @param {string} name @returns {number | null} null where it was not given */
export function numberOf(values, name) {
  const text = textOf(values, name);
  return text === null ? null : readNumber(text, name);
}

/** @param {Values} values @param {string} name @returns {number[] | null} of `1,2,3` */
export function numbersOf(values, name) {
  const text = textOf(values, name);
  return text === null ? null : text.split(',').map((part) => readNumber(part, name));
}

/** @param {Values} values @param {string} name @returns {string[] | null} of `a,b`; none of `none` */
export function namesOf(values, name) {
  const text = textOf(values, name);
  if (text === null) return null;
  return text.trim() === 'none' ? [] : text.split(',').map((part) => part.trim());
}

/** @param {string} text @param {string} name */
function readNumber(text, name) {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(value)) return value;
  throw new CommandError(`"${text}" is not a number`, `--${name}`, 'give a number');
}
