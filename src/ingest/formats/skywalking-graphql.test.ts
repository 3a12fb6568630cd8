import { describe, expect, it } from 'vitest';
import { failureOf, importedFrom, sourceFile } from '../../testing/files.ts';
import { latenciesOf, treesOf } from '../../testing/imports.ts';
import { factsFrom } from '../../testing/read-facts.ts';

interface Extra {
  readonly refs?: readonly object[];
  readonly endTime?: number;
  readonly endpointName?: string | null;
  readonly serviceCode?: string;
}
const span = (segmentId: string, spanId: number, parentSpanId: number, extra: Extra = {}) => ({
  traceId: 't.1',
  segmentId,
  spanId,
  parentSpanId,
  refs: [],
  serviceCode: segmentId,
  startTime: 1714979289000 + spanId,
  endTime: 1714979289100,
  endpointName: `${segmentId}-${spanId}`,
  type: 'Entry',
  peer: '',
  isError: false,
  tags: [{ key: 'http.method', value: 'GET' }],
  ...extra,
});
const reference = (parentSegmentId: string, parentSpanId: number, traceId = 't.1'): object => ({
  traceId,
  parentSegmentId,
  parentSpanId,
  type: 'CROSS_PROCESS',
});
const SPANS = [
  span('web', 0, -1),
  span('web', 1, 0),
  span('db', 0, -1, { refs: [reference('x', 9, 'another'), reference('web', 1)] }),
  span('db', 1, 0),
];
const TREE = '-1 web/web-0, 0 web/web-1, 1 db/db-0, 2 db/db-1';
const read = (json: unknown) => importedFrom(sourceFile('a.json', JSON.stringify(json), 97));

describe('SkyWalking GraphQL', () => {
  it.each([
    ['queryTrace', { data: { queryTrace: { spans: SPANS } } }],
    ['an alias', { data: { trace: { spans: SPANS, total: 4 } }, errors: null }],
    ['a list of traces', { data: { queryTraces: { traces: [{ spans: SPANS }] } } }],
    ['the trace alone', { spans: SPANS }],
    ['a list of answers', [{ data: { a: { spans: SPANS } } }]],
  ])('is read as %s: ids count within segments, references lead to other ones', async (_, json) => {
    const imported = await read(json);
    expect(treesOf(imported)).toEqual([TREE]);
    expect(latenciesOf(imported)).toEqual([[100_000, 99_000, 100_000, 99_000]]);
    expect(imported.traces.startUs[0]).toBe(1714979289000000);
    expect(imported.ledger).toEqual([]);
    expect(imported.files[0]!.format).toBe('skywalking-graphql');
  });

  it('mends what is missing, and loses what has no time', async () => {
    const spans = [
      span('web', 0, -1),
      span('web', 1, 0, { endpointName: null }),
      span('web', 2, 0, { endTime: 1714979288000 }),
      { ...span('web', 3, 0), endTime: null },
      7,
    ];
    const imported = await read({ data: { trace: { spans } } });
    expect(treesOf(imported)).toEqual(['-1 web/web-0, 0 web/unknown, 0 web/web-2']);
    expect(imported.ledger.map(({ reason, count }) => [reason, count])).toEqual([
      ['malformed-row', 1],
      ['bad-duration', 1],
      ['unknown-operation-name', 1],
      ['clamped-duration', 1],
    ]);
  });

  it('keeps kind, error and the tags that are looked for', async () => {
    const spans = [
      {
        ...SPANS[0],
        tags: [
          { key: 'http.status_code', value: '503' },
          { key: 'x', value: 'y' },
        ],
      },
      { ...SPANS[1], type: 'Exit', isError: true },
      { ...SPANS[3], type: 'Local', segmentId: 'web', parentSpanId: 1, spanId: 2 },
    ];
    const text = JSON.stringify({ data: { trace: { spans } } });
    expect(await factsFrom(sourceFile('a.json', text))).toEqual([
      'error server http.status_code=503',
      'error client',
      'internal',
    ]);
  });

  it('without a span says what to ask for', async () => {
    const text = JSON.stringify({ data: { trace: { spans: [{ segmentId: null }] } } });
    const failure = await failureOf(sourceFile('a.json', text));
    expect(failure.advice).toContain('SkyWalking GraphQL');
  });
});
