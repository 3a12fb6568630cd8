/** A static host that sets no headers: the page still works, on one thread, and says so. */
import { requestSpans, traceVaeCsv } from './fixtures.ts';
import { dropFiles, expect, openNotebook, test, train } from './notebook.ts';
import { startHost } from './static-host.ts';

test.use({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures off the pattern
  baseURL: async ({}, use) => {
    const host = await startHost({});
    await use(host.origin);
    await host.end();
  },
});

test('without COOP and COEP it trains on one thread and says why', async ({ page }) => {
  await openNotebook(page);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
  const status = page.getByRole('contentinfo');
  await expect(status.getByText('WASM SIMD, 1 thread', { exact: true })).toBeVisible();
  await expect(status.getByText('not cross-origin isolated: one thread')).toBeVisible();
  await dropFiles(page, [{ name: 'all.csv', body: traceVaeCsv(requestSpans(3, 34), false) }]);
  await train(page, { preset: 'tiny', epochs: 1, backend: 'wasm' });
  await expect(page.getByRole('button', { name: 'Export run' })).toBeEnabled();
});
