/** What a person looks at stays where it is, in view, and within the width of the screen. */
import type { Page } from '@playwright/test';
import { requestSpans, TEST_CSV, traceVaeCsv } from './fixtures.ts';
import { dropFiles, expect, exportRun, openNotebook, showTraces, test, train } from './notebook.ts';

const MOST_SHIFT = 0.05;

/** Collects layout shifts from the first paint on, as the standard counts them. */
async function watchShifts(page: Page): Promise<() => Promise<number>> {
  await page.addInitScript(() => {
    const shifts = window as unknown as { layoutShift: number };
    shifts.layoutShift = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const { value, hadRecentInput } = entry as PerformanceEntry & {
          readonly value: number;
          readonly hadRecentInput: boolean;
        };
        if (!hadRecentInput) shifts.layoutShift += value;
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
  return () =>
    page.evaluate(() => {
      const shifts = window as unknown as { layoutShift: number };
      const sum = shifts.layoutShift;
      shifts.layoutShift = 0;
      return sum;
    });
}

for (const width of [1440, 390]) {
  test(`an import moves nothing, ${width} px wide`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    const shifted = await watchShifts(page);
    await openNotebook(page);
    await expect(page.getByRole('button', { name: 'Load the demo dataset' })).toBeVisible();
    await page.waitForTimeout(1000); // fonts
    await shifted();

    const stored = async (name: string) => {
      await expect(page.getByRole('button', { name: `Delete ${name}` })).toBeVisible();
      await expect(page.getByRole('treeitem').first()).toBeVisible();
      await page.waitForTimeout(500);
    };
    await dropFiles(page, [{ name: 'first.csv', body: traceVaeCsv(requestSpans(1, 3000), false) }]);
    await stored('first.csv');
    expect(await shifted(), 'the first dataset').toBeLessThan(MOST_SHIFT);

    await dropFiles(page, [
      { name: 'train.csv', body: traceVaeCsv(requestSpans(2, 3000), false) },
      { name: 'test.csv', body: TEST_CSV() },
    ]);
    await stored('train.csv and 1 more');
    expect(await shifted(), 'one in the place of another').toBeLessThan(MOST_SHIFT);

    await page.reload();
    await expect(page.getByRole('treeitem').first()).toBeVisible();
    await page.waitForTimeout(500);
    expect(await shifted(), 'a reload').toBeLessThan(MOST_SHIFT);
  });
}

test('a failed drop is said where the person is, and in the cell of the data', async ({ page }) => {
  await openNotebook(page);
  await dropFiles(page, [{ name: 'shop.csv', body: TEST_CSV() }]);
  await expect(page.getByRole('treeitem').first()).toBeVisible();
  const baselines = page.locator('#baselines');
  await baselines.scrollIntoViewIfNeeded();
  const place = () => baselines.evaluate((cell) => cell.getBoundingClientRect().top);
  const before = await place();
  expect(await page.evaluate(() => scrollY)).toBeGreaterThan(1000);

  await dropFiles(page, [{ name: 'notes.txt', body: 'hello' }]);
  const alert = page.getByRole('alert');
  await expect(alert).toHaveCount(1);
  await expect(alert).toContainText('notes.txt');
  await expect(alert).toBeInViewport({ ratio: 1 });
  // The page scrolls by whole pixels, what stands above is not as high as whole ones.
  expect(Math.abs((await place()) - before)).toBeLessThan(1);
  // The keys go on from it.
  await page.keyboard.press('Tab');
  await expect(alert.getByRole('button', { name: 'Dismiss' })).toBeFocused();

  // The cell has it as well; there it is enough once.
  const data = page.locator('#data');
  await expect(data.getByText('notes.txt')).toHaveCount(1);
  await page.evaluate(() => scrollTo(0, 0));
  await expect(alert).toHaveCount(1);
  await expect(data.getByRole('alert')).toContainText('notes.txt');
  await expect(data.getByText('done', { exact: true })).toBeVisible();
  await data.getByRole('button', { name: 'Dismiss' }).click();
  await expect(page.getByRole('alert')).toHaveCount(0);
});

/** Elements that stick out of the page at the right, each a line. */
const wide = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    const out = [...document.querySelectorAll('body *')].filter((element) => {
      const { width, right } = element.getBoundingClientRect();
      if (width === 0 || right <= clientWidth + 0.5) return false;
      for (let at = element.parentElement; at !== null; at = at.parentElement) {
        const scrolls = getComputedStyle(at).overflowX !== 'visible';
        if (scrolls && at.getBoundingClientRect().right <= clientWidth + 0.5) return false;
      }
      return true;
    });
    const lines = out.map((element) => `${element.tagName} ${element.getAttribute('class')}`);
    return scrollWidth > innerWidth ? [`the page is ${scrollWidth} px wide`, ...lines] : lines;
  });

/** Opens everything that folds out below an element, and what folds out in that or comes late. */
async function openAll(page: Page, below: string): Promise<void> {
  const closed = page.locator(below).locator('button[aria-expanded=false]:visible');
  await expect(async () => {
    while ((await closed.count()) > 0) await closed.first().click({ timeout: 1000 });
    // what is computed meanwhile draws its part again
    await page.waitForTimeout(300);
    await expect(closed).toHaveCount(0, { timeout: 1 });
  }).toPass({ timeout: 30_000 });
}

test('nothing is wider than a phone: cells, inspector, dialogs and menu', async ({ page }) => {
  test.setTimeout(240_000);
  await page.setViewportSize({ width: 390, height: 844 });
  await openNotebook(page);
  await expect(page.getByRole('button', { name: 'Load the demo dataset' })).toBeVisible();
  expect.soft(await wide(page), 'the first visit').toEqual([]);
  await page.getByRole('button', { name: 'Load the demo dataset' }).click();
  await expect(page.getByRole('treeitem').first()).toBeVisible();
  await page.getByRole('checkbox', { name: 'FSA' }).check();
  await page.getByLabel('Limit training traces').fill('100');
  await train(page, { preset: 'tiny', epochs: 2, backend: 'wasm' });
  await exportRun(page);
  await train(page, { preset: 'tiny', epochs: 1, backend: 'wasm' });
  await expect(page.getByRole('row', { name: /Run 2, shown/ })).toBeVisible({ timeout: 60_000 });
  await exportRun(page);

  await openAll(page, '.cell');
  await page.getByRole('region', { name: 'Entropy gap' }).scrollIntoViewIfNeeded();
  for (const view of [
    'why it happens',
    'the paper’s evidence',
    'latent space',
    'traces by score',
  ]) {
    await page.getByText(view, { exact: true }).click();
    await expect(page.getByText('Counting …')).toHaveCount(0);
    await page.waitForTimeout(500);
    expect.soft(await wide(page), `every cell open, ${view}`).toEqual([]);
  }

  await showTraces(page, 'all');
  await page.getByRole('grid', { name: 'Test traces by score' }).getByRole('row').nth(1).click();
  await expect(page.getByRole('tree', { name: 'Waterfall' })).toBeVisible();
  await openAll(page, '.inspector');
  expect.soft(await wide(page), 'the inspector').toEqual([]);
  const body = page.locator('.inspector__body');
  expect.soft(await body.evaluate((e) => e.scrollWidth - e.clientWidth), 'its body').toBe(0);
  await page.keyboard.press('Escape');

  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
  expect.soft(await wide(page), 'the keys').toEqual([]);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('dialog', { name: 'Commands' })).toBeVisible();
  expect.soft(await wide(page), 'the commands').toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Menu' }).click();
  expect.soft(await wide(page), 'the menu').toEqual([]);
  await page.getByRole('button', { name: 'Menu' }).click();

  const rows = ['a,b,c,d,e', '1,1,,x,y', '1,2,1,x,z'];
  await dropFiles(page, [{ name: 'unknown.csv', body: `${rows.join('\n')}\n` }]);
  await expect(page.getByRole('dialog')).toBeVisible();
  expect(await wide(page), 'the question about columns').toEqual([]);
});
