import { describe, expect, it } from 'vitest';
import { importedFrom, sourceFile } from '../../testing/files.ts';
import { latenciesOf, ledgerOf, traceIdsOf, treesOf } from '../../testing/imports.ts';
import {
  type OtlpSpan,
  otlpSpan,
  resourceOf,
  resourceSpans,
  SAMPLE_TRACE_ID,
} from '../../testing/otlp.ts';
import type { ImportedTraces } from '../import.ts';

const imported = (json: unknown, indent = 1): Promise<ImportedTraces> =>
  importedFrom(sourceFile('a.json', JSON.stringify(json, null, indent)));

const web = resourceSpans('web', otlpSpan('1', '', 'GET /'), otlpSpan('2', '1', 'render'));
const db = resourceSpans('db', otlpSpan('3', '2', 'query'));
const WHOLE = ['-1 web/GET /, 0 web/render, 1 db/query'];

describe('OTLP JSON', () => {
  it.each([
    ['TracesData', { resourceSpans: [web, db] }],
    ['what Tempo answers', { batches: [web, db] }],
    ['what Tempo answers since version 2', { trace: { resourceSpans: [web, db] } }],
    ['a list of documents', [{ resourceSpans: [web] }, { resourceSpans: [db] }]],
    ["what Jaeger's API v3 answers", { result: { resourceSpans: [web, db] } }],
    [
      'a list of such answers',
      [{ result: { resourceSpans: [web] } }, { result: { batches: [db] } }],
    ],
    ['answers within an answer', { data: [{ trace: { resourceSpans: [web, db] } }] }],
    ['resources without a wrapper', [web, db]],
    [
      'documents in snake_case',
      JSON.parse(
        JSON.stringify({ resourceSpans: [web, db] }).replace(/"[a-z]+([A-Z][a-zA-Z]*)":/g, (key) =>
          key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
        ),
      ),
    ],
    [
      'documents from before version 0.15',
      JSON.parse(
        JSON.stringify({ resourceSpans: [web, db] }).replaceAll(
          '"scopeSpans"',
          '"instrumentationLibrarySpans"',
        ),
      ),
    ],
  ])('comes in as %s', async (_, json) => {
    const result = await imported(json);
    expect(treesOf(result)).toEqual(WHOLE);
    expect(latenciesOf(result)).toEqual([[1000, 1000, 1000]]);
    expect(result.traces.startUs[0]).toBe(1706678909209712);
    expect(traceIdsOf(result)).toEqual([SAMPLE_TRACE_ID]);
    expect(result.ledger).toEqual([]);
    expect(result.files[0]!.format).toBe('otlp-json');
  });

  it('comes in as one document a line, whatever the line ends', async () => {
    for (const end of ['\n', '\r\n', '', '\n\n']) {
      const text = [web, db]
        .map((each) => JSON.stringify({ resourceSpans: [each] }) + end)
        .join('');
      const result = await importedFrom(sourceFile('a.jsonl', `\uFEFF${text}`));
      expect(treesOf(result)).toEqual(WHOLE);
      expect(result.ledger).toEqual([]);
    }
  });

  it('finds the service of a resource that stands behind its spans', async () => {
    const { resource, scopeSpans } = web as { resource: object; scopeSpans: object };
    const late = { scopeSpans, schemaUrl: 'x', resource };
    const attribute = { value: { stringValue: 'db' }, key: 'service.name' };
    const result = await imported({
      resourceSpans: [late, { ...db, resource: { attributes: [attribute] } }],
    });
    expect(treesOf(result)).toEqual(WHOLE);
    expect(result.ledger).toEqual([]);
  });

  it.each([
    ['no resource', undefined],
    ['no attributes', {}],
    ['an empty name', resourceOf(' ')],
    ['a number as its name', { attributes: [{ key: 'service.name', value: { intValue: '5' } }] }],
    ['the name of something else', { attributes: [{ key: 'name', value: { stringValue: 'x' } }] }],
  ])('files spans under a service of their own with %s, as a repair', async (_, resource) => {
    const result = await imported({ resourceSpans: [{ ...web, resource }, db] });
    expect(treesOf(result)).toEqual([
      '-1 unknown-service/GET /, 0 unknown-service/render, 1 db/query',
    ]);
    expect(ledgerOf(result)).toEqual([
      ['unknown-service', 2, 'resourceSpans[0].scopeSpans[0].spans[0]'],
    ]);
    expect(result.ledger[0]!.examples[0]!.traceId).toBe(SAMPLE_TRACE_ID);
    expect(result.spansKept).toBe(3);
  });

  it('reads ids in either case and as base64, and takes zeros for none', async () => {
    const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');
    const ids = {
      traceId: base64(SAMPLE_TRACE_ID),
      spanId: base64('000000000000000b'),
      parentSpanId: base64('00000000000000aa'),
    };
    const result = await imported({
      resourceSpans: [
        resourceSpans(
          'web',
          otlpSpan('AA', '0000000000000000', 'root', { traceId: SAMPLE_TRACE_ID.toUpperCase() }),
          otlpSpan('', '', 'base64', ids),
          otlpSpan('c', 'B', 'upper'),
          otlpSpan('d', '', 'no trace', { traceId: '0'.repeat(32) }),
          otlpSpan('', '', 'no id', { spanId: '' }),
        ),
      ],
    });
    expect(treesOf(result)).toEqual(['-1 web/root, 0 web/base64, 1 web/upper']);
    expect(traceIdsOf(result)).toEqual([SAMPLE_TRACE_ID]);
    expect(ledgerOf(result)).toEqual([
      ['missing-trace-id', 1, 'resourceSpans[0].scopeSpans[0].spans[3]'],
      ['missing-span-id', 1, 'resourceSpans[0].scopeSpans[0].spans[4]'],
    ]);
  });

  it('loses no nanosecond of a duration, as text or as a number', async () => {
    const between = async (start: string, end: string): Promise<number> => {
      const text = JSON.stringify({ resourceSpans: [web] })
        .replaceAll('"1706678909209712000"', start)
        .replaceAll('"1706678909210712000"', end);
      const result = await importedFrom(sourceFile('a.json', text));
      expect(result.ledger).toEqual([]);
      return result.traces.latencyUs[0]!;
    };
    expect(await between('"1706678909209712001"', '"1706678909209712002"')).toBe(
      Math.fround(0.001),
    );
    expect(await between('1706678909209712001', '1706678909209712002')).toBe(Math.fround(0.001));
    expect(await between('1706678909999999999', '1706678910000000000')).toBe(Math.fround(0.001));
    expect(await between('0', '1')).toBe(Math.fround(0.001));
    expect(await between('0', '0')).toBe(0);
    expect(await between('1.5e9', '2e9')).toBe(500_000);
  });

  it('takes kind and status as numbers or names, and null for absent', async () => {
    const odd = {
      kind: 'SPAN_KIND_SERVER',
      status: { code: 'STATUS_CODE_OK' },
      parentSpanId: null,
    };
    const result = await imported({
      resourceSpans: [resourceSpans('web', otlpSpan('1', '', 'a', odd), otlpSpan('2', '1', 'b'))],
    });
    expect(treesOf(result)).toEqual(['-1 web/a, 0 web/b']);
    expect(result.ledger).toEqual([]);
  });

  it('counts what it cannot use, with the path to it, and mends what it can', async () => {
    const times = (start: unknown, end: unknown): OtlpSpan => ({
      startTimeUnixNano: start,
      endTimeUnixNano: end,
    });
    const nanos = '1706678909209712000';
    const result = await imported({
      resourceSpans: [
        resourceSpans(
          'web',
          otlpSpan('1', '', 'a'),
          otlpSpan('2', '1', 'ends before it starts', times(nanos, '1706678909209711999')),
          otlpSpan('3', '1', 'never ends', times(nanos, undefined)),
          otlpSpan('4', '1', 'ends at 0', times(nanos, '0')),
          otlpSpan('5', '1', 'never starts', times(undefined, nanos)),
          otlpSpan('6', '1', '2^64', times('0', '18446744073709551615')),
          otlpSpan('7', '1', 'over 2^64', times('1', '118446744073709551615')),
          otlpSpan('8', '1', 'negative', times('-1', '5')),
          otlpSpan('9', '1', 'no number', times('soon', true)),
          otlpSpan('b', '1', ' '),
          otlpSpan('c', '1', 'x'.repeat(70_000)),
        ),
        7,
        { scopeSpans: [{ spans: 'none' }, { spans: [null, 5, []] }] },
      ],
    });
    expect(treesOf(result)).toEqual(['-1 web/a, 0 web/ends before it starts']);
    expect(latenciesOf(result)).toEqual([[1000, 0]]);
    expect(ledgerOf(result)).toEqual([
      ['malformed-row', 5, 'resourceSpans[1]'],
      ['missing-operation', 2, 'resourceSpans[0].scopeSpans[0].spans[9]'],
      ['bad-duration', 7, 'resourceSpans[0].scopeSpans[0].spans[2]'],
      ['clamped-duration', 1, 'resourceSpans[0].scopeSpans[0].spans[1]'],
    ]);
    expect(result.ledger[0]!.examples.map(({ path }) => path)).toEqual([
      'resourceSpans[1]',
      'resourceSpans[2].scopeSpans[0]',
      'resourceSpans[2].scopeSpans[1].spans[0]',
      'resourceSpans[2].scopeSpans[1].spans[1]',
      'resourceSpans[2].scopeSpans[1].spans[2]',
    ]);
    expect(result.spansRead).toBe(16);
  });

  it('is the same wherever the file is cut into chunks', async () => {
    const text = `${JSON.stringify({ é: '\\"{[', resourceSpans: [web, db] }, null, 1)}\n[]`;
    const whole = await importedFrom(sourceFile('a.json', text));
    expect(treesOf(whole)).toEqual(WHOLE);
    for (const chunkBytes of [1, 2, 3, 7, 64]) {
      const result = await importedFrom(sourceFile('a.json', text, chunkBytes));
      expect({ ...result, seconds: 0 }).toEqual({ ...whole, seconds: 0 });
    }
  });

  it('loses only the line that is broken, and names it', async () => {
    const line = (trace: string): string =>
      JSON.stringify({ resourceSpans: [web, db] }).replaceAll(SAMPLE_TRACE_ID, trace.repeat(32));
    const third = line('3');
    const broken = {
      'cut in a name': third.slice(0, third.indexOf('GET') + 2),
      'cut in an attribute': third.slice(0, third.indexOf('{[') + 1),
      'cut between spans': third.slice(0, third.indexOf('},{"traceId"') + 1),
      'with brackets that do not match': third.replace(/\}\]\}\]\}\]\}$/, '}]]}]}'),
      'of something else': '# comment',
    };
    for (const [what, text] of Object.entries(broken)) {
      const lines = [line('1'), line('2'), text, line('4')].join('\n');
      const result = await importedFrom(sourceFile('a.jsonl', lines));
      const complete = what === 'cut between spans' ? 1 : 0;
      const ledger = new Map(result.ledger.map(({ reason, count }) => [reason, count]));
      expect([what, ledger.get('malformed-row')]).toEqual([what, 1]);
      const [example] = result.ledger[0]!.examples;
      expect([what, example?.line]).toEqual([what, 3]);
      expect(traceIdsOf(result).filter((id) => id !== '3'.repeat(32))).toHaveLength(3);
      expect(result.spansRead).toBeGreaterThanOrEqual(10 + complete);
    }
  });

  it('says that an answer is not whole', async () => {
    const partial = await imported({ trace: { resourceSpans: [web, db] }, status: 'PARTIAL' });
    const failed = await importedFrom(
      sourceFile(
        'a.json',
        `${JSON.stringify({ result: { resourceSpans: [web, db] } })}\n{"error":{"code":13}}\n`,
      ),
    );
    for (const result of [partial, failed]) {
      expect(treesOf(result)).toEqual(WHOLE);
      expect(ledgerOf(result)).toEqual([['partial-answer', 1, undefined]]);
    }
    const whole = await imported({ resourceSpans: [web, db], status: 'COMPLETE', error: null });
    expect(whole.ledger).toEqual([]);
  });

  it('files the spans of bare resources under their own services, whatever stands between', async () => {
    const lines = [web, { resourceMetrics: [] }, { resourceSpans: [db] }, resourceSpans('x')];
    const result = await importedFrom(
      sourceFile('a.jsonl', lines.map((line) => JSON.stringify(line)).join('\n')),
    );
    expect(treesOf(result)).toEqual(WHOLE);
    expect(result.ledger).toEqual([]);
  });
});
