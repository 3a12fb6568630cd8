import { expect, test } from 'vitest';
import { spanColumns } from '../testing/spans.ts';
import { assembleTraces } from '../trace/assemble.ts';
import { mergedTreesJson } from './merged-trees-json.ts';

const forestOf = (spans: Parameters<typeof spanColumns>[0]): unknown =>
  JSON.parse([...mergedTreesJson(assembleTraces(spanColumns(spans), ['t']).traces)].join(''));

test('each trace is its id and its nodes, parents first', () => {
  const forest = forestOf([
    { trace: 't"1', id: '1', operation: 'get', durationUs: 9_500 },
    { trace: 't"1', id: '2', parent: '1', operation: 'read', service: 'db', durationUs: 1_000 },
    { trace: 't"1', id: '3', parent: '1', operation: 'read', service: 'db', durationUs: 2_000 },
  ]);
  expect(forest).toEqual([
    {
      traceId: 't"1',
      nodes: [
        { service: 's', operation: 'get', parent: -1, spanCount: 1, latencyMs: 9.5 },
        { service: 'db', operation: 'read', parent: 0, spanCount: 2, latencyMs: 1.5 },
      ],
    },
  ]);
});

test('of no traces it is an empty list', () => {
  expect(forestOf([])).toEqual([]);
});
