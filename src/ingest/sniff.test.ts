import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { encodeUtf8 } from '../base/bytes.ts';
import { failureOf, importedFrom, sourceFile } from '../testing/files.ts';
import { treesOf } from '../testing/imports.ts';
import { delimited, otlpSpan, resourceSpans, tracesData } from '../testing/otlp.ts';
import { FORMATS } from './formats/list.ts';
import { SNIFF_BYTES, sniffFormat } from './sniff.ts';

const sniffed = (content: string | Uint8Array): unknown => {
  const bytes = typeof content === 'string' ? encodeUtf8(content) : content;
  const whole = bytes.length <= SNIFF_BYTES;
  const result = sniffFormat('f', bytes.subarray(0, SNIFF_BYTES), whole, FORMATS);
  if (!result.ok) return result.error.what;
  return 'format' in result.value ? result.value.format.id : result.value;
};

const message = tracesData([{ service: 'web', spans: [otlpSpan('1', '', 'a')] }]);

describe('a format is told from its content:', () => {
  it.each<[string, string | Uint8Array]>([
    ['otlp-json', '{"resourceSpans":[{"resource":{"data":[]}}]}'],
    ['otlp-json', '\uFEFF \n{"batches":[]}'],
    ['otlp-json', '{"other":[{"data":1}],"resourceSpans":[]}'],
    ['otlp-json', '{"x":1}\n{"resourceSpans":[]}\n'],
    ['otlp-json', '[{"resourceSpans":[]}]'],
    ['jaeger-json', '{"id":1,"timestamp":2,"data":[{"spans":[]}]}'],
    ['an empty answer: no trace in it', '{"id":1,"timestamp":2,"data":[]}'],
    ['jaeger-json', '[{"processes":{},"traceID":"1"}]'],
    ['jaeger-json', '{"s\\u0070ans":[],"traceId":"2"}'],
    ['JSON, but no trace in it: its keys are traceID, x', '{"trace\\u0049D":"1","x":"2"}'],
    ['jaeger-json', '{"spans":[{"traceId":"1"}]}'],
    ['zipkin-json', '[{"tags":{"data":"x","traceID":"1"},"id":"1","traceId":"2"}]'],
    ['zipkin-json', '[[],[{"traceId":"1"}]]'],
    ['zipkin-json', `[{"tags":{"x":"${'y'.repeat(500)}"},"traceId":"1"}]`],
    ['otlp-protobuf', message],
    ['otlp-protobuf', delimited('varint', [message])],
    ['otlp-protobuf', delimited('uint32', [message])],
    ['otlp-protobuf', message.subarray(0, 60)],
    ['csv', '\n\n\n\n\n\n\n\n\n\n\n\n\na,b\n'],
    ['jaeger-json', '\n\r\n\t\n\t\n\t\n{"data":{"spans":[]}}'],
    ['jaeger-json', ' \n\t\n\r\n\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t{"data":{"spans":[]}}'],
    ['binary data, not traces', Uint8Array.of(10, 0, 10, 0)],
    ['binary data, not traces', Uint8Array.of(10, 127, 11, 0, 0)],
  ])('%s', (format, content) => {
    expect(sniffed(content)).toBe(format);
  });
});

describe('a file that no format recognises', () => {
  it('is named by what stands in it', () => {
    expect(sniffed('{"status":"error","message":"no such trace"}')).toBe(
      'an error answer without a trace: no such trace (error)',
    );
    expect(sniffed('[{"a":{"b":1},"c":2},{"a":3}]')).toBe(
      'JSON, but no trace in it: its keys are a, c',
    );
    expect(sniffed('{"data":{"trace":{"spans":[]}},"errors":null}')).toBe(
      'JSON, but no trace in it: its keys are data, errors',
    );
  });

  it('is left out of an archive and noted, where there are traces beside it', async () => {
    const traces = {
      resourceSpans: [resourceSpans('web', otlpSpan('1', '', 'a'), otlpSpan('2', '1', 'b'))],
    };
    const archive = zipSync({
      'set/package.json': encodeUtf8('{"name":"set","version":"1"}'),
      'set/traces.json': encodeUtf8(JSON.stringify(traces)),
    });
    const imported = await importedFrom(sourceFile('a.zip', archive));
    expect(imported.files.map(({ name }) => name)).toEqual(['a.zip/set/traces.json']);
    expect(imported.ledger).toEqual([
      { reason: 'skipped-file', count: 1, examples: [{ file: 'a.zip/set/package.json' }] },
    ]);
  });

  it('and is JSON that ends early says so, at its last byte', () => {
    const result = sniffFormat('f', encodeUtf8('{"resou'), true, FORMATS);
    expect(result).toMatchObject({
      error: { what: 'JSON that ends before its first trace', where: 'f, byte 7' },
    });
  });
});

describe('JSON whose first 16 KB tell nothing', () => {
  const text = `${`{"resourceMetrics":["${'m'.repeat(1000)}"]}\n`.repeat(40)}${JSON.stringify({
    resourceSpans: [resourceSpans('web', otlpSpan('1', '', 'GET /'), otlpSpan('2', '1', 'render'))],
  })}\n`;

  it('is looked at further', async () => {
    expect(sniffed(text)).toEqual({ lookAt: 8 * SNIFF_BYTES });
    for (const chunkBytes of [1000, 64 * 1024]) {
      const imported = await importedFrom(sourceFile('a.jsonl', text, chunkBytes));
      expect(imported.files[0]?.format).toBe('otlp-json');
      expect(treesOf(imported)).toEqual(['-1 web/GET /, 0 web/render']);
    }
  });

  it('is looked at up to 8 MiB and then given up, in time', async () => {
    const metrics = `{"resourceMetrics":["${'m'.repeat(1000)}"]}\n`.repeat(20_000);
    const started = performance.now();
    const failure = await failureOf(sourceFile('a.jsonl', metrics));
    expect(failure.what).toBe('metrics of OpenTelemetry, not traces');
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
