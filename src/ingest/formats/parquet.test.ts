import { brotliCompressSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { failureOf, importedFrom, sourceFile } from '../../testing/files.ts';
import { OTEL_TRACES, otelParquet, TABLE_SPANS } from '../../testing/table-fixtures.ts';
import { operationName } from '../../trace/trace-set.ts';
import { importFiles } from '../import-files.ts';

const options = { signal: new AbortController().signal, onProgress: () => undefined };

/** A zstd frame (RFC 8878) of one stored block: Node has no zstd of its own. */
function storedZstd(bytes: Uint8Array): Uint8Array {
  const frame = new Uint8Array(4 + 1 + 4 + 3 + bytes.length);
  const view = new DataView(frame.buffer);
  view.setUint32(0, 0xfd2fb528, true);
  frame[4] = 0b1010_0000; // a single segment, its size in 4 bytes
  view.setUint32(5, bytes.length, true);
  const header = 1 + (bytes.length << 3); // the last block, stored
  frame.set([header & 0xff, (header >> 8) & 0xff, header >> 16], 9);
  frame.set(bytes, 12);
  return frame;
}

/** An LZ4 block that is one run of literals. */
function literalLz4(bytes: Uint8Array): Uint8Array {
  const long = bytes.length - 15;
  if (long < 0) return Uint8Array.of(bytes.length << 4, ...bytes);
  const more = new Array<number>(Math.floor(long / 255)).fill(255);
  return Uint8Array.of(0xf0, ...more, long % 255, ...bytes);
}

describe('a Parquet file of otel_traces', () => {
  it('gives the trees of the same table as CSV', async () => {
    const csv = await importedFrom(sourceFile('traces.csv', OTEL_TRACES));
    for (const rowGroupSize of [1, 2, 100]) {
      const bytes = otelParquet({ rowGroupSize });
      const imported = await importedFrom(sourceFile('traces.parquet', bytes));
      expect(imported.files).toEqual([
        { name: 'traces.parquet', bytes: bytes.length, format: 'parquet', container: 'plain' },
      ]);
      expect(imported.spansRead).toBe(TABLE_SPANS);
      expect(imported.ledger).toEqual([]);
      expect(imported.traces.structures).toEqual(csv.traces.structures);
      expect(imported.traces.operations).toEqual(csv.traces.operations);
      expect(imported.traces.latencyUs).toEqual(csv.traces.latencyUs);
    }
  });

  it('is read in the codecs that writers use', async () => {
    const compressors = {
      GZIP: (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes)),
      BROTLI: (bytes: Uint8Array) => new Uint8Array(brotliCompressSync(bytes)),
      ZSTD: storedZstd,
      LZ4_RAW: literalLz4,
    };
    const codecs = ['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'BROTLI', 'ZSTD', 'LZ4_RAW'] as const;
    for (const codec of codecs) {
      const bytes = otelParquet({ codec, compressors });
      const imported = await importedFrom(sourceFile('traces.parquet', bytes));
      expect(imported.spansKept, codec).toBe(TABLE_SPANS);
    }
  });

  it('comes out of a gzip file and of an archive too', async () => {
    const bytes = otelParquet();
    const gzipped = await importedFrom(sourceFile('traces.parquet.gz', gzipSync(bytes)));
    expect(gzipped.files[0]).toMatchObject({ format: 'parquet', container: 'gzip' });
    const zipped = await importedFrom(sourceFile('a.zip', zipSync({ 'traces.parquet': bytes })));
    expect(zipped.files[0]).toMatchObject({ name: 'a.zip/traces.parquet', container: 'zip' });
    expect([gzipped.spansKept, zipped.spansKept]).toEqual([TABLE_SPANS, TABLE_SPANS]);
  });

  it('counts rows that are no spans, by their number', async () => {
    const bytes = new Uint8Array(
      parquetWriteBuffer({
        columnData: [
          { name: 'Timestamp', data: [1n, 2n, 3n], type: 'INT64' },
          { name: 'TraceId', data: ['t', 't', ''], type: 'STRING' },
          { name: 'SpanId', data: ['1', '2', '3'], type: 'STRING' },
          { name: 'ParentSpanId', data: ['', '1', '1'], type: 'STRING' },
          { name: 'SpanName', data: ['a', 'b', 'c'], type: 'STRING' },
          { name: 'ServiceName', data: ['s', null, 's'], type: 'STRING', nullable: true },
          { name: 'Duration', data: [1n, 2n ** 63n - 1n, 1n], type: 'INT64' },
        ],
      }),
    );
    const result = await importFiles(
      [sourceFile('a.parquet', bytes), sourceFile('b.parquet', otelParquet())],
      options,
    );
    if (!result.ok) throw new Error(result.error.what);
    expect(result.value.ledger).toEqual([
      {
        reason: 'missing-trace-id',
        count: 1,
        examples: [{ file: 'a.parquet', path: 'row 3' }],
      },
      {
        reason: 'bad-duration',
        count: 1,
        examples: [{ file: 'a.parquet', path: 'row 2', traceId: 't' }],
      },
      {
        reason: 'single-node',
        count: 1,
        examples: [{ file: 'a.parquet', path: 'row 1', traceId: 't' }],
      },
    ]);
  });
});

describe('any other Parquet file', () => {
  const written = new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: '__proto__', data: ['t', 't'], type: 'STRING' },
        { name: 'constructor', data: ['1', '2'], type: 'STRING' },
        { name: 'caller', data: [null, '1'], type: 'STRING', nullable: true },
        { name: 'what', data: ['__proto__', '<b>bold</b>'], type: 'STRING' },
        { name: 'began', data: [new Date(1e12), new Date(1e12 + 5)], type: 'TIMESTAMP' },
        { name: 'took', data: [1.5, 0.25], type: 'DOUBLE' },
      ],
    }),
  );
  const header = ['__proto__', 'constructor', 'caller', 'what', 'began', 'took'];

  it('is asked about with its columns and first rows', async () => {
    const failure = await failureOf(sourceFile('own.parquet', written));
    expect(failure).toMatchObject({ kind: 'unmapped', table: { header } });
    const rows = failure.kind === 'unmapped' ? failure.table.rows : [];
    const date = '2001-09-09T01:46:40.000000000Z';
    expect(rows[0]).toEqual(['t', '1', '', '__proto__', date, '1.5']);
  });

  it('comes in by its mapping; timestamps need no unit', async () => {
    const columns = {
      trace: 0,
      span: 1,
      parent: 2,
      service: -1,
      operation: 3,
      start: 4,
      end: -1,
      duration: 5,
      label: -1,
    };
    const result = await importFiles([sourceFile('own.parquet', written)], {
      ...options,
      mappings: [{ header, columns, clockUnit: 's', durationUnit: 'ms' }],
    });
    if (!result.ok) throw new Error(result.error.what);
    const { traces, ledger } = result.value;
    expect(traces.startUs[0]).toBe(1e15);
    expect([...traces.latencyUs]).toEqual([1500, 250]);
    expect(operationName(traces, 2)).toBe('unknown-service/__proto__');
    expect(ledger.map(({ reason, count }) => [reason, count])).toEqual([['unknown-service', 2]]);
  });
});

describe('a broken Parquet file', () => {
  const whole = otelParquet();
  const unpacked = otelParquet({ codec: 'UNCOMPRESSED' });
  const message = /^a (truncated or damaged )?Parquet file|^a file without a single|^a table/;

  it('cut anywhere is one failure that names its bytes', async () => {
    for (let length = 4; length < whole.length; length += 11) {
      const failure = await failureOf(sourceFile('a.parquet', whole.subarray(0, length)));
      expect(failure.what).toMatch(/^a truncated or damaged Parquet file/);
      expect(failure.where).toBe(`a.parquet, ${length} bytes`);
    }
  });

  it.each([
    ['packed', whole],
    ['plain', unpacked],
  ])('with changed bytes is a report, soon: %s pages', async (_, original) => {
    const change = fc.tuple(fc.nat(original.length - 5), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const bytes = original.slice();
        for (const [at, value] of changes) bytes[4 + at] = value;
        const started = performance.now();
        const result = await importFiles([sourceFile('a.parquet', bytes)], options);
        expect(performance.now() - started).toBeLessThan(5000);
        if (!result.ok) expect(result.error.what).toMatch(message);
        else for (const latency of result.value.traces.latencyUs) expect(latency).not.toBeNaN();
      }),
      { numRuns: 300 },
    );
  });
});
