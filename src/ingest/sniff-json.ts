/**
 * Which of the JSON formats a file is in, from the keys of its outermost objects.
 */
import { decodeUtf8 } from '../base/bytes.ts';
import { createJsonScanner } from './json-scanner.ts';

export type JsonFormat = 'jaeger-json' | 'otlp-json' | 'zipkin-json';

/** A key that only one of the formats has there. */
const FORMAT_OF_KEY: ReadonlyMap<string, JsonFormat> = new Map([
  ['resourceSpans', 'otlp-json'],
  ['batches', 'otlp-json'],
  ['trace', 'otlp-json'],
  ['data', 'jaeger-json'],
  ['traceID', 'jaeger-json'],
  ['spans', 'jaeger-json'],
  ['processes', 'jaeger-json'],
  ['traceId', 'zipkin-json'],
  ['id', 'zipkin-json'],
  ['parentId', 'zipkin-json'],
  ['localEndpoint', 'zipkin-json'],
  ['remoteEndpoint', 'zipkin-json'],
  ['timestamp', 'zipkin-json'],
]);

/** @returns null if no key tells */
export function sniffJson(head: Uint8Array): JsonFormat | null {
  let found: JsonFormat | null = null;
  let isEnvelope = false;
  let depth = 0;
  const scanner = createJsonScanner('', {
    onOpen: (isList) => {
      if (depth === 0) isEnvelope = !isList;
      depth += 1;
      return true;
    },
    onClose: () => {
      depth -= 1;
    },
    onKey: (bytes, start, end) => {
      const format = FORMAT_OF_KEY.get(decodeUtf8(bytes.subarray(start, end)));
      // A Zipkin span is always in a list: {"id": 1, "data": [...]} is an envelope.
      if (format && !(isEnvelope && format === 'zipkin-json')) found ??= format;
      return false;
    },
    onText: () => undefined,
    onNumber: () => undefined,
    onWord: () => undefined,
    onFault: () => undefined,
    onBroken: () => undefined,
    onCutOff: () => undefined,
  });
  scanner.push(head);
  return found;
}
