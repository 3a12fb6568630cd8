/** The inspector: the list of scored traces, one trace taken apart, what if, and its neighbours. */
import type { Page } from '@playwright/test';
import { TEST_CSV, TRAIN_CSV, VAL_CSV } from './fixtures.ts';
import {
  dropFiles,
  expect,
  openNotebook,
  showTraces,
  showTraceVae,
  test,
  train,
} from './notebook.ts';

const grid = (page: Page) => page.getByRole('grid', { name: 'Test traces by score' });
const inspector = (page: Page) => page.getByRole('region', { name: /^Trace / });
const waterfall = (page: Page) => inspector(page).getByRole('tree', { name: 'Waterfall' });
/** Cells of a column over the rows in sight, from the top. */
const column = async (page: Page, title: string | RegExp): Promise<string[]> => {
  const heads = await grid(page).getByRole('columnheader').allTextContents();
  const at = heads.findIndex((head) =>
    typeof title === 'string' ? head.startsWith(title) : title.test(head),
  );
  expect(at).not.toBe(-1);
  const rows = await grid(page).getByRole('row').all();
  return Promise.all(rows.slice(1).map((row) => row.getByRole('gridcell').nth(at).innerText()));
};

/** The labels that the test traces of time have, with a root cause. */
function rootCauses(): string {
  const rows = TEST_CSV()
    .split('\n')
    .map((line) => line.split(','))
    .filter((cells) => cells.at(-2) === '1')
    .map(([high, low]) => `${high}:${low},time,cart/Get`);
  return ['trace_id,label,root_cause', ...new Set(rows), ''].join('\n');
}

const orphanRules = (page: Page) =>
  page.getByRole('group', { name: /whose caller was not recorded/ });

/** Test traces of which those of time have one call more, whose caller is not in the file. */
function withOrphans(): { readonly csv: string; readonly traces: number } {
  const csv = TEST_CSV();
  const first = new Map<string, string[]>();
  for (const line of csv.trimEnd().split('\n')) {
    const cells = line.split(',');
    if (cells.at(-2) === '1' && !first.has(cells[1]!)) first.set(cells[1]!, cells);
  }
  const calls = [...first.values()].map(([high, low, , , ...rest]) =>
    [high, low, 80, 90, ...rest].join(','),
  );
  return { csv: `${csv}${calls.join('\n')}\n`, traces: calls.length };
}

async function scoredNotebook(
  page: Page,
  tests = TEST_CSV(),
  beforeTraining = async (): Promise<void> => {},
): Promise<void> {
  await openNotebook(page);
  await dropFiles(page, [
    { name: 'train.csv', body: TRAIN_CSV() },
    { name: 'val.csv', body: VAL_CSV() },
    { name: 'test.csv', body: tests },
    { name: 'labels.csv', body: rootCauses() },
  ]);
  await beforeTraining();
  await train(page, { preset: 'tiny', epochs: 6, backend: 'wasm' });
  await expect(grid(page)).toBeVisible({ timeout: 100_000 });
  await showTraceVae(page);
}

async function openTrace(page: Page, label: string): Promise<void> {
  await showTraces(page, label.replace('anomaly', 'anomalies'));
  await expect(async () => {
    await grid(page).getByRole('row').nth(1).click();
    await expect(inspector(page)).toContainText(label, { timeout: 1000 });
  }).toPass();
  await expect(waterfall(page)).toBeVisible();
}

/** Opens what is of the model alone; it stays open from trace to trace. */
async function showModel(page: Page): Promise<void> {
  const fold = inspector(page).getByRole('button', { name: 'How the model sees it' });
  if ((await fold.getAttribute('aria-expanded')) === 'false') await fold.click();
  await expect(inspector(page).getByText('What adds up to the score')).toBeVisible();
}

test('the list sorts by every column, narrows, searches, and answers to the keyboard', async ({
  page,
}) => {
  await scoredNotebook(page);
  await showTraces(page, 'all');
  await expect(page.getByText('60 of 60 test traces')).toBeVisible();

  // what tells no traces apart is put away and said, and what few need waits there
  const columns = page.getByRole('button', { name: /^Columns/ });
  await columns.click();
  const menu = page.getByRole('group', { name: 'Columns' });
  await expect(grid(page).getByRole('columnheader', { name: 'errors' })).toHaveCount(0);
  await expect(
    menu.getByRole('checkbox', { name: /^errors · not told in every row/ }),
  ).not.toBeChecked();
  for (const box of await menu.getByRole('checkbox').all()) await box.check();

  // sort: the same column again turns the order round
  const numbers = async (title: string) =>
    (await column(page, title)).map((cell) => Number(cell.replaceAll(',', '').replace(/^#/, '')));
  const duration = grid(page).getByRole('columnheader', { name: /^duration/ });
  await grid(page).getByRole('button', { name: 'nodes' }).click();
  await expect(grid(page).getByRole('columnheader', { name: 'nodes' })).toHaveAttribute(
    'aria-sort',
    'descending',
  );
  expect((await numbers('nodes'))[0]).toBe(4);
  await grid(page).getByRole('button', { name: 'nodes' }).click();
  await expect.poll(async () => (await numbers('nodes'))[0]).toBe(2);
  await grid(page).getByRole('button', { name: 'rank, NLL' }).click();
  await grid(page).getByRole('button', { name: 'rank, NLL' }).click();
  await expect.poll(async () => (await numbers('rank, NLL')).slice(0, 2)).toEqual([1, 2]);
  await expect(duration).toHaveAttribute('aria-sort', 'none');
  const sortable = await grid(page).getByRole('columnheader').count();
  expect(await grid(page).locator('[aria-sort]').count()).toBe(sortable);
  for (const name of [
    'rank, all',
    'rank, scaling',
    'rank, node norm.',
    'rank, std-limit',
    'top part of the score',
    'higher than',
    'errors',
  ]) {
    await expect(grid(page).getByRole('columnheader', { name })).toBeAttached();
  }

  // narrow
  await showTraces(page, 'time anomalies');
  await expect(page.getByText('6 of 60 test traces')).toBeVisible();
  await page.getByRole('button', { name: 'Filters' }).click();
  await page.getByLabel('Nodes from').fill('4');
  await expect(page.getByText('3 of 60 test traces')).toBeVisible();
  await page.getByRole('button', { name: 'Remove filter: nodes at least 4' }).click();
  await expect(page.getByText('6 of 60 test traces')).toBeVisible();
  await showTraces(page, 'all');
  await page.getByLabel('Flag', { exact: true }).selectOption({ label: 'not flagged' });
  const flags = menu.getByRole('checkbox', { name: /^flagged · no in every row/ });
  await expect(flags).not.toBeChecked();
  await flags.check();
  await expect.poll(async () => new Set(await column(page, 'flagged'))).toEqual(new Set(['no']));
  await columns.click();
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await page.getByLabel('Root operation').selectOption({ label: 'web/GET /search (30)' });
  await expect(page.getByText('30 of 60 test traces')).toBeVisible();
  await page.getByLabel('Score to').fill('-100000');
  await expect(page.getByText('0 of 60 test traces')).toBeVisible();
  // nothing is left: the page says which filter to remove
  await page.getByRole('button', { name: /^Remove “score at most .*” \(30 traces\)$/ }).click();
  await expect(page.getByText('30 of 60 test traces')).toBeVisible();
  const chips = page.getByRole('list', { name: 'Filters in use' });
  await chips.getByRole('button').press('Delete');
  await expect(page.getByText('60 of 60 test traces')).toBeVisible();
  await expect(chips).toHaveCount(0);
  await page.getByLabel('Passes through').selectOption({ label: 'payment/Charge (30)' });
  await page.getByLabel('Without a call of').selectOption({ label: 'web/GET /search (30)' });
  await expect(chips.getByRole('listitem')).toHaveCount(2);
  await expect(page).toHaveURL(/operation=\d+&lacks=\d+/);
  await page.getByRole('button', { name: 'Clear filters' }).click();

  // search
  const search = page.getByLabel('Search trace id or operation');
  await search.fill('CHARGE');
  await expect(page.getByText('30 of 60 test traces')).toBeVisible();
  await search.fill('1007');
  await expect(page.getByText('1 of 60 test traces')).toBeVisible();
  await search.fill('');

  // an id is copied by a click, and by c; said to screen readers
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await grid(page)
    .getByRole('button', { name: /^Copy the id/ })
    .first()
    .click();
  const said = page.getByRole('status').filter({ hasText: 'Copied' });
  await expect(said).toHaveText(/^Copied -4365100055175869479:\d+$/);
  const id = (await said.innerText()).replace('Copied ', '');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(id);
  await expect(inspector(page)).toHaveCount(0);

  // links to a backend: only to where http leads
  await page.getByRole('button', { name: 'Link to Jaeger, Tempo or Zipkin' }).click();
  const address = page.getByLabel('Address of a trace');
  await address.fill('javascript:{traceId}');
  await expect(page.getByText('only http:// and https:// addresses')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Link traces' })).toBeDisabled();
  await page.getByRole('button', { name: 'Jaeger', exact: true }).click();
  await page.getByRole('button', { name: 'Link traces' }).click();
  const link = grid(page).getByRole('link', { name: `Open ${id} in the tracing backend` });
  await expect(link).toHaveAttribute('href', /^http:\/\/localhost:16686\/trace\/-4365/);
  await expect(link).toHaveAttribute('rel', 'noopener noreferrer');
  await page.getByRole('button', { name: 'Links to traces' }).click();

  // keyboard: two tab stops, titles and rows; Home, End, pages and arrows move, Enter opens
  expect(await grid(page).locator('[tabindex="0"]').count()).toBe(1);
  await grid(page).focus();
  await page.keyboard.press('End');
  await page.keyboard.press('PageUp');
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(grid(page).getByRole('row', { selected: true })).toHaveAttribute(
    'aria-rowindex',
    '3',
  );
  await expect(inspector(page)).toBeVisible();
  await inspector(page).getByRole('button', { name: 'Previous trace' }).click();
  await expect(grid(page).getByRole('row', { selected: true })).toHaveAttribute(
    'aria-rowindex',
    '2',
  );
  await page.keyboard.press('Escape');
  await expect(inspector(page)).toHaveCount(0);
});

test('one trace: differences, latencies, spans over time, twins lit in every view', async ({
  page,
}) => {
  const orphans = withOrphans();
  await scoredNotebook(page, orphans.csv, async () => {
    // what each rule keeps is told before one is chosen
    const rule = (words: RegExp) => orphanRules(page).getByRole('radio', { name: words });
    await expect(rule(/^each is the root of a tree of its own.*: \d+ trees$/)).toBeChecked();
    await expect(rule(new RegExp(`is left out: ${260 - orphans.traces} trees$`))).toBeVisible();
    // the files are read again before the choice is another
    await rule(/^each goes below the first root of its trace: 260 trees$/).click();
    await expect(
      page.getByRole('table', { name: 'Datasets' }).getByRole('row', { name: /train/ }),
    ).toHaveCount(2);
    await expect(rule(/^each goes below the first root/)).toBeChecked();
  });
  await openTrace(page, 'time anomaly');
  const view = inspector(page);
  await expect(view.getByText('labelled root cause: cart/Get')).toBeVisible();

  // the sentence, then the waterfall: every call says its place among the others
  await expect(view.locator('.inspector-finding')).toContainText(/^Slow.* usually .* (ms|s)[.;]/);
  await expect(view.locator('.inspector-finding')).not.toContainText('nats');
  const calls = waterfall(page).getByRole('treeitem');
  await expect(calls.first()).toHaveAccessibleName(/slower than .* others.*; usually .* to .*/);
  await expect(waterfall(page).getByRole('treeitem', { name: /, slow, / })).not.toHaveCount(0);
  await expect(view.getByText(/^Compared with \d+ training traces\.$/)).toBeVisible();

  // one stop for the keyboard; arrows move
  expect(
    await calls.evaluateAll((all) => all.filter(({ tabIndex }) => tabIndex === 0)),
  ).toHaveLength(1);
  await calls.first().focus();
  await page.keyboard.press('ArrowDown');
  await expect(calls.nth(1)).toBeFocused();
  await page.keyboard.press('End');
  await expect(calls.last()).toBeFocused();
  await page.keyboard.press('Home');
  await expect(calls.first()).toBeFocused();

  await showModel(page);
  await view.getByRole('button', { name: 'Show anyway' }).click();
  const tree = view.getByRole('table', { name: 'Tree and reconstruction' });
  await expect(tree).toBeVisible();

  await view.getByText('All nodes in numbers').click();
  const latencies = view.getByRole('table', { name: 'Latency by node' });
  for (const name of ['observed', 'expected', 'z', 'log p, nats']) {
    await expect(latencies.getByRole('columnheader', { name, exact: true })).toBeVisible();
  }

  await view.getByRole('button', { name: 'Spans as recorded' }).click();
  const recorded = view.getByRole('table', { name: 'Spans as recorded' });
  await expect(recorded.getByRole('row', { name: /caller not recorded/ })).toHaveCount(1);

  // the arrow keys light a node here, and its twin in the table of latencies
  await tree.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(tree.locator('tr[aria-current="true"]')).toHaveCount(1);
  await expect(latencies.locator('tr.node-lit')).toHaveCount(1);

  // as wide as the notebook, and back
  await view.getByRole('button', { name: 'Expand the inspector' }).click();
  const wide = (await view.boundingBox())!.width;
  await view.getByRole('button', { name: 'Narrow the inspector' }).click();
  expect(wide).toBeGreaterThan(2 * (await view.boundingBox())!.width);
});

test('what if, by keyboard: edits, undone and reset; the smallest change that un-flags', async ({
  page,
}) => {
  await scoredNotebook(page);
  await openTrace(page, 'time anomaly');
  const view = inspector(page);
  await view.getByRole('button', { name: 'What if' }).focus();
  await page.keyboard.press('Enter');
  const score = view.getByRole('status', { name: 'What-if score' });
  await expect(score).toContainText('as it is');
  const own = await score.innerText();
  const nodes = view.getByRole('listbox', { name: 'Nodes of the edited trace' });
  const changes = view.getByRole('list', { name: 'Changes' }).getByRole('listitem');

  // drag the last node's latency with the arrow keys: one change, however long it is dragged
  await nodes.focus();
  await page.keyboard.press('End');
  const slider = view.getByRole('slider', { name: 'Latency, log scale' });
  await slider.focus();
  for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowLeft');
  await expect(changes).toHaveCount(1);
  await expect(score).toContainText('from');
  await view.getByLabel('Latency', { exact: true }).fill('3');
  await expect(changes).toHaveText([/→ 3\.00 ms/]);

  await view.getByLabel('Operation', { exact: true }).selectOption({ label: 'cart/Get' });
  await expect(changes).toHaveCount(2);
  await view.getByRole('button', { name: 'Undo change' }).press('Enter');
  await expect(changes).toHaveCount(1);
  await view.getByRole('button', { name: 'Redo change' }).press('Enter');
  await expect(changes).toHaveCount(2);
  await view.getByRole('button', { name: 'Reset' }).press('Enter');
  await expect(score).toHaveText(own);

  // drop a subtree, then add it again from what other traces have
  await nodes.focus();
  await page.keyboard.press('End');
  const before = await nodes.getByRole('option').count();
  await view.getByRole('button', { name: 'Drop this node' }).press('Enter');
  await expect(nodes.getByRole('option')).toHaveCount(before - 1);
  await expect(changes).toHaveText([/^without /]);
  await nodes.focus();
  await page.keyboard.press('End');
  const add = view.getByRole('button', { name: 'Add', exact: true });
  await add.press('Enter');
  await expect(nodes.getByRole('option')).toHaveCount(before);
  await expect(changes).toHaveText([/^without /, /^with /]);
  await expect(view.getByRole('table', { name: 'Terms before and after' })).toBeVisible();

  await view.getByRole('button', { name: 'Reset' }).press('Enter');
  await expect(score).toHaveText(own);
  await expect(view.getByText('⚑ flagged').first()).toBeVisible();
  await view.getByRole('button', { name: 'Find the smallest change that un-flags it' }).click();
  await expect(view.getByText(/change found|changes found/)).toBeVisible();
  await expect(score).toContainText('not flagged');
  await expect(changes).not.toHaveCount(0);
});

test('the waterfall sums to the score; the nearest normal trace; what sets flagged ones apart', async ({
  page,
}) => {
  await scoredNotebook(page);
  await openTrace(page, 'structure anomaly');
  // a structure that differs is told by its calls, and missing ones have a row
  await expect(inspector(page).locator('.inspector-finding')).toContainText(
    /Missing: |New here: |combination of calls/,
  );
  await showModel(page);
  const rows = inspector(page).locator('.waterfall__row');
  const values = await rows.evaluateAll((items) =>
    items.map((item) =>
      Number(
        item.querySelector('.waterfall__value')!.textContent!.replaceAll(',', '').replace('−', '-'),
      ),
    ),
  );
  const score = values.pop()!;
  // each is written with three digits
  const rounding = values.reduce((sum, value) => sum + Math.abs(value) * 5e-3, 0.01);
  expect(Math.abs(values.reduce((sum, value) => sum + value, 0) - score)).toBeLessThan(rounding);
  await expect(inspector(page).getByText('remainder', { exact: true })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(inspector(page)).toHaveCount(0);

  await openTrace(page, 'time anomaly');
  const view = inspector(page);
  await view.getByRole('button', { name: 'Nearest normal trace' }).click();
  await expect(view.getByText(/normal traces of the same structure/)).toBeVisible();
  const pair = view.getByRole('table', { name: 'Nearest normal trace, node by node' });
  await expect(pair.getByRole('row', { name: /web\// })).toContainText('×');
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'What sets flagged traces apart' }).click();
  const flagged = page.getByRole('region', { name: 'Flagged traces' });
  await expect(
    flagged
      .getByRole('table', { name: 'What sets flagged traces apart' })
      .or(flagged.getByText(/that chance would not|that a comparison needs/)),
  ).toBeVisible();
  await expect(flagged.getByText(/flagged traces? against \d+ others/)).toBeVisible();
});

test('a trace over the epochs whose weights were kept', async ({ page }) => {
  await openNotebook(page);
  await dropFiles(page, [
    { name: 'train.csv', body: TRAIN_CSV() },
    { name: 'val.csv', body: VAL_CSV() },
    { name: 'test.csv', body: TEST_CSV() },
  ]);
  await page.getByRole('button', { name: 'All settings' }).click();
  // a preset chosen afterwards keeps it, as it keeps what is not of the model
  await page.getByLabel('keep weights every').fill('2');
  await train(page, { preset: 'tiny', epochs: 4, backend: 'wasm' });
  await expect(grid(page)).toBeVisible({ timeout: 100_000 });
  await showTraceVae(page);
  await openTrace(page, 'time anomaly');
  const view = inspector(page);
  await showModel(page);
  await view.getByRole('button', { name: 'Over epochs' }).click();
  await view.getByRole('button', { name: 'Replay the epochs' }).click();
  const status = view.getByRole('status', { name: 'At this epoch' });
  await expect(status).toContainText('rank');
  const last = await status.innerText();
  await view.getByRole('slider', { name: /^Epoch/ }).press('ArrowLeft');
  await expect(status).not.toHaveText(last);
  await expect(view.getByRole('slider', { name: 'Epoch 2' })).toBeVisible();
});
