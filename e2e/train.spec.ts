/** The main path, on both backends: drop, train, see curves, scores and a flagged trace, reload, export. */
import { gzipSync } from 'node:zlib';
import { jaegerJson, requestSpans, TEST_CSV, TRAIN_CSV, traceVaeCsv, VAL_CSV } from './fixtures.ts';
import {
  dropDataset,
  dropFiles,
  expect,
  exportRun,
  openNotebook,
  showTraces,
  showTraceVae,
  test,
  train,
  trainSmallestOnWebGpu,
} from './notebook.ts';

test('a TraceVAE CSV, trained on WASM, scored, inspected, reloaded, exported', async ({ page }) => {
  await openNotebook(page);
  await dropFiles(page, [
    { name: 'train.csv.gz', body: gzipSync(TRAIN_CSV()) },
    { name: 'val.csv', body: VAL_CSV() },
    { name: 'test.csv', body: TEST_CSV() },
  ]);
  const files = page.getByRole('table', { name: 'Files' });
  await expect(files.getByRole('row', { name: /train\.csv\.gz/ })).toContainText(
    'TraceVAE CSV, gzip',
  );
  await expect(files.getByRole('combobox').nth(0)).toHaveValue('train');
  await expect(files.getByRole('combobox').nth(1)).toHaveValue('val');
  await expect(files.getByRole('combobox').nth(2)).toHaveValue('test');
  await expect(page.getByText('160 / 40 / 60')).toBeVisible();

  await expect(
    page.getByRole('list', { name: 'Structures' }).getByRole('listitem'),
  ).not.toHaveCount(0);
  await expect(page.getByRole('treeitem', { name: /payment Charge/ })).toBeVisible();

  // what the page begins with says what it differs in from the paper
  await expect(page.getByLabel('Preset', { exact: true })).toHaveValue('notebook');
  await expect(
    page.getByText(/^Unlike in the paper: 16 units .* calls that fail count/),
  ).toBeVisible();
  await train(page, { preset: 'tiny', epochs: 6, backend: 'wasm' });
  await expect(page.getByRole('progressbar', { name: 'Training' })).toBeVisible();
  const log = page.getByRole('log', { name: 'Training log' });
  await expect(log.getByRole('listitem')).toHaveCount(6);
  await expect(page.getByText(/^Loss/).first()).toBeVisible();

  // Scores, with metrics, since the test file is labelled.
  const metrics = page.getByRole('table', { name: 'Metrics by variant' });
  await expect(metrics.getByRole('row', { name: /TraceVAE, all corrections/ })).toContainText(
    /0\.\d{3}|1\.000/,
  );
  const firstExport = await exportRun(page);
  const run = JSON.parse(firstExport);
  expect(run.environment.backend).toBe('wasm');
  expect(run.dataset.traces).toEqual({ train: 160, val: 40, test: 60 });
  expect(run.dataset.labels).toEqual({ normal: 48, structure: 6, time: 6 });
  expect(run.curves).toHaveLength(6);
  expect(run.curves.at(-1).loss).toBeLessThan(run.curves[0].loss);
  // each phase keeps its weights of the lowest validation loss
  const lowest = (points: { epoch: number; valLoss: number }[]) =>
    points.reduce((best, point) => (point.valLoss < best.valLoss ? point : best)).epoch;
  const [joint, time] = [run.curves.slice(0, 4), run.curves.slice(4)];
  await expect(
    page.getByText(
      `epoch ${lowest(joint)} of the whole model and epoch ${lowest(time)} of the time VAE alone`,
    ),
  ).toBeVisible();
  expect(run.results.map((r: { detector: string }) => r.detector)).toEqual([
    'history',
    ...Array(5).fill('tracevae'),
  ]);
  expect(run.results[0].total.auroc).toBeGreaterThan(0.5);
  expect(run.results[1].total.auroc).toBeGreaterThan(0.5);

  // History is shown first, with a reason per trace in words, and says what it is.
  const scores = page.getByRole('region', { name: '6 Scores' });
  await expect(metrics.locator('.metrics-table__shown')).toContainText('History');
  await expect(scores.getByText(/ranks slow requests better than TraceVAE/)).toBeVisible();
  const table = page.getByRole('grid', { name: 'Test traces by score' });
  const inspector = page.getByRole('region', { name: /^Trace / });
  await expect(table.getByRole('row').nth(1)).toContainText(/Slow|Missing: |New here: |No other/);
  await table.getByRole('row').nth(1).click();
  await expect(inspector.locator('.inspector-finding')).toContainText(
    /(Slow|Missing|New here|Error|combination|Nothing stands out).* higher than .* validation traces/,
  );
  // on to TraceVAE from there
  await inspector.getByRole('button', { name: 'How the model sees it' }).click();
  await inspector.getByRole('button', { name: 'Show TraceVAE' }).first().click();
  // a few epochs are too few: the model says so, and shows no reconstruction unasked
  await expect(inspector.getByText(/reconstructs .* exactly: train longer/)).toBeVisible();
  await inspector.getByRole('button', { name: 'Show anyway' }).click();
  await expect(inspector.getByRole('table', { name: 'Tree and reconstruction' })).toBeVisible();
  await page.keyboard.press('Escape');

  // Corrections are switches: other scores at once, from the same training.
  const shown = metrics.locator('.metrics-table__shown');
  await expect(shown).toContainText('TraceVAE, all corrections');
  await page.getByRole('checkbox', { name: 'Node count normalization' }).uncheck();
  await expect(shown).toContainText('NLL + Bernoulli & categorical scaling + Gaussian std-limit');
  await page.getByRole('region', { name: '6 Scores' }).getByLabel('σ of').selectOption('operation');
  await expect(shown).toContainText('std-limit by operation');
  await page.getByRole('checkbox', { name: 'Bernoulli & categorical scaling' }).uncheck();
  await page.getByRole('checkbox', { name: 'Gaussian std-limit' }).uncheck();
  await expect(shown).toContainText('plain NLL');
  await expect(page.getByRole('region', { name: '6 Scores' }).getByLabel('σ of')).toBeDisabled();
  for (const name of [
    'Bernoulli & categorical scaling',
    'Node count normalization',
    'Gaussian std-limit',
  ]) {
    await page.getByRole('checkbox', { name }).check();
  }
  await expect(shown).toContainText('TraceVAE, all corrections');

  // A score of one's own, typed with completion, wrong, shown as it is typed, and kept.
  await scores.getByRole('button', { name: 'Score by a formula' }).click();
  const formula = scores.getByRole('combobox', { name: 'Formula' });
  await formula.pressSequentially('full + 2*klz');
  await expect(scores.getByText('Character 10: there is no term “klz”.')).toBeVisible();
  await expect(shown).toContainText('TraceVAE, all corrections');
  await formula.press('Backspace');
  await formula.pressSequentially('.z');
  await expect(scores.getByRole('listbox').getByRole('option')).toHaveText([/^kl\.z/, /^kl\.z2/]);
  await formula.press('ArrowDown');
  await formula.press('Enter');
  await expect(formula).toHaveValue('full + 2*kl.z2');
  await expect(shown).toContainText('formula full + 2*kl.z2');
  expect(decodeURIComponent(new URL(page.url()).hash)).toContain('formula=full+++2*kl.z2');
  await scores.getByRole('button', { name: 'Keep with the run' }).click();
  await scores.getByRole('textbox', { name: 'New name' }).fill('twice z2');
  await scores.getByRole('button', { name: 'Save name' }).click();
  await expect(shown).toContainText('twice z2');
  await scores.getByLabel('Kept scores').selectOption('the paper’s');
  await expect(shown).toContainText('TraceVAE, all corrections');
  await expect(metrics.getByRole('row', { name: /^twice z2/ })).toBeVisible();
  const withFormula = await exportRun(page);
  expect(JSON.parse(withFormula).results.at(-1).formula).toBe('full + 2*kl.z2');

  // A flagged trace.
  await showTraces(page, 'all');
  await table.getByRole('row').nth(1).click();
  await expect(inspector.getByRole('table', { name: 'Tree and reconstruction' })).toBeVisible();
  await expect(inspector.getByText('What adds up to the score')).toBeVisible();
  await page.keyboard.press('Escape');

  // Everything is still there.
  await page.reload();
  await expect(metrics.getByRole('row', { name: /TraceVAE, all corrections/ })).toBeVisible();
  await expect(log.getByRole('listitem')).toHaveCount(6);
  expect(await exportRun(page)).toBe(withFormula);
  await showTraces(page, 'all');
  await table.getByRole('row').nth(1).click();
  await inspector.getByRole('button', { name: 'How the model sees it' }).click();
  await inspector.getByRole('button', { name: 'Show anyway' }).click();
  await expect(inspector.getByRole('table', { name: 'Tree and reconstruction' })).toBeVisible();
});

test('the same seed on the same backend gives the same numbers; with another the cells are stale', async ({
  page,
}) => {
  const results = [];
  for (const round of [1, 2]) {
    await openNotebook(page);
    const drop = round === 1 ? dropFiles : dropDataset;
    // the run of the first round is back, and would score what is dropped
    if (round === 2) await expect(page.getByRole('button', { name: 'Export run' })).toBeEnabled();
    await drop(page, [{ name: `all-${round}.csv`, body: TEST_CSV() }]);
    await train(page, { preset: 'tiny', epochs: 2, backend: 'wasm' });
    await expect(page.getByRole('button', { name: 'Export run' })).toBeEnabled();
    const { curves, results: metrics } = JSON.parse(await exportRun(page));
    results.push({ losses: curves.map((c: { loss: number }) => c.loss), metrics });
  }
  expect(results[1]).toEqual(results[0]);

  await page.getByLabel('Seed', { exact: true }).fill('2');
  for (const name of ['Model and training', 'Scores', 'Flagged traces']) {
    await expect(page.getByRole('region', { name }).getByText('stale')).toBeVisible();
  }
});

test('a Jaeger JSON without labels is split, trained and scored, without metrics', async ({
  page,
}) => {
  await openNotebook(page);
  await dropFiles(page, [{ name: 'jaeger.json', body: jaegerJson(requestSpans(5, 170)) }]);
  await expect(page.getByRole('cell', { name: 'Jaeger JSON' })).toBeVisible();
  await expect(page.getByText('100 / 20 / 50')).toBeVisible();
  await train(page, { preset: 'tiny', epochs: 2, backend: 'wasm' });
  await expect(page.getByText(/carry no labels/).first()).toBeVisible();
  // nothing was made odd: every trace is scored, and none stands out
  await expect(page.getByText('None of the 170 traces stands out')).toBeVisible();
  await showTraces(page, 'all');
  await expect(page.getByRole('grid', { name: 'Test traces by score' })).toBeVisible();
  // nothing to choose by labels
  await expect(page.getByRole('group', { name: 'Show' }).getByRole('radio')).toHaveCount(2);
});

test('WebGPU trains in the worker, on the software adapter when asked for by name', async ({
  page,
}) => {
  test.setTimeout(240_000); // most of it is the compiling of shaders on the CPU
  await openNotebook(page);
  await dropFiles(page, [{ name: 'all.csv', body: traceVaeCsv(requestSpans(7, 17), false) }]);
  await trainSmallestOnWebGpu(page, 2);
  await expect(page.getByRole('button', { name: 'Export run' })).toBeEnabled({ timeout: 220_000 });
  const run = JSON.parse(await exportRun(page));
  expect(run.environment.backend).toBe('webgpu');
  expect(run.environment.adapter).toMatch(/software/);
  expect(run.curves).toHaveLength(2);
  for (const point of run.curves) expect(Number.isFinite(point.loss)).toBe(true);
  await expect(page.getByRole('contentinfo')).toContainText('WebGPU');
});

test('Pause holds training, Resume goes on, Stop keeps the weights', async ({ page }) => {
  await openNotebook(page);
  await dropFiles(page, [{ name: 'all.csv', body: traceVaeCsv(requestSpans(9, 600), false) }]);
  await train(page, { preset: 'tiny', epochs: 200, backend: 'wasm' });
  const lines = page.getByRole('log', { name: 'Training log' }).getByRole('listitem');
  await expect.poll(() => lines.count()).toBeGreaterThan(0);
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByText('paused').first()).toBeVisible();
  await page.waitForTimeout(1000); // what was under way when Pause was pressed
  const held = await lines.count();
  await page.waitForTimeout(1500);
  expect(await lines.count()).toBe(held);
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect.poll(() => lines.count()).toBeGreaterThan(held);
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(page.getByRole('button', { name: 'Export run' })).toBeEnabled();
  const run = JSON.parse(await exportRun(page));
  expect(run.curves.length).toBeLessThan(200);
  expect(run.warnings).toContain('TraceVAE: training was stopped before its last epoch');
  await expect(page.getByRole('row', { name: /Run 1, shown/ })).toContainText(
    `${run.curves.length} of 200 epochs, stopped`,
  );
});

test('two detectors and two test files, side by side', async ({ page }) => {
  await openNotebook(page);
  await dropFiles(page, [
    { name: 'train.csv', body: TRAIN_CSV() },
    { name: 'val.csv', body: VAL_CSV() },
    { name: 'test.csv', body: TEST_CSV() },
    { name: 'test-hard.csv', body: traceVaeCsv(requestSpans(23, 30), false) },
  ]);
  await page.getByRole('checkbox', { name: 'TraceVAE-SingleZ' }).check();
  await train(page, { preset: 'tiny', epochs: 2, backend: 'wasm' });
  const run = JSON.parse(await exportRun(page));
  expect(run.results.map((r: { detector: string }) => r.detector)).toEqual([
    'history',
    ...Array(5).fill('tracevae'),
    ...Array(5).fill('tracevae-singlez'),
  ]);
  expect(run.detectors).toHaveLength(3);
  expect(run.detectors[2].curves.map((c: { phase: string }) => c.phase)).toEqual([
    'joint',
    'joint',
  ]);
  expect(run.resultsByFile.map((part: { file: string }) => part.file)).toEqual([
    'test.csv',
    'test-hard.csv',
  ]);

  const metrics = page.getByRole('table', { name: 'Metrics by variant' });
  await expect(metrics.getByRole('row', { name: /SingleZ, all corrections/ })).toBeVisible();
  await showTraceVae(page);
  const ranked = page.getByText(/of \d+ test traces, by TraceVAE/);
  await expect(ranked).toContainText('of 90 test traces, by TraceVAE, all corrections');
  await page.getByLabel('Test file').selectOption({ label: 'test.csv' });
  await expect(ranked).toContainText('of 60 test traces');
  await page.getByLabel('Detector', { exact: true }).selectOption('tracevae-singlez');
  await expect(ranked).toContainText('by TraceVAE-SingleZ');
  await expect(metrics.locator('.metrics-table__shown')).toContainText('TraceVAE-SingleZ');
  await showTraces(page, 'all');
  await page.getByRole('grid', { name: 'Test traces by score' }).getByRole('row').nth(1).click();
  const inspector = page.getByRole('region', { name: /^Trace / });
  await inspector.getByRole('button', { name: 'How the model sees it' }).click();
  await expect(inspector.getByText('What adds up to the score')).toBeVisible();
});
