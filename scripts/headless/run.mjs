// @ts-check
/** Builds, serves and opens a page, runs one command on it, writes its files, cleans up. */
import { copyFileSync, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { numberOf } from './arguments.mjs';
import { CommandError, errorLine } from './command-error.mjs';
import { writeWhole } from './write-whole.mjs';

/**
 * @typedef {import('@playwright/test').Page} Page
 * @typedef {import('./arguments.mjs').Values} Values
 * @typedef {() => unknown} Close
 *
 * What a command does with the page. It gives the files that are to be written: from a file of the
 * browser's to the path that was named.
 * @typedef {(page: Page, say: (line: string) => void) => Promise<readonly WrittenFile[]>} Perform
 * @typedef {{ readonly path: string, readonly from: string }} WrittenFile
 *
 * Reads the options of a command, or throws a CommandError.
 * @typedef {(values: Values) => Perform} Job
 */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** @param {string} path @returns {number} milliseconds since the epoch */
function newestChange(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newestChange(join(path, name))));
}

async function buildIfStale() {
  const built = join(ROOT, 'dist/index.html');
  const sources = [
    'src',
    'public',
    'index.html',
    'parity.html',
    'security-headers.ts',
    'vite.config.ts',
    'package.json',
  ];
  const changed = Math.max(...sources.map((path) => newestChange(join(ROOT, path))));
  if (existsSync(built) && statSync(built).mtimeMs > changed) return;
  process.stderr.write('building the page\n');
  const { build } = await import('vite');
  await build({ root: ROOT, logLevel: 'error' });
}

/** Rejects on Ctrl-C. @returns {Promise<never>} */
const interruption = () =>
  new Promise((_, reject) => {
    const stop = () => reject(new CommandError('interrupted', 'Ctrl-C', 'run it again'));
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
  });

/**
 * Rejects after so many seconds; null: never.
 *
 * @param {number | null} seconds @returns {Promise<never>}
 */
const expiry = (seconds) =>
  new Promise((_, reject) => {
    if (seconds === null) return;
    const what = `not finished after ${seconds} s`;
    const late = new CommandError(what, 'the headless run', 'give it a longer --timeout');
    setTimeout(() => reject(late), seconds * 1e3).unref();
  });

/**
 * Runs a command that writes files.
 *
 * @param {() => { readonly job: Job, readonly values: Values }} readArguments or throws a CommandError
 */
export const runHeadless = (readArguments) =>
  runCommand(async (open) => {
    const { job, values } = readArguments();
    const seconds = numberOf(values, 'timeout');
    if (seconds !== null && seconds <= 0) {
      throw new CommandError(`${seconds} s are no time`, '--timeout', 'give a positive number');
    }
    const perform = job(values);
    const work = async () => {
      const page = await open('?headless');
      return perform(page, (line) => process.stderr.write(`${line}\n`));
    };
    const written = await Promise.race([work(), expiry(seconds)]);
    writeWhole(
      written.map(({ path, from }) => ({ path, put: (part) => copyFileSync(from, part) })),
    );
    return 0;
  });

/**
 * Builds where needed, serves and opens the page, and leaves the closing to `closers`.
 *
 * @param {string} path @param {Close[]} closers
 */
async function openBuiltPage(path, closers) {
  // loaded here, so that --help and what is wrong with the arguments are told at once
  const [{ preview }, { chromium }, { findBrowser }, { openPage }] = await Promise.all([
    import('vite'),
    import('@playwright/test'),
    import('../find-browser.mjs'),
    import('./open-page.mjs'),
  ]);
  await buildIfStale();
  // Port 0: any free one, so that runs can go side by side.
  const server = await preview({ root: ROOT, logLevel: 'silent', preview: { port: 0 } });
  closers.push(() => server.close());
  const url = new URL(path, server.resolvedUrls?.local[0]).href;
  return openPage(chromium, findBrowser().path, url, (close) => closers.push(close));
}

/**
 * Runs a command to its exit code, with one line `error: …` where it throws.
 *
 * @param {(open: (path: string) => Promise<Page>) => Promise<number>}
 *   perform takes a function that opens a page of the built notebook; gives the exit code
 */
export async function runCommand(perform) {
  /** @type {Close[]} */
  const closers = [];
  let code = 1;
  try {
    const open = (/** @type {string} */ path) => openBuiltPage(path, closers);
    code = await Promise.race([perform(open), interruption()]);
  } catch (cause) {
    process.stderr.write(errorLine(cause));
  }
  await Promise.allSettled(closers.reverse().map((close) => close()));
  process.exit(code);
}
