/**
 * The notebook without a window: the same page in headless Chromium, driven through the handle that
 * it offers (src/headless). Usage: --help. Formats: docs/headless.md.
 */
import { readOptions, usageOf, usageOfAll } from './headless/arguments.mjs';
import { CommandError } from './headless/command-error.mjs';
import { COMMANDS } from './headless/commands.mjs';
import { runHeadless } from './headless/run.mjs';

const PROGRAM = 'npm run headless --';
const DOCUMENT = 'docs/headless.md';

/** Prints what the options are, and ends the program. */
function help(text) {
  process.stdout.write(text);
  process.exit(0);
}

function readArguments([name, ...rest]) {
  if (name === '--help') help(usageOfAll(PROGRAM, COMMANDS, DOCUMENT));
  const command = COMMANDS[name];
  if (command === undefined) {
    throw new CommandError(
      name === undefined ? 'no command was given' : `there is no command "${name}"`,
      'the first argument',
      `use one of: ${Object.keys(COMMANDS).join(', ')}, or --help`,
    );
  }
  const values = readOptions(command, rest, name);
  if (values.help) help(usageOf(`${PROGRAM} ${name}`, command, DOCUMENT));
  return { job: command.job, values };
}

await runHeadless(() => readArguments(process.argv.slice(2)));
