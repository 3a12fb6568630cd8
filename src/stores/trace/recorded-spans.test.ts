import { expect, test } from 'vitest';
import { spanColumns } from '../../testing/spans.ts';
import { traceSpansOf } from '../../testing/trace-spans.ts';
import { assembleTraces } from '../../trace/assemble.ts';
import { recordedSpans } from './recorded-spans.ts';

test('spans stand below their callers, by start, with their own operations', () => {
  const { traces, spans } = assembleTraces(
    spanColumns([
      { id: 'root', service: 'web', operation: 'GET', startUs: 1000, durationUs: 9000 },
      {
        id: 'late',
        parent: 'root',
        service: 'cart',
        operation: 'Get',
        startUs: 5000,
        durationUs: 5,
      },
      {
        id: 'early',
        parent: 'root',
        service: 'cart',
        operation: 'Get',
        startUs: 2000,
        durationUs: 7,
      },
      { id: 'between', parent: 'root', service: 'ads', operation: 'Get', startUs: 3000 },
      { id: 'below', parent: 'early', service: 'db', operation: 'SELECT', durationUs: 3 },
    ]),
    ['one.csv'],
  );
  const rows = recordedSpans(traces, 0, traceSpansOf(spans));
  expect(rows).toEqual([
    { spanId: 'root', service: 'web', operation: 'GET', depth: 0, afterRootMs: 0, durationMs: 9 },
    {
      spanId: 'early',
      service: 'cart',
      operation: 'Get',
      depth: 1,
      afterRootMs: 1,
      durationMs: 0.007,
    },
    {
      spanId: 'below',
      service: 'db',
      operation: 'SELECT',
      depth: 2,
      afterRootMs: null,
      durationMs: 0.003,
    },
    {
      spanId: 'between',
      service: 'ads',
      operation: 'Get',
      depth: 1,
      afterRootMs: 2,
      durationMs: 0,
    },
    {
      spanId: 'late',
      service: 'cart',
      operation: 'Get',
      depth: 1,
      afterRootMs: 4,
      durationMs: 0.005,
    },
  ]);
});
