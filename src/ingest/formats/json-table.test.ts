import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { failureOf, importedFrom, sourceFile } from '../../testing/files.ts';
import { latenciesOf, treesOf } from '../../testing/imports.ts';
import type { ColumnMapping } from '../../trace/column-mapping.ts';
import type { ImportedTraces } from '../import.ts';
import { importFiles } from '../import-files.ts';

type Row = Readonly<Record<string, unknown>>;

/** otel_traces, as ClickHouse writes it. */
const OTEL: readonly Row[] = [
  otel('a1', '', 'GET /orders', 'gateway', '120000000', '123'),
  otel('a2', 'a1', 'list', 'orders', '80500000', '133'),
  otel('a3', 'a2', 'SELECT', 'db', '12250000', '143'),
];
function otel(
  SpanId: string,
  ParentSpanId: string,
  SpanName: string,
  ServiceName: string,
  Duration: string,
  millis: string,
): Row {
  return {
    Timestamp: `2024-05-06 07:08:09.${millis}456000`,
    TraceId: '4d1e00c0ffee4a11b2c3d4e5f6071829',
    SpanId,
    ParentSpanId,
    SpanName,
    SpanAttributes: { 'http.method': 'GET', Duration: '1' },
    ServiceName,
    Duration,
    'Events.Name': ['exception'],
  };
}
const camelCase = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name.replace(/^[A-Z]/, (c) => c.toLowerCase()),
      value,
    ]),
  );
const TREES = ['-1 gateway/GET /orders, 0 orders/list, 1 db/SELECT'];
const LATENCIES = [[120_000, 80_500, 12_250]];

const NAMES = Object.keys(OTEL[0]!);
const meta = NAMES.map((name) => ({ name, type: 'String' }));
const lists = OTEL.map((row) => NAMES.map((name) => row[name]));
const lines = (...documents: readonly unknown[]): string =>
  `${documents.map((document) => JSON.stringify(document)).join('\n')}\n`;
const pretty = (document: unknown): string => JSON.stringify(document, null, 2);
const columns = Object.fromEntries(NAMES.map((name) => [name, OTEL.map((row) => row[name])]));
const labelled = Object.fromEntries(
  NAMES.map((name) => [name, Object.fromEntries(OTEL.map((row, i) => [7 + 2 * i, row[name]]))]),
);

const WRITTEN: readonly (readonly [string, string])[] = [
  ['JSONEachRow', lines(...OTEL)],
  ['JSONEachRow as an array', JSON.stringify(OTEL)],
  ['JSON', pretty({ meta, data: OTEL, rows: 3, statistics: { elapsed: 0.1 } })],
  ['JSONCompact', pretty({ meta, data: lists, rows: 3 })],
  ['JSONCompact with its keys sorted', JSON.stringify({ data: lists, meta, rows: 3 })],
  ['JSONCompactEachRowWithNames', lines(NAMES, ...lists)],
  [
    'JSONCompactEachRowWithNamesAndTypes',
    lines(
      NAMES,
      NAMES.map(() => 'LowCardinality(String)'),
      ...lists,
    ),
  ],
  ['JSONColumns', pretty(columns)],
  ['JSONColumnsWithMetadata', pretty({ meta, data: columns, rows: 3 })],
  ['JSONObjectEachRow', pretty({ row_1: OTEL[0], row_2: OTEL[1], row_3: OTEL[2] })],
  ['to_json of pandas', JSON.stringify(labelled)],
  [
    'to_json of pandas, orient=split',
    JSON.stringify({ columns: NAMES, index: [0, 1, 2], data: lists }),
  ],
  ['to_json of pandas, orient=table', JSON.stringify({ schema: { fields: meta }, data: OTEL })],
  [
    'an answer of BigQuery',
    JSON.stringify({
      kind: 'bigquery#queryResponse',
      schema: { fields: meta },
      rows: lists.map((row) => ({ f: row.map((v) => ({ v: typeof v === 'string' ? v : null })) })),
    }),
  ],
  ['a list of rows, the first of them names', JSON.stringify([NAMES, ...lists])],
  ['an answer of any tool', pretty({ status: 'ok', result: { items: OTEL, next: null } })],
  ['rows that Zipkin could have but for its ids', JSON.stringify(OTEL.map(camelCase))],
  ['hits of a search', pretty({ hits: { hits: OTEL.map((_source) => ({ _id: 1, _source })) } })],
  ['a log of Docker', lines(...OTEL.map((row) => ({ log: lines(row), stream: 'stdout' })))],
];

describe('a table in JSON', () => {
  it.each(WRITTEN)('is read as %s', async (_, text) => {
    for (const chunkBytes of [11, 64 * 1024]) {
      const imported = await importedFrom(sourceFile('a.json', text, chunkBytes));
      expect(treesOf(imported)).toEqual(TREES);
      expect(latenciesOf(imported)).toEqual(LATENCIES);
      expect(imported.ledger).toEqual([]);
      expect(imported.spansRead).toBe(3);
      expect(imported.files[0]!.format).toBe('json-table');
      expect(imported.traces.startUs[0]).toBe(Date.UTC(2024, 4, 6, 7, 8, 9, 123) * 1000 + 456);
    }
  });

  it('is read packed', async () => {
    expect(treesOf(await importedFrom(sourceFile('a.gz', gzipSync(lines(...OTEL)))))).toEqual(
      TREES,
    );
  });
});

const mapped = async (text: string): Promise<ImportedTraces> => {
  const file = sourceFile('a.json', text);
  const failure = await failureOf(file);
  if (failure.kind !== 'unmapped') throw new Error(JSON.stringify(failure));
  const mappings: ColumnMapping[] = [failure.table.guess];
  const result = await importFiles([file], {
    signal: new AbortController().signal,
    onProgress: () => undefined,
    mappings,
  });
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
};

const flat = (id: unknown, parent: unknown, extra: Row = {}): Row => ({
  trace: { id: 't1' },
  spanId: id,
  parentSpanId: parent,
  name: `op ${id}`,
  resource: { 'service.name': 'web', attributes: { deep: { deeper: { deepest: 1 } } } },
  startTime: 1714979289123 + 10 * Number(id),
  duration_ms: 100 - 20 * Number(id),
  ...extra,
});

describe('a table in JSON whose columns are not known', () => {
  it('asks with the names of its columns, joined where nested, and its first rows', async () => {
    const failure = await failureOf(
      sourceFile('a.json', JSON.stringify([flat(1, null), flat(2, 1)])),
    );
    if (failure.kind !== 'unmapped') throw new Error(failure.what);
    const { header, rows, guess } = failure.table;
    expect(header).toEqual([
      'trace.id',
      'spanId',
      'parentSpanId',
      'name',
      'resource.service.name',
      'startTime',
      'duration_ms',
    ]);
    expect(rows[0]).toEqual(['t1', '1', '', 'op 1', 'web', '1714979289133', '80']);
    expect(guess.columns).toMatchObject({ trace: 0, span: 1, parent: 2, service: 4, operation: 3 });
    expect(guess.clockUnit).toBe('ms');
    expect(guess.durationUnit).toBe('ms');
  });

  it.each<[string, Row]>([
    ['names that nobody has seen', { reqTrace: 't', me: 1, caller: 0, what: 'a', took_us: 5 }],
    [
      'short names',
      { tid: 't', sid: 1, psid: 0, svc: 'web', op: 'a', startMs: 1714979289123, took: 5 },
    ],
    [
      'the names of Application Insights',
      {
        operation_Id: 't',
        id: 1,
        operation_ParentId: 0,
        name: 'a',
        duration: 5,
        cloud_RoleName: 'web',
      },
    ],
  ])('asks about %s', async (_, row) => {
    const columns = Object.keys(row).map((name) => ({ name, type: 'string' }));
    const values = Object.values(row);
    for (const json of [[row, row], { tables: [{ columns, rows: [values, values] }] }]) {
      const failure = await failureOf(sourceFile('a.json', JSON.stringify(json)));
      if (failure.kind !== 'unmapped') throw new Error(failure.what);
      expect(failure.table.header).toEqual(Object.keys(row));
    }
  });

  it.each<[string, object]>([
    ['lines of a log', { time: 1, level: 'INFO', message: 'done', trace_id: 't', span_id: 's' }],
    [
      'logs of OpenTelemetry',
      {
        resourceLogs: [
          {
            scopeLogs: [
              { logRecords: [{ traceId: 't', spanId: 's', timeUnixNano: 1, body: {}, a: 1 }] },
            ],
          },
        ],
      },
    ],
    ['settings', { name: 'x', image: 'y', port: 80, replicas: 2, endpoint: 'z' }],
    ['metrics', { metric: 'span_count', value: 3, time: 5, host: 'a' }],
  ])('does not ask about %s', async (_, json) => {
    const failure = await failureOf(sourceFile('a.json', JSON.stringify([json, json])));
    expect(failure.kind).toBe('unreadable');
  });

  it('is read by the mapping that is given, also where rows lack columns or have others', async () => {
    const { parentSpanId: _, ...root } = flat(1, null);
    const rows = [root, flat(2, 1, { more: true }), flat(3, 2)];
    const imported = await mapped(JSON.stringify(rows));
    expect(treesOf(imported)).toEqual(['-1 web/op 1, 0 web/op 2, 1 web/op 3']);
    expect(latenciesOf(imported)).toEqual([[80_000, 60_000, 40_000]]);
  });

  it('goes on by the same columns past the rows that were looked at first', async () => {
    const rows = Array.from({ length: 3000 }, (_, i) => ({
      ...flat(i % 2 === 0 ? 1 : 2, i % 2 === 0 ? null : 1),
      trace: { id: `t${i >> 1}` },
      late: i,
    }));
    const imported = await mapped(lines(...rows));
    expect(imported.spansKept).toBe(3000);
    expect(new Set(treesOf(imported))).toEqual(new Set(['-1 web/op 1, 0 web/op 2']));
  });

  it('keeps ids that are numbers of any size, and takes texts and numbers for the same', async () => {
    const big = '9223372036854775807';
    const text = JSON.stringify([flat(1, 0), flat(2, 1)])
      .replaceAll('"spanId":1', `"spanId":${big}`)
      .replaceAll('"parentSpanId":1', `"parentSpanId":"${big}"`);
    expect(treesOf(await mapped(text))).toEqual(['-1 web/op 1, 0 web/op 2']);
  });

  it('says where what is no span stands', async () => {
    const rows = [flat(1, null), 7, { ...flat(2, 1), duration_ms: -4 }, flat(3, 1), null];
    const imported = await mapped(pretty({ rows }));
    expect(imported.ledger).toEqual([
      {
        reason: 'malformed-row',
        count: 2,
        examples: expect.arrayContaining([{ file: 'a.json', path: 'rows[1]' }]),
      },
      {
        reason: 'bad-duration',
        count: 1,
        examples: [{ file: 'a.json', path: 'rows[2]', traceId: 't1' }],
      },
    ]);
  });

  it('keeps the rows before a cut', async () => {
    const text = pretty([flat(1, null), flat(2, 1), flat(3, 1)]);
    const imported = await mapped(text.slice(0, text.lastIndexOf('duration_ms')));
    expect(treesOf(imported)).toEqual(['-1 web/op 1, 0 web/op 2']);
    expect(imported.ledger[0]).toMatchObject({ reason: 'truncated-file', count: 1 });
  });
});

describe('SigNoz', () => {
  const span = (id: string, parent: string, name: string, nanos: number): readonly unknown[] => [
    1714979289123,
    id,
    '4d1e00c0ffee4a11b2c3d4e5f6071829',
    'web',
    name,
    '2',
    String(nanos),
    ['http.method'],
    ['GET'],
    [`{TraceId=4d1e00c0ffee4a11b2c3d4e5f6071829, SpanId=${parent}, RefType=CHILD_OF}`],
    [],
    false,
  ];
  const answer = {
    startTimestampMillis: 1714979289000,
    columns: [
      ...['__time', 'SpanId', 'TraceId', 'ServiceName', 'Name', 'Kind', 'DurationNano'],
      ...['TagsKeys', 'TagsValues', 'References', 'Events', 'HasError'],
    ],
    events: [span('a1', '', 'GET /', 5_000_000), span('a2', 'a1', 'render', 3_000_000)],
    isSubTree: false,
  };

  it.each([
    ['a trace', [answer]],
    ['a trace within an answer', { status: 'success', data: [answer] }],
  ])('gives %s as columns and events', async (_, json) => {
    const imported = await importedFrom(sourceFile('a.json', JSON.stringify(json)));
    expect(treesOf(imported)).toEqual(['-1 web/GET /, 0 web/render']);
    expect(latenciesOf(imported)).toEqual([[5000, 3000]]);
    expect(imported.traces.startUs[0]).toBe(1714979289123000);
  });

  it('gives a trace as spans with references, which are asked about', async () => {
    const span = (spanId: string, parent: string): Row => ({
      timestamp: 1714979289123,
      durationNano: 5_000_000,
      spanId,
      traceId: 't',
      serviceName: 'web',
      name: `op ${spanId}`,
      references: parent === '' ? [] : [{ traceId: 't', spanId: parent, refType: 'CHILD_OF' }],
    });
    const json = { status: 'success', data: { spans: [span('1', ''), span('2', '1')] } };
    const imported = await mapped(JSON.stringify(json));
    expect(treesOf(imported)).toEqual(['-1 web/op 1, 0 web/op 2']);
    expect(latenciesOf(imported)).toEqual([[5000, 5000]]);
  });

  it('gives rows of a query, and of its tables', async () => {
    const row = (id: string, parent: string, nanos: number): Row => ({
      traceID: 't',
      spanID: id,
      parentSpanID: parent,
      serviceName: 'web',
      name: `op ${id}`,
      timestamp: '2024-05-06T07:08:09.123456Z',
      durationNano: nanos,
    });
    const rows = [row('1', '', 5_000_000), row('2', '1', 3_000_000)];
    for (const json of [
      rows,
      { meta: [{ name: 'traceID', type: 'String' }], data: rows, rows: 2 },
      {
        status: 'success',
        data: {
          result: [{ queryName: 'A', list: rows.map((data) => ({ timestamp: 'x', data })) }],
        },
      },
    ]) {
      const imported = await importedFrom(sourceFile('a.json', JSON.stringify(json)));
      expect(treesOf(imported)).toEqual(['-1 web/op 1, 0 web/op 2']);
      expect(latenciesOf(imported)).toEqual([[5000, 3000]]);
    }
  });
});
