import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, expect, test, vi } from 'vitest';
import { spanColumns, type TestSpan } from '../testing/spans.ts';
import { storedDatabase, writeDatabase } from '../testing/stored-database.ts';
import { assembleTraces } from '../trace/assemble.ts';
import { cutSpans } from '../trace/span-chunks.ts';
import { createNotebookStorage } from './notebook-storage.ts';
import type { Dataset } from './records.ts';

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory());
  vi.stubGlobal('navigator', {});
  return () => vi.unstubAllGlobals();
});

/** Traces of 2 spans, of which some failed. */
const SPANS: readonly TestSpan[] = Array.from({ length: 30 }, (_, t): TestSpan[] => [
  { trace: `t${t}`, id: `${t}-0`, operation: 'web', kind: 'server', attributes: { host: `h${t}` } },
  {
    ...{ trace: `t${t}`, id: `${t}-1`, parent: `${t}-0`, operation: 'db' },
    status: t % 3 === 0 ? 'error' : 'ok',
  },
]).flat();

test('what spans carry, and the errors of nodes, come back from storage', async () => {
  const { traces, spans } = assembleTraces(spanColumns(SPANS), ['one.csv']);
  const imported = {
    files: [{ format: 'csv' }],
    formatLabels: {},
    traces,
    spansKept: SPANS.length,
  };
  const dataset = { id: 'one', name: 'one', imported, roles: ['split'] } as unknown as Dataset;
  async function* chunks() {
    for (let first = 0; ; ) {
      const chunk = cutSpans(spans, first, 300);
      if (chunk === null) return;
      yield chunk;
      first += chunk.parent.length;
    }
  }
  const { datasets } = createNotebookStorage();
  const entry = await datasets.save(dataset, { savedAt: 1, spans: chunks(), onProgress: () => {} });
  if (!entry.ok) throw new Error(entry.error.what);

  const read = await datasets.read(entry.value);
  expect(read).toMatchObject({ ok: true, value: { imported: { traces } } });
  for (const t of [0, 1, 29]) {
    expect(await datasets.readSpans(entry.value, t)).toMatchObject({
      ok: true,
      value: {
        spanIds: [`${t}-0`, `${t}-1`],
        mark: Uint8Array.of(2 << 2, t % 3 === 0 ? 2 : 1),
        attributes: [{ name: 'host', values: [`h${t}`, ''] }],
      },
    });
  }
});

test('a dataset whose spans say nothing of errors has no table of them', async () => {
  const plain = SPANS.map(({ status: _, ...span }) => span);
  const { traces } = assembleTraces(spanColumns(plain), ['one.csv']);
  const imported = {
    files: [{ format: 'csv' }],
    formatLabels: {},
    traces,
    spansKept: plain.length,
  };
  const dataset = { id: 'one', name: 'one', imported, roles: ['split'] } as unknown as Dataset;
  async function* none() {}
  const { datasets } = createNotebookStorage();
  const entry = await datasets.save(dataset, { savedAt: 1, spans: none(), onProgress: () => {} });
  if (!entry.ok) throw new Error(entry.error.what);
  const { errors: _, ...tables } = entry.value.tables;
  // as an earlier build wrote it
  const read = await datasets.read({ ...entry.value, tables });
  expect(read).toMatchObject({ ok: true });
  expect(read.ok && read.value.imported.traces).not.toHaveProperty('errorCount');
});

test('a database of the first build that keeps what spans carry', async () => {
  await writeDatabase(storedDatabase(6));
  const { datasets } = createNotebookStorage();
  const listed = await datasets.list();
  const [entry] = listed.ok ? listed.value.entries : [];
  expect(entry?.imported.facts).toMatchObject({ status: 2, errors: 1, kind: 3, pairs: 1 });
  const read = await datasets.read(entry!);
  expect(read).toMatchObject({
    ok: true,
    value: { imported: { traces: { errorCount: Uint16Array.of(0, 0, 1) } } },
  });
  expect(await datasets.readSpans(entry!, 0)).toMatchObject({
    ok: true,
    value: {
      mark: Uint8Array.of((2 << 2) | 1, 3 << 2, (2 << 2) | 2),
      attributes: [
        { name: 'http.route', values: ['/', '', ''] },
        { name: 'db.system', values: ['', '', 'postgresql'] },
        { name: 'host', values: ['n1', '', ''] },
      ],
    },
  });
});
