/** Ids that are written with their leading zeros and without them. */
import { describe, expect, it } from 'vitest';
import { encodeUtf8 } from '../base/bytes.ts';
import { importedFrom, sourceFile } from '../testing/files.ts';
import { ledgerOf, traceIdsOf, treesOf } from '../testing/imports.ts';
import { labelCode } from '../trace/trace-set.ts';
import { ByteInterner } from './byte-interner.ts';
import type { ImportedTraces } from './import.ts';

interface Ids {
  readonly trace: string;
  readonly span: string;
  readonly parent?: string;
}

const jaeger = (spans: readonly Ids[]): string =>
  JSON.stringify({
    data: spans.map(({ trace, span, parent }, i) => ({
      traceID: trace,
      spans: [
        {
          traceID: trace,
          spanID: span,
          operationName: `op${i}`,
          references: parent ? [{ refType: 'CHILD_OF', traceID: trace, spanID: parent }] : [],
          startTime: 1,
          duration: 5,
          processID: 'p1',
        },
      ],
      processes: { p1: { serviceName: 's' } },
    })),
  });
const zipkin = (spans: readonly Ids[]): string =>
  JSON.stringify(
    spans.map(({ trace, span, parent }, i) => ({
      traceId: trace,
      id: span,
      parentId: parent,
      name: `op${i}`,
      duration: 5,
      localEndpoint: { serviceName: 's' },
    })),
  );
const otlp = (spans: readonly Ids[]): string =>
  JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 's' } }] },
        scopeSpans: [
          {
            spans: spans.map(({ trace, span, parent }, i) => ({
              traceId: trace,
              spanId: span,
              parentSpanId: parent,
              name: `op${i}`,
              startTimeUnixNano: '1000',
              endTimeUnixNano: '6000',
            })),
          },
        ],
      },
    ],
  });
const table = (spans: readonly Ids[]): string =>
  [
    'Timestamp,TraceId,SpanId,ParentSpanId,SpanName,ServiceName,Duration\n',
    ...spans.map(
      ({ trace, span, parent = '' }, i) =>
        `2024-05-06 07:08:09.12345678${i},${trace},${span},${parent},op${i},s,5000\n`,
    ),
  ].join('');

const imported = (text: string): Promise<ImportedTraces> => importedFrom(sourceFile('a', text));
const FORMATS = [
  ['Jaeger JSON', jaeger],
  ['Zipkin JSON', zipkin],
  ['OTLP JSON', otlp],
  ['a table', table],
] as const;

/** OTLP and Zipkin say that an id may have either: nothing is mended. */
const BOTH_CASES: readonly string[] = ['Zipkin JSON', 'OTLP JSON'];

describe.each(FORMATS)('ids of %s', (format, write) => {
  it('are one where they differ in leading zeros alone, and that is counted', async () => {
    const result = await imported(
      write([
        { trace: 'd1e00c0ffee4a11', span: '1b2c3d4e5f60001' },
        { trace: '0d1e00c0ffee4a11', span: '00c2c3d4e5f60002', parent: '01b2c3d4e5f60001' },
        {
          trace: '00000000000000000d1e00c0ffee4a11',
          span: 'd2c3d4e5f60003',
          parent: 'c2c3d4e5f60002',
        },
        { trace: 'd1e00c0ffee4a11', span: 'e2c3d4e5f60004', parent: '1b2c3d4e5f60001' },
      ]),
    );
    expect(treesOf(result)).toEqual(['-1 s/op0, 0 s/op1, 0 s/op3, 1 s/op2']);
    expect(traceIdsOf(result)).toEqual(['d1e00c0ffee4a11']);
    expect(ledgerOf(result).map((entry) => (entry as unknown[]).slice(0, 2))).toEqual([
      ['padded-id', 2],
    ]);
  });

  it('are one where they differ in capital letters alone, and that is counted', async () => {
    const result = await imported(
      write([
        { trace: 'a1b2c3d4e5f60718', span: 'a1b2c3d4e5f60001' },
        { trace: 'a1b2c3d4e5f60718', span: 'a1b2c3d4e5f60002', parent: 'A1B2C3D4E5F60001' },
        { trace: 'A1B2C3D4E5F60718', span: 'A1B2C3D4E5F60003', parent: 'A1B2C3D4E5F60002' },
      ]),
    );
    expect(treesOf(result)).toEqual(['-1 s/op0, 0 s/op1, 1 s/op2']);
    const mended = BOTH_CASES.includes(format) ? [] : [['padded-id', 2]];
    expect(ledgerOf(result).map((entry) => (entry as unknown[]).slice(0, 2))).toEqual(mended);
  });

  it('are two where 128 bits share no more than their lower half with 64', async () => {
    const long = '4d1e00c0ffee4a11b2c3d4e5f6071829';
    const result = await imported(
      write([
        { trace: long, span: 'a1b2c3d4e5f60001' },
        { trace: long, span: 'a1b2c3d4e5f60002', parent: 'a1b2c3d4e5f60001' },
        { trace: long.slice(16), span: 'a1b2c3d4e5f60003' },
        { trace: long.slice(16), span: 'a1b2c3d4e5f60004', parent: 'a1b2c3d4e5f60003' },
      ]),
    );
    expect(treesOf(result)).toEqual(['-1 s/op0, 0 s/op1', '-1 s/op2, 0 s/op3']);
    expect(result.ledger).toEqual([]);
  });

  it('count for nothing where every trace has one way of writing them', async () => {
    const padded = '1'.padStart(16, '0');
    const result = await imported(
      write([
        { trace: 'a1', span: padded },
        { trace: 'a1', span: '000000000000000a', parent: padded },
        { trace: 'a2', span: '1' },
        { trace: 'a2', span: 'a', parent: '1' },
      ]),
    );
    expect(treesOf(result)).toEqual(['-1 s/op0, 0 s/op1', '-1 s/op2, 0 s/op3']);
    expect(result.ledger).toEqual([]);
  });
});

describe('ids', () => {
  it('of two files are two, however they are written', async () => {
    const one = (zeros: string): string =>
      zipkin([
        { trace: `${zeros}d1e00c0ffee4a11`, span: '1' },
        { trace: `${zeros}d1e00c0ffee4a11`, span: '2', parent: '1' },
      ]);
    const result = await importedFrom(sourceFile('a', one('')), sourceFile('b', one('0')));
    expect(treesOf(result)).toHaveLength(2);
    expect(result.ledger).toEqual([]);
  });

  it('of labels are those of their traces, however they are written', async () => {
    const traces = zipkin([
      { trace: '0d1e00c0ffee4a11', span: '1' },
      { trace: '0d1e00c0ffee4a11', span: '2', parent: '1' },
    ]);
    const labels = 'traceId,label\nd1e00c0ffee4a11,structure\n';
    const result = await importedFrom(sourceFile('a', traces), sourceFile('b', labels));
    expect([...result.traces.label]).toEqual([labelCode('structure')]);
    expect(result.ledger).toEqual([]);
  });

  it('follow a reference into their own trace, whose id it writes otherwise', async () => {
    const text = jaeger([
      { trace: '0d1e00c0ffee4a11', span: 'a1' },
      { trace: '0d1e00c0ffee4a11', span: 'a2', parent: 'a1' },
    ]).replace(/(CHILD_OF","traceID":")0/, '$1');
    expect(treesOf(await imported(text))).toEqual(['-1 s/op0, 0 s/op1']);
  });
});

describe('internId', () => {
  const idsOf = (...texts: readonly string[]): number[] => {
    const interner = new ByteInterner();
    return texts.map((text) => interner.internId(encodeUtf8(text), 0, text.length));
  };

  it.each([
    ['are short, as numbers of calls are', '01', '1'],
    ['are no hexadecimal digits', '0000000x', 'x'],
    ['are longer than 128 bits', `${'0'.repeat(32)}1`, '1'],
    ['differ in another digit', '0000000000000010', '0000000000000001'],
    ['differ in length alone', '1000000000000000', '10000000'],
  ])('keeps two apart that %s', (_, a, b) => {
    expect(idsOf(a, b, a, b)).toEqual([0, 1, 0, 1]);
  });

  it('knows any number of zeros, and the text that came first', () => {
    expect(idsOf('00000000000000ab', 'ab', '000000ab', 'ab', 'abc')).toEqual([0, 0, 0, 0, 1]);
    const interner = new ByteInterner();
    for (const text of ['00000000000000ab', 'ab']) {
      interner.internId(encodeUtf8(text), 0, text.length);
    }
    expect(interner.text(0)).toBe('00000000000000ab');
    expect(interner.otherWritings).toEqual([{ index: 0, form: 4 }]);
  });
});
