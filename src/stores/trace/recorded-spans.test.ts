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
  expect(rows.every(({ isOrphan }) => !isOrphan)).toBe(true);
  expect(rows).toMatchObject([
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

test('a call whose caller was not recorded is marked, as a root and below one', () => {
  const recorded = (orphans: 'own-tree' | 'attach') => {
    const { traces, spans } = assembleTraces(
      spanColumns([
        { id: 'root', operation: 'a', durationUs: 9 },
        { id: 'call', parent: 'root', operation: 'b' },
        { id: 'lost', parent: 'gone', operation: 'c' },
        { id: 'below', parent: 'lost', operation: 'd' },
      ]),
      ['one.csv'],
      { orphans },
    );
    const first = orphans === 'attach' ? 0 : 2;
    const last = first + (orphans === 'attach' ? 4 : 2);
    const read = traceSpansOf(spans);
    const ofTrace = {
      ...read,
      parent: read.parent.slice(first, last),
      startUs: read.startUs.slice(first, last),
      durationUs: read.durationUs.slice(first, last),
      spanIds: read.spanIds.slice(first, last),
    };
    return recordedSpans(traces, orphans === 'attach' ? 0 : 1, ofTrace).map(
      ({ spanId, depth, isOrphan }) => [spanId, depth, isOrphan],
    );
  };
  expect(recorded('attach')).toEqual([
    ['root', 0, false],
    ['call', 1, false],
    ['lost', 1, true],
    ['below', 2, false],
  ]);
  expect(recorded('own-tree')).toEqual([
    ['lost', 0, true],
    ['below', 1, false],
  ]);
});
