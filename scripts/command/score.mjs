// @ts-check
/** `tracevae score`: rows of scored traces, there whole or not at all, and a ledger behind them. */
import { createReadStream, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { neededText, numberOf, textOf } from '../headless/arguments.mjs';
import { CommandError } from '../headless/command-error.mjs';
import { loadCommand, SCORE_THREAD } from './bundle.mjs';
import { openOutput, openTable, TABLES, tableOf } from './tables.mjs';

/** Spans of other traces after which a trace of a pipe is complete. */
const QUIET_SPANS = 1_000_000;
/** With `--otlp`: its spans are held as they came, and somebody waits for them. */
const QUIET_PASSED_ON = 20_000;

/** @typedef {typeof import('../../src/node/command.ts')} Sources */

/** @param {import('../headless/arguments.mjs').Values} values */
export async function scoreTraces(values) {
  const model = neededText(values, 'model');
  const out = textOf(values, 'out');
  const as = textOf(values, 'as') ?? tableOf(out);
  if (!TABLES.includes(as)) {
    throw new CommandError(`"${as}" is unknown`, '--as', `use one of: ${TABLES.join(', ')}`);
  }
  const isOtlp = values.otlp === true;
  const threads = countOf(values, 'threads') ?? availableParallelism();
  const quietSpans = countOf(values, 'quiet') ?? (isOtlp ? QUIET_PASSED_ON : QUIET_SPANS);
  const named = Array.isArray(values.files) ? values.files.map(String) : [];
  for (const file of named) {
    if (!existsSync(file)) throw new CommandError(`${file} does not exist`, file, 'check the path');
  }
  if (named.length === 0 && process.stdin.isTTY) {
    throw new CommandError(
      'no traces were given',
      'the arguments of score',
      'name files, or pipe spans in',
    );
  }
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    process.once(signal, () => process.exit(130));
  }

  const sources = await loadCommand();
  if (out !== null) mkdirSync(dirname(resolve(out)), { recursive: true });
  const output = isOtlp ? openPass(out, sources) : openRows(as, out, sources);
  process.once('exit', output.drop);
  const ended = await sources.scoreFiles(
    {
      model,
      input: await output.read(named),
      format: isOtlp ? 'otlp-json' : textOf(values, 'format'),
      threshold: textOf(values, 'threshold'),
      detector: textOf(values, 'detector'),
      quietSpans,
      minute: values.minute === true,
      threads: threads === 1 ? null : { count: threads, entry: SCORE_THREAD },
    },
    output.take,
  );
  if (!ended.ok) {
    const { what, where, advice } = ended.error;
    throw new CommandError(what, where, advice);
  }
  const more = await output.finish();
  process.stderr.write(`${JSON.stringify({ ...ended.value, ...more })}\n`);
}

/**
 * A row per trace.
 *
 * @param {string} as @param {string | null} out @param {Sources} sources
 */
function openRows(as, out, sources) {
  const table = openTable(as, sources.ROW_COLUMNS, out, sources);
  return {
    take: table.add,
    finish: async () => {
      await table.finish();
      return {};
    },
    drop: table.drop,
    /** @param {readonly string[]} named */
    read: async (named) => (named.length > 0 ? named : [await once(process.stdin, sources)]),
  };
}

/**
 * The spans themselves, with the scores of their traces.
 *
 * @param {string | null} out @param {Sources} sources
 */
function openPass(out, sources) {
  const { put, close, drop } = openOutput(out);
  const pass = sources.createOtlpPass(put);
  /** @param {AsyncIterable<Uint8Array>} bytes */
  const read = async (bytes) => {
    const file = await once(sources.unpacked(bytes), sources);
    if (typeof file !== 'string') return pass.tee(file);
    throw new CommandError(
      'spans that are not OTLP JSON',
      '--otlp',
      'give OTLP JSON, plain or gzipped, or leave --otlp out',
    );
  };
  return {
    /** @type {Parameters<Sources['scoreFiles']>[1]} */
    take: async (rows, ids) => pass.take(rows, ids()),
    finish: async () => {
      const passedOn = pass.finish();
      close();
      return { passedOn };
    },
    drop,
    /** @param {readonly string[]} named */
    read: (named) =>
      Promise.all(
        named.length > 0
          ? named.map((path) => read(createReadStream(path)))
          : [read(process.stdin)],
      ),
  };
}

/**
 * What can be read but once; a path of what has to be a file.
 *
 * @param {AsyncIterable<Uint8Array>} bytes @param {Sources} sources
 */
async function once(bytes, { standardInput }) {
  const scratch = mkdtempSync(join(tmpdir(), 'tracevae-'));
  process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
  const path = join(scratch, 'standard-input');
  const read = await standardInput(bytes, path);
  return read.kind === 'file' ? path : read.file;
}

/** @param {import('../headless/arguments.mjs').Values} values @param {string} name */
function countOf(values, name) {
  const count = numberOf(values, name);
  if (count === null || (Number.isSafeInteger(count) && count > 0)) return count;
  throw new CommandError(`${count} cannot be used`, `--${name}`, 'give a whole number from 1 on');
}
