// @ts-check
/** `tracevae score`: rows of scored traces, there whole or not at all, and a ledger behind them. */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { neededText, numberOf, textOf } from '../headless/arguments.mjs';
import { CommandError } from '../headless/command-error.mjs';
import { loadCommand, SCORE_THREAD } from './bundle.mjs';
import { openTable, TABLES, tableOf } from './tables.mjs';

/** Spans of other traces after which a trace of a pipe is complete. */
const QUIET_SPANS = 1_000_000;

/** @param {import('../headless/arguments.mjs').Values} values */
export async function scoreTraces(values) {
  const model = neededText(values, 'model');
  const out = textOf(values, 'out');
  const as = textOf(values, 'as') ?? tableOf(out);
  if (!TABLES.includes(as)) {
    throw new CommandError(`"${as}" is unknown`, '--as', `use one of: ${TABLES.join(', ')}`);
  }
  const threads = countOf(values, 'threads') ?? availableParallelism();
  const quietSpans = countOf(values, 'quiet') ?? QUIET_SPANS;
  const named = Array.isArray(values.files) ? values.files.map(String) : [];
  for (const file of named) {
    if (!existsSync(file)) throw new CommandError(`${file} does not exist`, file, 'check the path');
  }
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    process.once(signal, () => process.exit(130));
  }

  const command = await loadCommand();
  const input = named.length > 0 ? named : await piped(command.standardInput);
  if (out !== null) mkdirSync(dirname(resolve(out)), { recursive: true });
  const table = openTable(as, command.ROW_COLUMNS, out, command);
  process.once('exit', table.drop);
  const ended = await command.scoreFiles(
    {
      model,
      input,
      format: textOf(values, 'format'),
      threshold: textOf(values, 'threshold'),
      detector: textOf(values, 'detector'),
      quietSpans,
      minute: values.minute === true,
      threads: threads === 1 ? null : { count: threads, entry: SCORE_THREAD },
    },
    table.add,
  );
  if (!ended.ok) {
    const { what, where, advice } = ended.error;
    throw new CommandError(what, where, advice);
  }
  await table.finish();
  process.stderr.write(`${JSON.stringify(ended.value)}\n`);
}

/** @param {typeof import('../../src/node/command.ts').standardInput} standardInput */
async function piped(standardInput) {
  if (process.stdin.isTTY) {
    throw new CommandError(
      'no traces were given',
      'the arguments of score',
      'name files, or pipe spans in',
    );
  }
  const scratch = mkdtempSync(join(tmpdir(), 'tracevae-'));
  process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
  const path = join(scratch, 'standard-input');
  const read = await standardInput(process.stdin, path);
  return read.kind === 'file' ? [path] : read.file;
}

/** @param {import('../headless/arguments.mjs').Values} values @param {string} name */
function countOf(values, name) {
  const count = numberOf(values, name);
  if (count === null || (Number.isSafeInteger(count) && count > 0)) return count;
  throw new CommandError(`${count} cannot be used`, `--${name}`, 'give a whole number from 1 on');
}
