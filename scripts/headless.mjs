/**
 * The notebook without a window: the same page in headless Chromium, driven through its own
 * controls. Usage and formats: docs/headless.md.
 */
import { parseArgs } from 'node:util';
import { importDataset, trainAndScore } from './headless/page.mjs';
import { CommandError, runHeadless } from './headless/run.mjs';
import { spreadLists } from './headless/spread-lists.mjs';

const COMMANDS = {
  train: {
    job: trainAndScore,
    options: {
      train: { type: 'string', multiple: true },
      val: { type: 'string', multiple: true },
      test: { type: 'string', multiple: true },
      preset: { type: 'string', default: 'small' },
      epochs: { type: 'string' },
      seed: { type: 'string', default: '1' },
      backend: { type: 'string', default: 'auto' },
      detectors: { type: 'string', default: 'tracevae' },
      'limit-train': { type: 'string' },
      'max-nodes': { type: 'string' },
      rules: { type: 'string', default: 'authors' },
      timeout: { type: 'string' },
      scores: { type: 'string' },
      out: { type: 'string' },
    },
  },
  import: {
    job: importDataset,
    options: {
      data: { type: 'string', multiple: true },
      forest: { type: 'boolean', default: false },
      rules: { type: 'string', default: 'authors' },
      'max-nodes': { type: 'string' },
      timeout: { type: 'string' },
      out: { type: 'string' },
    },
  },
};

function readArguments(argv) {
  const [name, ...rest] = argv;
  const command = COMMANDS[name];
  if (command === undefined) {
    throw new CommandError(
      name === undefined ? 'no command was given' : `there is no command "${name}"`,
      'the first argument',
      `use one of: ${Object.keys(COMMANDS).join(', ')}`,
    );
  }
  try {
    const { values } = parseArgs({
      args: spreadLists(rest, command.options),
      options: command.options,
    });
    return { job: command.job, values };
  } catch (cause) {
    throw new CommandError(cause.message, `the arguments of ${name}`, 'see docs/headless.md');
  }
}

await runHeadless(() => readArguments(process.argv.slice(2)));
