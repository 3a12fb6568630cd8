/** Operations on WebGPU against the same ones on cpu, values and gradients. */
import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import { build, type PreviewServer, preview } from 'vite';

const TOLERANCE = 2e-5;
const root = fileURLToPath(new URL('..', import.meta.url));
const outDir = `${root}/node_modules/.cache/twins`;

let server: PreviewServer;

test.beforeAll(async () => {
  const rolldownOptions = { input: 'e2e/twins/twins.html' };
  await build({ root, logLevel: 'error', build: { outDir, emptyOutDir: true, rolldownOptions } });
  server = await preview({ root, logLevel: 'silent', build: { outDir }, preview: { port: 0 } });
});

test.afterAll(() => server.close());

test('every operation on WebGPU gives what it gives on cpu', async ({ page }) => {
  await page.goto(new URL('e2e/twins/twins.html', server.resolvedUrls!.local[0]).href);
  const { backend, troubles, results } = await page.evaluate(() => window.compareTwins());
  expect(backend).toBe('webgpu');
  expect(troubles).toEqual([]);
  for (const { name, outcome } of results) {
    expect(typeof outcome, `${name}: ${outcome}`).toBe('number');
    expect(outcome, name).toBeLessThan(TOLERANCE);
  }
});
