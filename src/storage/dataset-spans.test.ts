import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { openDB } from 'idb';
import { beforeEach, expect, test, vi } from 'vitest';
import { spanColumns, type TestSpan } from '../testing/spans.ts';
import { assembleTraces } from '../trace/assemble.ts';
import type { OrderedSpans } from '../trace/ordered-spans.ts';
import { appendTraces, pickTraces } from '../trace/pick-traces.ts';
import { cutSpans } from '../trace/span-chunks.ts';
import { createNotebookStorage } from './notebook-storage.ts';
import type { Dataset, DatasetEntry } from './records.ts';

/** Traces of 2 to 4 spans. */
const SPANS: readonly TestSpan[] = Array.from({ length: 40 }, (_, t) => t).flatMap((t) =>
  Array.from({ length: 2 + (t % 3) }, (_, i) => ({
    trace: `t${t}`,
    id: `${t}-${i}`,
    ...(i > 0 && { parent: `${t}-${i - 1}` }),
    operation: `op ${i}`,
    startUs: 1e15 + t + i / 8,
    durationUs: 100 * t + i,
  })),
);
const { traces, spans } = assembleTraces(spanColumns(SPANS), ['one.csv']);
const dataset = {
  id: 'one',
  name: 'one',
  imported: { traces, spansKept: SPANS.length },
  roles: ['split'],
} as unknown as Dataset;

async function* chunks(of: OrderedSpans, maxBytes: number, limit = Number.POSITIVE_INFINITY) {
  for (let first = 0; first < limit; ) {
    const chunk = cutSpans(of, first, maxBytes);
    if (chunk === null) return;
    yield chunk;
    first += chunk.parent.length;
  }
}

async function saved(maxBytes: number): Promise<DatasetEntry> {
  const entry = await createNotebookStorage().datasets.save(dataset, {
    savedAt: 1,
    spans: chunks(spans, maxBytes),
    onProgress: () => {},
  });
  if (!entry.ok) throw new Error(entry.error.what);
  return entry.value;
}

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory());
  vi.stubGlobal('navigator', {});
  return () => vi.unstubAllGlobals();
});

test.each([1, 70, 1000, 1e6])(
  'spans are read back by the trace, from chunks of %i bytes',
  async (maxBytes) => {
    const entry = await saved(maxBytes);
    expect(entry.spans).toBe(SPANS.length);
    const { datasets } = createNotebookStorage();
    for (let trace = 0; trace < 40; trace++) {
      const own = SPANS.filter((span) => span.trace === `t${trace}`);
      expect(await datasets.readSpans(entry, trace)).toEqual({
        ok: true,
        value: {
          parent: Int32Array.from(own, (_, i) => i - 1),
          startUs: Float64Array.from(own, ({ startUs }) => startUs!),
          durationUs: Float64Array.from(own, ({ durationUs }) => durationUs!),
          spanIds: own.map(({ id }) => id),
          mark: new Uint8Array(own.length),
          attributes: [],
        },
      });
    }
    expect(await datasets.readSpans(entry, 40)).toMatchObject({ ok: false });
  },
);

test('a dataset that was stored without spans has none to read', async () => {
  const { datasets } = createNotebookStorage();
  const entry = await datasets.save(dataset, {
    savedAt: 1,
    spans: chunks(spans, 1e6, 0),
    onProgress: () => {},
  });
  expect(entry).toMatchObject({ ok: true, value: { spans: 0 } });
  if (entry.ok) expect(await datasets.readSpans(entry.value, 0)).toEqual({ ok: true, value: null });
});

test('traces that came without their spans, behind the others, have none to read', async () => {
  const { datasets } = createNotebookStorage();
  const { imported } = dataset;
  const joined = appendTraces(traces, 1, pickTraces(traces, Uint32Array.of(0, 1)));
  const entry = await datasets.save(
    { ...dataset, id: 'joined', imported: { ...imported, traces: joined } },
    { savedAt: 1, spans: chunks(spans, 30), onProgress: () => {} },
  );
  if (!entry.ok) throw new Error(entry.error.what);
  const own = await datasets.readSpans(entry.value, 0);
  expect(own.ok && own.value?.parent.length).toBeGreaterThan(0);
  const { length } = traces.structureOf;
  expect(await datasets.readSpans(entry.value, length)).toEqual({ ok: true, value: null });
  expect(await datasets.readSpans(entry.value, length + 1)).toEqual({ ok: true, value: null });
});

test('spans that stop half-way store nothing', async () => {
  const { datasets } = createNotebookStorage();
  const entry = await datasets.save(dataset, {
    savedAt: 1,
    spans: chunks(spans, 200, 20),
    onProgress: () => {},
  });
  expect(entry).toMatchObject({
    ok: false,
    error: { what: expect.stringMatching(/\d+ of 119 spans came to be stored/) },
  });
  const db = await openDB('tracevae-notebook');
  expect(await db.count('chunks')).toBe(0);
  db.close();
});

test('missing spans are said to be missing', async () => {
  const entry = await saved(200);
  const db = await openDB('tracevae-notebook');
  await db.delete('chunks', IDBKeyRange.bound(['one', 'spans', 0], ['one', 'spans', 60]));
  db.close();
  expect(await createNotebookStorage().datasets.readSpans(entry, 3)).toMatchObject({
    ok: false,
    error: { what: expect.stringContaining('damaged: the spans of trace 3 are missing') },
  });
});
