/** The jobs of the headless run, through the page's controls by role and name. */
import { existsSync, readFileSync } from 'node:fs';
import { CommandError, positive } from './run.mjs';

const NO_LIMIT = { timeout: 0 };
const POLL_MS = 500;

function checkFiles(files, option) {
  for (const file of files) {
    if (!existsSync(file)) {
      throw new CommandError(`${file} does not exist`, `--${option}`, 'check the path');
    }
  }
}

function oneOf(values, name, allowed) {
  const value = values[name];
  if (!allowed.includes(value)) {
    throw new CommandError(
      `"${value}" is unknown`,
      `--${name}`,
      `use one of: ${allowed.join(', ')}`,
    );
  }
  return value;
}

/**
 * Looks at the page now and then until `ready`; a waiting locator would look at every frame.
 *
 * @throws CommandError with the page's own words as soon as it shows an error
 */
async function until(page, ready) {
  const alert = page.locator('[role=alert]');
  const question = page.getByRole('dialog');
  for (;;) {
    if ((await alert.count()) > 0) {
      const [what, where, advice] = await alert.first().locator('p').allInnerTexts();
      const words = what.replace(/^Error:\s*/, '');
      throw new CommandError(words, where ?? 'the page', advice ?? '');
    }
    if ((await question.count()) > 0) {
      throw new CommandError(
        'a table whose columns are not known',
        await question.getByRole('heading').innerText(),
        'give it columns with the names of a known format; see docs/formats.md',
      );
    }
    if (await ready()) return;
    await page.waitForTimeout(POLL_MS);
  }
}

const saved = async (page, button) => {
  const [download] = await Promise.all([
    page.waitForEvent('download', NO_LIMIT),
    page.getByRole('button', { name: button, exact: true }).click(NO_LIMIT),
  ]);
  return readFileSync(await download.path(), 'utf8');
};

const RULES = ['authors', 'none'];

/** The page's own words for the choice. */
const WITH_FOREST = 'Import report with merged trees';

/** @param rules `authors`, or `none`: see docs/headless.md */
async function importFiles(page, files, rules) {
  if (rules === 'none') {
    await page.getByRole('button', { name: /^Import rules/ }).click();
    await page.getByRole('checkbox', { name: 'Authors’ rules' }).uncheck();
  }
  await page.locator('input[type=file]').setInputFiles(files);
  const table = page.getByRole('table', { name: 'Files' });
  await until(page, async () => (await table.count()) > 0);
}

async function setMaxNodes(page, values) {
  const maxNodes = positive(values, 'max-nodes');
  if (maxNodes !== null) await page.getByLabel('Largest tree').fill(String(maxNodes));
}

export async function importDataset(page, values) {
  const rules = oneOf(values, 'rules', RULES);
  const files = values.data ?? [];
  if (files.length === 0) throw new CommandError('no file was named', '--data', 'add --data FILE');
  checkFiles(files, 'data');
  await importFiles(page, files, rules);
  await setMaxNodes(page, values);
  if (!values.forest) {
    return [{ path: values.out, text: await saved(page, 'Export import report') }];
  }
  await page.getByLabel('Traces as').selectOption(WITH_FOREST);
  return [{ path: values.out, text: await saved(page, 'Export traces') }];
}

/** The page's names of what `--detectors` names. */
const DETECTORS = {
  tracevae: 'TraceVAE',
  'tracevae-fc': 'TraceVAE-FC',
  'tracevae-singlez': 'TraceVAE-SingleZ',
  'tracevae-dimex': 'TraceVAE-DimEx',
  fsa: 'FSA',
  'lstm-ad': 'LSTM-AD',
  'trace-anomaly': 'TraceAnomaly',
  crisp: 'CRISP',
  vgae: 'VGAE',
};
/** `all`: TraceVAE and the baselines, the upper half of the paper's table 1. */
const ALL = ['tracevae', 'fsa', 'lstm-ad', 'trace-anomaly', 'crisp', 'vgae'];

function chosenDetectors(values) {
  const detectors = values.detectors
    .split(',')
    .flatMap((detector) => (detector === 'all' ? ALL : [detector]));
  for (const detector of detectors) {
    if (Object.hasOwn(DETECTORS, detector)) continue;
    const advice = `use some of: all, ${Object.keys(DETECTORS).join(', ')}`;
    throw new CommandError(`there is no detector "${detector}"`, '--detectors', advice);
  }
  return detectors;
}

/** Prints each line of the page's training log once, until the scores are there. */
async function followTraining(page, progress) {
  const lines = page.locator('[role=log] li');
  const exportRun = page.getByRole('button', { name: 'Export run', exact: true });
  let printed = 0;
  await until(page, async () => {
    const done = await exportRun.isEnabled(NO_LIMIT);
    const texts = await lines.allInnerTexts();
    for (const text of texts.slice(printed)) progress(text);
    printed = Math.max(printed, texts.length);
    return done;
  });
}

export async function trainAndScore(page, values, progress) {
  const preset = oneOf(values, 'preset', ['tiny', 'small', 'paper']);
  const backend = oneOf(values, 'backend', ['auto', 'webgpu', 'wasm']);
  const rules = oneOf(values, 'rules', RULES);
  const detectors = chosenDetectors(values);
  const epochs = positive(values, 'epochs');
  const limit = positive(values, 'limit-train');
  const roles = ['train', 'val', 'test'].flatMap((role) =>
    (values[role] ?? []).map((file) => ({ role, file })),
  );
  if (!values.train) throw new CommandError('no training file', '--train', 'add --train FILE');
  for (const { role, file } of roles) checkFiles([file], role);

  await importFiles(
    page,
    roles.map(({ file }) => file),
    rules,
  );
  const roleSelects = page.getByRole('table', { name: 'Files' }).getByRole('combobox');
  for (const [i, { role }] of roles.entries()) await roleSelects.nth(i).selectOption(role);
  await setMaxNodes(page, values);

  await page.getByLabel('Preset', { exact: true }).selectOption(preset);
  await page.getByLabel('Backend', { exact: true }).selectOption(backend);
  await page.getByLabel('Seed', { exact: true }).fill(values.seed);
  if (epochs !== null) await page.getByLabel('Epochs', { exact: true }).fill(String(epochs));
  if (limit !== null) await page.getByLabel('Training traces, at most').fill(String(limit));
  // the page keeps one detector chosen at least, so the wanted ones come before the others go
  for (const wanted of [true, false]) {
    for (const [id, label] of Object.entries(DETECTORS)) {
      if (detectors.includes(id) !== wanted) continue;
      await page.getByRole('checkbox', { name: label, exact: true }).setChecked(wanted);
    }
  }
  await page.getByRole('button', { name: 'Start training' }).click();
  await followTraining(page, progress);

  const files = [{ path: values.out, text: await saved(page, 'Export run') }];
  if (values.scores !== undefined) {
    files.push({ path: values.scores, text: await saved(page, 'Export scores') });
  }
  return files;
}
