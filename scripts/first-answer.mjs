/**
 * How long an engineer on call waits for the odd traces of a file without labels, and how right they
 * are: the page is driven as a person would, labels are read for the check alone.
 */
import { readFileSync, statSync } from 'node:fs';
import { writeUnlabelled } from '../benchmarks/unlabelled-jaeger.mjs';
import { measureStepping } from './stepping.mjs';

/** Counts words that can be seen, and layout shifts, in the page. */
function watch() {
  globalThis.layoutShift = 0;
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput } of list.getEntries()) {
      if (!hadRecentInput) globalThis.layoutShift += value;
    }
  }).observe({ type: 'layout-shift', buffered: true });
  globalThis.countWords = () => {
    const words = { inView: 0, onPage: 0 };
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    while (texts.nextNode()) {
      const text = texts.currentNode;
      const shown = text.parentElement?.checkVisibility({ visibilityProperty: true });
      range.selectNodeContents(text);
      const { width, height, top, bottom } = range.getBoundingClientRect();
      // what is for screen readers alone is cut to a pixel, and no word to read
      const box = text.parentElement?.getBoundingClientRect();
      if (!shown || Math.min(width, height, box.width, box.height) <= 1) continue;
      const count = text.data.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
      words.onPage += count;
      if (bottom > 0 && top < innerHeight) words.inView += count;
    }
    return words;
  };
}

/** Cells of a row of CSV, quotes and all. */
const cellsOf = (line) =>
  [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, cell]) =>
    cell.replace(/^"|"$/g, '').replaceAll('""', '"'),
  );

async function savedList(list, page) {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    list.getByRole('button', { name: /CSV/ }).last().click(),
  ]);
  const [header, ...rows] = readFileSync(await download.path(), 'utf8')
    .trim()
    .split(/\r?\n/)
    .map(cellsOf);
  return rows.map((row) => Object.fromEntries(header.map((name, i) => [name, row[i]])));
}

/**
 * @param source a labelled table; null to leave this out
 * @param folder where the file without labels goes
 */
export async function measureFirstAnswer(browser, url, { source, folder, learn }) {
  const { paths, counts } = await writeUnlabelled(source, folder);
  const isOdd = new Map(
    readFileSync(paths.labels, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','))
      .map(([id, anomaly]) => [id, anomaly === '1']),
  );
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.addInitScript(watch);
  await page.goto(url);
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Choose files' }).first().click(),
  ]);
  await page.evaluate(() => {
    globalThis.layoutShift = 0;
  });
  const list = page.getByRole('region', { name: 'Odd traces' });
  const dropped = performance.now();
  await chooser.setFiles(paths.traces);
  await list.getByRole('row').nth(1).waitFor({ timeout: 0 });
  const secondsToList = (performance.now() - dropped) / 1e3;
  const words = await page.evaluate(() => globalThis.countWords());
  await page.waitForTimeout(3000);
  const layoutShift = await page.evaluate(() => globalThis.layoutShift);
  const flagged = await savedList(list, page);
  const odd = flagged.filter(({ trace }) => isOdd.get(trace)).length;
  const stepping = await measureStepping(browser, page);
  const learnt = learn ? await learning(list) : null;
  await context.close();
  return {
    file: { ...counts, megabytes: statSync(paths.traces).size / 1e6 },
    secondsToList,
    actions: 1,
    words,
    layoutShift,
    flagged: {
      traces: flagged.length,
      odd,
      precision: odd / flagged.length,
      recall: odd / counts.anomalies,
    },
    slowest: slowestOf(flagged),
    stepping,
    learnt,
  };
}

/** As many as take over 40 s in the file of the benchmark. */
const SLOWEST = 12;

const slowestOf = (flagged) =>
  flagged
    .map((row) => ({ seconds: Number(row['duration, ms']) / 1e3, reason: row['what is odd'] }))
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, SLOWEST);

async function learning(list) {
  const started = performance.now();
  await list.getByRole('button', { name: 'Learn what is normal' }).click();
  await list.getByRole('group', { name: 'Ranked by' }).waitFor({ timeout: 0 });
  await list.getByRole('row').nth(1).waitFor({ timeout: 0 });
  return { secondsToList: (performance.now() - started) / 1e3 };
}
