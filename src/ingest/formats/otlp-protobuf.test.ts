import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { describe, expect, it } from 'vitest';
import { failureOf, importedFrom, sourceFile } from '../../testing/files.ts';
import { latenciesOf, ledgerOf, traceIdsOf, treesOf } from '../../testing/imports.ts';
import { delimited, otlpSpan, SAMPLE_TRACE_ID, tracesData } from '../../testing/otlp.ts';

const web = { service: 'web', spans: [otlpSpan('1', '', 'GET /'), otlpSpan('2', '1', 'render')] };
const db = { service: 'db', spans: [otlpSpan('3', '2', 'query')] };
const WHOLE = ['-1 web/GET /, 0 web/render, 1 db/query'];

describe('OTLP protobuf', () => {
  it.each([
    ['one message', tracesData([web, db])],
    ['messages with varint lengths', delimited('varint', [tracesData([web]), tracesData([db])])],
    ['messages as the Collector writes them', delimited('uint32', [tracesData([web, db])])],
    ['resources behind their spans', tracesData([{ ...web, resourceLast: true }, db])],
  ])('comes in as %s', async (_, bytes) => {
    const result = await importedFrom(sourceFile('a.bin', bytes));
    expect(treesOf(result)).toEqual(WHOLE);
    expect(latenciesOf(result)).toEqual([[1000, 1000, 1000]]);
    expect(result.traces.startUs[0]).toBe(1706678909209712);
    expect(traceIdsOf(result)).toEqual([SAMPLE_TRACE_ID]);
    expect(result.ledger).toEqual([]);
    expect(result.files[0]!.format).toBe('otlp-protobuf');
    for (const chunkBytes of [1, 2, 3, 7, 64]) {
      const cut = await importedFrom(sourceFile('a.bin', bytes, chunkBytes));
      expect({ ...cut, seconds: 0 }).toEqual({ ...result, seconds: 0 });
    }
  });

  describe('as an answer of Tempo', () => {
    const answer = (traces: readonly Uint8Array[], status?: number): Uint8Array<ArrayBuffer> => {
      const writer = new BinaryWriter();
      for (const trace of traces) writer.tag(1, WireType.LengthDelimited).bytes(trace);
      writer.tag(2, WireType.LengthDelimited).bytes(Uint8Array.of(8, 128, 16));
      if (status !== undefined) writer.tag(3, WireType.Varint).int32(status);
      writer.tag(4, WireType.LengthDelimited).string('a message');
      return new Uint8Array(writer.finish());
    };

    it.each([
      ['one trace', answer([tracesData([web, db])])],
      ['several answers behind one another', answer([tracesData([web]), tracesData([db])])],
      ['resources behind their spans', answer([tracesData([{ ...web, resourceLast: true }, db])])],
    ])('comes in: %s', async (_, bytes) => {
      const result = await importedFrom(sourceFile('a.pb', bytes));
      expect(treesOf(result)).toEqual(WHOLE);
      expect(result.ledger).toEqual([]);
      for (const chunkBytes of [1, 3, 64]) {
        const cut = await importedFrom(sourceFile('a.pb', bytes, chunkBytes));
        expect({ ...cut, seconds: 0 }).toEqual({ ...result, seconds: 0 });
      }
    });

    it('says that it is not whole', async () => {
      const result = await importedFrom(sourceFile('a.pb', answer([tracesData([web, db])], 1)));
      expect(treesOf(result)).toEqual(WHOLE);
      expect(result.ledger.map(({ reason }) => reason)).toEqual(['partial-answer']);
    });

    it('comes in where spans name no resource', async () => {
      const bytes = answer([tracesData([{ spans: web.spans }])]);
      expect(treesOf(await importedFrom(sourceFile('a.pb', bytes)))).toEqual([
        '-1 unknown-service/GET /, 0 unknown-service/render',
      ]);
    });

    it('cut anywhere keeps its complete spans', async () => {
      const whole = answer([tracesData([web, db])]);
      const result = await importedFrom(sourceFile('a.pb', whole.slice(0, whole.length - 60)));
      expect(ledgerOf(result)[0]).toEqual([
        'truncated-file',
        1,
        'trace.resourceSpans[1].scopeSpans[0].spans[0]',
      ]);
    });
  });

  it('loses no nanosecond of a duration', async () => {
    const times = {
      startTimeUnixNano: '1706678909999999999',
      endTimeUnixNano: '1706678910000000000',
    };
    const spans = [otlpSpan('1', '', 'a', times), otlpSpan('2', '1', 'b')];
    const result = await importedFrom(sourceFile('a', tracesData([{ service: 's', spans }])));
    expect(latenciesOf(result)).toEqual([[Math.fround(0.001), 1000]]);
  });

  it('counts what it cannot use, with the path to it, and mends what it can', async () => {
    const nanos = '1706678909209712000';
    const spans = [
      otlpSpan('1', '', 'a'),
      otlpSpan('2', '1', 'early', { endTimeUnixNano: '1706678909209711999' }),
      otlpSpan('3', '1', 'endless', { endTimeUnixNano: '0' }),
      otlpSpan('4', '1', 'long', { startTimeUnixNano: '0', endTimeUnixNano: `${2n ** 64n - 1n}` }),
      otlpSpan('5', '1', ''),
      otlpSpan('6', '1', 'zeros', { traceId: '0'.repeat(32) }),
      otlpSpan('', '1', 'no id', { spanId: '', startTimeUnixNano: nanos }),
    ];
    const result = await importedFrom(sourceFile('a', tracesData([{ spans }])));
    expect(treesOf(result)).toEqual(['-1 unknown-service/a, 0 unknown-service/early']);
    expect(latenciesOf(result)).toEqual([[1000, 0]]);
    const path = (span: number): string => `resourceSpans[0].scopeSpans[0].spans[${span}]`;
    expect(ledgerOf(result)).toEqual([
      ['missing-trace-id', 1, path(5)],
      ['missing-span-id', 1, path(6)],
      ['missing-operation', 1, path(4)],
      ['bad-duration', 2, path(2)],
      ['unknown-service', 2, path(0)],
      ['clamped-duration', 1, path(1)],
    ]);
  });

  it('loses a span whose fields do not fit into it, and no other', async () => {
    const bytes = tracesData([web, db]);
    // The name "render" says that it is longer than its span.
    const at = Buffer.from(bytes).indexOf('render') - 1;
    bytes[at] = 100;
    const result = await importedFrom(sourceFile('a', bytes));
    expect(ledgerOf(result)).toEqual([
      ['malformed-row', 1, 'resourceSpans[0].scopeSpans[0].spans[1]'],
      ['single-node', 2, 'resourceSpans[0].scopeSpans[0].spans[0]'],
      ['orphan-root', 1, 'resourceSpans[1].scopeSpans[0].spans[0]'],
    ]);
  });

  it('passes over fields that it does not know', async () => {
    const writer = new BinaryWriter();
    writer.raw(tracesData([web]));
    writer.tag(9, WireType.LengthDelimited).bytes(new Uint8Array(100_000));
    writer.tag(10, WireType.Varint).int64(-1);
    writer.tag(11, WireType.Bit64).fixed64(1);
    writer.tag(12, WireType.Bit32).fixed32(1);
    writer.raw(tracesData([db]));
    const result = await importedFrom(sourceFile('a', Uint8Array.from(writer.finish()), 1000));
    expect(treesOf(result)).toEqual(WHOLE);
    expect(result.ledger).toEqual([]);
  });

  it('is one clear failure where nothing in it is a span, or the outermost message is broken', async () => {
    const empty = tracesData([{ service: 'web', spans: [] }]);
    expect((await failureOf(sourceFile('a', empty))).what).toBe('OTLP protobuf, but no span in it');
    const broken = Uint8Array.from([...tracesData([web]), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
    expect(await failureOf(sourceFile('a', broken))).toMatchObject({
      what: 'OTLP protobuf with a message that is broken',
      where: `a, byte ${broken.length - 6}`,
    });
  });

  it('keeps the complete spans of a file that is cut anywhere, and says at which byte', async () => {
    const bytes = tracesData([web, { service: 'db', spans: Array(9).fill(db.spans[0]) }]);
    let most = 0;
    for (let length = bytes.length - 1; length > 200; length -= 7) {
      const result = await importedFrom(sourceFile('a', bytes.subarray(0, length)));
      const entry = result.ledger.find(({ reason }) => reason === 'truncated-file');
      expect([length, entry?.count]).toEqual([length, 1]);
      expect(entry?.examples[0]?.byte).toBe(length);
      most = Math.max(most, result.spansRead);
    }
    expect(most).toBe(11);
  });
});
