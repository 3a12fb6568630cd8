/**
 * Parity with the authors' implementation, in the notebook's own worker in Chromium:
 *   npm run parity -- FILE [--backend wasm|webgpu|both] [--part all|forward]
 *
 * One line a quantity on standard output. Exit 0: every quantity is within the file's tolerances;
 * 2: all but those listed as not reached, with the reason; 1: one is past them, or nothing could be
 * compared. docs/parity.md.
 */
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { CommandError } from './headless/command-error.mjs';
import { runCommand } from './headless/run.mjs';

const POLL_MS = 100;
const EXIT_CODES = { reached: 0, 'not reached': 2, failed: 1 };
const BACKENDS = { wasm: ['wasm'], webgpu: ['webgpu'], both: ['wasm', 'webgpu'] };
const PARTS = ['all', 'forward'];

function readArguments() {
  let parsed;
  try {
    parsed = parseArgs({
      allowPositionals: true,
      options: {
        backend: { type: 'string', default: 'wasm' },
        part: { type: 'string', default: 'all' },
      },
    });
  } catch (cause) {
    throw new CommandError(cause.message, 'the arguments of parity', 'see docs/parity.md');
  }
  const { values, positionals } = parsed;
  if (positionals.length !== 1) {
    throw new CommandError('exactly one golden file is needed', 'the arguments', 'name one FILE');
  }
  const backends = BACKENDS[values.backend];
  if (backends === undefined) {
    throw new CommandError(`"${values.backend}" is unknown`, '--backend', 'wasm, webgpu or both');
  }
  if (!PARTS.includes(values.part)) {
    throw new CommandError(`"${values.part}" is unknown`, '--part', 'use all or forward');
  }
  return { files: filesOf(positionals[0]), backends, part: values.part };
}

/** The file, and the weights beside it where it has a manifest of them. */
function filesOf(path) {
  let text;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new CommandError(`${path} cannot be read (${cause.code})`, 'FILE', 'check the path');
  }
  const weights = join(dirname(path), 'weights.bin');
  return /"manifest"\s*:/.test(text) ? [path, weights] : [path];
}

/** Prints the page's lines as they come, and gives its verdict. */
async function compare(page, { files, part }, backend) {
  await page.locator('input[type=file]').setInputFiles(files);
  await page.getByLabel('Backend').selectOption(backend);
  await page.getByLabel('Part').selectOption(part);
  await page.getByRole('button', { name: 'Compare' }).click();
  const log = page.getByRole('log');
  const status = page.getByRole('status');
  let printed = 0;
  for (;;) {
    const verdict = await status.textContent(); // before the log, which is whole by then
    const text = await log.textContent();
    process.stdout.write(text.slice(printed));
    printed = text.length;
    if (verdict !== '') return verdict;
    await page.waitForTimeout(POLL_MS);
  }
}

await runCommand(async (openPage) => {
  const { files, backends, part } = readArguments();
  process.stdout.write(`# ${basename(files[0])}\n`);
  const page = await openPage('parity.html');
  let code = 0;
  for (const backend of backends) {
    const verdict = await compare(page, { files, part }, backend);
    if (!(verdict in EXIT_CODES)) {
      throw new CommandError(verdict.replace(/^error: /, ''), backend, 'see docs/parity.md');
    }
    process.stdout.write(`# ${backend}: ${verdict}\n`);
    // a failure outweighs what was not reached
    const found = EXIT_CODES[verdict];
    code = code === 1 || found === 1 ? 1 : Math.max(code, found);
  }
  return code;
});
