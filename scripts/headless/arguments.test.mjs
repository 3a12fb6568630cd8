import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { namesOf, numbersOf, readOptions, usageOf } from './arguments.mjs';
import { COMMANDS } from './commands.mjs';

const headless = (...args) =>
  spawnSync(process.execPath, ['scripts/headless.mjs', ...args], { encoding: 'utf8' });

test('--help goes to standard output, with every option of the command, and is no failure', () => {
  const all = headless('--help');
  expect(all).toMatchObject({ status: 0, stderr: '' });
  for (const [name, command] of Object.entries(COMMANDS)) {
    expect(all.stdout).toMatch(new RegExp(`^  ${name} +\\S`, 'm'));
    const one = headless(name, '--help');
    expect(one).toMatchObject({ status: 0, stderr: '' });
    expect(one.stdout).toBe(usageOf(`npm run headless -- ${name}`, command, 'docs/headless.md'));
    for (const option of Object.keys(command.options)) {
      expect(one.stdout).toMatch(new RegExp(`^  --${option}( |$)`, 'm'));
    }
  }
});

test('docs/headless.md names every option', () => {
  const text = readFileSync('docs/headless.md', 'utf8');
  for (const { options } of Object.values(COMMANDS)) {
    for (const option of Object.keys(options)) expect(text).toContain(`--${option}`);
  }
});

test('a list of files needs its option once, and seeds are separated by commas', () => {
  const argv = ['--train', 'a', 'b', '--seeds', '1,2,30', '--out', 'run.json'];
  const values = readOptions(COMMANDS.train, argv, 'train');
  expect(values).toMatchObject({ train: ['a', 'b'], preset: 'small', help: false });
  expect(numbersOf(values, 'seeds')).toEqual([1, 2, 30]);
  expect(numbersOf({ seeds: undefined }, 'seeds')).toBeNull();
  expect(() => numbersOf({ seeds: '1,,2' }, 'seeds')).toThrow(/"" is not a number, --seeds/);
});

test('names of attributes are separated by commas, and may be none', () => {
  const argv = ['--data', 'a', '--attributes', 'http.route, region', '--out', 'import.json'];
  const values = readOptions(COMMANDS.import, argv, 'import');
  expect(namesOf(values, 'attributes')).toEqual(['http.route', 'region']);
  expect(namesOf({ attributes: 'none' }, 'attributes')).toEqual([]);
  expect(namesOf({}, 'attributes')).toBeNull();
});

const WRONG = [
  ['train', [], /no training file, --train/],
  ['train', ['--train', 'package.json'], /--out/],
  ['train', ['--train', 'package.json', '--epochs', 'many', '--out', 'o'], /"many".*--epochs/],
  [
    'train',
    ['--train', 'package.json', '--seed', '1', '--seeds', '1,2', '--out', 'o'],
    /both --seed and --seeds/,
  ],
  ['import', ['--data', 'none.csv', '--out', 'o'], /none\.csv does not exist, --data/],
  ['import', ['--colour', 'red'], /--colour.*the arguments of import/],
];
test.each(WRONG)('%s %j is told before a browser is started', (name, argv, says) => {
  const command = COMMANDS[name];
  expect(() => command.job(readOptions(command, argv, name))).toThrow(says);
});

test('what is wrong is one line of error', () => {
  const { status, stdout, stderr } = headless('explode');
  expect(status).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^error: there is no command "explode", [^\n]+\n$/);
});
