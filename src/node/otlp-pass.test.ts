import { expect, test } from 'vitest';
import { encodeUtf8 } from '../base/bytes.ts';
import type { SourceFile } from '../ingest/import.ts';
import { createOtlpPass } from './otlp-pass.ts';
import type { ScoredRow } from './scored-row.ts';

const span = (trace: string, id: string, more = {}) => ({
  traceId: trace,
  spanId: id,
  startTimeUnixNano: '1',
  ...more,
});
const document = (service: string, spans: readonly object[]) => ({
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
      scopeSpans: [{ scope: { name: 'lib' }, spans }],
      schemaUrl: 'x',
    },
  ],
});
const [A, B] = ['0af7651916cd43dd8448eb211c80319c', '1bf7651916cd43dd8448eb211c80319d'];
const row = (traceId: string, score: number): ScoredRow => ({
  traceId,
  score,
  p: 0.5,
  flagged: score > 1 ? 1 : 0,
  reason: 'Slow.',
  service: 'web',
  nodes: 2,
  structure: 'known',
  nll: 1,
  bcscale: 1,
  ncnorm: 1,
  stdlimit: 1,
  full: 1,
});

function open(text: string, cut = 7) {
  const lines: string[] = [];
  const pass = createOtlpPass((line) => lines.push(line));
  const bytes = encodeUtf8(text);
  const whole = new Blob([bytes as Uint8Array<ArrayBuffer>]);
  const file: SourceFile = {
    name: 'x',
    size: bytes.length,
    slice: (from, to) => whole.slice(from, to),
    stream: () =>
      new ReadableStream({
        start: (controller) => {
          for (let at = 0; at < bytes.length; at += cut) {
            controller.enqueue(bytes.slice(at, at + cut));
          }
          controller.close();
        },
      }),
  };
  const read = async () =>
    new Uint8Array(await new Response(pass.tee(file).stream()).arrayBuffer());
  const spans = () =>
    lines
      .flatMap((line) => JSON.parse(line).resourceSpans)
      .flatMap(({ scopeSpans }) =>
        scopeSpans.flatMap(({ spans: own }: { spans: object[] }) => own),
      );
  return { pass, read, lines, spans, bytes };
}
const added = (of: { attributes?: { key: string; value: object }[] }) =>
  Object.fromEntries((of.attributes ?? []).map(({ key, value }) => [key, value]));

test('spans are passed on whole, trace by trace, with the score as attributes', async () => {
  const own = { attributes: [{ key: 'k', value: { intValue: '9007199254740993' } }], events: [{}] };
  const text = [
    document('web', [span(A!, '01', own), span(B!, '02')]),
    document('db', [span(A!, '03')]),
  ]
    .map((one) => JSON.stringify(one))
    .join('\n');
  const { pass, read, lines, spans, bytes } = open(text);
  expect(await read()).toEqual(bytes);
  expect(lines).toEqual([]);
  pass.take([row(A!, 0.5), row(A!, 2)], [A!]);
  expect(lines).toHaveLength(1);
  const [first] = lines.map((line) => JSON.parse(line));
  expect(first.resourceSpans.map((one: object) => Object.keys(one).sort())).toEqual([
    ['resource', 'schemaUrl', 'scopeSpans'],
    ['resource', 'schemaUrl', 'scopeSpans'],
  ]);
  expect(spans()[0]).toMatchObject({ traceId: A, spanId: '01', events: [{}] });
  // of several trees of one trace id the oddest counts
  expect(added(spans()[0])).toEqual({
    k: { intValue: '9007199254740993' },
    'tracevae.score': { doubleValue: 2 },
    'tracevae.p': { doubleValue: 0.5 },
    'tracevae.flagged': { boolValue: true },
    'tracevae.structure': { stringValue: 'known' },
    'tracevae.reason': { stringValue: 'Slow.' },
    'tracevae.service': { stringValue: 'web' },
  });
  expect(pass.finish()).toEqual({ spans: 3, scored: 2, leftOut: 0 });
  expect(spans().map((one) => one.spanId)).toEqual(['01', '03', '02']);
  expect(spans()[2].attributes).toBeUndefined();
});

test('numbers that no double holds stay what they are, within texts and without', async () => {
  const text = `${JSON.stringify(
    document('say "1", 12345678901234567890', [span(A!, '01')]),
  ).replace(
    '"startTimeUnixNano":"1"',
    '"startTimeUnixNano":1700000000123456789,"x":1234567890123456789.5',
  )}\n`;
  const { pass, read, lines } = open(text);
  await read();
  pass.take([], [A!]);
  expect(lines[0]).toContain('"startTimeUnixNano":"1700000000123456789"');
  expect(lines[0]).toContain('say \\"1\\", 12345678901234567890');
});

test('a span that comes late has the score that its trace had, whatever way its id is written', async () => {
  const { pass, read, spans } = open('');
  await read();
  pass.take([row(A!, 3)], [A!]);
  const late = `${JSON.stringify(document('web', [span(A!.toUpperCase(), '09')]))}\n{ broken\n`;
  const bytes = encodeUtf8(late);
  const file: SourceFile = {
    name: 'late',
    size: bytes.length,
    slice: () => new Blob(),
    stream: () => new Blob([bytes as Uint8Array<ArrayBuffer>]).stream(),
  };
  await new Response(pass.tee(file).stream()).arrayBuffer();
  expect(added(spans()[0])['tracevae.score']).toEqual({ doubleValue: 3 });
  expect(pass.finish()).toEqual({ spans: 1, scored: 1, leftOut: 1 });
});

test('one document of many lines is passed on, too', async () => {
  const { pass, read, spans } = open(
    JSON.stringify(document('web', [span(A!, '01')]), null, 2),
    40,
  );
  await read();
  pass.take([row(A!, 1)], [A!]);
  expect(added(spans()[0])['tracevae.score']).toEqual({ doubleValue: 1 });
});
