import { dropFiles, expect, openNotebook, test } from './notebook.ts';

test('the page is isolated, and says which backend it takes and why', async ({ page }) => {
  await openNotebook(page);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  // The only adapter of the test browser is software, so `auto` takes WASM, with threads.
  const status = page.getByRole('contentinfo');
  await expect(status.getByText(/^WASM SIMD, \d+ threads?$/)).toBeVisible();
  const cores = await page.evaluate(() => navigator.hardwareConcurrency);
  if (cores > 1) await expect(status.getByText(`${Math.min(cores, 8)} threads`)).toBeVisible();
  await page.getByRole('button', { name: 'Load the demo dataset' }).click();
  await expect(page.getByText(/the WebGPU adapter \(.*\) is software/)).toBeVisible();
});

test('the policy forbids inline scripts, eval and other origins', async ({ page, complaints }) => {
  await openNotebook(page);
  const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').first();
  await expect(policy).toHaveAttribute('content', /script-src 'self' 'wasm-unsafe-eval';/);
  const ran = await page.evaluate(async () => {
    const script = document.createElement('script');
    script.textContent = 'window.inlineRan = true';
    document.head.append(script);
    const fetched = await fetch('https://example.com/').then(
      () => true,
      () => false,
    );
    return { inline: 'inlineRan' in window, fetched };
  });
  expect(ran).toEqual({ inline: false, fetched: false });
  // These violations were meant; that they were noticed shows that the watch over all tests works.
  await expect.poll(() => complaints.join('\n')).toMatch(/script-src-elem inline/);
  await expect.poll(() => complaints.join('\n')).toMatch(/connect-src https:\/\/example.com/);
  complaints.length = 0;
});

test('the theme is chosen by hand and remembered', async ({ page }) => {
  await openNotebook(page);
  await page.getByText('dark', { exact: true }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
});

test('a first visit shows what the notebook is, the demo and the drop zone', async ({ page }) => {
  await openNotebook(page);
  await expect(page.getByRole('button', { name: 'Load the demo dataset' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Choose files' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Scores' })).toHaveCount(0);
});

test('a drop of text that is no file is left to the browser', async ({ page }) => {
  await openNotebook(page);
  await dropFiles(page, []);
  await expect(page.getByRole('button', { name: 'Load the demo dataset' })).toBeVisible();
});
