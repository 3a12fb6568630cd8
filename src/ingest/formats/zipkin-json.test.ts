import { describe, expect, it } from 'vitest';
import { importedFrom, sourceFile } from '../../testing/files.ts';
import { latenciesOf, ledgerOf, traceIdsOf, treesOf } from '../../testing/imports.ts';
import type { ImportedTraces } from '../import.ts';

const TRACE_ID = '1e223ff1f80f1c69';
type Fields = Readonly<Record<string, unknown>>;
const span = (
  id: string,
  parentId: string,
  service: string,
  name: string,
  more: Fields = {},
): Fields => ({
  traceId: TRACE_ID,
  id,
  ...(parentId === '' ? {} : { parentId }),
  name,
  timestamp: 1470150004071068,
  duration: 500,
  localEndpoint: { serviceName: service, ipv4: '127.0.0.1' },
  tags: { traceId: 'no id', name: '{[' },
  ...more,
});
const imported = (json: unknown): Promise<ImportedTraces> =>
  importedFrom(sourceFile('a.json', JSON.stringify(json, null, 1)));

describe('Zipkin JSON', () => {
  const one = [span('1', '', 'web', 'get'), span('2', '1', 'db', 'query')];

  it('takes a trace id of 64 bits for the one of 128 that ends with it and has the parent', async () => {
    const long = `463ac35c9f6413ad${TRACE_ID}`;
    const [root, call] = [{ ...one[0]!, traceId: long }, one[1]!];
    for (const json of [
      [root, call],
      [call, root],
    ]) {
      const result = await imported(json);
      expect(treesOf(result)).toEqual(['-1 web/get, 0 db/query']);
      expect(traceIdsOf(result)).toEqual([long]);
      expect(ledgerOf(result)).toEqual([['padded-id', 1, expect.anything()]]);
    }
    const other = { ...root, traceId: `563ac35c9f6413ad${TRACE_ID}` };
    expect(treesOf(await imported([root, other, ...one]))).toEqual(['-1 web/get, 0 db/query']);
  });

  it.each([
    ['a list of spans', one],
    ['a list of traces', [one]],
    ['traces among which are empty ones', [[], one, []]],
    ['a list whose first keys are others', one.map((each) => ({ tags: { data: 1 }, ...each }))],
  ])('comes in as %s', async (_, json) => {
    const result = await imported(json);
    expect(treesOf(result)).toEqual(['-1 web/get, 0 db/query']);
    expect(latenciesOf(result)).toEqual([[500, 500]]);
    expect(result.traces.startUs[0]).toBe(1470150004071068);
    expect(traceIdsOf(result)).toEqual([TRACE_ID]);
    expect(result.ledger).toEqual([]);
    expect(result.files[0]!.format).toBe('zipkin-json');
  });

  it('comes in as a span per line, between other lines', async () => {
    const lines = [...one, { index: {} }, span('', '', 'web', 'lost')].map((each) =>
      JSON.stringify(each),
    );
    const result = await importedFrom(sourceFile('a.json', lines.join('\n')));
    expect(result.files[0]!.format).toBe('zipkin-json');
    expect(treesOf(result)).toEqual(['-1 web/get, 0 db/query']);
    expect(result.ledger).toEqual([
      {
        reason: 'missing-span-id',
        count: 1,
        examples: [{ file: 'a.json', line: 4, path: '[0]', traceId: TRACE_ID }],
      },
    ]);
  });

  it('keeps both halves of a shared span, the server below the client', async () => {
    const client = span('2', '1', 'web', 'get /cart', { kind: 'CLIENT', duration: 900 });
    const server = span('2', '1', 'cart', 'get', { kind: 'SERVER', shared: true });
    const below = span('3', '2', 'cart', 'query');
    const aside = span('4', '2', 'web', 'retry');
    const tree = ['-1 web/get, 0 web/get /cart, 1 cart/get, 1 web/retry, 2 cart/query'];
    for (const spans of [
      [one[0], client, server, below, aside],
      [below, aside, server, client, one[0]],
      [one[0], client, { ...server, kind: undefined }, below, aside],
      [one[0], client, { ...server, shared: undefined }, below, aside],
    ]) {
      const result = await imported(spans);
      expect(treesOf(result)).toEqual(tree);
      expect(result.ledger).toEqual([]);
      expect(result.spansKept).toBe(5);
    }
  });

  it('keeps several servers of one call, and one without its client', async () => {
    const client = span('2', '', 'web', 'get', { kind: 'CLIENT' });
    const server = (service: string): Fields =>
      span('2', '', service, 'serve', { kind: 'SERVER', shared: true });
    const result = await imported([server('a'), client, server('b'), span('3', '2', 'b', 'query')]);
    expect(treesOf(result)).toEqual(['-1 web/get, 0 a/serve, 0 b/serve, 2 b/query']);
    const alone = await imported([server('a'), span('3', '2', 'a', 'query')]);
    expect(treesOf(alone)).toEqual(['-1 a/serve, 0 a/query']);
    expect(alone.ledger).toEqual([]);
  });

  it('counts a span that is reported twice as a duplicate', async () => {
    const server = span('2', '1', 'cart', 'get', { kind: 'SERVER', shared: true });
    const client = span('2', '1', 'web', 'get', { kind: 'CLIENT' });
    const result = await imported([one[0], client, server, server, client]);
    expect(treesOf(result)).toEqual(['-1 web/get, 0 web/get, 1 cart/get']);
    expect(ledgerOf(result)).toEqual([['duplicate-span-id', 2, '[3]']]);
  });

  it('takes 64- and 128-bit ids in either case; a 128-bit id of 64 bits is the short one', async () => {
    const long = '463ac35c9f6413ad48485a3953bb6124';
    const result = await imported([
      span('A', '', 'web', 'get', { traceId: `${'0'.repeat(16)}${TRACE_ID.toUpperCase()}` }),
      span('b', 'a', 'web', 'render'),
      span('c', 'B', 'db', 'query'),
      span('1', '0', 'web', 'get', { traceId: long }),
      span('2', '1', 'web', 'render', { traceId: long }),
    ]);
    expect(traceIdsOf(result)).toEqual([TRACE_ID, long]);
    expect(treesOf(result)).toEqual([
      '-1 web/get, 0 web/render, 1 db/query',
      '-1 web/get, 0 web/render',
    ]);
  });

  it('keeps spans without name, timestamp, duration or service, and says what it took', async () => {
    const result = await imported([
      span('1', '', 'web', 'get', { timestamp: undefined, duration: undefined }),
      span('2', '1', '', ''),
      { traceId: TRACE_ID, id: '3', parentId: '1' },
      span('4', '1', 'db', 'query', { duration: 0, timestamp: null }),
    ]);
    expect(treesOf(result)).toEqual(['-1 web/get, 0 db/query, 0 unknown-service/unknown']);
    expect(result.traces.startUs[0]).toBeNaN();
    expect(latenciesOf(result)).toEqual([[0, 0, 250]]);
    expect(ledgerOf(result)).toEqual([
      ['unknown-service', 2, '[1]'],
      ['unknown-operation-name', 2, '[1]'],
      ['missing-duration', 2, '[0]'],
    ]);
    expect(result.spansKept).toBe(4);
  });

  it('counts what it cannot use, with the path to it', async () => {
    const result = await imported([
      [
        ...one,
        null,
        span('3', '1', 'a', 'b', { duration: -1 }),
        span('4', '1', 'a', 'b', { duration: 'x' }),
      ],
      7,
      [span('', '', 'a', 'b'), span('5', '', 'a', 'b', { traceId: undefined })],
    ]);
    expect(ledgerOf(result)).toEqual([
      ['malformed-row', 2, '[0][2]'],
      ['missing-trace-id', 1, '[2][1]'],
      ['missing-span-id', 1, '[2][0]'],
      ['bad-duration', 2, '[0][3]'],
    ]);
    expect(result.spansKept).toBe(2);
  });
});
