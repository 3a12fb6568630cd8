import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { encodeUtf8 } from '../base/bytes.ts';
import { failureOf, importedFrom, sourceFile } from '../testing/files.ts';
import { ALIBABA, NEZHA, OTEL_TRACES, SKYWALKING } from '../testing/table-fixtures.ts';
import type { ColumnMapping } from '../trace/column-mapping.ts';
import { decodeString } from '../trace/string-column.ts';
import { LABELS, operationName, readTree, traceCount } from '../trace/trace-set.ts';
import { validateTraceSet } from '../trace/validate.ts';
import type { ImportedTraces } from './import.ts';
import { importFiles } from './import-files.ts';
import { podServiceEnd } from './pod-service.ts';

const shared = fileURLToPath(new URL('../../../shared/samples/', import.meta.url));
const present = existsSync(shared);
if (!present) console.info('skipped: no samples at ../shared, beside the project');

const operationsOf = ({ traces }: ImportedTraces): string[] =>
  traces.operations.slice(1).map((_, i) => operationName(traces, i + 1));
const countsOf = ({ ledger }: ImportedTraces): Record<string, number> =>
  Object.fromEntries(ledger.map(({ reason, count }) => [reason, count]));
const latenciesOf = ({ traces }: ImportedTraces): number[] => [...traces.latencyUs];

describe('SkyWalking CSV', () => {
  it('counts milliseconds, and -1 is no parent', async () => {
    const imported = await importedFrom(sourceFile('sw.csv', SKYWALKING));
    expect(imported.files[0]?.format).toBe('skywalking-csv');
    expect(operationsOf(imported)).toEqual(['cache/GET', 'db/SELECT', 'web/{GET}/home']);
    expect(latenciesOf(imported)).toEqual([118_000, 10_000, 20_000, 1000, 3000]);
    expect([...imported.traces.startUs]).toEqual([1627609932617e3, 1627609933000e3]);
    expect(imported.ledger).toEqual([]);
  });

  it('counts a span that ends before it starts', async () => {
    const backwards = SKYWALKING.replace('1627609933004', '1627609932004');
    const imported = await importedFrom(sourceFile('sw.csv', backwards));
    expect(imported.ledger).toEqual([
      { reason: 'bad-duration', count: 1, examples: [{ file: 'sw.csv', line: 5, traceId: 't2' }] },
    ]);
  });

  it.runIf(present)('of real systems comes in whole', async () => {
    const bytes = readFileSync(`${shared}skywalking.csv`);
    const imported = await importedFrom(sourceFile('skywalking.csv', bytes));
    expect([imported.spansRead, imported.spansKept]).toEqual([399, 399]);
    expect(traceCount(imported.traces)).toBe(19);
    expect(imported.ledger).toEqual([]);
    expect(validateTraceSet(imported.traces).ok).toBe(true);
  });
});

describe('Nezha CSV', () => {
  it('takes times in nanoseconds and services from pod names', async () => {
    const imported = await importedFrom(sourceFile('nezha.csv', NEZHA));
    expect(imported.files[0]?.format).toBe('nezha-csv');
    expect(operationsOf(imported)).toEqual(['cache-0/GET', 'db/SELECT', 'web//home']);
    expect(latenciesOf(imported)).toEqual([
      Math.fround(317_308.652),
      1,
      1000,
      0.5,
      Math.fround(236.613),
    ]);
    expect(imported.ledger).toEqual([]);
  });

  it.runIf(present)('of real systems comes in whole', async () => {
    const bytes = readFileSync(`${shared}nezha-trainticket.csv`);
    const imported = await importedFrom(sourceFile('nezha.csv', bytes));
    expect([imported.spansRead, imported.spansKept]).toEqual([1000, 1000]);
    expect(traceCount(imported.traces)).toBe(11);
    expect(imported.traces.services.filter((name) => /-[a-z0-9]{5}$/.test(name))).toEqual([]);
    expect(imported.ledger).toEqual([]);
  });

  it.each([
    ['cart-7d4c9f8b6d-x2x5z', 'cart'],
    ['ts-order-service-5b67c48447-mv5hb', 'ts-order-service'],
    ['mysql-0', 'mysql-0'],
    ['checkout', 'checkout'],
    ['', ''],
    ['-7d4c9f8b6d-x2x5z', '-7d4c9f8b6d-x2x5z'],
    ['cart-service-apple', 'cart-service-apple'],
  ])('finds the service of pod %s', (pod, service) => {
    const bytes = encodeUtf8(pod);
    expect(pod.slice(0, podServiceEnd(bytes, 0, bytes.length))).toBe(service);
  });
});

describe('Alibaba call graphs', () => {
  it('take parents from call ids, and one span from the records of both sides', async () => {
    const imported = await importedFrom(sourceFile('MSCallGraph_0.csv', ALIBABA));
    expect(imported.files[0]?.format).toBe('alibaba-csv');
    expect(operationsOf(imported)).toEqual(['cache/mc', 'db/SELECT', 'web//home']);
    expect(latenciesOf(imported)).toEqual([118_000, 10_000, 20_000, 1000, 3000]);
    expect(countsOf(imported)).toEqual({ 'paired-record': 1 });
    expect([imported.spansRead, imported.spansKept]).toEqual([6, 5]);
  });

  it('keep the time of the caller, whoever comes first', async () => {
    const [header, ...rows] = ALIBABA.trimEnd().split('\n');
    const turned = [header, ...rows.toReversed(), ''].join('\n');
    const imported = await importedFrom(sourceFile('a.csv', turned));
    expect(latenciesOf(imported)).toEqual([20_000, 1000, 3000, 118_000, 10_000]);
    expect(countsOf(imported)).toEqual({ 'paired-record': 1 });
  });

  it('that share an rpc id are siblings, each with what its callee calls', async () => {
    const rows = [
      't,1000,0,USER,http,web,home,100',
      't,1001,0.1,web,rpc,cart,list,30',
      't,1002,0.1,web,rpc,stock,count,-20',
      't,1002,0.1,web,rpc,stock,count,22',
      't,1003,0.1,web,rpc,cart,list,-28',
      't,1004,0.1,web,rpc,cart,list,50',
      't,1005,0.1.1,stock,mc,cache,,1',
      't,1006,0.1.2,cart,db,carts,,3',
      't,1006,0.1.2,cart,db,carts,,3',
      't,1007,0.1.3,(?),mc,other,,2',
    ];
    const table = (lines: readonly string[]): string =>
      `${['traceid,timestamp,rpcid,um,rpctype,dm,interface,rt', ...lines].join('\n')}\n`;
    for (const lines of [rows, rows.toReversed()]) {
      const imported = await importedFrom(sourceFile('a.csv', table(lines)));
      const nodes = readTree(imported.traces, 0);
      const names = nodes.map(({ operation }) => operationName(imported.traces, operation));
      const links = nodes.map(
        ({ parent, spanCount, latencyUs }, i) =>
          `${names[parent] ?? ''} > ${names[i]} x${spanCount} ${latencyUs / 1000}`,
      );
      expect(links.toSorted()).toEqual([
        ' > web/home x1 100',
        'cart/list > carts/db x1 3',
        expect.stringMatching(/^(cart\/list|stock\/count) > other\/mc x1 2$/),
        'stock/count > cache/mc x1 1',
        'web/home > cart/list x2 40',
        'web/home > stock/count x1 22',
      ]);
      expect(countsOf(imported)).toEqual({ 'paired-record': 2, 'duplicate-span-id': 1 });
    }
  });

  it('of one id in any number take no longer for it', async () => {
    const rows = Array.from({ length: 30_000 }, (_, i) => `t,${i},0.1,web,mc,cache${i},,1\n`);
    const text = `traceid,timestamp,rpcid,um,rpctype,dm,interface,rt\n${rows.join('')}`;
    const started = performance.now();
    const failure = await failureOf(sourceFile('a.csv', text)).catch(() => null);
    expect(failure).toBeNull();
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('are read in the layout of 2022, and file lost names under the unknown service', async () => {
    const text = [
      'timestamp,traceid,service,rpc_id,rpctype,um,uminstanceid,interface,dm,dminstanceid,rt',
      '1,t,s,0,http,USER,u,home,web,w,9',
      '2,t,s,0.1,rpc,web,w,get,(?),x,4',
      '3,t,s,0.1,rpc,web,w,get,(?),x,4',
      '4,t,s,0.2.1,db,lost,w,,db,x,1',
      '',
    ].join('\n');
    const imported = await importedFrom(sourceFile('a.csv', text));
    expect(operationsOf(imported)).toEqual(['unknown-service/get', 'web/home']);
    expect([...imported.traces.spanCount]).toEqual([1, 2]);
    expect(countsOf(imported)).toEqual({
      'single-node': 1,
      'orphan-root': 1,
      'unknown-service': 2,
    });
  });
});

describe('otel_traces', () => {
  it('of ClickHouse is known by its columns', async () => {
    const imported = await importedFrom(sourceFile('traces.csv', OTEL_TRACES));
    expect(imported.files[0]?.format).toBe('csv');
    expect(operationsOf(imported)).toEqual(['cache/GET', 'db/SELECT', 'web//home']);
    expect(latenciesOf(imported)).toEqual([118_000, 10_000, 20_000, 1000, 3000]);
    expect(imported.traces.startUs[0]).toBeCloseTo(Date.UTC(2024, 2, 1, 10) * 1e3 + 123456.789, 0);
    expect(imported.ledger).toEqual([]);
  });
});

describe('a table that nobody has mapped', () => {
  const text = [
    'request,call,caller,where,what,from,to,kind',
    't1,1,none,web,home,2024-03-01T10:00:00+08:00,2024-03-01T10:00:00.5+08:00,normal',
    't1,2,1,db,get,2024-03-01T10:00:00.1+08:00,2024-03-01T10:00:00.2+08:00,normal',
    't2,1,none,web,home,2024-03-01 10:00:00 UTC,2024-03-01 10:00:01 UTC,latency',
    't2,2,1,,get,2024-03-01 10:00:00.1Z,2024-03-01 10:00:00.2Z,what?',
    '',
  ].join('\n');
  const header = text.split('\n')[0]!.split(',');
  const columns = {
    trace: 0,
    span: 1,
    parent: 2,
    service: 3,
    operation: 4,
    start: 5,
    end: 6,
    duration: -1,
    label: 7,
  };
  const mapping = { header, columns, clockUnit: 'ms', durationUnit: 'ms' } as const;

  it('is asked about, with its header and first rows', async () => {
    const failure = await failureOf(sourceFile('own.csv', text));
    expect(failure).toMatchObject({
      kind: 'unmapped',
      what: 'a table whose columns are not known',
      where: 'own.csv, line 1',
      table: { fileName: 'own.csv', header },
    });
    const rows = failure.kind === 'unmapped' ? failure.table.rows : [];
    expect(rows).toHaveLength(4);
    expect(rows[3]?.slice(0, 5)).toEqual(['t2', '2', '1', '', 'get']);
  });

  it('comes in by its mapping, with offsets from UTC, labels and repairs', async () => {
    const imported = await importFiles([sourceFile('own.csv', text)], {
      signal: new AbortController().signal,
      onProgress: () => undefined,
      mappings: [mapping],
    });
    if (!imported.ok) throw new Error(imported.error.what);
    const { traces } = imported.value;
    expect(operationsOf(imported.value)).toEqual(['db/get', 'unknown-service/get', 'web/home']);
    expect(latenciesOf(imported.value)).toEqual([500_000, 100_000, 1_000_000, 100_000]);
    expect(traces.startUs[0]).toBe(Date.UTC(2024, 2, 1, 2) * 1e3);
    expect(Array.from(traces.label, (label) => LABELS[label])).toEqual(['normal', 'time']);
    expect(countsOf(imported.value)).toEqual({ 'unknown-service': 1, 'unknown-label': 1 });
    expect(decodeString(traces.traceIds, 1)).toBe('t2');
  });

  it('is asked about again where a mapping of its header is no good', async () => {
    const broken = { ...mapping, columns: { ...columns, end: 99 } };
    const result = await importFiles([sourceFile('own.csv', text)], {
      signal: new AbortController().signal,
      onProgress: () => undefined,
      mappings: [broken],
    });
    expect(result).toMatchObject({ ok: false, error: { kind: 'unmapped' } });
  });

  it('is asked about again where its rows contradict the units that were known, until answered', async () => {
    const names = ['request', 'call', 'caller', 'what', 'from', 'took'];
    const rows = Array.from({ length: 300 }, (_, i) => [
      [`t${i}`, '1', '', 'home', `${1714979289000000 + i * 1000}`, '900'],
      [`t${i}`, '2', '1', 'get', `${1714979289000400 + i * 1000}`, '300'],
    ]).flat();
    const own = [names, ...rows].map((row) => `${row.join(',')}\n`).join('');
    const known = {
      header: names,
      columns: { ...columns, service: -1, operation: 3, start: 4, end: -1, duration: 5, label: -1 },
      clockUnit: 'us',
      durationUnit: 'ns',
    } as const;
    const read = (mapping: ColumnMapping) =>
      importFiles([sourceFile('own.csv', own)], {
        signal: new AbortController().signal,
        onProgress: () => undefined,
        mappings: [mapping],
      });
    expect(await read(known)).toMatchObject({
      ok: false,
      error: {
        kind: 'unmapped',
        table: { doubted: known, guess: { clockUnit: 'us', durationUnit: 'us' } },
      },
    });
    const answered = await read({ ...known, answered: true });
    expect(answered.ok && latenciesOf(answered.value)[0]).toBe(Math.fround(0.9));
    const right = await read({ ...known, durationUnit: 'us' });
    expect(right.ok && latenciesOf(right.value)[0]).toBe(900);
  });

  it('is not worth a question with too few columns, or without a row', async () => {
    expect((await failureOf(sourceFile('a.csv', 'a,b,c\n1,2,3\n'))).what).toBe(
      'a table of 3 columns, too few for traces',
    );
    const empty = await failureOf(sourceFile('a.csv', 'a,b,c,d,e\n'));
    expect(empty).toMatchObject({ kind: 'unmapped', table: { rows: [] } });
  });
});
