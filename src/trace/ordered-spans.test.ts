import { expect, test } from 'vitest';
import { spanColumns } from '../testing/spans.ts';
import { assembleTraces } from './assemble.ts';
import type { OrderedSpans } from './ordered-spans.ts';
import { cutSpans, type SpanChunk } from './span-chunks.ts';
import { decodeString } from './string-column.ts';
import { nodeCount, traceCount } from './trace-set.ts';

/** Two traces whose rows are mixed; the second has two calls that merge, and a lost lone span. */
const columns = spanColumns([
  { trace: 'b', id: '1', operation: 'web', startUs: 10, durationUs: 100 },
  { trace: 'a', id: 'a1', operation: 'web', startUs: 5, durationUs: 50 },
  { trace: 'b', id: '3', parent: '2', operation: 'db', durationUs: 7 },
  { trace: 'b', id: '2', parent: '1', operation: 'cart', startUs: 12, durationUs: 30 },
  { trace: 'c', id: 'alone', operation: 'web' },
  { trace: 'a', id: 'a2', parent: 'a1', operation: 'db', durationUs: 9 },
  { trace: 'b', id: '4', parent: '1', operation: 'cart', startUs: 20, durationUs: 40 },
]);

const idsOf = ({ idOffset, idBytes }: SpanChunk): string[] =>
  Array.from({ length: idOffset.length - 1 }, (_, i) =>
    decodeString({ bytes: idBytes, offset: idOffset }, i),
  );

function allChunks(spans: OrderedSpans, maxBytes: number): SpanChunk[] {
  const chunks: SpanChunk[] = [];
  for (let first = 0; ; first += chunks.at(-1)!.parent.length) {
    const chunk = cutSpans(spans, first, maxBytes);
    if (chunk === null) return chunks;
    chunks.push(chunk);
  }
}

test('spans come trace after trace, node after node, with parents among their trace', () => {
  const { traces, spans } = assembleTraces(columns, ['one.csv']);
  const [chunk, ...rest] = allChunks(spans, 1e6);
  expect(rest).toEqual([]);
  expect(idsOf(chunk!)).toEqual(['1', '2', '4', '3', 'a1', 'a2']);
  expect([...chunk!.parent]).toEqual([-1, 0, 0, 1, -1, 0]);
  expect([...chunk!.startUs]).toEqual([10, 12, 20, Number.NaN, 5, Number.NaN]);
  expect([...chunk!.durationUs]).toEqual([100, 30, 40, 7, 50, 9]);
  // The TraceSet says how many belong to each node.
  expect(traceCount(traces)).toBe(2);
  expect([nodeCount(traces, 0), nodeCount(traces, 1)]).toEqual([3, 2]);
  expect([...traces.spanCount]).toEqual([1, 2, 1, 1, 1]);
});

test('chunks are bounded, and together they are all spans', () => {
  const { spans } = assembleTraces(columns, ['one.csv']);
  const [whole] = allChunks(spans, 1e6);
  for (const maxBytes of [1, 49, 60, 80, 120]) {
    const chunks = allChunks(spans, maxBytes);
    for (const chunk of chunks) {
      const bytes = 24 * chunk.parent.length + chunk.idBytes.length;
      expect(bytes <= maxBytes || chunk.parent.length === 1).toBe(true);
    }
    expect(chunks.flatMap(idsOf)).toEqual(idsOf(whole!));
    expect(chunks.flatMap(({ parent }) => [...parent])).toEqual([...whole!.parent]);
  }
});
