/** Tables and archives: a zip of files, columns mapped by hand, labels in a file of their own. */
import { zipSync } from 'fflate';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { type FixtureSpan, requestSpans, TEST_CSV, traceVaeCsv } from './fixtures.ts';
import { dropFiles, expect, openNotebook, test } from './notebook.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A table of nobody's layout. */
function ownTable(spans: readonly FixtureSpan[]): string {
  const rows = spans.map((s) => {
    const parent = s.parent === 0 ? '' : `${s.trace}.${s.parent}`;
    const micros = Math.round(s.durationMs * 1000);
    return `${s.service},${s.trace},${s.trace}.${s.span},${parent},${s.operation},1661154800000000,${micros}`;
  });
  return `${['where,request,call,called_by,what,at,took', ...rows].join('\n')}\n`;
}

test('a zip of two files comes in as two files, and what is no trace is noted', async ({
  page,
}) => {
  await openNotebook(page);
  const archive = zipSync({
    'set/train.csv': bytes(traceVaeCsv(requestSpans(1, 40), false)),
    'set/test.csv': bytes(TEST_CSV()),
    'set/README.md': bytes('Traces of a shop.'),
  });
  await dropFiles(page, [{ name: 'set.zip', body: Buffer.from(archive) }]);
  const files = page.getByRole('table', { name: 'Files' });
  await expect(files.getByRole('row', { name: /set\.zip\/set\/train\.csv/ })).toContainText(
    'TraceVAE CSV, zip',
  );
  await expect(
    files.getByRole('combobox', { name: 'What set.zip/set/test.csv is used for' }),
  ).toHaveValue('test');
  await page.getByRole('button', { name: /Import ledger/ }).click();
  await expect(
    page.getByRole('table', { name: 'Import ledger' }).getByRole('row', { name: /not traces/ }),
  ).toContainText('set.zip/set/README.md');
});

test('Parquet of otel_traces, packed by Snappy, is known by its columns', async ({ page }) => {
  await openNotebook(page);
  const spans = requestSpans(1, 34);
  const body = parquetWriteBuffer({
    columnData: [
      { name: 'Timestamp', data: spans.map(() => 1661154800000000000n), type: 'INT64' },
      { name: 'TraceId', data: spans.map((s) => `t${s.trace}`), type: 'STRING' },
      { name: 'SpanId', data: spans.map((s) => `s${s.span}`), type: 'STRING' },
      {
        name: 'ParentSpanId',
        data: spans.map((s) => (s.parent === 0 ? '' : `s${s.parent}`)),
        type: 'STRING',
      },
      { name: 'SpanName', data: spans.map((s) => s.operation), type: 'STRING' },
      { name: 'ServiceName', data: spans.map((s) => s.service), type: 'STRING' },
      {
        name: 'Duration',
        data: spans.map((s) => BigInt(Math.round(s.durationMs * 1e6))),
        type: 'INT64',
      },
    ],
    codec: 'SNAPPY',
  });
  await dropFiles(page, [{ name: 'otel.parquet', body: Buffer.from(body) }]);
  const files = page.getByRole('table', { name: 'Files' });
  await expect(files.getByRole('row', { name: /otel\.parquet/ })).toContainText('Parquet');
  await expect(page.getByText('20 / 4 / 10')).toBeVisible();
});

test('columns are mapped in a dialog, by keyboard alone, and remembered', async ({ page }) => {
  await openNotebook(page);
  const spans = requestSpans(1, 34);
  await dropFiles(page, [{ name: 'own.csv', body: ownTable(spans) }]);
  const dialog = page.getByRole('dialog', { name: 'Which column is what in own.csv?' });
  await expect(dialog).toBeVisible();
  await expect(dialog.getByRole('columnheader', { name: /called_by/ })).toContainText('not used');
  const importButton = dialog.getByRole('button', { name: 'Import' });
  await expect(importButton).toBeDisabled();
  await expect(dialog.getByRole('status')).toHaveText('no column is the trace id');

  const choose = async (label: string, column: string): Promise<void> => {
    await dialog.getByLabel(label, { exact: true }).focus();
    await page.keyboard.type(column);
  };
  await choose('trace id', 'request');
  await choose('span id', 'call');
  await choose('parent span id', 'called_by');
  await choose('service', 'where');
  await choose('operation', 'what');
  await choose('duration', 'took');
  await choose('unit of duration', 'micro');
  await expect(dialog.getByRole('columnheader', { name: /called_by/ })).toContainText(
    'parent span id',
  );
  await importButton.press('Enter');

  const files = page.getByRole('table', { name: 'Files' });
  await expect(files.getByRole('row', { name: /own\.csv/ })).toContainText('CSV');
  await expect(page.getByText('20 / 4 / 10')).toBeVisible();
  await expect(page.getByText('the import set nothing aside')).toBeVisible();
  await expect(dialog).toHaveCount(0);

  await page.reload();
  await expect(page.getByRole('heading', { name: 'TraceVAE Notebook' })).toBeVisible();
  await dropFiles(page, [{ name: 'again.csv', body: ownTable(requestSpans(2, 17)) }]);
  await expect(files.getByRole('row', { name: /again\.csv/ })).toBeVisible();

  await page.getByRole('button', { name: 'Ask again' }).click();
  await dropFiles(page, [{ name: 'third.csv', body: ownTable(spans) }]);
  await expect(page.getByRole('dialog')).toBeVisible();
});

test('a unit that nothing tells is asked for, with three spans in both, and told again for another column', async ({
  page,
}) => {
  await openNotebook(page);
  const rows = Array.from({ length: 40 }, (_, i) => [
    `t${i},1,,home,9000,9000,ok,eu`,
    `t${i},2,1,get,3000,3000,failed,eu`,
  ]).flat();
  const header = 'trace_id,span_id,parent_id,operation,lasted,took_us,outcome,zone';
  const body = `${[header, ...rows].join('\n')}\n`;
  await dropFiles(page, [{ name: 'own.csv', body }]);
  const dialog = page.getByRole('dialog', { name: 'Which column is what in own.csv?' });
  const question = dialog.getByRole('region', { name: 'Unit of the duration' });
  const importButton = dialog.getByRole('button', { name: 'Import' });
  await expect(importButton).toBeEnabled();
  await expect(question).toHaveCount(0);

  await dialog.getByLabel('duration', { exact: true }).selectOption({ label: 'lasted' });
  await expect(question.getByRole('row')).toHaveCount(4);
  await expect(question.getByRole('row', { name: /home/ }).first()).toContainText('9.00 s');
  await expect(question.getByRole('row', { name: /home/ }).first()).toContainText('9.00 ms');
  await expect(importButton).toBeDisabled();
  await question.getByRole('button', { name: 'They are in microseconds' }).click();
  await expect(question).toHaveCount(0);
  await expect(dialog.getByLabel('unit of duration')).toHaveValue('us');

  await dialog.getByLabel('duration', { exact: true }).selectOption({ label: 'took_us' });
  await expect(dialog.getByLabel('unit of duration')).toHaveValue('us');

  // what spans carry is folded, with what the rows propose in sight
  await expect(dialog.getByRole('columnheader', { name: /outcome/ })).toContainText('status');
  await dialog.getByRole('button', { name: 'Status, kind and attributes: outcome' }).press('Enter');
  await expect(dialog.getByLabel('status', { exact: true })).toHaveValue('6');
  await dialog.getByLabel('host', { exact: true }).focus();
  await page.keyboard.type('zone');
  await expect(dialog.getByRole('columnheader', { name: /zone/ })).toContainText('host');
  await dialog.getByLabel('status', { exact: true }).selectOption({ label: 'none' });
  await expect(dialog.getByRole('columnheader', { name: /outcome/ })).toContainText('not used');
  await importButton.click();
  await expect(dialog).toHaveCount(0);
  const files = page.getByRole('table', { name: 'Files' });
  await expect(files.getByRole('row', { name: /own\.csv/ })).toBeVisible();
});

test('Escape leaves the question and the page as it was', async ({ page }) => {
  await openNotebook(page);
  await dropFiles(page, [{ name: 'own.csv', body: ownTable(requestSpans(1, 4)) }]);
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Load the demo dataset' })).toBeVisible();
});

test('a labels file labels the traces that are there, and what it cannot is counted', async ({
  page,
}) => {
  await openNotebook(page);
  const labels = Array.from({ length: 17 }, (_, i) => {
    const label = i < 12 ? 'normal' : i < 15 ? 'structure' : 'time';
    return `-4365100055175869479:${1000 + i},${label}`;
  });
  const body = ['traceId,label', ...labels, 'nobody,time', ''].join('\n');
  await dropFiles(page, [{ name: 'labels.csv', body }]);
  await expect(page.getByRole('alert')).toContainText('labels without their traces');
  await page.getByRole('button', { name: 'Dismiss' }).click();

  await dropFiles(page, [{ name: 'test.csv', body: traceVaeCsv(requestSpans(1, 17), false) }]);
  await expect(page.getByText('no labels: ranking only, no accuracy figures')).toBeVisible();
  await dropFiles(page, [{ name: 'labels.csv', body }]);
  await expect(page.getByText('12 / 3 / 2')).toBeVisible();
  await page.getByRole('button', { name: /Import ledger/ }).click();
  const line = page
    .getByRole('table', { name: 'Import ledger' })
    .getByRole('row', { name: /a label for a trace that is not there/ });
  await expect(line).toContainText('labels.csv, line 19, trace nobody');
});
