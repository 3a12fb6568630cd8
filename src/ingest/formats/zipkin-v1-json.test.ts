import { describe, expect, it } from 'vitest';
import { importedFrom, sourceFile } from '../../testing/files.ts';
import { latenciesOf, ledgerOf, treesOf } from '../../testing/imports.ts';
import { factsFrom } from '../../testing/read-facts.ts';
import type { ImportedTraces } from '../import.ts';

type Fields = Readonly<Record<string, unknown>>;
const T0 = 1470150004000000;

/** "cs web 10": what, which service, microseconds after T0. */
const annotation = (text: string): Fields => {
  const [value, serviceName, us] = text.split(' ');
  return { endpoint: { serviceName, ipv4: '10.0.0.1' }, timestamp: T0 + Number(us), value };
};
const span = (
  id: string,
  parentId: string | null,
  name: string,
  annotations: readonly string[],
  more: Fields = {},
): Fields => ({
  traceId: '1e223ff1f80f1c69',
  id,
  parentId,
  name,
  annotations: annotations.map(annotation),
  binaryAnnotations: [
    { key: 'sa', value: true, endpoint: { serviceName: 'elsewhere' } },
    { key: 'http.path', value: '/' },
  ],
  ...more,
});
const imported = (json: unknown): Promise<ImportedTraces> =>
  importedFrom(sourceFile('a.json', JSON.stringify(json)));

describe('Zipkin v1 JSON', () => {
  const root = span('1', null, 'get', ['sr web 0', 'ss web 900']);

  it('has services and times in its annotations', async () => {
    const result = await imported([
      root,
      span('2', '1', 'query', ['cs web 100', 'ws web 110', 'cr web 600']),
      span('3', '1', 'send', ['ms web 700', 'ws web 750']),
      span('4', '3', 'take', ['wr worker 800', 'mr worker 880']),
    ]);
    expect(result.files[0]?.format).toBe('zipkin-v1-json');
    expect(treesOf(result)).toEqual(['-1 web/get, 0 web/query, 0 web/send, 2 worker/take']);
    expect(latenciesOf(result)).toEqual([[900, 500, 50, 80]]);
    expect(result.traces.startUs[0]).toBe(T0);
    expect(result.ledger).toEqual([]);
  });

  it('counts what a span says of its time itself before its annotations, but for 0', async () => {
    const result = await imported([
      { ...root, timestamp: T0 - 5, duration: 950 },
      span('2', '1', 'query', ['cs web 100', 'cr web 600'], { timestamp: 0, duration: 0 }),
    ]);
    expect(latenciesOf(result)).toEqual([[950, 500]]);
    expect(result.traces.startUs[0]).toBe(T0 - 5);
  });

  it('puts the server of a call below its client, reported as two spans or as one', async () => {
    const below = span('3', '2', 'query', ['cs cart 250', 'cr cart 300']);
    const halves = [
      span('2', '1', 'get /cart', ['cs web 100', 'cr web 600'], { duration: 500 }),
      span('2', '1', 'get /cart', ['sr cart 200', 'ss cart 400']),
    ];
    const whole = span('2', '1', 'get /cart', [
      'cs web 100',
      'sr cart 200',
      'ss cart 400',
      'cr web 600',
    ]);
    for (const spans of [
      [root, ...halves, below],
      [...halves.toReversed(), below, root],
    ]) {
      const result = await imported(spans);
      expect(treesOf(result)).toEqual([
        '-1 web/get, 0 web/get /cart, 1 cart/get /cart, 2 cart/query',
      ]);
      expect(latenciesOf(result)).toEqual([[900, 500, 200, 50]]);
      expect(result.ledger).toEqual([]);
    }
    const stored = await imported([[root, whole, below, { ...below, id: '' }]]);
    expect(treesOf(stored)).toEqual([
      '-1 web/get, 0 web/get /cart, 1 cart/get /cart, 2 cart/query',
    ]);
    expect(latenciesOf(stored)).toEqual([[900, 500, 200, 50]]);
    expect([stored.spansRead, stored.spansKept]).toEqual([5, 4]);
    // Places count what stands in the file, not what became of it.
    expect(ledgerOf(stored)).toEqual([['missing-span-id', 1, '[0][3]']]);
  });

  it('puts the consumer of a message below its producer', async () => {
    const whole = span('2', '1', 'topic', ['ms web 100', 'ws web 150', 'wr job 200', 'mr job 280']);
    const result = await imported([root, whole]);
    expect(treesOf(result)).toEqual(['-1 web/get, 0 web/topic, 1 job/topic']);
    expect(latenciesOf(result)).toEqual([[900, 50, 80]]);
  });

  it('keeps both sides of a service that calls itself', async () => {
    const result = await imported([
      root,
      span('2', '1', 'self', ['cs web 100', 'sr web 200', 'ss web 400', 'cr web 600']),
    ]);
    expect(treesOf(result)).toEqual(['-1 web/get, 0 web/self, 1 web/self']);
    expect(latenciesOf(result)).toEqual([[900, 500, 200]]);
  });

  it('files a span without a side under its local component, or whoever annotates it', async () => {
    const result = await imported([
      root,
      span('2', '1', 'render', [], {
        duration: 5,
        binaryAnnotations: [
          { key: 'note', value: 'x', endpoint: { serviceName: 'other' } },
          { key: 'lc', value: '', endpoint: { serviceName: 'web' } },
        ],
      }),
      span('3', '1', 'wait', ['queued jobs 5'], { duration: 5 }),
      span('4', '1', 'nobody', [], { duration: 5 }),
    ]);
    expect(treesOf(result)).toEqual([
      '-1 web/get, 0 jobs/wait, 0 unknown-service/nobody, 0 web/render',
    ]);
    expect(ledgerOf(result)).toEqual([['unknown-service', 1, '[3]']]);
  });

  it('says what it took where a side does not end, or ends before it begins', async () => {
    const result = await imported([
      root,
      span('2', '1', 'open', ['sr cart 100']),
      span('3', '1', 'back', ['cs web 300', 'cr web 200']),
      span('4', '1', 'ages', ['cs web 0', 'cr web 9000000000000000']),
    ]);
    expect(latenciesOf(result)).toEqual([[900, 0, 0]]);
    expect(ledgerOf(result)).toEqual([
      ['bad-duration', 1, '[3]'],
      ['missing-duration', 1, '[1]'],
      ['clamped-duration', 1, '[2]'],
    ]);
  });

  it('has the words and the numbers of Thrift, each digit of them', async () => {
    const host = (service: string): Fields => ({ ipv4: 1, port: 2, service_name: service });
    const text = JSON.stringify([
      {
        trace_id: '@9007199254740993',
        id: '@9007199254740993',
        name: 'get',
        parent_id: 0,
        annotations: [
          { timestamp: T0, value: 'sr', host: host('web') },
          { timestamp: T0 + 9, value: 'ss', host: host('web') },
        ],
        binary_annotations: [],
      },
      {
        trace_id: '@9007199254740993',
        id: '@9007199254740992',
        name: 'query',
        parent_id: '@9007199254740993',
        annotations: [{ timestamp: T0, value: 'cs', host: host('web') }],
        binary_annotations: [{ key: 'lc', value: 'x', host: host('web') }],
        duration: 3,
      },
    ]).replace(/"@(\d+)"/g, '$1');
    const result = await importedFrom(sourceFile('a.json', text));
    expect(treesOf(result)).toEqual(['-1 web/get, 0 web/query']);
    expect(latenciesOf(result)).toEqual([[9, 3]]);
    expect(result.ledger).toEqual([]);
  });

  it('has kinds, and statuses in its binary annotations', async () => {
    const said = (key: string, value: unknown): Fields => ({ key, value });
    const facts = await factsFrom(
      sourceFile(
        'a.json',
        JSON.stringify([
          { ...root, binaryAnnotations: [said('http.status_code', '200')] },
          span('2', '1', 'call', ['cs web 1', 'sr db 2', 'ss db 3', 'cr web 4'], {
            binaryAnnotations: [said('error', true), said('db.system', 'mysql')],
          }),
          span('3', '1', 'send', ['ms web 5'], {
            binaryAnnotations: [{ value: 503, key: 'http.status_code' }],
          }),
          span('4', '1', 'wait', []),
        ]),
      ),
    );
    expect(facts).toEqual([
      'ok server http.status_code=200',
      'error client db.system=mysql',
      'server',
      'error producer http.status_code=503',
      '',
    ]);
  });

  it('may stand among spans of version 2', async () => {
    const result = await imported([
      root,
      {
        traceId: '1e223ff1f80f1c69',
        id: '2',
        parentId: '1',
        name: 'query',
        duration: 7,
        localEndpoint: { serviceName: 'db' },
        annotations: [{ timestamp: T0, value: 'cs' }],
      },
    ]);
    expect(treesOf(result)).toEqual(['-1 web/get, 0 db/query']);
  });
});
