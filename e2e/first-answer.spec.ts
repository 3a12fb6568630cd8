/** The way of an engineer on call: a file without labels, the odd traces, one of them, learning, the list. */
import type { Page } from '@playwright/test';
import { modelTermsIn } from '../src/testing/model-terms.ts';
import { findings } from './axe.ts';
import { jaegerJson, requestSpans } from './fixtures.ts';
import { dropFiles, expect, openNotebook, test } from './notebook.ts';

test.use({ reader: 'engineer' });

const TRACES = 600;
const ODD = 40;
const file = { name: 'traces.json', body: jaegerJson(requestSpans(3, TRACES, ODD)) };

/** Trace ids as the fixture writes them: the last ones are odd. */
const isOdd = (id: string): boolean => Number.parseInt(id, 16) > TRACES - ODD;

const oddTraces = (page: Page) => page.getByRole('region', { name: 'Odd traces' });
const rows = (page: Page) => oddTraces(page).getByRole('row');

test('a file without labels: its odd traces, one of them, learning, and the list again', async ({
  page,
}) => {
  await openNotebook(page);
  await expect(page.getByText('See which of your traces are odd')).toBeVisible();
  const before = await page.locator('body').innerText();
  await dropFiles(page, [file]);

  // with no further action
  const list = oddTraces(page);
  await expect(rows(page).nth(1)).toBeVisible();
  await expect(list).toContainText(/^\D*\d+\D*Odd traces/);
  const copies = list.getByRole('button', { name: /^Copy the id [0-9a-f]{16}$/ });
  const labels = await copies.evaluateAll((all) => all.map(({ ariaLabel }) => ariaLabel ?? ''));
  const ids = labels.map((label) => label.replace('Copy the id ', ''));
  expect(ids.length).toBeGreaterThan(8);
  expect(ids.filter(isOdd).length / ids.length).toBeGreaterThan(0.9);
  const cells = page.getByRole('navigation', { name: 'Cells' });
  await expect(cells.getByRole('link', { name: /Odd traces/ })).toContainText(/\d+ odd/);

  // few terms of the model are met till then
  const met = modelTermsIn(`${before} ${await page.locator('body').innerText()}`);
  expect(met.length, met.join(', ')).toBeLessThanOrEqual(12);

  // one primary button on the page, and everything about the model folded
  await expect(page.getByRole('button', { name: 'Learn what is normal' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Prepare', exact: true })).toHaveAttribute(
    'aria-expanded',
    'false',
  );
  await expect(page.getByRole('button', { name: 'Start training' })).toBeHidden();
  expect(await findings(page)).toEqual([]);

  await rows(page).nth(1).click();
  const inspector = page.getByRole('complementary');
  await expect(inspector).toBeVisible();
  await inspector.getByRole('button', { name: 'Close' }).click();

  // the first look stays until there is more
  await page.getByRole('button', { name: 'Learn what is normal' }).click();
  await expect(page.getByRole('progressbar', { name: 'Training' })).toBeVisible();
  await expect(rows(page).nth(1)).toBeVisible();
  await expect(list.getByText(/^Epoch ([2-9]|\d\d) of/)).toBeVisible({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Stop and use this model' }).click();
  await expect(list.getByRole('group', { name: 'Ranked by' })).toBeVisible({ timeout: 60_000 });
  await expect(rows(page).nth(1)).toBeVisible();
  await expect(list).toContainText(`of ${TRACES}`);
  await list.getByText('TraceVAE', { exact: true }).click();
  await expect(list).toContainText('by TraceVAE');
  await expect(list).toContainText(`of ${TRACES}`);
  expect(await findings(page)).toEqual([]);
});

test('after a reload the first look is made again, and the layout is as it was left', async ({
  page,
}) => {
  await openNotebook(page);
  await dropFiles(page, [file]);
  await expect(rows(page).nth(1)).toBeVisible();
  await expect(page.getByText(/storing/)).toBeHidden();
  await expect(rows(page).nth(1).getByText('…', { exact: true })).toHaveCount(0);
  const first = await rows(page).nth(1).innerText();
  await page.reload();
  await expect(rows(page).nth(1)).toHaveText(first, { useInnerText: true });

  await page.getByText('Researcher', { exact: true }).click();
  await expect(page.getByRole('button', { name: 'Start training' })).toBeVisible();
  await expect(page).toHaveURL(/for=researcher/);
  await page.reload();
  await expect(page.getByRole('button', { name: 'Start training' })).toBeVisible();
  await page.getByText('Engineer', { exact: true }).click();
  await page.getByRole('link', { name: /Model and training/ }).click();
  await expect(page.getByRole('button', { name: 'Start training' })).toBeVisible();
});

test('with labels every trace has a score, those seen in training on demand and with a mark', async ({
  page,
}) => {
  await openNotebook(page);
  await page.getByRole('button', { name: 'Load the demo dataset' }).click();
  const list = oddTraces(page);
  await expect(rows(page).nth(1)).toBeVisible();
  await list.getByRole('radio', { name: 'all', exact: true }).check({ force: true });
  await list.getByRole('button', { name: 'Filters' }).click();
  const set = list.getByRole('combobox', { name: 'Set' });
  const listed = list.getByRole('grid');
  await expect(set).toHaveValue('test');
  await expect(listed.getByText('seen in training')).toHaveCount(0);
  const tests = Number(await listed.getAttribute('aria-rowcount'));
  await set.selectOption('also seen in training');
  await expect(list.getByRole('columnheader', { name: 'set' })).toBeVisible();
  await expect
    .poll(async () => Number(await listed.getAttribute('aria-rowcount')))
    .toBeGreaterThan(2 * tests);
  await set.selectOption('seen in training');
  await rows(page).nth(1).click();
  await expect(page.getByRole('complementary')).toBeVisible();
});
