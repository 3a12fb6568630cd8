import { requestSpans, traceVaeCsv } from './fixtures.ts';
import { dropFiles, expect, openNotebook, test, train } from './notebook.ts';

const cell = 'Prepare';

test('a dataset is prepared as section A.4, undone, and prepared alike', async ({ page }) => {
  await openNotebook(page);
  await page.getByRole('button', { name: 'Load the demo dataset' }).click();
  const prepare = page.getByRole('region', { name: cell });
  const table = prepare.getByRole('table', { name: 'Statistics after each step' });
  await expect(table.getByRole('columnheader')).toHaveText(['After', 'as imported']);
  const imported = await table.getByRole('row', { name: /^traces/ }).innerText();

  await prepare.getByLabel('Smallest group').fill('40');
  await prepare.getByRole('button', { name: 'Prepare the dataset' }).click();
  await expect(page.getByRole('row', { name: /prepared-test/ })).toBeVisible();
  await expect(table.getByRole('columnheader')).toHaveCount(7);
  await expect(prepare.getByRole('img', { name: /^Nodes of a trace/ })).toBeVisible();
  await expect(prepare.getByRole('img', { name: /^Root latency/ })).toBeVisible();
  const prepared = await table.innerText();
  await expect(prepare.getByText('groups of')).toContainText('injected');

  // The cell of the data says what went, and why.
  const data = page.locator('#data');
  await expect(data.getByRole('button', { name: /^Prepared: .* set aside, / })).toBeVisible();
  const changes = data.getByRole('table', { name: 'What preparing changed' });
  await expect(changes.getByRole('row', { name: /^the slowest 1 %: root call above / })).toHaveText(
    /−\d+$/,
  );
  await expect(changes.getByRole('row', { name: /^not drawn: every group gives/ })).toHaveText(
    /−[\d,]+$/,
  );
  await expect(changes.getByRole('row', { name: /^injected anomalies of time/ })).toHaveText(
    /\+\d+$/,
  );
  await expect(data.getByText('the import set nothing aside')).toBeVisible();

  // What was put in is no record of a request, wherever it is met.
  await expect(data.getByText(/of them synthetic: anomalies that Prepare injected/)).toBeVisible();
  const flagged = page.getByRole('region', { name: 'Flagged traces' });
  await expect(flagged.getByText('synthetic', { exact: true }).first()).toBeVisible();
  await flagged.getByText('synthetic', { exact: true }).first().click();
  const inspector = page.getByRole('region', { name: /^Trace / });
  await expect(inspector.getByText('synthetic', { exact: true })).toBeVisible();
  await page.keyboard.press('Escape');

  // Once it is stored it is kept over a reload, and so is the way back.
  await expect(page.getByRole('button', { name: /^Delete Demo.*, prepared$/ })).toBeVisible();
  await page.reload();
  await expect(table.getByRole('columnheader')).toHaveCount(7);
  expect(await table.innerText()).toBe(prepared);

  await prepare.getByRole('button', { name: 'Undo preparing' }).click();
  await expect(page.getByRole('row', { name: /demo-test/ })).toBeVisible();
  await expect(table.getByRole('columnheader')).toHaveCount(2);
  expect(await table.getByRole('row', { name: /^traces/ }).innerText()).toBe(imported);

  await prepare.getByRole('button', { name: 'Prepare the dataset' }).click();
  await expect(table.getByRole('columnheader')).toHaveCount(7);
  expect(await table.innerText()).toBe(prepared);
});

test('without labels and without injection traces are scored and ranked', async ({ page }) => {
  await openNotebook(page);
  const csv = traceVaeCsv(requestSpans(1, 340), false);
  await dropFiles(page, [{ name: 'mine.csv', body: csv }]);
  const prepare = page.getByRole('region', { name: cell });
  await prepare.getByLabel('Structure anomalies').fill('0');
  await prepare.getByLabel('Time anomalies').fill('0');
  await prepare.getByRole('button', { name: 'Prepare the dataset' }).click();
  await expect(page.getByText('no labels: ranking only, no accuracy figures')).toBeVisible();
  await train(page, { preset: 'tiny', epochs: 1, backend: 'wasm' });
  await expect(page.getByRole('button', { name: 'Export scores' })).toBeEnabled({
    timeout: 100_000,
  });
  const flagged = page.getByRole('region', { name: 'Flagged traces' });
  await expect(flagged.getByRole('row').nth(1)).toBeVisible();
});

test('what leaves nothing to train on is said, and the dataset stays', async ({ page }) => {
  await openNotebook(page);
  const csv = traceVaeCsv(requestSpans(1, 40), false);
  await dropFiles(page, [{ name: 'mine.csv', body: csv }]);
  const prepare = page.getByRole('region', { name: cell });
  await prepare.getByRole('button', { name: 'Prepare the dataset' }).click();
  await expect(prepare.getByRole('alert')).toContainText(
    'lower the smallest group from 100 traces',
  );
  const files = page.getByRole('table', { name: 'Files' });
  await expect(files.getByRole('row', { name: /mine\.csv/ })).toBeVisible();
  await prepare.getByRole('button', { name: 'Dismiss' }).click();
  await expect(prepare.getByRole('alert')).toHaveCount(0);
});

test('N_max can be chosen by the share of the traces that it keeps', async ({ page }) => {
  await openNotebook(page);
  await page.getByRole('button', { name: 'Load the demo dataset' }).click();
  const choices = page.getByRole('list', { name: 'Traces that each N_max keeps' });
  const paper = choices.getByRole('button', { name: /N_max 32/ });
  await expect(paper).toHaveAttribute('aria-pressed', 'true');
  await choices.getByRole('button', { name: /N_max 16/ }).click();
  await expect(page.getByLabel('Largest tree')).toHaveValue('16');
  await expect(page.getByText('above N_max left out')).toBeVisible();
});

test('a stand-in of a dataset of the paper is made and prepared', async ({ page }) => {
  await openNotebook(page);
  await page.getByRole('button', { name: 'Synthetic versions of the paper’s datasets' }).click();
  await page.getByLabel('Dataset of the paper').selectOption('A');
  await page.getByLabel('Traces to make').fill('5000');
  await page.getByRole('button', { name: 'Generate' }).click();
  await expect(page.getByRole('row', { name: /stand-in-a-traffic/ })).toBeVisible();
  const prepare = page.getByRole('region', { name: cell });
  const table = prepare.getByRole('table', { name: 'Statistics after each step' });
  const row = (name: string) => table.getByRole('row', { name });
  await expect(row('root operations')).toContainText('7');
  await expect(row('nodes, largest')).toContainText('19');
  await expect(row('depth, largest')).toContainText('2');
  await prepare.getByLabel('Smallest group').fill('10');
  await prepare.getByRole('button', { name: 'Prepare the dataset' }).click();
  await expect(page.getByRole('row', { name: /prepared-train/ })).toBeVisible();
  await expect(row('nodes, largest')).toHaveText(/19\s*19\s*19\s*19\s*19\s*19/);
});

test('preparing can be cancelled while it runs', async ({ page }) => {
  await openNotebook(page);
  await page.getByRole('button', { name: 'Synthetic versions of the paper’s datasets' }).click();
  await page.getByLabel('Traces to make').fill('60000');
  await page.getByRole('button', { name: 'Generate' }).click();
  const made = page.getByRole('row', { name: /stand-in-a-traffic/ });
  await expect(made).toBeVisible({ timeout: 60_000 });
  const prepare = page.getByRole('region', { name: cell });
  // Preparing takes a second: the button is pressed as soon as it is there.
  const pressed = page.evaluate(
    () =>
      new Promise<boolean>((resolve) => {
        const observer = new MutationObserver(() => {
          const buttons = [...document.querySelectorAll('button')];
          const button = buttons.find(({ textContent }) => textContent === 'Cancel preparing');
          if (button === undefined || document.querySelector('[role=progressbar]') === null) return;
          observer.disconnect();
          button.click();
          resolve(true);
        });
        observer.observe(document.body, { childList: true, subtree: true });
      }),
  );
  await prepare.getByRole('button', { name: 'Prepare the dataset' }).click();
  expect(await pressed).toBe(true);
  await expect(prepare.getByRole('progressbar')).toHaveCount(0);
  await expect(prepare.getByRole('button', { name: 'Prepare the dataset' })).toBeEnabled();
  await expect(made).toBeVisible();
  await expect(page.getByRole('row', { name: /prepared-train/ })).toHaveCount(0);
});
