/** A static host that sets no headers: the page still works, on one thread, and says so. */
import { createReadStream, existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { requestSpans, traceVaeCsv } from './fixtures.ts';
import { dropFiles, expect, openNotebook, test, train } from './notebook.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

function plainHost(root: string): Promise<Server> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://host');
    const path = join(root, normalize(pathname === '/' ? '/index.html' : pathname));
    if (!path.startsWith(root) || !existsSync(path)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream' });
    createReadStream(path).pipe(response);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

test.use({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures off the pattern
  baseURL: async ({}, use) => {
    const server = await plainHost(join(process.cwd(), 'dist'));
    const { port } = server.address() as AddressInfo;
    await use(`http://127.0.0.1:${port}`);
    server.close();
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
