import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { sourceFile } from '../testing/files.ts';
import { otelParquet } from '../testing/table-fixtures.ts';
import { createLedgerBuilder } from '../trace/ledger.ts';
import { createContentReader } from './content-reader.ts';
import { FORMATS } from './formats/list.ts';
import { SNIFF_BYTES } from './sniff.ts';
import { SpanTable } from './span-table.ts';
import { TraceLabels } from './trace-labels.ts';

/** Begins as Parquet does, and is longer than what is looked at. */
const long = new Uint8Array(4 * SNIFF_BYTES);
long.set(otelParquet());

const contentOf = (inArchive: boolean) =>
  createContentReader(
    {
      fileName: 'a.parquet',
      table: new SpanTable(),
      ledger: createLedgerBuilder(),
      mappings: new Map(),
      labels: new TraceLabels(),
      authorsRules: true,
    },
    { formats: FORMATS, file: inArchive ? null : sourceFile('a.parquet', long) },
  );

it('lets go of the stream of a file that is read by place, and holds one that is packed', () => {
  const plain = contentOf(false);
  expect(plain.push(long.subarray(0, SNIFF_BYTES))).toBeNull();
  expect(plain.wantsMore()).toBe(false);

  const zipped = contentOf(true);
  expect(zipped.push(long.subarray(0, SNIFF_BYTES))).toBeNull();
  expect(zipped.wantsMore()).toBe(true);

  const gzipped = contentOf(false);
  expect(gzipped.push(gzipSync(long))).toBeNull();
  expect(gzipped.wantsMore()).toBe(true);
  const end = gzipped.finish();
  if (!end.ok) throw new Error(end.error.what);
  const { opened, container } = end.value;
  expect([opened.format.id, container, opened.bytes?.().size]).toEqual([
    'parquet',
    'gzip',
    long.length,
  ]);
});
