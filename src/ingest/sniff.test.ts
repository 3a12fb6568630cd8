import { describe, expect, it } from 'vitest';
import { encodeUtf8 } from '../base/bytes.ts';
import { delimited, otlpSpan, tracesData } from '../testing/otlp.ts';
import { SNIFF_BYTES, sniffFormat } from './sniff.ts';

const sniffed = (content: string | Uint8Array): unknown => {
  const bytes = typeof content === 'string' ? encodeUtf8(content) : content;
  const result = sniffFormat('f', bytes.subarray(0, SNIFF_BYTES), bytes.length <= SNIFF_BYTES);
  return result.ok ? result.value : result.error.what;
};

const message = tracesData([{ service: 'web', spans: [otlpSpan('1', '', 'a')] }]);

describe('a format is told from its content:', () => {
  it.each<[string, string | Uint8Array]>([
    ['otlp-json', '{"resourceSpans":[{"resource":{"data":[]}}]}'],
    ['otlp-json', '\uFEFF \n{"batches":[]}'],
    ['otlp-json', '{"other":[{"data":1}],"resourceSpans":[]}'],
    ['otlp-json', '{"x":1}\n{"resourceSpans":[]}\n'],
    ['otlp-json', '[{"resourceSpans":[]}]'],
    ['jaeger-json', '{"id":1,"timestamp":2,"data":[]}'],
    ['jaeger-json', '[{"processes":{},"traceID":"1"}]'],
    ['jaeger-json', '{"trace\\u0049D":"1","traceId":"2"}'],
    ['jaeger-json', '{"spans":[{"traceId":"1"}]}'],
    ['zipkin-json', '[{"tags":{"data":"x","traceID":"1"},"id":"1"}]'],
    ['zipkin-json', '[[],[{"traceId":"1"}]]'],
    ['zipkin-json', `[{"tags":{"x":"${'y'.repeat(500)}"},"traceId":"1"}]`],
    ['otlp-protobuf', message],
    ['otlp-protobuf', delimited('varint', [message])],
    ['otlp-protobuf', delimited('uint32', [message])],
    ['otlp-protobuf', message.subarray(0, 60)],
    ['csv', '\n\n\n\n\n\n\n\n\n\n\n\n\na,b\n'],
    ['jaeger-json', '\n\r\n\t\n\t\n\t\n{"data":[]}'],
    ['jaeger-json', ' \n\t\n\r\n\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t{"data":[]}'],
    ['binary data, not traces', Uint8Array.of(10, 0, 10, 0)],
    ['binary data, not traces', Uint8Array.of(10, 127, 11, 0, 0)],
  ])('%s', (format, content) => {
    expect(sniffed(content)).toBe(format);
  });
});
