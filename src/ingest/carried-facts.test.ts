import { describe, expect, it } from 'vitest';
import { carriedBy } from '../testing/carried.ts';
import { sourceFile } from '../testing/files.ts';
import { otlpSpan, tracesData } from '../testing/otlp.ts';

const carried = async (name: string, content: string | Uint8Array | object, options = {}) =>
  carriedBy([sourceFile(name, isText(content) ? content : JSON.stringify(content))], options);

const isText = (content: string | object): content is string | Uint8Array =>
  typeof content === 'string' || content instanceof Uint8Array;

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const ID = { root: '0000000000000001', call: '0000000000000002', served: '0000000000000003' };

describe('OTLP JSON', () => {
  const front = {
    resource: { attributes: [text('service.name', 'web'), text('host.name', 'a')] },
    scopeSpans: [
      {
        spans: [
          otlpSpan('1', '', 'GET /', {
            kind: 'SPAN_KIND_SERVER',
            status: { code: 1 },
            attributes: [text('http.route', '/'), text('host.name', 'own')],
          }),
          otlpSpan('2', '1', 'call', {
            kind: 3,
            attributes: [
              { key: 'http.response.status_code', value: { intValue: '404' } },
              { value: { stringValue: 'postgresql' }, key: 'db.system.name' },
            ],
          }),
        ],
      },
    ],
  };
  const back = {
    scopeSpans: [
      { spans: [otlpSpan('3', '2', 'serve', { status: { code: 'STATUS_CODE_ERROR' } })] },
    ],
    resource: { attributes: [text('service.name', 'back'), text('service.version', '2')] },
  };

  it('status, kind and attributes, of spans and of resources before or behind them', async () => {
    const { spans, imported } = await carried('a.json', { resourceSpans: [front, back] });
    expect(spans).toEqual({
      [ID.root]: 'ok server http.route=/ host=own',
      [ID.call]: 'error client http.status_code=404 db.system=postgresql host=a',
      [ID.served]: 'error server version=2',
    });
    expect(imported.facts).toEqual({
      status: 3,
      errors: 2,
      kind: 3,
      attributes: { 'http.route': 1, 'http.status_code': 1, 'db.system': 1, host: 2, version: 1 },
      pairs: 1,
    });
    expect([...imported.traces.errorCount!]).toEqual([0, 1, 1]);
  });

  it('in snake_case', async () => {
    const snake = JSON.stringify({ resourceSpans: [front, back] }).replace(
      /"[a-z]+([A-Z][a-zA-Z]*)":/g,
      (key) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    );
    expect((await carried('a.json', snake)).spans[ID.call]).toBe(
      'error client http.status_code=404 db.system=postgresql host=a',
    );
  });

  it('other attributes, or none', async () => {
    const document = { resourceSpans: [front, back] };
    const other = await carried('a.json', document, { keptAttributes: ['service.name'] });
    expect(other.spans[ID.root]).toBe('ok server service.name=web');
    const none = await carried('a.json', document, { keptAttributes: [] });
    expect(none.spans).toEqual({
      [ID.root]: 'ok server',
      [ID.call]: 'error client',
      [ID.served]: 'error server',
    });
  });
});

it('OTLP protobuf: status, kind and attributes', async () => {
  const file = tracesData([
    {
      service: 'web',
      attributes: [text('host.name', 'a')],
      spans: [
        otlpSpan('1', '', 'GET /', { status: { code: 1 }, attributes: [text('http.route', '/')] }),
        otlpSpan('2', '1', 'call', {
          kind: 3,
          attributes: [
            { key: 'http.status_code', value: { intValue: 503 } },
            { key: 'error', value: { boolValue: true } },
          ],
        }),
      ],
    },
    {
      service: 'back',
      attributes: [text('service.version', '2')],
      spans: [otlpSpan('3', '2', 'serve', { kind: 9, status: { code: 2 } })],
      resourceLast: true,
    },
  ]);
  expect((await carried('a.binpb', file)).spans).toEqual({
    [ID.root]: 'ok server http.route=/ host=a',
    [ID.call]: 'error client http.status_code=503 host=a',
    [ID.served]: 'error unspecified version=2',
  });
});

it('Alibaba CSV: what kind of call the callee served', async () => {
  const rows = ['http', 'rpc', 'mq', 'db', 'mc', 'userDefined'].map(
    (type, i) => `t${i},0,a,b${i},i,${type},5,100\nt${i},0.1,b${i},c,i,${type},3,101`,
  );
  const header = 'traceid,rpcid,um,dm,interface,rpctype,rt,timestamp';
  const { spans } = await carried('calls.csv', `${[header, ...rows].join('\n')}\n`);
  expect(Object.fromEntries(rows.map((_, i) => [i, spans[`t${i}:0.1`]]))).toEqual({
    0: 'unset server',
    1: 'unset server',
    2: 'unset consumer',
    3: 'unset client',
    4: 'unset client',
    5: 'unset unspecified',
  });
});

it('TraceVAE CSV: a call of a database is a client’s, and a status is read', async () => {
  const header =
    'traceIdHigh,traceIdLow,parentSpanId,spanId,duration,operationName,serviceName,DBhash,status';
  const rows = ['1,2,0,1,5,get,web,0,OK', '1,2,1,2,3,select,db,7,ERROR'];
  const { spans } = await carried('a.csv', `${[header, ...rows].join('\n')}\n`, {
    authorsRules: false,
  });
  expect(spans).toEqual({ 1: 'ok unspecified', 2: 'error client' });
});

describe('lists of attributes', () => {
  /** Spans with the same attributes, written in other ways. */
  const written = (list: string): string =>
    `{"resourceSpans":[{"scopeSpans":[{"spans":[${['1', '2'].map(
      (id) =>
        `{"traceId":"0123456789abcdef0123456789abcdef","spanId":"000000000000000${id}",` +
        `"parentSpanId":"${id === '2' ? ID.root : ''}","name":"a","startTimeUnixNano":"1",` +
        `"endTimeUnixNano":"2","attributes":${list},"kind":2}`,
    )}]}]}]}`;
  const ROUTE = '{"key":"http.route","value":{"stringValue":"/a"}}';
  const HOST = '{"key":"host","value":{"intValue":"7"}}';

  it.each([
    ['plain', `[${ROUTE},${HOST}]`],
    ['with spaces', `[ ${ROUTE.replaceAll(':', ' : ')} , ${HOST.replaceAll(':', ': ')} ]`],
    ['over lines', `[\n${ROUTE},\n${HOST.replaceAll(',', ',\n')}\n]`],
    ['with the value first', `[{"value":{"stringValue":"/a"},"key":"http.route"},${HOST}]`],
    ['escaped', `[{"key":"http\\u002eroute","value":{"stringValue":"\\/a"}},${HOST}]`],
    ['with numbers', `[${ROUTE},{"key":"host","value":{"doubleValue":7}}]`],
    [
      'with other members',
      `[{"key":"http.route","note":"}]","value":{"stringValue":"/a"}},${HOST}]`,
    ],
    ['among others', `[{"key":"x","value":{"arrayValue":{"values":[{}]}}},${ROUTE},${HOST},{}]`],
  ])('%s are read, wherever the file is cut', async (_, list) => {
    for (const chunkBytes of [1, 7, 64 * 1024]) {
      const file = sourceFile('a.json', written(list), chunkBytes);
      const { spans, imported } = await carriedBy([file]);
      expect(spans).toEqual({
        [ID.root]: 'unset server http.route=/a host=7',
        [ID.call]: 'unset server http.route=/a host=7',
      });
      expect(imported.ledger.map(({ reason }) => reason)).toEqual(['unknown-service']);
    }
  });

  it('that are no good JSON cost no span', async () => {
    const { spans, imported } = await carriedBy([
      sourceFile('a.json', written(`[${ROUTE}${HOST},{"key":}]`)),
    ]);
    expect(Object.keys(spans)).toEqual([ID.root, ID.call]);
    expect(imported.ledger.map(({ reason }) => reason)).toEqual(['unknown-service']);
  });

  it('whose brackets do not match are no JSON, as before', async () => {
    const file = sourceFile('a.json', written('[{"key":"x","value":[}],"y":{]}}]'));
    await expect(carriedBy([file])).rejects.toThrow('do not match');
  });
});

describe('Jaeger', () => {
  const tag = (key: string, value: unknown) => ({ key, type: 'string', value });
  const span = (spanID: string, parent: string | null, more: object) => ({
    ...{ traceID: 't', spanID, operationName: spanID, startTime: 1, duration: 5, processID: 'p1' },
    references: parent === null ? [] : [{ refType: 'CHILD_OF', traceID: 't', spanID: parent }],
    ...more,
  });
  const SPANS = [
    span('a', null, { tags: [tag('span.kind', 'server'), tag('http.status_code', 200)] }),
    span('b', 'a', { tags: [tag('error', true), tag('hostname', 'own')] }),
    span('c', 'b', { processID: 'p2', tags: [{ value: 'ERROR', key: 'otel.status_code' }, {}] }),
    span('d', 'b', { processID: 'p2', tags: [tag('error', false), tag('http.status_code', 500)] }),
  ];
  const processes = {
    p1: { serviceName: 'web', tags: [tag('hostname', 'n1'), tag('ip', '1.2.3.4')] },
    p2: { serviceName: 'db', tags: [{ value: 2, key: 'service.version' }] },
  };
  const EXPECTED = {
    a: 'ok server http.status_code=200 host=n1',
    b: 'error unspecified host=own',
    c: 'error unspecified version=2',
    d: 'unset unspecified http.status_code=500 version=2',
  };

  it('tags of spans and of processes, before or behind them', async () => {
    const trace = { traceID: 't', spans: SPANS, processes };
    expect((await carried('a.json', { data: [trace] })).spans).toEqual(EXPECTED);
    const other = JSON.stringify({ traceID: 't', processes, spans: SPANS }, null, 1);
    expect((await carried('a.json', other)).spans).toEqual(EXPECTED);
  });

  it('processes of one trace say nothing of the next', async () => {
    const second = SPANS.map((each) => ({ ...each, spanID: `${each.spanID}2`, traceID: 'u' }));
    const next = { traceID: 'u', spans: second, processes: { p1: { serviceName: 'x' } } };
    const { spans } = await carried('a.json', {
      data: [{ traceID: 't', spans: SPANS, processes }, next],
    });
    expect(spans).toMatchObject({ ...EXPECTED });
    expect(Object.values(spans).filter((words) => words.includes('host=n1'))).toHaveLength(1);
  });

  it('tags in Elasticsearch, as a list or as fields', async () => {
    const rows = [
      span('a', null, {
        process: { serviceName: 'web', tags: [tag('hostname', 'n1')] },
        tag: { 'span@kind': 'server', 'http@status_code': 200, error: false, other: { x: 1 } },
      }),
      span('b', 'a', { process: { serviceName: 'web' }, tags: [tag('error', 'true')] }),
    ];
    const lines = rows.map((row) => JSON.stringify({ _source: row })).join('\n');
    expect((await carried('a.json', lines)).spans).toEqual({
      a: 'unset server http.status_code=200 host=n1',
      b: 'error unspecified',
    });
  });
});

it('Zipkin: kinds and tags, and a shared span as both sides of a call', async () => {
  const span = (id: string, more: object) => ({
    ...{ traceId: 'abc', id, name: id, timestamp: 1, duration: 5 },
    ...more,
  });
  const { spans, imported } = await carried('a.json', [
    span('a', { localEndpoint: { serviceName: 'web' }, tags: { error: '' }, kind: 'SERVER' }),
    span('b', {
      ...{ parentId: 'a', localEndpoint: { serviceName: 'web' }, kind: 'CLIENT' },
      tags: { 'http.status_code': '404', 'http.path': '/x' },
    }),
    span('b', { parentId: 'a', localEndpoint: { serviceName: 'db' }, shared: true }),
  ]);
  expect(spans).toEqual({
    a: 'error server',
    b: 'error client http.status_code=404',
    'b db': 'unset server',
  });
  expect(imported.facts?.pairs).toBe(1);
});

it.each([
  ['plain', '{"x":"y","http.route":"/a","http.status_code":"503"}'],
  ['with spaces', '{ "http.route" : "/a" , "http.status_code" : "503" }'],
  ['over lines', '{\n"http.route":\n"/a",\n"http.status_code":"503"\n}'],
  ['escaped', '{"http\\u002eroute":"\\/a","x":"\\"}","http.status_code":"503"}'],
  ['with numbers and words', '{"x":1,"http.route":"/a","y":true,"http.status_code":503}'],
  ['with objects', '{"x":{"http.route":"no"},"http.route":"/a","http.status_code":"503"}'],
])('tags of Zipkin, %s, are read wherever the file is cut', async (_, tags) => {
  const span = (ids: string) =>
    `{"traceId":"abc",${ids},"tags":${tags},"name":"a","timestamp":1,"duration":5,` +
    `"localEndpoint":{"serviceName":"web"}}`;
  const file = `[${span('"id":"a"')},${span('"id":"b","parentId":"a"')}]`;
  for (const chunkBytes of [1, 7, 64 * 1024]) {
    const { spans } = await carriedBy([sourceFile('a.json', file, chunkBytes)]);
    const words = 'error unspecified http.route=/a http.status_code=503';
    expect(spans).toEqual({ a: words, b: words });
  }
});

it('otel_traces: its columns of status, kind and attributes', async () => {
  const header =
    'Timestamp,TraceId,SpanId,ParentSpanId,SpanName,SpanKind,ServiceName,Duration,StatusCode,http.route,ResourceAttributes.host.name';
  const rows = [
    '2024-01-01 00:00:00,t,a,,GET,SPAN_KIND_SERVER,web,5000,STATUS_CODE_OK,/x,n1',
    '2024-01-01 00:00:00,t,b,a,call,Client,web,4000,Error,,',
    '2024-01-01 00:00:00,t,c,b,get,Server,db,3000,Unset,,n2',
  ];
  const { spans, imported } = await carried('a.csv', `${[header, ...rows].join('\n')}\n`);
  expect(spans).toEqual({
    a: 'ok server http.route=/x host=n1',
    b: 'error client',
    c: 'unset server host=n2',
  });
  expect(imported.facts?.pairs).toBe(1);
});

it("SkyWalking's table: its span types and whether a span failed", async () => {
  const rows = [
    'StartTime,EndTime,URL,SpanType,Service,SpanId,TraceId,Peer,ParentSpan,Component,IsError',
    '1627609932617,1627609932735,/a,Entry,web,s.0,t,,-1,SpringMVC,False',
    '1627609932621,1627609932627,/b,Exit,web,s.1,t,db,s.0,RestTemplate,True',
    '1627609932622,1627609932626,/c,Local,web,s.2,t,,s.0,,',
  ];
  const { spans } = await carried('a.csv', `${rows.join('\n')}\n`);
  expect(spans).toEqual({
    's.0': 'unset server',
    's.1': 'error client',
    's.2': 'unset internal',
  });
});

it("Nezha's table says nothing of the kind, and more columns may", async () => {
  const header =
    'TraceID,SpanID,ParentID,PodName,OperationName,StartTimeUnixNano,EndTimeUnixNano,Duration';
  const rows = [
    't,a,root,web-6f6cfc45b-h5m2n,/*,1674981768697000000,1674981769015316530,318316',
    't,b,a,web-6f6cfc45b-h5m2n,get,1674981768697763387,1674981769015072039,317308',
  ];
  const plain = await carried('a.csv', `${[header, ...rows].join('\n')}\n`);
  expect(plain.imported.facts).toMatchObject({ status: 0, kind: 0 });
  const more = [`${header},StatusCode`, `${rows[0]},Ok`, `${rows[1]},Error`];
  expect((await carried('a.csv', `${more.join('\n')}\n`)).spans).toEqual({
    a: 'ok unspecified',
    b: 'error unspecified',
  });
});

it('the TraceVAE layout: statuses of HTTP, and no status where it is 0', async () => {
  const rows = [
    'traceIdHigh,traceIdLow,parentSpanId,spanId,duration,status,operationName,serviceName',
    '1,2,0,a,5,200,GET,web',
    '1,2,a,b,4,500,call,web',
    '1,2,b,c,3,0,get,db',
  ];
  const { spans } = await carried('a.csv', `${rows.join('\n')}\n`);
  expect(spans).toEqual({ a: 'ok unspecified', b: 'error unspecified', c: 'unset unspecified' });
});
