/** Where the sources behind the command are, once they are built. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { CommandError } from '../headless/command-error.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export const COMMAND_FOLDER = join(ROOT, 'dist-command');

const BUNDLE = join(COMMAND_FOLDER, 'command.mjs');

/** What a thread that scores runs. */
export const SCORE_THREAD = pathToFileURL(join(COMMAND_FOLDER, 'score-thread.mjs'));

/** @returns {Promise<typeof import('../../src/node/command.ts')>} */
export function loadCommand() {
  if (existsSync(BUNDLE)) return import(pathToFileURL(BUNDLE).href);
  throw new CommandError('the command is not built', BUNDLE, 'run npm run build first');
}
