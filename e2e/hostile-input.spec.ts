/** Files that are broken or meant to break: a clear sentence or a counted reason, nothing else. */
import { gzipSync } from 'node:zlib';
import { requestSpans, TRAIN_CSV, traceVaeCsv } from './fixtures.ts';
import { type DroppedFile, dropFiles, expect, openNotebook, test } from './notebook.ts';

const HEADER =
  'traceIdHigh,traceIdLow,parentSpanId,spanId,startTime,duration,nanosecond,DBhash,status,operationName,serviceName';
const row = (parent: number, span: number, service = 'web', operation = 'op', trace = 1): string =>
  `1,${trace},${parent},${span},2022-08-22 07:53:20,1.5,0,0,0,${operation},${service}`;
const csv = (...rows: string[]): string => `${[HEADER, ...rows].join('\n')}\n`;
/** Cut before its first span. */
const truncated = (): Buffer => gzipSync(TRAIN_CSV()).subarray(0, 40);

const UNREADABLE: readonly { file: DroppedFile; says: RegExp }[] = [
  { file: { name: 'empty.csv', body: '' }, says: /empty/i },
  { file: { name: 'null.json', body: 'null' }, says: /no traces|not .*trace|null/i },
  {
    file: { name: 'traces.json', body: '<!doctype html><html><body>Login</body></html>' },
    says: /HTML/i,
  },
  { file: { name: 'train.csv.gz', body: truncated() }, says: /truncated|ends/i },
  { file: { name: 'columns.csv', body: 'a,b,c\n1,2,3\n' }, says: /a table of 3 columns, too few/ },
];

for (const { file, says } of UNREADABLE) {
  test(`${file.name} that is not traces gives one clear sentence`, async ({ page }) => {
    await openNotebook(page);
    await dropFiles(page, [file]);
    const alert = page.getByRole('alert');
    await expect(alert).toContainText(says);
    await expect(alert).toContainText(file.name);
    // What, where, what to do.
    await expect(alert.locator('p')).toHaveCount(3);
    await alert.getByRole('button', { name: 'Dismiss' }).click();
    await expect(page.getByRole('button', { name: 'Load the demo dataset' })).toBeVisible();
  });
}

const COUNTED: readonly { name: string; body: string; reason: RegExp; spans: string }[] = [
  {
    name: 'cyclic parents',
    body: csv(row(0, 1), row(1, 2), row(5, 4, 'web', 'a'), row(4, 5, 'web', 'b')),
    reason: /its own ancestor/,
    spans: '2',
  },
  {
    name: 'duplicate span ids',
    body: csv(row(0, 1), row(1, 2), row(1, 2, 'web', 'again')),
    reason: /seen before in the same trace/,
    spans: '1',
  },
  {
    name: 'a chain of 20,000 calls',
    body: csv(
      row(0, 1, 'web', 'x', 2),
      row(1, 2, 'web', 'y', 2),
      ...Array.from({ length: 20_000 }, (_, i) => row(i, i + 1, 'deep', `op${i % 2}`)),
    ),
    reason: /more nodes than/,
    spans: '20,000',
  },
];

for (const { name, body, reason, spans } of COUNTED) {
  test(`${name}: counted under a reason with an example`, async ({ page }) => {
    await openNotebook(page);
    await dropFiles(page, [{ name: 'hostile.csv', body }]);
    await page.getByRole('button', { name: /Import ledger/ }).click();
    const line = page
      .getByRole('table', { name: 'Import ledger' })
      .getByRole('row', { name: reason });
    await expect(line).toContainText('hostile.csv, line');
    await expect(line.getByRole('cell').first()).toHaveText(spans);
  });
}

test('names that look like code are shown as text', async ({ page }) => {
  const img = '<img src=x onerror=alert(1)>';
  let asked = false;
  page.on('dialog', (dialog) => {
    asked = true;
    void dialog.dismiss();
  });
  await openNotebook(page);
  const spans = requestSpans(1, 40).map((span) => ({
    ...span,
    service: span.service === 'web' ? img : '__proto__',
  }));
  await dropFiles(page, [{ name: 'names.csv', body: traceVaeCsv(spans, false) }]);
  const tree = page.getByRole('tree');
  await expect(tree).toBeVisible();
  await expect(
    tree.getByRole('treeitem', { name: /<img src=x onerror=alert\(1\)>/ }),
  ).toBeVisible();
  await expect(tree.getByRole('treeitem', { name: /__proto__/ }).first()).toBeVisible();
  expect(await page.locator('img').count()).toBe(0);
  expect(asked).toBe(false);
});
