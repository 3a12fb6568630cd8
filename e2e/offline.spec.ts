/** The page without its server, and a newer build of it: at a path of a host that sets no headers. */
import { requestSpans, traceVaeCsv } from './fixtures.ts';
import { dropFiles, expect, exportRun, test, train } from './notebook.ts';
import { type Host, startHost } from './static-host.ts';

const PATH = '/tools/notebook/';
let host: Host;

test.use({
  serviceWorkers: 'allow',
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures off the pattern
  baseURL: async ({}, use) => {
    host = await startHost({ path: PATH });
    await use(host.origin);
    await host.end();
  },
});

test('once loaded, the page works without its server, with threads; a newer build asks', async ({
  page,
}) => {
  await page.goto(PATH);
  await expect(page.getByRole('heading', { name: 'TraceVAE Notebook' })).toBeVisible();
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  const { port } = host;
  await host.end();

  await page.reload();
  // what the host does not set the copy has
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  await expect(
    page.getByRole('contentinfo').getByText(/WASM SIMD, [2-9]\d* threads/),
  ).toBeVisible();
  await dropFiles(page, [{ name: 'all.csv', body: traceVaeCsv(requestSpans(3, 34), false) }]);
  await train(page, { preset: 'tiny', epochs: 1, backend: 'wasm' });
  expect(JSON.parse(await exportRun(page)).curves).toHaveLength(1);
  // parts that the page loads when they are asked for
  await page.keyboard.press('Control+K');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Escape');

  host = await startHost({ path: PATH, port, addition: '\n// the next build' });
  const next = page.getByRole('status', { name: 'New version' });
  await expect(next).toBeEmpty();
  await page.evaluate(async () => void (await navigator.serviceWorker.getRegistration())?.update());
  await expect(next).toContainText('There is a new version of the notebook');
  const loaded = page.waitForEvent('load');
  await next.getByRole('button', { name: 'Load it' }).click();
  await loaded;
  await expect(page.getByRole('button', { name: 'Export run' })).toBeEnabled();
  await expect(next).toBeEmpty();
  expect(
    await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.waiting),
  ).toBeNull();
});
