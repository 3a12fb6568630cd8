import { spawn } from 'node:child_process';
import { chromium } from '@playwright/test';
import { BROWSER_ARGS } from './scripts/find-browser.mjs';

const server = spawn('npx', ['vite', 'preview', '--port', '4356', '--strictPort'], {
  stdio: 'ignore',
  detached: true,
});
await new Promise((r) => setTimeout(r, 3000));
try {
  const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args: BROWSER_ARGS });
  const page = await (await b.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  page.setDefaultTimeout(300_000);
  page.on('console', (m) => console.log('page:', m.text()));
  await page.addInitScript(() => {
    window.long = [];
    window.marks = {};
    new PerformanceObserver((l) => {
      for (const e of l.getEntries())
        window.long.push([Math.round(e.startTime), Math.round(e.duration)]);
    }).observe({ type: 'longtask', buffered: true });
    const { put, openCursor } = IDBObjectStore.prototype;
    window.puts = [];
    window.cursorAt = [];
    IDBObjectStore.prototype.put = function (v, k) {
      const t = performance.now();
      const r = put.call(this, v, k);
      window.puts.push([this.name, Math.round(t), +(performance.now() - t).toFixed(1)]);
      return r;
    };
    IDBObjectStore.prototype.openCursor = function (...a) {
      window.cursorAt.push(Math.round(performance.now()));
      return openCursor.apply(this, a);
    };
  });
  const file = process.argv[2];
  await page.goto('http://127.0.0.1:4356/');
  await page.getByRole('button', { name: 'Choose files' }).waitFor();
  let t = Date.now();
  await page.locator('input[type=file]').setInputFiles(file);
  await page.getByText('being stored').waitFor();
  console.log('imported after', Date.now() - t);
  t = Date.now();
  await page.getByRole('button', { name: /^Delete / }).waitFor();
  console.log('stored after', Date.now() - t);
  const report = async () => {
    const r = await page.evaluate(() => ({
      long,
      puts,
      cursorAt,
      now: Math.round(performance.now()),
    }));
    const p = r.puts.filter((x) => x[0] === 'chunks');
    console.log(
      'chunk puts',
      p.length,
      p.length ? `${p[0][1]}..${p.at(-1)[1]} longest ${Math.max(...p.map((x) => x[2]))}` : '',
      'cursors',
      r.cursorAt.join(' '),
      'now',
      r.now,
    );
    console.log('long tasks', JSON.stringify(r.long));
  };
  await report();
  console.log(await page.evaluate(() => navigator.storage.estimate()));
  t = Date.now();
  await page.reload();
  await page.locator('tr[aria-current="true"]').waitFor();
  await page
    .getByText(/of a merged tree|nodes of a/)
    .first()
    .waitFor();
  await page.getByRole('table', { name: 'Files' }).waitFor();
  console.log('reopened after', Date.now() - t);
  await page.waitForTimeout(3000);
  await report();
  await b.close();
} finally {
  process.kill(-server.pid);
}
