import type { ReaderContext, SpanReader } from './span-reader.ts';

export function readJaegerJson(_context: ReaderContext): SpanReader {
  return { read: () => null, finish: () => null, spansRead: () => 0 };
}
