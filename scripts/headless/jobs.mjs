// @ts-check
/**
 * The jobs of the headless run, through the handle that the page offers (src/headless/handle.ts).
 * What can be wrong with the arguments alone is found before a browser is started.
 */
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import {
  filesOf,
  namesOf,
  neededText,
  numberOf,
  numbersOf,
  textOf,
  textsOf,
} from './arguments.mjs';
import { CommandError } from './command-error.mjs';

/**
 * @typedef {import('../../src/headless/handle.ts').HeadlessHandle} HeadlessHandle
 * @typedef {import('../../src/headless/handle.ts').HeadlessChoices} HeadlessChoices
 * @typedef {import('../../src/headless/handle.ts').GivenFile['role']} Role
 * @typedef {import('../../src/headless/handle.ts').Outcome} Outcome
 * @typedef {import('../../src/headless/handle.ts').SavedFile} SavedFile
 * @typedef {import('@playwright/test').Page} Page
 * @typedef {import('@playwright/test').JSHandle<HeadlessHandle>} PageHandle
 * @typedef {{ readonly path: string, readonly role: Role }} RoledFile
 */

/** @param {import('./arguments.mjs').Values} values @returns {import('./run.mjs').Perform} */
export function importDataset(values) {
  const files = filesOf(values, 'data').map((path) => ({
    path,
    role: /** @type {Role} */ ('split'),
  }));
  if (files.length === 0) throw new CommandError('no file was named', '--data', 'add --data FILE');
  const choices = choicesOf(values, null);
  const out = neededText(values, 'out');
  return async (page) => {
    const handle = await handleOf(page);
    await bringIn(page, handle, choices, files);
    return [{ path: out, from: await save(page, handle, values.forest ? 'trees' : 'import') }];
  };
}

/** @param {import('./arguments.mjs').Values} values @returns {import('./run.mjs').Perform} */
export function trainAndScore(values) {
  const { files, choices } = readTraining(values);
  if (!files.some(({ role }) => role === 'train')) {
    throw new CommandError('no training file', '--train', 'add --train FILE');
  }
  const out = neededText(values, 'out');
  const scores = textOf(values, 'scores');
  return async (page, say) => {
    const handle = await handleOf(page);
    await bringIn(page, handle, choices, files);
    await page.exposeFunction('tracevaeProgress', say);
    must(
      await handle.evaluate((page) => page.train((line) => globalThis.tracevaeProgress?.(line))),
    );
    const written = [{ path: out, from: await save(page, handle, 'run') }];
    if (scores !== null) written.push({ path: scores, from: await save(page, handle, 'scores') });
    return written;
  };
}

/**
 * What `train` was called with, here and in Node.
 *
 * @param {import('./arguments.mjs').Values} values
 */
export function readTraining(values) {
  const roles = /** @type {const} */ (['train', 'val', 'test']);
  const files = roles.flatMap((role) => filesOf(values, role).map((path) => ({ path, role })));
  const [seed, seeds] = [numberOf(values, 'seed'), numbersOf(values, 'seeds')];
  if (seed !== null && seeds !== null) {
    throw new CommandError('both --seed and --seeds', '--seeds', 'give one of them');
  }
  const choices = choicesOf(values, {
    preset: neededText(values, 'preset'),
    backend: neededText(values, 'backend'),
    detectors: neededText(values, 'detectors').split(','),
    epochs: numberOf(values, 'epochs'),
    limitTrain: numberOf(values, 'limit-train'),
    threshold: textOf(values, 'threshold'),
    score: textsOf(values, 'score'),
    seeds: seeds ?? [seed ?? 1],
  });
  return { files, choices };
}

/** @param {import('./arguments.mjs').Values} values @param {HeadlessChoices['run']} run @returns {HeadlessChoices} */
const choicesOf = (values, run) => ({
  rules: neededText(values, 'rules'),
  maxNodes: numberOf(values, 'max-nodes'),
  attributes: namesOf(values, 'attributes'),
  run,
});

/** @param {Page} page @returns {Promise<PageHandle>} */
const handleOf = (page) =>
  page.evaluateHandle(() => {
    const { tracevae } = globalThis;
    if (tracevae === undefined) throw new Error('the page offers no handle');
    return tracevae;
  });

/**
 * @param {Page} page @param {PageHandle} handle @param {HeadlessChoices} choices
 * @param {readonly RoledFile[]} files
 */
async function bringIn(page, handle, choices, files) {
  const chosen = await handle.evaluate((page, typed) => page.choose(typed), choices);
  must(
    chosen,
    (where) => `--${where.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
  );
  await page.locator('input[type=file]').setInputFiles(files.map(({ path }) => path));
  const given = files.map(({ path, role }) => ({
    name: basename(path),
    bytes: statSync(path).size,
    role,
  }));
  must(await handle.evaluate((page, all) => page.imported(all), given));
}

/**
 * @param {Page} page @param {PageHandle} handle @param {SavedFile} file
 * @returns {Promise<string>} where the browser has put it
 */
async function save(page, handle, file) {
  const downloading = page.waitForEvent('download');
  // where nothing is saved the wait ends with the page
  downloading.catch(() => undefined);
  must(await handle.evaluate((page, name) => page.save(name), file));
  return (await downloading).path();
}

/** @param {string} choice @returns the option that it was typed as */
export const optionOf = (choice) =>
  `--${choice.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/**
 * @param {Outcome} outcome
 * @param {(where: string) => string} whereOf
 */
function must(outcome, whereOf = (where) => where) {
  if (outcome.ok) return;
  const { what, where, advice } = outcome.error;
  throw new CommandError(what, whereOf(where), advice);
}
