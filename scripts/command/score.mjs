// @ts-check
/** `tracevae score`: rows of scored traces, there whole or not at all, and a ledger behind them. */
import { createWriteStream, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { neededText, textOf } from '../headless/arguments.mjs';
import { CommandError } from '../headless/command-error.mjs';
import { loadCommand } from './bundle.mjs';
import { openTable, TABLES, tableOf } from './tables.mjs';

/** @param {import('../headless/arguments.mjs').Values} values */
export async function scoreTraces(values) {
  const model = neededText(values, 'model');
  const out = textOf(values, 'out');
  const as = textOf(values, 'as') ?? tableOf(out);
  if (!TABLES.includes(as)) {
    throw new CommandError(`"${as}" is unknown`, '--as', `use one of: ${TABLES.join(', ')}`);
  }
  const named = Array.isArray(values.files) ? values.files.map(String) : [];
  for (const file of named) {
    if (!existsSync(file)) throw new CommandError(`${file} does not exist`, file, 'check the path');
  }
  const scratch = mkdtempSync(join(tmpdir(), 'tracevae-'));
  const leave = () => rmSync(scratch, { recursive: true, force: true });
  process.once('exit', leave);
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    process.once(signal, () => process.exit(130));
  }
  const files = named.length > 0 ? named : [await spooled(scratch)];

  const { scoreFiles, startWasm, ROW_COLUMNS, csvCell, csvId } = await loadCommand();
  await startWasm();
  if (out !== null) mkdirSync(dirname(resolve(out)), { recursive: true });
  const table = openTable(as, ROW_COLUMNS, out, { csvCell, csvId });
  process.once('exit', table.drop);
  const ended = await scoreFiles(
    { model, files, threshold: textOf(values, 'threshold'), detector: textOf(values, 'detector') },
    table.add,
  );
  if (!ended.ok) {
    const { what, where, advice } = ended.error;
    throw new CommandError(what, where, advice);
  }
  await table.finish();
  process.stderr.write(`${JSON.stringify(ended.value)}\n`);
}

/** Formats are told by their first bytes, and some are read from their end: so it becomes a file. */
async function spooled(/** @type {string} */ folder) {
  if (process.stdin.isTTY) {
    throw new CommandError(
      'no traces were given',
      'the arguments of score',
      'name files, or pipe spans in',
    );
  }
  const path = join(folder, 'standard-input');
  await pipeline(process.stdin, createWriteStream(path));
  return path;
}
