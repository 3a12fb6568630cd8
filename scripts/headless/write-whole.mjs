// @ts-check
/** Files that are there whole, or not at all: a reader never sees half of one. */
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { CommandError } from './command-error.mjs';

/** @param {readonly { readonly path: string, readonly put: (part: string) => void }[]} files */
export function writeWhole(files) {
  const parts = files.map((file) => ({ ...file, part: `${file.path}.${process.pid}.part` }));
  try {
    for (const { path, put, part } of parts) {
      mkdirSync(dirname(resolve(path)), { recursive: true });
      put(part);
    }
    for (const { path, part } of parts) renameSync(part, path);
  } catch (cause) {
    for (const { part } of parts) rmSync(part, { force: true });
    const why = cause instanceof Error ? cause.message : String(cause);
    const where = files.map(({ path }) => path).join(' and ');
    throw new CommandError(`the result cannot be written (${why})`, where, 'name another place');
  }
}
