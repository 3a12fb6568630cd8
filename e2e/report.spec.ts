/** The report: this dataset alone, every figure drawn, numbers to be read, nothing clipped. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { requestSpans, TEST_CSV, traceVaeCsv } from './fixtures.ts';
import { dropFiles, expect, exportRun, openNotebook, test, train } from './notebook.ts';

async function saveReport(page: Page): Promise<string> {
  const button = page.getByRole('button', { name: 'Save report' });
  const [file] = await Promise.all([page.waitForEvent('download'), button.click()]);
  const path = test.info().outputPath('report.html');
  writeFileSync(path, readFileSync(await file.path()));
  return path;
}

/** Pixels of a PNG that are not clear. */
const paintedPixels = (reader: Page, base64: string): Promise<number> =>
  reader.evaluate(async (encoded) => {
    const bytes = Uint8Array.from(atob(encoded), (char) => char.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const context = new OffscreenCanvas(image.width, image.height).getContext('2d')!;
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    return data.filter((value, i) => i % 4 === 3 && value > 0).length;
  }, base64);

/** Figures with nothing in their middle: as a screen shows them, more than one colour. */
async function emptyFigures(reader: Page): Promise<string[]> {
  const empty: string[] = [];
  for (const figure of await reader.locator('figure').all()) {
    const png = (await figure.screenshot()).toString('base64');
    const colours = await reader.evaluate(async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
      const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const canvas = new OffscreenCanvas(image.width, image.height);
      const context = canvas.getContext('2d')!;
      context.drawImage(image, 0, 0);
      // between title and axis
      const h = Math.floor(image.height / 4);
      const { data } = context.getImageData(0, h, image.width, 2 * h);
      return new Set(new Uint32Array(data.buffer)).size;
    }, png);
    if (colours < 3) empty.push((await figure.locator('title').first().textContent()) ?? '');
  }
  return empty;
}

test('a report holds one dataset, with every figure, numbers to be read, at 1,100 px', async ({
  page,
  context,
}) => {
  await openNotebook(page);
  await dropFiles(page, [
    { name: 'another-customer.csv', body: traceVaeCsv(requestSpans(4, 170), false) },
  ]);
  await expect(page.getByRole('button', { name: 'Delete another-customer.csv' })).toBeVisible();
  await dropFiles(page, [{ name: 'shop.csv', body: TEST_CSV() }]);
  await expect(page.getByRole('button', { name: 'Delete shop.csv' })).toBeVisible();
  await train(page, { preset: 'tiny', epochs: 2, backend: 'wasm' });
  await exportRun(page);
  // In the dark, and from the top of the page: the lab below has not been in view.
  await page.getByText('dark', { exact: true }).click();
  const path = await saveReport(page);
  expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');

  const reader = await context.newPage();
  await reader.setViewportSize({ width: 1100, height: 900 });
  await reader.goto(`file://${path}`);
  const text = await reader.locator('body').innerText();
  expect(text).toContain('shop.csv');
  expect(text).not.toContain('another-customer');

  const lanes = reader.locator('figure').filter({ hasText: 'One mark' });
  await expect(lanes).toBeVisible();
  const marks = await lanes.locator('image').getAttribute('href');
  expect(await paintedPixels(reader, marks!.split(',')[1]!)).toBeGreaterThan(300);
  expect(await emptyFigures(reader)).toEqual([]);

  // 3 significant digits; ids and dates are no numbers.
  const numbers = text.match(/(?<![\w.-])[\d,]+\.\d+/g) ?? [];
  expect(numbers.length).toBeGreaterThan(20);
  const digits = (number: string) => number.replace(/[.,]/g, '').replace(/^0+/, '').length;
  // a perfect score has the three decimals of all others
  expect(numbers.filter((number) => number !== '1.000' && digits(number) > 3)).toEqual([]);
  // Words of neighbouring parts are apart, and controls are no words.
  expect(text).toMatch(/FSA\s+not run/);
  expect(text).not.toMatch(/CSV\s*Markdown/);
  await expect(reader.getByRole('table').filter({ hasText: 'Used for' })).toContainText(
    'split 10 : 2 : 5',
  );

  const { scrollWidth, clipped } = await reader.evaluate(() => ({
    scrollWidth: document.documentElement.scrollWidth,
    clipped: [...document.querySelectorAll('main *')]
      .filter((element) => {
        const { overflowX } = getComputedStyle(element);
        return overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1;
      })
      .map((element) => element.textContent.slice(0, 60)),
  }));
  expect(scrollWidth).toBeLessThanOrEqual(1100);
  expect(clipped).toEqual([]);
});
