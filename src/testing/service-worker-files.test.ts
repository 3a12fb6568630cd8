/** What the service worker is told to keep of a build. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { filesOf } from '../../scripts/service-worker-plugin.mjs';

const folder = mkdtempSync(join(tmpdir(), 'build-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('it keeps all that the page can ask for, once, and asks anew for what has changed', () => {
  mkdirSync(join(folder, 'assets'));
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  for (const name of [
    'index.html',
    'icon.svg',
    'service-worker.js',
    'parity.html',
    'assets/parity-B7gsJLLz.js',
    'assets/entry-CP9gmtBy.js',
    'assets/tfjs-backend-wasm-simd-BrM3BlWr.wasm',
    'assets/KaTeX_Main-Bold-Cx986IdX.woff2',
    'assets/KaTeX_Main-Bold-Cx986IdX.woff',
    'assets/KaTeX_Main-Bold-Cx986IdX.ttf',
  ]) {
    write(name, name);
  }
  const before = filesOf(folder);
  expect(before.map(({ url }) => url)).toEqual([
    'assets/KaTeX_Main-Bold-Cx986IdX.woff2',
    'assets/entry-CP9gmtBy.js',
    'assets/tfjs-backend-wasm-simd-BrM3BlWr.wasm',
    'icon.svg',
    'index.html',
  ]);
  write('index.html', 'the next build');
  const changed = filesOf(folder).filter(({ revision }, i) => revision !== before[i]?.revision);
  expect(changed.map(({ url }) => url)).toEqual(['index.html']);
  expect(before.filter(({ revision }) => revision === null)).toHaveLength(3);
});
