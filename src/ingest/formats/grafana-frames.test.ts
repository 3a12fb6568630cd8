import { describe, expect, it } from 'vitest';
import { failureOf, importedFrom, sourceFile } from '../../testing/files.ts';
import { latenciesOf, treesOf } from '../../testing/imports.ts';

type Row = Readonly<Record<string, unknown>>;
const row = (spanID: string, parentSpanID: string | null, duration: number): Row => ({
  traceID: '4d1e00c0ffee4a11b2c3d4e5f6071829',
  spanID,
  parentSpanID,
  operationName: `op${spanID}`,
  serviceName: 'web',
  kind: 'server',
  serviceTags: [{ key: 'service.name', value: 'web' }],
  startTime: 1714979289123.456,
  duration,
  logs: [{ timestamp: 1, fields: [{ key: 'event', value: 'x' }] }],
  tags: [],
});
const ROWS = [row('a1', null, 120.5), row('a2', 'a1', 80.25)];
const NAMES = Object.keys(ROWS[0]!);
const valuesOf = (name: string): unknown[] => ROWS.map((each) => each[name]);

const schema = { refId: 'A', meta: { preferredVisualisationType: 'trace' } };
const frame = {
  schema: {
    ...schema,
    fields: NAMES.map((name) => ({ name, type: 'string', config: { name: 'x' } })),
  },
  data: { values: NAMES.map(valuesOf), entities: [null], nanos: [null] },
};
const earlier = {
  ...schema,
  fields: NAMES.map((name) => ({ name, config: {}, type: 'string', values: valuesOf(name) })),
  length: 2,
};
const buffered = {
  fields: NAMES.map((name) => ({ values: { buffer: valuesOf(name) }, name, type: 'string' })),
};
const graph = {
  schema: { fields: [{ name: 'id' }, { name: 'mainstat' }] },
  data: { values: [['a'], [1]] },
};

describe('data frames of Grafana', () => {
  it.each([
    ['the answer of a query', { results: { A: { status: 200, frames: [frame] } } }],
    ['several queries', { results: { A: { frames: [] }, B: { frames: [graph, frame] } } }],
    [
      'the query inspector',
      {
        request: { data: { queries: [{ fields: [] }] } },
        response: { results: { A: { frames: [frame] } } },
      },
    ],
    ['an answer within data', { response: { data: { results: { A: { frames: [frame] } } } } }],
    ['a panel', [frame]],
    ['a frame alone', frame],
    ['a frame with its values first', { data: frame.data, schema: frame.schema }],
    ['a panel of an earlier version', [earlier]],
    ['panel data of an earlier version', { state: 'Done', series: [earlier] }],
    ['fields whose values are buffers', [buffered]],
  ])('are read from %s, in milliseconds', async (_, json) => {
    for (const indent of [0, 2]) {
      const text = JSON.stringify(json, null, indent);
      const imported = await importedFrom(sourceFile('a.json', text, 501));
      expect(treesOf(imported)).toEqual(['-1 web/opa1, 0 web/opa2']);
      expect(latenciesOf(imported)).toEqual([[120_500, 80_250]]);
      expect(imported.traces.startUs[0]).toBe(1714979289123456);
      expect(imported.files[0]!.format).toBe('grafana-frames');
    }
  });

  it('gives each trace of several frames, and says where a span of them stands', async () => {
    const other = JSON.parse(JSON.stringify(frame).replaceAll('4d1e', '5e2f'));
    other.data.values[8][1] = -5;
    const imported = await importedFrom(
      sourceFile('a.json', JSON.stringify({ results: { A: { frames: [frame, other] } } })),
    );
    expect(treesOf(imported)).toEqual(['-1 web/opa1, 0 web/opa2']);
    expect(imported.ledger.map(({ reason }) => reason)).toEqual(['bad-duration', 'single-node']);
    expect(imported.ledger[0]!.examples[0]!.path).toMatch(/frames\[1\]\[1\]$/);
  });

  it('without a trace say what to save instead', async () => {
    const failure = await failureOf(
      sourceFile('a.json', JSON.stringify({ results: { A: { frames: [graph] } } })),
    );
    expect(`${failure.what}. ${failure.advice}`).toMatch(
      /Grafana without the spans.*query inspector/,
    );
  });
});
