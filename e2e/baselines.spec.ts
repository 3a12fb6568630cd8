/** All detectors with one click: the matrix, its exports, further seeds, scores without terms. */
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { jaegerJson, requestSpans, TEST_CSV, TRAIN_CSV, VAL_CSV } from './fixtures.ts';
import { dropFiles, expect, exportRun, openNotebook, showTraces, test } from './notebook.ts';

const BASELINES = ['FSA', 'LSTM-AD', 'TraceAnomaly', 'CRISP', 'VGAE', 'GTrace'];
const STATISTICS = [
  'History',
  'Duration',
  'Duration given structure',
  'Oddest node',
  'Oddest nodes',
  'Ridge of self times',
  'Mahalanobis of self times',
  'Unseen structure',
  'Isolation forest',
  'Isolation forest of traces',
];

const cellOf = (page: Page) => page.getByRole('region', { name: 'Baselines' });
const matrixOf = (page: Page) =>
  page.getByRole('table', { name: 'Results by detector', exact: true });

async function download(page: Page, button: string): Promise<string> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    cellOf(page).getByRole('button', { name: button, exact: true }).click(),
  ]);
  return readFileSync(await file.path(), 'utf8');
}

async function openSmall(page: Page, epochs: number): Promise<void> {
  await openNotebook(page);
  await dropFiles(page, [
    { name: 'train.csv', body: TRAIN_CSV() },
    { name: 'val.csv', body: VAL_CSV() },
    { name: 'test.csv', body: TEST_CSV() },
  ]);
  await page.getByLabel('Preset').selectOption('tiny');
  await page.getByLabel('Epochs', { exact: true }).fill(String(epochs));
  await page.getByLabel('Backend').selectOption('wasm');
}

test('one click trains and scores all, with two seeds, and exports the matrix', async ({
  page,
}) => {
  test.setTimeout(240_000);
  await openSmall(page, 2);
  await expect(matrixOf(page).getByRole('row', { name: /^CRISP/ })).toContainText('not run');
  await cellOf(page).getByLabel('Seeds').fill('2');
  await cellOf(page).getByRole('button', { name: 'Run all detectors' }).click();

  for (const label of [...STATISTICS, 'TraceVAE', ...BASELINES]) {
    const row = matrixOf(page).getByRole('row', { name: new RegExp(`^${label} [★\\d]`) });
    await expect(row.getByRole('cell').first()).toContainText(/0\.\d{3}|1\.000/, {
      timeout: 120_000,
    });
  }
  const against = cellOf(page).getByText(
    /(not beat|ahead of) .*, a statistic that needs no training/,
  );
  await expect(against).toBeVisible();
  const vgae = matrixOf(page).getByRole('row', { name: /^VGAE/ });
  await expect(vgae.getByRole('cell', { name: 'N/A' })).toHaveCount(4);

  // The further seed runs beside; meanwhile a trace can be looked at.
  await expect(page.getByRole('progressbar', { name: 'Further seeds' })).toBeVisible();
  await showTraces(page, 'all');
  const traces = page.getByRole('grid', { name: 'Test traces by score' });
  await traces.getByRole('row').nth(1).click();
  const inspector = page.getByRole('region', { name: /^Trace / });
  const waterfall = inspector.getByRole('tree', { name: 'Waterfall' });
  await expect(waterfall.getByRole('treeitem', { name: /on the critical path/ })).not.toHaveCount(
    0,
  );
  await inspector.getByRole('button', { name: 'How the model sees it' }).click();
  await expect(inspector.getByText('What adds up to the score')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('progressbar', { name: 'Further seeds' })).toBeHidden({
    timeout: 120_000,
  });
  await expect(cellOf(page).getByText(/Mean over seeds/)).toBeVisible();

  await cellOf(page).getByRole('button', { name: 'Compute intervals' }).click();
  const intervals = page.getByRole('table', { name: 'Intervals by detector' });
  await expect(intervals.getByRole('row', { name: /^TraceVAE / })).toContainText(
    /\d\.\d{3} to \d\.\d{3}.*(ahead|behind|not told apart)/,
  );
  // the best statistic is what the others are compared with, and the sentence has the intervals then
  const best = / (?:not beat|ahead of) (.*), a statistic/.exec(await against.innerText())![1]!;
  await expect(
    intervals.getByRole('columnheader', { name: `less that of ${best}`, exact: true }),
  ).toBeVisible();
  await expect(against).toContainText(/ lower\)| higher\)|, not told apart\)/);

  const csv = await download(page, 'CSV');
  expect(csv.split('\n')[0]).toContain('detector,seeds,bestF.total');
  expect(csv).toMatch(/^lstm-ad,2,\d/m);
  expect(await download(page, 'Markdown')).toMatch(/\| VGAE \|.*N\/A/);
  expect(await download(page, 'LaTeX')).toContain('\\begin{tabular}');

  // Run.json has one result a baseline, and the other seed beside.
  const run = JSON.parse(await exportRun(page));
  expect(run.results.map((r: { variant: string }) => r.variant)).toEqual([
    'plain',
    'full',
    'nll',
    'bcscale',
    'ncnorm',
    'stdlimit',
    ...[...BASELINES, ...STATISTICS.slice(1)].map(() => 'plain'),
  ]);
  expect(run.repeats).toHaveLength(1 + BASELINES.length + STATISTICS.length);
  const fsa = run.results.find((r: { detector: string }) => r.detector === 'fsa');
  expect(fsa.atThreshold).toMatchObject({ percentile: null, threshold: 0.5 });
  const graph = run.results.find((r: { detector: string }) => r.detector === 'vgae');
  expect(graph.structure.bestF).toBeNull();

  // Everything is there after a reload, seeds included.
  const before = await matrixOf(page).innerText();
  await page.reload();
  await expect.poll(() => matrixOf(page).innerText()).toBe(before);
});

test('a detector without terms shows its scores and why, without corrections', async ({ page }) => {
  await openSmall(page, 1);
  await page.getByRole('checkbox', { name: 'FSA' }).check();
  await page.getByRole('checkbox', { name: 'LSTM-AD' }).check();
  await page.getByRole('checkbox', { name: 'TraceVAE', exact: true }).uncheck();
  await page.getByRole('checkbox', { name: 'History', exact: true }).uncheck();
  await page.getByRole('button', { name: 'All settings' }).click();
  await page.getByLabel('FSA: k').fill('4');
  await page.getByRole('button', { name: 'Start training' }).click();
  const metrics = page.getByRole('table', { name: 'Metrics by variant' });
  await expect(metrics.getByRole('row', { name: /^FSA/ })).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole('checkbox', { name: 'Node count normalization' })).toHaveCount(0);
  for (const name of [/^\d+ Scores$/, /^\d+ Entropy gap$/]) {
    const cell = page.getByRole('region', { name });
    await expect(cell.getByText(/FSA gives one score per trace/)).toBeVisible();
  }
  // the rail says so too, where every other cell with scores is done
  const rail = page.getByRole('navigation', { name: 'Cells' });
  await expect(rail.getByRole('link', { name: /Entropy gap/ })).toContainText(
    'not available: FSA gives one score per trace',
  );
  await expect(rail.getByRole('link', { name: /Scores/ })).toContainText('done');
  const runs = page.getByRole('region', { name: /^\d+ Runs$/ });
  await expect(runs.getByRole('table', { name: 'Runs' })).toContainText(/0\.\d{3}|1\.000/);
  await expect(runs.getByLabel('Score variant')).toHaveCount(0);

  await showTraces(page, 'all');
  const traces = page.getByRole('grid', { name: 'Test traces by score' });
  await page.getByRole('button', { name: /^Columns/ }).click();
  const columns = page.getByRole('group', { name: 'Columns' });
  await expect(columns.getByRole('checkbox', { name: /top part|reconstruction/ })).toHaveCount(0);
  await columns.getByRole('checkbox', { name: /^rank/ }).check();
  await expect(traces.getByRole('columnheader', { name: /^rank/ })).toHaveCount(1);
  await traces.getByRole('row').nth(1).click();
  const inspector = page.getByRole('region', { name: /^Trace / });
  await inspector.getByRole('button', { name: 'How the model sees it' }).click();
  const transitions = inspector.getByRole('table', { name: 'Transitions' });
  await expect(transitions.getByRole('row', { name: /start/ })).toBeVisible();
  await expect(transitions.getByRole('row', { name: /rejected/ }).first()).toBeVisible();
  for (const view of ['What if', 'Over epochs']) {
    await inspector.getByRole('button', { name: view, exact: true }).click();
  }
  // what if, over epochs, and the reconstruction
  await expect(inspector.getByText(/for TraceVAE and its ablations/)).toHaveCount(3);
  await page.keyboard.press('Escape');

  await page.getByLabel('Detector', { exact: true }).selectOption('lstm-ad');
  await traces.getByRole('row').nth(1).click();
  await expect(inspector.getByText(/the largest NLL of a node/)).toBeVisible();
  await page.keyboard.press('Escape');
  expect(JSON.parse(await exportRun(page)).config['FSA: k']).toBe(4);
});

test('what cannot be trained says why, and leaves the rest', async ({ page }) => {
  await openNotebook(page);
  // checkouts alone: a single structure
  const checkouts = requestSpans(5, 340).filter(({ trace }) => trace % 2 === 0);
  await dropFiles(page, [{ name: 'jaeger.json', body: jaegerJson(checkouts) }]);
  await page.getByLabel('Preset').selectOption('tiny');
  await page.getByLabel('Epochs', { exact: true }).fill('1');
  await page.getByLabel('Backend').selectOption('wasm');
  await page.getByRole('checkbox', { name: 'FSA' }).check();
  await page.getByRole('button', { name: 'Start training' }).click();
  const row = matrixOf(page).getByRole('row', { name: /^FSA/ });
  await expect(row).toContainText('failed', { timeout: 60_000 });
  await expect(cellOf(page).getByText(/FSA was not trained with seed 1.*structure/)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Export run' })).toBeEnabled();
});
