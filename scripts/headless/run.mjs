/** Builds, serves and opens a page, runs one command on it, writes its files, cleans up. */
import { existsSync, mkdirSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { build, preview } from 'vite';
import { BROWSER_ARGS, findBrowser } from '../find-browser.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A failure that ends the command with one line: WHAT, WHERE, WHAT TO DO. */
export class CommandError extends Error {
  constructor(what, where, advice) {
    super([what, where, advice].map((part) => part.replaceAll(/\s*\n\s*/g, ' ')).join(', '));
  }
}

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
  await build({ root: ROOT, logLevel: 'error' });
}

/** Whole or not at all: a reader never sees half a file. */
function writeWhole(path, text) {
  mkdirSync(dirname(resolve(path)), { recursive: true });
  const temporary = `${path}.${process.pid}.part`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
}

/** Rejects on Ctrl-C. */
const interruption = () =>
  new Promise((_, reject) => {
    const stop = () => reject(new CommandError('interrupted', 'Ctrl-C', 'run it again'));
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
  });

/** Rejects after so many seconds; null: never. */
const expiry = (seconds) =>
  new Promise((_, reject) => {
    if (seconds === null) return;
    const what = `not finished after ${seconds} s`;
    const late = new CommandError(what, 'the headless run', 'give it a longer --timeout');
    setTimeout(() => reject(late), seconds * 1e3).unref();
  });

/** A positive number, or null where the option was not given. */
export function positive(values, name) {
  const text = values[name];
  if (text === undefined) return null;
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) {
    throw new CommandError(`"${text}" is not a positive number`, `--${name}`, 'give a number');
  }
  return value;
}

async function runJob(readArguments, openPage) {
  const { job, values } = readArguments();
  if (values.out === undefined) {
    throw new CommandError('no output file was named', '--out', 'add --out FILE.json');
  }
  const late = expiry(positive(values, 'timeout'));
  const work = async () => {
    const page = await openPage('');
    return job(page, values, (line) => process.stderr.write(`${line}\n`));
  };
  const files = await Promise.race([work(), late]);
  for (const { path, text } of files) writeWhole(path, text);
  return 0;
}

/** Builds where needed, serves and opens the page, and leaves the closing to `closers`. */
async function openBuiltPage(path, closers) {
  await buildIfStale();
  // Port 0: any free one, so that runs can go side by side.
  const server = await preview({ root: ROOT, logLevel: 'silent', preview: { port: 0 } });
  closers.push(() => server.close());
  const browser = await chromium.launch({
    executablePath: findBrowser().path,
    args: BROWSER_ARGS,
    handleSIGINT: false,
  });
  closers.push(() => browser.close());
  const page = await browser.newPage({ acceptDownloads: true });
  await page.goto(new URL(path, server.resolvedUrls.local[0]).href);
  return page;
}

/**
 * Runs a command to its exit code, with one line `error: …` where it throws.
 *
 * @param perform takes a function that opens a page of the built notebook; gives the exit code
 */
export async function runCommand(perform) {
  const closers = [];
  let code = 1;
  try {
    const open = (path) => openBuiltPage(path, closers);
    code = await Promise.race([perform(open), interruption()]);
  } catch (cause) {
    const message =
      cause instanceof CommandError
        ? cause.message
        : `${String(cause?.message ?? cause).split('\n')[0]}, the headless run, please report it`;
    process.stderr.write(`error: ${message}\n`);
  }
  await Promise.allSettled(closers.reverse().map((close) => close()));
  process.exit(code);
}

/** @param readArguments gives the job and its options, or throws a CommandError */
export const runHeadless = (readArguments) =>
  runCommand((openPage) => runJob(readArguments, openPage));
