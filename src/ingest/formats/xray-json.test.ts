import { describe, expect, it } from 'vitest';
import { importedFrom, sourceFile } from '../../testing/files.ts';
import { latenciesOf, ledgerOf, traceIdsOf, treesOf } from '../../testing/imports.ts';
import { factsFrom } from '../../testing/read-facts.ts';
import type { ImportedTraces } from '../import.ts';
import { MOST_SEGMENTS } from '../xray-segments.ts';

type Fields = Readonly<Record<string, unknown>>;
const TRACE = '1-6638822d-7fb0a89630b8bfe5176b97d0';
const T0 = 1714979289.123456;
const WEB_ID = 'b0b1b2b3b4b50001';
const QUERY_ID = 'b0b1b2b3b4b50003';
const WHOLE = ['-1 web/web, 0 web/DynamoDB, 0 web/cart, 2 cart/cart'];

/** @param from, to microseconds after T0 */
const times = (from: number, to: number): Fields => ({
  start_time: Number((T0 + from / 1e6).toFixed(6)),
  end_time: Number((T0 + to / 1e6).toFixed(6)),
});
const web: Fields = {
  id: WEB_ID,
  name: 'web',
  trace_id: TRACE,
  origin: 'AWS::ECS::Container',
  ...times(0, 120_000),
  http: { request: { method: 'GET', url: 'https://example.com/' }, response: { status: 502 } },
  fault: true,
  subsegments: [
    {
      id: 'b0b1b2b3b4b50002',
      name: 'cart',
      namespace: 'remote',
      ...times(10_000, 90_000),
      http: { response: { status: 200, content_length: 5 } },
    },
    {
      id: QUERY_ID,
      name: 'DynamoDB',
      namespace: 'aws',
      sql: { database_type: 'DynamoDB' },
      ...times(95_000, 95_250),
      cause: { exceptions: [{ id: 'x', message: 'trace_id' }] },
    },
  ],
};
const cart: Fields = {
  name: 'cart',
  id: 'b0b1b2b3b4b50004',
  trace_id: TRACE,
  parent_id: 'b0b1b2b3b4b50002',
  ...times(11_000, 89_000),
};
const answer = (...documents: readonly unknown[]): Fields => ({
  Traces: [
    {
      Id: TRACE,
      Duration: 0.12,
      Segments: documents.map((document, i) => ({ Id: `s${i}`, Document: document })),
    },
  ],
  UnprocessedTraceIds: [],
});
const lines = (...documents: readonly unknown[]): string =>
  documents.map((document) => JSON.stringify(document)).join('\n');

const imported = (text: string, chunkBytes?: number): Promise<ImportedTraces> =>
  importedFrom(sourceFile('a.json', text, chunkBytes));

describe('X-Ray segments', () => {
  it.each([
    [
      'an answer, whose documents are texts',
      lines(answer(JSON.stringify(web), JSON.stringify(cart))),
    ],
    [
      'several answers, pretty',
      [answer(JSON.stringify(cart, null, 1)), answer(JSON.stringify(web))]
        .map((each) => JSON.stringify(each, null, 4))
        .join('\n'),
    ],
    ['a list of answers', lines([answer(JSON.stringify(web)), answer(JSON.stringify(cart))])],
    ['an answer whose documents are unpacked', lines(answer(web, cart))],
    [
      'one trace of an answer',
      lines({
        Id: TRACE,
        Segments: [{ Document: JSON.stringify(web) }, { Document: JSON.stringify(cart) }],
      }),
    ],
    ['lists of texts', lines([[JSON.stringify(web), JSON.stringify(cart)]])],
    ['a list of texts', lines([JSON.stringify(web), JSON.stringify(cart)])],
    ['a segment per line', lines(web, cart)],
    ['a list of segments', lines([web, cart])],
    [
      'what the daemon is sent',
      lines({ format: 'json', version: 1 }, web, { format: 'json', version: 1 }, cart),
    ],
  ])('come in as %s', async (_, text) => {
    const result = await imported(text);
    expect(result.files[0]?.format).toBe('xray-json');
    expect(treesOf(result)).toEqual(WHOLE);
    expect(latenciesOf(result)).toEqual([[120_000, 250, 80_000, 78_000]]);
    expect(result.traces.startUs[0]).toBe(T0 * 1e6);
    expect(traceIdsOf(result)).toEqual([TRACE]);
    expect(result.ledger).toEqual([]);
    expect([result.spansRead, result.spansKept]).toEqual([4, 4]);
    for (const chunkBytes of [1, 7, 64]) {
      const cut = await imported(text, chunkBytes);
      expect({ ...cut, seconds: 0 }).toEqual({ ...result, seconds: 0 });
    }
  });

  it('have statuses, kinds and the attributes that are kept', async () => {
    expect(await factsFrom(sourceFile('a', lines(web, { ...cart, throttle: true })))).toEqual([
      'error server http.status_code=502',
      'ok client http.status_code=200',
      'client db.system=DynamoDB',
      'error server',
    ]);
  });

  it('may say who they are behind their subsegments', async () => {
    const { id, name, trace_id, subsegments, ...rest } = web;
    const text = lines({ subsegments, ...rest, id, name, trace_id }, cart);
    expect(treesOf(await imported(text))).toEqual(WHOLE);
  });

  it('may have subsegments that come alone, in any order', async () => {
    const { subsegments, ...segment } = web;
    const [call, query] = (subsegments as Fields[]).map(
      (each): Fields => ({ ...each, type: 'subsegment', trace_id: TRACE }),
    );
    const inner = { ...query, id: 'b0b1b2b3b4b50009', name: 'inner', parent_id: QUERY_ID };
    const alone = [inner, { ...call, parent_id: WEB_ID }, { ...query, parent_id: WEB_ID }];
    const result = await imported(lines(...alone, cart, segment));
    expect(treesOf(result)).toEqual([
      '-1 web/web, 0 web/DynamoDB, 0 web/cart, 1 web/inner, 2 cart/cart',
    ]);
    expect(result.ledger).toEqual([]);
    const orphans = await imported(lines(...alone, cart));
    expect(treesOf(orphans)).toEqual([
      '-1 unknown-service/cart, 0 cart/cart',
      '-1 unknown-service/DynamoDB, 0 unknown-service/inner',
    ]);
    expect(ledgerOf(orphans)).toEqual([
      ['orphan-root', 2, '[0]'],
      ['unknown-service', 3, '[0]'],
    ]);
  });

  it('in progress count where they do not come again when they have ended', async () => {
    const { end_time, ...begun } = web;
    expect(end_time).toBeGreaterThan(0);
    const inProgress = { ...begun, subsegments: [], in_progress: true };
    for (const documents of [
      [inProgress, web, cart],
      [web, cart, inProgress],
    ]) {
      const result = await imported(lines(...documents));
      expect(treesOf(result)).toEqual(WHOLE);
      expect(latenciesOf(result)[0]![0]).toBe(120_000);
      expect(ledgerOf(result)).toEqual([['duplicate-span-id', 1, '[0]']]);
    }
    const result = await imported(lines({ ...begun, in_progress: true }, cart));
    expect(treesOf(result)).toEqual(WHOLE);
    expect(latenciesOf(result)[0]![0]).toBe(0);
    expect(ledgerOf(result)).toEqual([['missing-duration', 1, '[0]']]);
  });

  it('count what cannot be used, with its place', async () => {
    const sub = (fields: Fields): Fields => ({ ...web, id: 'c1', subsegments: [fields] });
    const text = lines(
      answer(
        JSON.stringify(web),
        '{"id": "b',
        JSON.stringify({ ...cart, name: '' }),
        JSON.stringify(sub({ name: 'no id', ...times(0, 1) })),
        JSON.stringify(sub({ id: 'd1', name: 'long', start_time: 0, end_time: 1e12 })),
        7,
      ),
    );
    const result = await imported(text);
    const path = (segment: number): string => `Traces[0].Segments[${segment}]`;
    expect(ledgerOf(result)).toEqual([
      ['malformed-row', 2, path(1)],
      ['missing-span-id', 1, path(3)],
      ['missing-operation', 1, path(2)],
      ['bad-duration', 1, path(4)],
      ['duplicate-span-id', 1, path(4)],
      ['single-node', 1, path(3)],
    ]);
  });

  it('cut anywhere keep what is whole', async () => {
    const text = lines(web, cart, { ...cart, id: 'e1' });
    for (let cut = text.length - 120; cut < text.length; cut += 5) {
      const result = await imported(text.slice(0, cut));
      expect(treesOf(result)).toEqual(WHOLE);
      expect(ledgerOf(result).map((entry) => (entry as unknown[]).slice(0, 2))).toEqual([
        ['truncated-file', 1],
      ]);
    }
  });

  it('of one document are held up to a number', async () => {
    const many = Array.from({ length: MOST_SEGMENTS + 5 }, (_, i) => ({
      id: `g${i}`,
      name: 'call',
      ...times(i, i + 1),
    }));
    const result = await imported(lines({ ...web, subsegments: many }, cart));
    expect(result.spansRead).toBe(MOST_SEGMENTS + 7);
    expect(ledgerOf(result)[0]).toEqual(['malformed-row', 6, '[0]']);
  });

  it('nested without end are a report', async () => {
    let deep: unknown = web;
    for (let i = 0; i < 200; i++) deep = { ...cart, id: `f${i}`, subsegments: [deep] };
    const result = await imported(
      lines(answer(JSON.stringify(web), JSON.stringify(cart), JSON.stringify(deep))),
    );
    expect(treesOf(result)).toEqual(WHOLE);
    expect(ledgerOf(result)[0]).toMatchObject([
      'malformed-row',
      expect.any(Number),
      expect.any(String),
    ]);
  });
});
