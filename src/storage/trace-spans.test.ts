import { expect, test } from 'vitest';
import { spanColumns, type TestSpan } from '../testing/spans.ts';
import { traceSpansOf } from '../testing/trace-spans.ts';
import { assembleTraces } from '../trace/assemble.ts';
import { cutSpans } from '../trace/span-chunks.ts';
import { countFacts, kindCode, markOf, statusCode } from '../trace/span-facts.ts';
import { errorsOf } from '../trace/trace-set.ts';
import { validateTraceSet } from '../trace/validate.ts';
import { createTraceSpansBuilder } from './trace-spans.ts';

const SPANS: readonly TestSpan[] = [
  { id: '1', operation: 'web', status: 'ok', kind: 'server', attributes: { host: 'a' } },
  { id: '2', parent: '1', operation: 'cart', status: 'error', attributes: { host: 'b' } },
  { id: '3', parent: '1', operation: 'cart', status: 'error', attributes: { version: '1' } },
  { id: '4', parent: '1', operation: 'db', kind: 'client' },
];

test('a node knows how many of its spans failed, and a trace how many it has', () => {
  const { traces } = assembleTraces(spanColumns(SPANS), ['one.csv']);
  expect([...traces.errorCount!]).toEqual([0, 2, 0]);
  expect(errorsOf(traces, 0)).toBe(2);
  expect(validateTraceSet(traces)).toMatchObject({ ok: true });
  const short = { ...traces, errorCount: new Uint16Array(1) };
  expect(validateTraceSet(short)).toMatchObject({ ok: false });
});

test('where no span says how it ended, no node does', () => {
  const kinds = SPANS.map(({ status: _, ...span }) => span);
  const { traces } = assembleTraces(spanColumns(kinds), ['one.csv']);
  expect(traces).not.toHaveProperty('errorCount');
  expect(errorsOf(traces, 0)).toBeNull();
});

test('what spans carry is counted', () => {
  const { facts } = spanColumns(SPANS);
  expect(countFacts(facts, 1)).toEqual({
    status: 3,
    errors: 2,
    kind: 2,
    attributes: { host: 2, version: 1 },
    pairs: 1,
  });
  expect(countFacts(undefined, 0)).toEqual({
    status: 0,
    errors: 0,
    kind: 0,
    attributes: {},
    pairs: 0,
  });
});

test('spans keep it in their order, in chunks of any size', () => {
  const { spans } = assembleTraces(spanColumns(SPANS), ['one.csv']);
  const whole = traceSpansOf(spans);
  expect(whole.spanIds).toEqual(['1', '2', '3', '4']);
  expect([...whole.mark]).toEqual([
    markOf(statusCode('ok'), kindCode('server')),
    markOf(statusCode('error'), 0),
    markOf(statusCode('error'), 0),
    markOf(0, kindCode('client')),
  ]);
  expect(whole.attributes).toEqual([
    { name: 'host', values: ['a', 'b', '', ''] },
    { name: 'version', values: ['', '', '1', ''] },
  ]);
  for (const maxBytes of [1, 60, 100]) {
    const built = createTraceSpansBuilder(4);
    for (let first = 0; first < 4; ) {
      const chunk = cutSpans(spans, first, maxBytes)!;
      built.add(chunk, 0, chunk.parent.length, first);
      first += chunk.parent.length;
    }
    expect(built.finish()).toEqual(whole);
  }
});

test('spans that carry nothing cost nothing', () => {
  const plain = SPANS.map(({ id, parent, operation }) => ({
    id,
    operation,
    ...(parent !== undefined && { parent }),
  }));
  const { spans } = assembleTraces(spanColumns(plain), ['one.csv']);
  expect(Object.keys(cutSpans(spans, 0, 1e6)!)).toEqual([
    'first',
    'parent',
    'startUs',
    'durationUs',
    'idOffset',
    'idBytes',
  ]);
});
