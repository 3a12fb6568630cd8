/**
 * Bad input for tables in JSON. Whatever the bytes, the answer is a dataset whose counts add up, a
 * question about a table, or one failure that names the file; and it comes in time.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeUtf8 } from '../base/bytes.ts';
import { failureOf, importedFrom, sourceFile } from '../testing/files.ts';
import { treesOf } from '../testing/imports.ts';
import { lostSpans } from '../trace/ledger.ts';
import { validateTraceSet } from '../trace/validate.ts';
import { importFiles } from './import-files.ts';

const cpuSeconds = (): number => process.cpuUsage().user / 1e6;

const COLUMNS = [
  ...['Timestamp', 'TraceId', 'SpanId', 'ParentSpanId', 'SpanName', 'ServiceName', 'Duration'],
] as const;
type Cells = readonly unknown[];
const cells = (trace: number, id: string, parent: string | null): Cells => [
  '2024-05-06 07:08:09.123456000',
  `trace${trace}`,
  id,
  parent,
  `op${id}`,
  'web',
  '12000',
];
const tableOf = (traces: number): Cells[] =>
  Array.from({ length: traces }, (_, trace) => [
    cells(trace, '1', ''),
    cells(trace, '2', '1'),
    cells(trace, '3', null),
  ]).flat();

const asObject = (row: Cells): object =>
  Object.fromEntries(COLUMNS.map((name, i) => [name, row[i]]));
const byColumn = (rows: readonly Cells[]): object =>
  Object.fromEntries(COLUMNS.map((name, i) => [name, rows.map((row) => row[i])]));
const meta = COLUMNS.map((name) => ({ name, type: 'String' }));
const FRAME_FIELDS = ['startTime', 'traceID', 'spanID', 'parentSpanID', 'operationName'];
const frameOf = (rows: readonly Cells[]): object => ({
  schema: { fields: [...FRAME_FIELDS, 'serviceName', 'duration'].map((name) => ({ name })) },
  data: { values: COLUMNS.map((_, i) => rows.map((row) => row[i])) },
});

const WRITE: Readonly<Record<string, (rows: readonly Cells[]) => string>> = {
  lines: (rows) => rows.map((row) => `${JSON.stringify(asObject(row))}\n`).join(''),
  objects: (rows) => JSON.stringify({ meta, data: rows.map(asObject) }),
  lists: (rows) => JSON.stringify({ meta, data: rows }),
  'lists before names': (rows) => JSON.stringify({ data: rows, meta }),
  'named lines': (rows) => [COLUMNS, ...rows].map((row) => `${JSON.stringify(row)}\n`).join(''),
  columns: (rows) => JSON.stringify(byColumn(rows)),
  frames: (rows) => JSON.stringify({ results: { A: { frames: [frameOf(rows)] } } }),
  skywalking: (rows) =>
    JSON.stringify({
      data: {
        trace: {
          spans: rows.map(([, traceId, id, parent]) => ({
            traceId,
            segmentId: `segment${id}`,
            spanId: 0,
            parentSpanId: -1,
            refs: parent ? [{ traceId, parentSegmentId: `segment${parent}`, parentSpanId: 0 }] : [],
            serviceCode: 'web',
            startTime: 1000,
            endTime: 2000,
            endpointName: `op${id}`,
          })),
        },
      },
    }),
};
const KINDS = Object.keys(WRITE);

async function expectReport(content: Uint8Array): Promise<void> {
  const started = cpuSeconds();
  const result = await importFiles([sourceFile('file', content, 1000)], {
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  expect(cpuSeconds() - started).toBeLessThan(5);
  if (!result.ok) {
    expect(['unreadable', 'unmapped']).toContain(result.error.kind);
    expect(result.error.where).toContain('file');
    return;
  }
  const { traces, ledger, spansKept, spansRead } = result.value;
  expect(spansKept + lostSpans(ledger)).toBe(spansRead);
  expect(validateTraceSet(traces)).toMatchObject({ ok: true });
}

describe.each(KINDS)('a table as %s', (kind) => {
  const whole = encodeUtf8(WRITE[kind]!(tableOf(2)));

  it('is read, and counts what is alone', async () => {
    const imported = await importedFrom(sourceFile('file', whole, 7));
    expect(treesOf(imported)).toEqual(Array(2).fill('-1 web/op1, 0 web/op2'));
    expect(imported.spansRead).toBe(6);
    expect(imported.ledger).toMatchObject([{ reason: 'single-node', count: 2 }]);
  });

  it('with bytes changed, lost or twice ends in a report', async () => {
    const words = [
      '"',
      '{',
      '}',
      '[',
      ']',
      '\\',
      ',',
      ':',
      '\n',
      '\n{',
      '1e999',
      'null',
      '[{',
      '}]',
    ];
    const mutation = fc.record({
      at: fc.nat(whole.length - 1),
      length: fc.integer({ min: 0, max: 12 }),
      bytes: fc.oneof(fc.uint8Array({ maxLength: 4 }), fc.constantFrom(...words).map(encodeUtf8)),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 4 }), async (mutations) => {
        let bytes = whole;
        for (const { at, length, bytes: inserted } of mutations) {
          bytes = Uint8Array.from([
            ...bytes.subarray(0, at),
            ...inserted,
            ...bytes.subarray(at + length),
          ]);
        }
        await expectReport(bytes);
      }),
      { numRuns: 60 },
    );
  });

  it('cut anywhere ends in a report', async () => {
    for (let length = 1; length < whole.length; length += 13) {
      await expectReport(whole.subarray(0, length));
    }
  });

  it('of 30,000 rows is read in time, wherever it is cut into chunks', async () => {
    const traces = 10_000;
    const text = encodeUtf8(WRITE[kind]!(tableOf(traces)));
    const started = cpuSeconds();
    const imported = await importedFrom(sourceFile('file', text, 10_007));
    expect(imported.spansRead).toBe(3 * traces);
    expect(imported.traces.traceIds.offset.length).toBe(traces + 1);
    expect(cpuSeconds() - started).toBeLessThan(5);
  });
});

describe('a table in JSON', () => {
  const [first, second] = tableOf(1).map((row) => JSON.stringify(asObject(row)));
  const TREE = ['-1 web/op1, 0 web/op2'];
  const around = async (extra: (row: string) => string): Promise<string[]> => {
    const text = `[${[first!, second!].map(extra).join(',')}]`;
    return treesOf(await importedFrom(sourceFile('file', text)));
  };
  const within = (row: string, members: string): string => row.replace(/\}$/, `,${members}}`);

  it('has cells of any size around those that are used', async () => {
    const long = 'x'.repeat(20_000_000);
    expect(await around((row) => within(row, `"log":"${long}"`))).toEqual(TREE);
  });

  it('has objects nested as deep as JSON may be, and lists that are no cells', async () => {
    const deep = (open: string, close: string): string => open.repeat(120) + close.repeat(120);
    expect(
      await around((row) =>
        within(row, `"a":${deep('{"a":', '').slice(0, -1)}:1${'}'.repeat(120)}`),
      ),
    ).toEqual(TREE);
    expect(await around((row) => within(row, `"a":${deep('[', ']')}`))).toEqual(TREE);
    const failure = await failureOf(
      sourceFile('file', `[${within(first!, `"a":${'['.repeat(200)}${']'.repeat(200)}`)}]`),
    );
    expect(failure.what).toContain('nested more than');
  });

  it('has columns without end, which are not kept', async () => {
    const columns = Array.from({ length: 100_000 }, (_, i) => `"extra${i}":${i}`).join(',');
    const started = cpuSeconds();
    expect(await around((row) => within(row, columns))).toEqual(TREE);
    expect(cpuSeconds() - started).toBeLessThan(10);
  });

  it('has other columns in every row', async () => {
    const rows = tableOf(500).map((row, i) =>
      within(JSON.stringify(asObject(row)), `"x${i}":{"y${i}":1}`),
    );
    const imported = await importedFrom(sourceFile('file', rows.join('\n')));
    expect(imported.spansKept).toBe(1000);
  });

  it('names columns as objects are built', async () => {
    expect(
      await around((row) => within(row, '"__proto__":{"TraceId":"x"},"constructor":1')),
    ).toEqual(TREE);
  });

  it('takes the last of a cell that is there twice, and a cell of another kind for none', async () => {
    expect(await around((row) => row.replace('{', '{"SpanName":"earlier",'))).toEqual(TREE);
    const text = `[${first},${second},${second!.replace('"2"', '{"id":2}')},${second!.replace('"12000"', '[12000]')}]`;
    const imported = await importedFrom(sourceFile('file', text));
    expect(treesOf(imported)).toEqual(TREE);
    expect(imported.ledger.map(({ reason, count }) => [reason, count])).toEqual([
      ['missing-span-id', 1],
      ['bad-duration', 1],
    ]);
  });

  it('has more names than columns are kept, and rows of other lengths', async () => {
    const many = [...COLUMNS, ...Array.from({ length: 5000 }, (_, i) => `c${i}`)];
    const rows = tableOf(1).map((row) => [...row, ...Array.from({ length: 5000 }, () => 1)]);
    const text = JSON.stringify({ columns: many, data: [...rows, [1, 2], tableOf(1)[0]] });
    const imported = await importedFrom(sourceFile('file', text));
    expect(treesOf(imported)).toEqual(TREE);
    expect(imported.ledger.map(({ reason, count }) => [reason, count])).toContainEqual([
      'malformed-row',
      2,
    ]);
  });

  it('of data frames has one that is no trace, and columns of unequal length', async () => {
    const graph = {
      schema: { fields: [{ name: 'id' }, { name: 'title' }] },
      data: { values: [['a'], ['b']] },
    };
    const frame = frameOf(tableOf(1)) as { data: { values: unknown[][] } };
    frame.data.values[6]!.pop();
    const text = JSON.stringify({ results: { A: { frames: [graph, frame] }, B: { frames: [] } } });
    const imported = await importedFrom(sourceFile('file', text));
    expect(treesOf(imported)).toEqual(TREE);
    expect(imported.ledger.map(({ reason, count }) => [reason, count])).toEqual([
      ['bad-duration', 1],
      ['left-out-table', 1],
    ]);
  });
});
