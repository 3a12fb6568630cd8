import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { failureOf, importedFrom, sourceFile } from '../../testing/files.ts';
import { latenciesOf, ledgerOf, traceIdsOf, treesOf } from '../../testing/imports.ts';
import { factsFrom } from '../../testing/read-facts.ts';
import type { ImportedTraces } from '../import.ts';

const TRACE = '4d1e00c0ffee4a11b2c3d4e5f6071829';
const WHOLE = ['-1 web/GET /, 0 db/query'];

interface Words {
  readonly id: string;
  readonly parent: string;
  readonly service: string;
  readonly name: string;
  /** Nanoseconds within the second. */
  readonly from: number;
  readonly to: number;
}
const id = (digits: string): string => digits.padStart(16, 'a');
const SPANS: readonly Words[] = [
  {
    id: id('2'),
    parent: id('1'),
    service: 'db',
    name: 'query',
    from: 100_000_250,
    to: 100_001_500,
  },
  { id: id('1'), parent: '', service: 'web', name: 'GET /', from: 0, to: 200_000_000 },
];
const LATENCIES = [[200_000, 1.25]];
const fraction = (nanos: number): string => String(nanos).padStart(9, '0');

const python = ({ id, parent, service, name, from, to }: Words): object => ({
  name,
  context: { trace_id: `0x${TRACE}`, span_id: `0x${id}`, trace_state: '[]' },
  kind: parent === '' ? 'SpanKind.SERVER' : 'SpanKind.CLIENT',
  parent_id: parent === '' ? null : `0x${parent}`,
  start_time: `2024-05-06T07:08:09.${fraction(from)}Z`,
  end_time: `2024-05-06T07:08:09.${fraction(to)}Z`,
  status: { status_code: parent === '' ? 'ERROR' : 'UNSET', description: 'x' },
  attributes: { 'db.system': 'mysql', name: 'no name' },
  events: [{ name: 'exception', timestamp: '2024-05-06T07:08:09Z', attributes: {} }],
  links: [{ context: { trace_id: '0x1', span_id: '0x2' } }],
  resource: { attributes: { 'service.name': service }, schema_url: '' },
});
const go = ({ id, parent, service, name, from, to }: Words): object => ({
  Name: name,
  SpanContext: { TraceID: TRACE, SpanID: id, TraceFlags: '01', TraceState: '', Remote: false },
  Parent:
    parent === ''
      ? { TraceID: '0'.repeat(32), SpanID: '0'.repeat(16) }
      : { TraceID: TRACE, SpanID: parent },
  SpanKind: parent === '' ? 2 : 3,
  StartTime: `2024-05-06T09:08:09.${fraction(from)}+02:00`,
  EndTime: `2024-05-06T09:08:09.${fraction(to)}+02:00`,
  Attributes: [{ Key: 'db.system', Value: { Type: 'STRING', Value: 'mysql' } }],
  Status: { Code: parent === '' ? 'Error' : 'Unset', Description: '' },
  Resource: [
    { Key: 'host.name', Value: { Type: 'STRING', Value: 'h' } },
    { Key: 'service.name', Value: { Type: 'STRING', Value: service } },
  ],
  InstrumentationScope: { Name: 'scope', Version: '', SchemaURL: '' },
});
const php = (spans: readonly Words[]): object => ({
  resource: { attributes: { 'service.name': spans[0]!.service } },
  scope: { name: 'scope', version: null },
  spans: spans.map(({ id, parent, name, from, to }) => ({
    name,
    context: { trace_id: TRACE, span_id: id, trace_state: null, is_remote: false },
    parent_span_id: parent,
    kind: parent === '' ? 'KIND_SERVER' : 'KIND_CLIENT',
    start: 1_714_979_289 * 1e9 + from,
    end: 1_714_979_289 * 1e9 + to,
    attributes: { 'db.system': 'mysql' },
    status: { code: parent === '' ? 'Error' : 'Unset', description: '' },
    events: [],
    links: [],
  })),
});
/** Times of numbers that no double holds, put into the text. */
const phpText = (words: Words): string =>
  JSON.stringify(php([words]), null, 2)
    .replace(/"start": \d+/, `"start": 1714979289${fraction(words.from)}`)
    .replace(/"end": \d+/, `"end": 1714979289${fraction(words.to)}`);
const node = ({ id, parent, service, name, from, to }: Words): object => ({
  resource: {
    attributes: {
      'service.name': service,
      'process.command_args': ['node', "it's", { a: { b: [] } }],
    },
  },
  instrumentationScope: { name: 'scope', version: undefined, schemaUrl: undefined },
  traceId: TRACE,
  ...(parent === ''
    ? { parentSpanContext: undefined }
    : {
        parentSpanContext: { traceId: TRACE, spanId: parent, traceFlags: 1, traceState: undefined },
      }),
  traceState: undefined,
  name,
  id,
  kind: parent === '' ? 1 : 2,
  timestamp: 1_714_979_289_000_000 + from / 1000,
  duration: (to - from) / 1000,
  attributes: {
    'db.system': 'mysql',
    quoted: `"a" 'b' \`c\` \\ \n \u0001 é`,
    list: [undefined, NaN, -1e21],
  },
  status: parent === '' ? { code: 2, message: 'x' } : { code: 0 },
  events: [{ name: 'exception', attributes: new Map([['k', 1]]), time: [1, 2], at: new Date(0) }],
  links: [Symbol('a'), () => 1, 10n, Object.create(null)],
});
/** As console.dir prints it, three levels deep. */
const nodeText = (words: Words): string => inspect(node(words), { depth: 3 });

const imported = (text: string, chunkBytes?: number): Promise<ImportedTraces> =>
  importedFrom(sourceFile('a.log', text, chunkBytes));

const EXPORTERS: readonly (readonly [string, string])[] = [
  ['Python, pretty', SPANS.map((each) => JSON.stringify(python(each), null, 4)).join('\n')],
  ['Python, a span per line', SPANS.map((each) => JSON.stringify(python(each))).join('\n')],
  [
    'an older Python, whose resource is flat and whose parents have no 0x',
    SPANS.map((each) =>
      JSON.stringify({
        ...python(each),
        parent_id: each.parent === '' ? null : each.parent,
        resource: { 'service.name': each.service },
      }),
    ).join('\n'),
  ],
  ['Go, pretty', SPANS.map((each) => JSON.stringify(go(each), null, '\t')).join('\n')],
  ['an older Go, a list per batch', JSON.stringify(SPANS.map(go), null, '\t')],
  [
    'the oldest Go, whose parents are ids alone',
    SPANS.map((each) =>
      JSON.stringify({
        ...go(each),
        Parent: undefined,
        ParentSpanID: each.parent || '0'.repeat(16),
      }),
    ).join('\n'),
  ],
  ['PHP', SPANS.map(phpText).join('\n')],
  ['Node', SPANS.map(nodeText).join('\n')],
  [
    'an older Node, whose parents are ids alone',
    SPANS.map((each) =>
      inspect({ ...node(each), parentSpanContext: undefined, parentId: each.parent || undefined }),
    ).join('\n'),
  ],
];

describe.each(EXPORTERS)('the console output of %s', (_, text) => {
  it('is read, to the nanosecond', async () => {
    const result = await imported(text);
    expect(result.files[0]?.format).toBe('otel-console');
    expect(treesOf(result)).toEqual(WHOLE);
    expect(latenciesOf(result)).toEqual(LATENCIES);
    expect(result.traces.startUs[0]).toBe(1_714_979_289_000_000);
    expect(traceIdsOf(result)).toEqual([TRACE]);
    expect(result.ledger).toEqual([]);
    expect(result.spansRead).toBe(2);
  });

  it('has statuses, kinds and attributes', async () => {
    const facts = await factsFrom(sourceFile('a.log', text));
    expect(facts.map((each) => each.replace('host=h', '').trim())).toEqual([
      'client db.system=mysql',
      'error server db.system=mysql',
    ]);
  });

  it('is the same in chunks of any size, and among the lines of a log', async () => {
    const result = await imported(text);
    for (const chunkBytes of [1, 7, 64]) {
      expect({ ...(await imported(text, chunkBytes)), seconds: 0 }).toEqual({
        ...result,
        seconds: 0,
      });
    }
    const log = `Hello world!\n${text}\nGET / 200 {ok: 'no span'}\n{"level":"info","name":"web"}\n`;
    const among = await imported(log);
    expect(treesOf(among)).toEqual(WHOLE);
    expect(ledgerOf(among).map((entry) => (entry as unknown[])[0])).toEqual(['left-out-line']);
    expect(among.spansRead).toBe(2);
  });
});

describe('console output in the log of a container', () => {
  const printed = [
    ['Python', SPANS.map((each) => JSON.stringify(python(each), null, 4)).join('\n')],
    ['Node', SPANS.map(nodeText).join('\n')],
  ] as const;
  const carriers = [
    ['Docker', (line: string) => JSON.stringify({ log: `${line}\n`, stream: 'stdout', time: 't' })],
    ['CRI', (line: string) => `2024-05-06T07:08:09.1234Z stdout F ${line}`],
  ] as const;
  const both = carriers.flatMap(([carrier, carry]) =>
    printed.map(([language, text]) => [language, carrier, text.split('\n').map(carry)] as const),
  );

  it.each(both)('of %s, by %s, is read', async (_, __, lines) => {
    const result = await imported(`${lines.join('\n')}\n`);
    expect(treesOf(result)).toEqual(WHOLE);
    expect(latenciesOf(result)).toEqual(LATENCIES);
    expect(result.ledger).toEqual([]);
  });
});

describe('console output', () => {
  const [query, root] = SPANS.map((each) => JSON.stringify(python(each))) as [string, string];

  it('counts what it cannot use, with its place', async () => {
    const endless = JSON.stringify({ ...python(SPANS[0]!), end_time: null });
    const nameless = JSON.stringify({ ...python(SPANS[0]!), name: '' });
    const result = await imported([query, root, endless, nameless, '{"level":"info"}'].join('\n'));
    expect(treesOf(result)).toEqual(WHOLE);
    expect(result.ledger).toEqual([
      {
        reason: 'missing-operation',
        count: 1,
        examples: [{ file: 'a.log', line: 4, path: '[0]', traceId: TRACE }],
      },
      {
        reason: 'bad-duration',
        count: 1,
        examples: [{ file: 'a.log', line: 3, path: '[0]', traceId: TRACE }],
      },
    ]);
  });

  it('cut anywhere keeps its complete spans', async () => {
    const text = `${query}\n${root}\n${query.replaceAll(id('2'), id('3'))}`;
    for (let cut = text.length - 100; cut < text.length; cut += 7) {
      const result = await imported(text.slice(0, cut));
      expect(treesOf(result)).toEqual(WHOLE);
      expect(ledgerOf(result)).toEqual([['truncated-file', 1, '[0]']]);
    }
  });

  it('of Node that is cut, by another object or by the end, keeps what is whole', async () => {
    const text = SPANS.map(nodeText).join('\n');
    const half = nodeText(SPANS[0]!).slice(0, 400);
    for (const cut of [`${half}\n${text}`, `${text}\n${half}`, `${half.slice(0, -3)}'\n${text}`]) {
      const result = await imported(cut);
      expect(treesOf(result)).toEqual(WHOLE);
      expect(result.ledger.reduce((sum, { count }) => sum + count, 0)).toBe(1);
    }
  });

  it.each([
    ['.NET', 'Activity.TraceId:            4d1e00c0\nActivity.SpanId:             a1b2\n'],
    ['Ruby', '#<struct OpenTelemetry::SDK::Trace::SpanData\n name="GET",\n kind=:internal>'],
    [
      'Java',
      "INFO: 'GET /' : 4d1e00c0ffee4a11b2c3d4e5f6071829 a1b2c3d4e5f60001 SERVER [tracer: x] {}",
    ],
    ['C++', '{\n  name          : GET\n  trace_id      : 4d1e\n  span_id       : a1\n}\n'],
    ['Rust', 'Spans\nResource\n\t ->  service.name=web\nSpan #0\n\tInstrumentation Scope\n'],
  ])('of %s is named, with what to give instead', async (language, text) => {
    const failure = await failureOf(sourceFile('a.log', text));
    expect(failure.what).toContain(`console output of OpenTelemetry for ${language}`);
    expect(failure.advice).toContain('OTLP');
  });
});
