/** The entropy gap: every correction side by side, marks that move, sliders, causes, latent space. */

import type { Locator, Page } from '@playwright/test';
import { findings } from './axe.ts';
import { jaegerJson, requestSpans, TEST_CSV, TRAIN_CSV, VAL_CSV } from './fixtures.ts';
import { dropFiles, expect, openNotebook, test, train } from './notebook.ts';

const STEPS = [
  'plain NLL',
  'scaling alone',
  'normalization alone',
  'std-limit alone',
  'all together',
];

async function openLab(page: Page): Promise<Locator> {
  await openNotebook(page);
  await dropFiles(page, [
    { name: 'train.csv', body: TRAIN_CSV() },
    { name: 'val.csv', body: VAL_CSV() },
    { name: 'test.csv', body: TEST_CSV() },
  ]);
  await train(page, { preset: 'tiny', epochs: 2, backend: 'wasm' });
  const lab = page.getByRole('region', { name: 'Entropy gap' });
  await expect(page.getByRole('button', { name: 'Export run' })).toBeEnabled({ timeout: 100_000 });
  await lab.scrollIntoViewIfNeeded();
  await expect(lab.getByRole('button', { name: 'all together' })).toBeVisible();
  // whatever is shown above
  await expect(lab.getByText(/Here are the scores of TraceVAE; .* show History/)).toBeVisible();
  return lab;
}

/** Moves a native slider to a value and lets the page hear it. */
async function slide(lab: Locator, name: string, value: number): Promise<void> {
  await lab.getByRole('slider', { name, exact: true }).fill(String(value));
}

/** Chooses one of the segments, which are radio buttons under their words. */
async function choose(lab: Locator, name: string): Promise<void> {
  await lab.getByRole('radio', { name, exact: true }).check({ force: true });
}

test('scores under each correction side by side, by slider too; a range listed, a trace opened', async ({
  page,
}) => {
  const lab = await openLab(page);
  for (const step of STEPS) {
    await expect(lab.getByRole('button', { name: step, exact: true })).toBeVisible();
    const measures = lab.getByLabel(`Inversion, ${step}`);
    await expect(measures).toContainText(/overlap\s*\d/);
    await expect(measures).toContainText(/inverted\s*\d/);
    await expect(measures).toContainText(/AUC\s*\d\.\d{3}/);
  }
  await expect(lab.getByRole('list', { name: 'Groups' })).toContainText('structure anomaly 6');

  // counts and shares are told apart
  await expect(lab.getByText('A bin’s height is a number of traces.')).toBeVisible();
  await choose(lab, 'density');
  await expect(lab.getByText('A bin’s height is its share of its own group')).toBeVisible();
  await expect(lab.getByRole('list', { name: 'Groups' })).toContainText('= 100 %');

  // a drag over the large plot lists what scores there, the highest first
  const plot = lab.getByRole('slider', { name: /^Test traces by score, plain NLL/ });
  await plot.scrollIntoViewIfNeeded();
  const box = (await plot.boundingBox())!;
  await page.mouse.move(box.x + 2, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, box.y + 20, { steps: 4 });
  await page.mouse.move(box.x + box.width - 2, box.y + 20, { steps: 4 });
  await page.mouse.up();
  const list = lab.getByRole('grid', { name: 'Traces of the range' });
  await expect(list).toHaveAttribute('aria-rowcount', '61');
  await expect(list.getByRole('row').nth(1)).toContainText(/^1/);
  await list.getByRole('row').nth(1).click();
  await expect(page.getByRole('region', { name: /^Trace / })).toBeVisible();
  await page.keyboard.press('Escape');

  // by keyboard: bin by bin, Enter lists one
  await plot.focus();
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await expect(list.or(lab.getByText('No trace scores in this range'))).toBeVisible();
  await lab.getByRole('button', { name: 'Clear the range' }).click();
  await expect(list).toBeHidden();

  // the slider moves from one correction to the next, and its measures with it
  const slider = lab.getByRole('slider', { name: 'Correction', exact: true });
  await slider.focus();
  for (const [i, step] of STEPS.entries()) {
    if (i > 0) await page.keyboard.press('ArrowRight');
    await expect(slider).toHaveAttribute('aria-valuetext', step);
    await expect(
      lab.getByRole('slider', { name: new RegExp(`^Test traces by score, ${step}`) }),
    ).toBeVisible();
    await expect(lab.getByRole('button', { name: step, exact: true })).toHaveAttribute(
      'aria-pressed',
      'true',
    );
    const small = await lab
      .getByLabel(`Inversion, ${step}`)
      .getByText(/\d\.\d{3}/)
      .innerText();
    await expect(lab.getByLabel('Inversion and metrics')).toContainText(small);
  }
});

/** Names of the constants that are stored with the runs. */
const storedNames = (page: Page): Promise<string[]> =>
  page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open('tracevae-notebook');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const db = opening.result;
          const reading = db.transaction('runs').objectStore('runs').getAll();
          reading.onerror = () => reject(reading.error);
          reading.onsuccess = () => {
            db.close();
            const runs: { detectors: { named?: { name: string }[] }[] }[] = reading.result;
            const trained = runs.flatMap(({ detectors }) => detectors);
            resolve(trained.flatMap(({ named = [] }) => named.map(({ name }) => name)));
          };
        };
      }),
  );

test('constants are live: scores and F follow, and the paper’s come back', async ({ page }) => {
  const lab = await openLab(page);
  const metrics = lab.getByRole('table', { name: 'Metrics with these constants' });
  const changes = metrics.getByRole('row').filter({ hasNotText: '=' });
  await expect(changes).toHaveCount(1); // the head
  const threshold = lab.getByText(/^threshold [\d,.]+ nats$/);
  await slide(lab, 'Correction', 4);
  const before = (await threshold.textContent())!;

  await slide(lab, 'Exponent of N_max / N', 0.2);
  await expect(threshold).not.toHaveText(before);
  await lab.getByRole('button', { name: 'Reset to the paper’s values' }).click();
  await expect(threshold).toHaveText(before);

  for (const [name, value] of [
    ['Scaling factor', 3],
    ['Boundary', 0],
  ] as const) {
    await slide(lab, name, value);
    await expect(threshold).not.toHaveText(before);
    await lab.getByRole('button', { name: 'Reset to the paper’s values' }).click();
    await expect(threshold).toHaveText(before);
  }
  // the threshold is the run's: moved here, it is moved in Flagged, and Undo takes it back
  await lab.getByLabel('Threshold', { exact: true }).selectOption('top');
  await lab.getByLabel('Traces', { exact: true }).fill('20');
  await expect(threshold).not.toHaveText(before);
  const flagged = page.getByRole('region', { name: 'Flagged traces' });
  // History, which Flagged shows, has equal scores there, and never flags more than it was asked to
  await expect(flagged.getByText(/: 17 of 60 flagged/)).toBeVisible();
  await expect(page).toHaveURL(/threshold=top%3A20/);
  const line = page
    .getByRole('region', { name: 'Scores' })
    .getByRole('slider', { name: 'Threshold' });
  await expect(line).toHaveAttribute('aria-valuetext', /: 17 of 60 flagged/);
  await line.press('PageDown');
  await expect(line).toHaveAttribute('aria-valuetext', /^threshold [\d,.]+.*: \d+ of 60 flagged/);
  await expect(page).toHaveURL(/threshold=value/);
  await expect(flagged.getByLabel('Score', { exact: true }).first()).toBeVisible();
  await flagged.getByRole('button', { name: 'Reset threshold' }).click();
  await expect(page).not.toHaveURL(/threshold=/);
  // few traces have stds to cut, so the limit is looked for beside the stds
  await choose(lab, 'the paper’s evidence');
  await expect(lab.getByText(/^σ p99 = /)).toBeVisible();
  await slide(lab, 'Percentile of σ', 92.5);
  await expect(lab.getByText(/^σ p92\.5 = /)).toBeVisible();
  await expect(lab.getByText(/60 traces scored, measured and ranked in/)).toBeVisible();
  // kept under a name, they are the run's: after a reload too, in Scores
  await lab.getByRole('button', { name: 'Keep with the run' }).click();
  await lab.getByLabel('New name').fill('wider');
  await page.keyboard.press('Enter');
  const kept = lab.getByRole('table', { name: 'Constants kept with the run' });
  await expect(kept.getByRole('row', { name: /wider/ })).toBeVisible();
  await expect.poll(() => storedNames(page)).toEqual(['wider']);
  await page.reload();
  const scores = page.getByRole('region', { name: 'Scores' });
  await expect(scores.getByLabel('Kept scores')).toHaveValue('kept wider');
  await expect(scores.getByRole('row', { name: /wider/ })).toBeVisible();
});

test('the paper’s evidence and tables, latent space, why it happens, and the traces they open', async ({
  page,
}) => {
  const lab = await openLab(page);
  await choose(lab, 'the paper’s evidence');
  for (const name of [
    /^Predicted stds of nodes by label/,
    /^Merged nodes of test traces by label: 48 normal, 6 structure anomaly, 6 time anomaly/,
    /^Probability of the observed node count by label/,
    /^Probability of observed edges and their absence by label/,
    /^Precision, recall and F against the threshold/,
  ]) {
    await expect(lab.getByRole('img', { name })).toBeVisible();
  }
  await expect(lab.getByText(/^σ p99 = /)).toBeVisible();
  for (const title of ['Table 1: best F', 'Table 2: ROC-AUC', 'Table 3: F at the threshold']) {
    const table = lab.getByRole('table', { name: title });
    await expect(table.getByRole('row')).toHaveCount(8);
    await expect(table.getByRole('row', { name: 'TraceVAE-NCNorm' })).toContainText(/\d\.\d{3}/);
  }

  // z and z₂ by label, structure and score; a mark opens its trace
  await choose(lab, 'latent space');
  for (const colour of ['label', 'structure', 'score']) {
    await choose(lab, colour);
    await expect(
      lab.getByRole('img', { name: new RegExp(`^z of 60 test traces .* coloured by ${colour}`) }),
    ).toBeVisible();
  }
  const plane = lab.getByRole('slider', { name: 'z₂, latencies, traces from left to right' });
  await plane.focus();
  await page.keyboard.press('ArrowRight');
  await expect(plane).toHaveAttribute('aria-valuetext', /^trace /);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: /^Trace / })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('region', { name: /^Trace / })).toHaveCount(0);

  // node counts, terms, equation (5) and the inverted anomalies
  await choose(lab, 'why it happens');
  await expect(lab.getByRole('img', { name: /against merged nodes, 60 traces/ })).toBeVisible();
  const boxes = lab.getByRole('slider', { name: 'The same as boxes, box by box' });
  await boxes.focus();
  await page.keyboard.press('Home');
  await expect(boxes).toHaveAttribute('aria-valuetext', /median .* nats, middle half/);

  const terms = lab.getByRole('table', { name: 'Terms of the mean score by label' });
  const column = async (row: string): Promise<number> => {
    const cell = terms.getByRole('row', { name: row }).getByRole('cell').first();
    return Number((await cell.innerText()).replace('−', '-').replaceAll(',', ''));
  };
  const parts = [
    'node count',
    'edges',
    'operations',
    'latencies',
    'log p(z)',
    'log p(z₂ | z)',
    'mean over samples',
  ];
  let sum = 0;
  for (const part of parts) sum += await column(part);
  const total = await column('mean score');
  // three digits each
  expect(Math.abs(sum - total)).toBeLessThan(0.02 * Math.max(...[total, 10].map(Math.abs)));

  const equation = lab.getByRole('table', { name: 'Equation (5) on this dataset' });
  await expect(equation.getByRole('row')).toHaveCount(4);
  await expect(lab.getByText(/mean NLL ≈ KLD/)).toBeVisible();

  const list = lab.getByRole('grid', { name: 'Inverted anomalies' });
  const none = lab.getByText('No anomaly scores below the normal median');
  await expect(list.or(none)).toBeVisible();
  if (await list.isVisible()) {
    await expect(list.getByRole('row').nth(1)).toContainText(/alone|together|none/);
    await list.getByRole('row').nth(1).click();
    await expect(page.getByRole('region', { name: /^Trace / })).toBeVisible();
  }
});

test('without labels the scores are shown, and what labels would add is said', async ({ page }) => {
  await openNotebook(page);
  const lab = page.getByRole('region', { name: 'Entropy gap' });
  await dropFiles(page, [{ name: 'jaeger.json', body: jaegerJson(requestSpans(5, 170)) }]);
  // the first look has scores, and no terms
  await expect(lab.getByText(/History gives one score per trace/)).toBeVisible();
  await train(page, { preset: 'tiny', epochs: 1, backend: 'wasm' });
  await lab.scrollIntoViewIfNeeded();
  await expect(lab.getByText(/Without labels this shows only how scores move/)).toBeVisible();
  await expect(lab.getByRole('list', { name: 'Groups' }).first()).toContainText('test trace 170');
  await expect(lab.getByLabel(/^Inversion, /)).toHaveCount(0);
  await choose(lab, 'why it happens');
  await expect(lab.getByRole('table', { name: 'Equation (5) on this dataset' })).toBeVisible();
});

test('axe finds nothing serious in any view, light or dark', async ({ page }) => {
  test.slow();
  const lab = await openLab(page);
  for (const view of [
    'traces by score',
    'why it happens',
    'the paper’s evidence',
    'latent space',
  ]) {
    await choose(lab, view);
    await expect(lab.getByText(/^(Comparing|Counting|Projecting) …$/)).toHaveCount(0);
    expect(await findings(page, '#lab'), view).toEqual([]);
  }
});
