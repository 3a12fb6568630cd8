/**
 * The spans of a stored dataset: in chunks by their place among all spans, found by an index of
 * where those of each trace begin. Read for one trace at a time.
 */
import type { ImportedTraces } from '../ingest/import.ts';
import type { SpanChunk } from '../trace/span-chunks.ts';
import { type Columns, cutTable } from './column-chunks.ts';
import { keysUnder } from './database.ts';
import { CHUNK_BYTES } from './dataset-chunks.ts';
import { firstSpans, SPAN_INDEX, type SpanTableName } from './dataset-tables.ts';
import type { Database } from './schema.ts';
import { createTraceSpansBuilder, type StoredSpanChunk, type TraceSpans } from './trace-spans.ts';

/** Bytes of a span in storage, roughly: for a share of progress. */
export const SPAN_BYTES = 36;

/**
 * @param imported spansKept are those that its files had
 * @param spans those of the whole dataset, chunk after chunk; none where they are not at hand
 * @param put   stores one chunk
 * @returns     spans stored
 */
export async function saveSpans(
  { traces, spansKept }: Pick<ImportedTraces, 'traces' | 'spansKept'>,
  spans: AsyncIterable<SpanChunk>,
  put: (table: SpanTableName, first: number, columns: Columns) => Promise<void>,
): Promise<number> {
  let stored = 0;
  for await (const { first, ...columns } of spans) {
    await put('spans', first, columns);
    stored = first + columns.parent.length;
  }
  if (stored === 0) return 0;
  const all = firstSpans(traces);
  // the validation traces of a kept model come last, and their spans stayed where it was trained
  const expected = all.includes(spansKept) ? spansKept : all.at(-1)!;
  if (stored !== expected) throw new Error(`${stored} of ${expected} spans came to be stored`);
  const firstSpan = all.map((first) => Math.min(first, stored));
  for (const { first, columns } of cutTable(
    SPAN_INDEX,
    { firstSpan },
    firstSpan.length,
    CHUNK_BYTES,
  )) {
    await put('spanIndex', first, columns);
  }
  return stored;
}

/** As they were stored. */
export async function* readSpanChunks(db: Database, datasetId: string): AsyncGenerator<SpanChunk> {
  for (const key of await db.getAllKeys('chunks', keysUnder(datasetId, 'spans'))) {
    const chunk = (await db.get('chunks', key)) as unknown as StoredSpanChunk | undefined;
    if (chunk !== undefined) yield { first: key[2], ...chunk };
  }
}

/** @returns null where the chunks do not hold them */
export async function readTraceSpans(
  db: Database,
  datasetId: string,
  trace: number,
): Promise<TraceSpans | null> {
  const { store } = db.transaction('chunks');
  /** A cursor at the chunk that holds a row. */
  const at = (table: SpanTableName, row: number) =>
    store.openCursor(IDBKeyRange.bound([datasetId, table, 0], [datasetId, table, row]), 'prev');
  const firstSpan = async (row: number): Promise<number | undefined> => {
    const cursor = await at('spanIndex', row);
    return cursor?.value.firstSpan?.[row - cursor.key[2]];
  };

  const [from, to] = [await firstSpan(trace), await firstSpan(trace + 1)];
  if (from === undefined || to === undefined || to < from) return null;
  const spans = createTraceSpansBuilder(to - from);
  for (let row = from; row < to; ) {
    const cursor = await at('spans', row);
    if (cursor === null) return null;
    const chunk = cursor.value as unknown as StoredSpanChunk;
    const start = row - cursor.key[2];
    const end = Math.min(chunk.parent.length, to - cursor.key[2]);
    if (start >= end) return null;
    spans.add(chunk, start, end, row - from);
    row += end - start;
  }
  return spans.finish();
}
