import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failureOf, importedFrom, sourceFile } from '../testing/files.ts';
import { lostSpans } from '../trace/ledger.ts';
import { decodeString, stringCount } from '../trace/string-column.ts';
import { LABELS, operationName, traceCount } from '../trace/trace-set.ts';
import { validateTraceSet } from '../trace/validate.ts';
import type { ImportedTraces, ImportProgress } from './import.ts';
import { importFiles } from './import-files.ts';

const HEADER = 'traceIdHigh,traceIdLow,parentSpanId,spanId,duration,operationName,serviceName';
const csv = (...rows: readonly string[]): string => [HEADER, ...rows, ''].join('\n');
const TWO_SPANS = ['1,2,0,1,1.5,GET /,web', '1,2,1,2,0.25,query,db'];

const lossesOf = ({ ledger }: ImportedTraces): Record<string, number> =>
  Object.fromEntries(ledger.map(({ reason, count }) => [reason, count]));
const operationsOf = ({ traces }: ImportedTraces): string[] =>
  traces.operations.slice(1).map((_, i) => operationName(traces, i + 1));
const traceIdsOf = ({ traces: { traceIds } }: ImportedTraces): string[] =>
  Array.from({ length: stringCount(traceIds) }, (_, i) => decodeString(traceIds, i));

describe('TraceVAE CSV', () => {
  const dbHeader =
    'traceIdHigh,traceIdLow,parentSpanId,spanId,duration,DBhash,operationName,serviceName';
  const dbRows = [
    '1,1,0,1,9,0,get,web',
    '1,1,1,2,5,77,select,db',
    '1,1,2,3,4,0,read,disk',
    '1,1,1,4,3,0,list,cart',
  ];
  const withDatabase = [dbHeader, ...dbRows].join('\n');

  it('leaves database calls out by the rules of the authors, and counts them', async () => {
    const imported = await importedFrom(sourceFile('db.csv', withDatabase));
    expect(operationsOf(imported)).toEqual(['cart/list', 'web/get']);
    expect(imported.ledger.map(({ reason, count }) => [reason, count])).toEqual([
      ['database-span', 1],
      ['single-node', 1],
      ['orphan-root', 1],
    ]);
  });

  it('keeps them and what hangs below without these rules', async () => {
    const result = await importFiles([sourceFile('db.csv', withDatabase)], {
      signal: new AbortController().signal,
      onProgress: () => {},
      authorsRules: false,
    });
    const imported = result.ok ? result.value : null;
    expect(imported?.authorsRules).toBe(false);
    expect(imported?.ledger).toEqual([]);
    expect(operationsOf(imported!)).toEqual(['cart/list', 'db/select', 'disk/read', 'web/get']);
  });

  it('comes in with its units, names and ids', async () => {
    const text = [
      'serviceName,operationName,nanosecond,startTime,duration,spanId,parentSpanId,traceIdLow,traceIdHigh',
      'web,"GET ""/"", twice",595700851,2022-08-22 05:53:12,300.4795,7,0,808887606080764953,-172293618507452299',
      'db,query,0,2022-08-22 05:53:12,6.7747,8,7,808887606080764953,-172293618507452299',
    ].join('\r\n');
    const imported = await importedFrom(sourceFile('any name', text));
    const { traces } = imported;
    expect(imported.files).toEqual([
      { name: 'any name', bytes: text.length, format: 'tracevae-csv', container: 'plain' },
    ]);
    expect(operationsOf(imported)).toEqual(['db/query', 'web/GET "/", twice']);
    expect([...traces.latencyUs]).toEqual([300479.5, Math.fround(6774.7)]);
    expect(traces.startUs[0]).toBe(Date.UTC(2022, 7, 22, 5, 53, 12) * 1000 + 595_700.851);
    expect(traceIdsOf(imported)).toEqual(['-172293618507452299:808887606080764953']);
    expect(LABELS[traces.label[0]!]).toBe('unlabelled');
    // the query starts at the full second, before its parent
    expect(imported.ledger.map(({ reason, count }) => [reason, count])).toEqual([
      ['clock-skew', 1],
    ]);
  });

  it('tells ids apart that no double can', async () => {
    const rows = ['3', '4'].flatMap((digit) => [
      `172293618507452299,80888760608076495${digit},0,1,1,a,s`,
      `172293618507452299,80888760608076495${digit},1,2,1,b,s`,
    ]);
    const imported = await importedFrom(sourceFile('a.csv', csv(...rows)));
    expect(traceIdsOf(imported)).toEqual([
      '172293618507452299:808887606080764953',
      '172293618507452299:808887606080764954',
    ]);
    expect(imported.ledger).toEqual([]);
  });

  it('labels traces: structure before latency, 0 and 0 is normal', async () => {
    const labelled = (id: number, latency: number, structure: number): string[] => [
      `${id},0,0,1,1,a,s,${latency},${structure}`,
      `${id},0,1,2,1,b,s,${latency},${structure}`,
    ];
    const text = [
      `${HEADER},graphLatencyLabel,graphStructureLabel`,
      ...[labelled(1, 0, 0), labelled(2, 1, 0), labelled(3, 1, 1)].flat(),
    ].join('\n');
    const { traces } = await importedFrom(sourceFile('a.csv', text));
    expect(Array.from(traces.label, (label) => LABELS[label])).toEqual([
      'normal',
      'time',
      'structure',
    ]);
  });

  it('counts what it cannot use, with file, line and trace id', async () => {
    const text = [
      `${HEADER},DBhash`,
      '1,1,0,1,5,a,s,0',
      '1,1,1,2,4,b,s,0',
      '1,1,1,3,4,b,s,99',
      '1,1,1',
      '1,1,1,4,fast,b,s,0',
      '1,1,1,5,-1,b,s,0',
      ',1,1,6,1,b,s,0',
      '1,1,1,,1,b,s,0',
      '1,1,1,7,1,,s,0',
      '1,1,1,2,1,b,s,0',
      '1,1,1,8,1,"b"x,s,0',
      '2,1,0,1,1,a,s,0',
      '3,1,9,1,1,a,s,0',
      '3,1,1,2,1,b,s,0',
      '1,1,1,9,1',
    ].join('\n');
    const imported = await importedFrom(sourceFile('a.csv', text));
    expect(lossesOf(imported)).toEqual({
      'malformed-row': 2,
      'missing-trace-id': 1,
      'missing-span-id': 1,
      'missing-operation': 1,
      'bad-duration': 2,
      'duplicate-span-id': 1,
      'database-span': 1,
      'single-node': 1,
      'truncated-file': 1,
      'orphan-root': 1,
    });
    expect(imported.spansRead).toBe(15);
    expect(imported.spansKept).toBe(4);
    const examples = imported.ledger.flatMap((entry) => entry.examples);
    expect(examples[0]).toEqual({ file: 'a.csv', line: 5 });
    expect(examples.find(({ line }) => line === 6)?.traceId).toBe('1:1');
    expect(examples.every(({ file }) => file === 'a.csv')).toBe(true);
  });

  it('keeps a hexadecimal parent that looks like a zero', async () => {
    const text = csv('1,1,0,0e91,1,a,s', '1,1,0e91,2,1,b,s', '1,1,0000,3,1,a,s');
    expect((await importedFrom(sourceFile('a.csv', text))).ledger).toMatchObject([
      { reason: 'single-node', count: 1 },
    ]);
  });

  it('adds up for any rows, wherever they are cut', async () => {
    const aCell = fc.constantFrom('', '0', '1', '2', '3', 'x', '"y"', '-1', '1e400', '"', 'a,b');
    const rows = fc.array(fc.array(aCell, { minLength: 6, maxLength: 8 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 90 }), async (cells, chunkBytes) => {
        const text = csv(...TWO_SPANS, ...cells.map((row) => row.join(',')));
        const imported = await importedFrom(sourceFile('a.csv', text, chunkBytes));
        expect(imported.spansKept + lostSpans(imported.ledger)).toBe(imported.spansRead);
        expect(validateTraceSet(imported.traces).ok).toBe(true);
        const whole = await importedFrom(sourceFile('a.csv', text));
        expect({ ...imported, seconds: 0 }).toEqual({ ...whole, seconds: 0 });
      }),
      { numRuns: 60 },
    );
  });
});

describe('several files', () => {
  it('never share a trace, and share their vocabulary', async () => {
    const imported = await importedFrom(
      sourceFile('a.csv', csv(...TWO_SPANS)),
      sourceFile('b.csv.gz', gzipSync(csv(...TWO_SPANS))),
    );
    expect(traceIdsOf(imported)).toEqual(['1:2', '1:2']);
    expect([...imported.traces.file]).toEqual([0, 1]);
    expect(imported.files.map(({ container }) => container)).toEqual(['plain', 'gzip']);
    expect(imported.ledger).toEqual([]);
    expect(imported.traces.structures.nodeOffset).toHaveLength(2);
  });

  it('come in together or not at all', async () => {
    const failure = await failureOf(
      sourceFile('a.csv', csv(...TWO_SPANS)),
      sourceFile('b.csv', 'nothing'),
    );
    expect(failure).toMatchObject({ kind: 'unreadable', where: 'b.csv' });
  });

  it('name the right file in examples from assembling', async () => {
    const imported = await importedFrom(
      sourceFile('a.csv', csv(...TWO_SPANS)),
      sourceFile('b.csv', csv(...TWO_SPANS, '5,5,0,1,1,a,s')),
    );
    expect(imported.ledger).toEqual([
      { reason: 'single-node', count: 1, examples: [{ file: 'b.csv', line: 4, traceId: '5:5' }] },
    ]);
  });
});

describe('names', () => {
  const hostile = ['__proto__', '<img src=x onerror=alert(1)>', 'constructor', '漢字'];

  it('are text and nothing else, in CSV and in JSON', async () => {
    const rows = hostile.flatMap((name, i) => [
      `${i},1,0,1,1,toString,${name}`,
      `${i},1,1,2,1,__proto__,${name}`,
    ]);
    const imported = await importedFrom(sourceFile('a.csv', csv(...rows)));
    expect(imported.traces.services).toEqual(['', ...hostile.toSorted()]);
    expect(imported.spansKept).toBe(8);

    const spans = hostile.map((name, i) => ({
      traceID: '__proto__',
      spanID: `${i}`,
      operationName: '__proto__',
      duration: 1,
      processID: name,
      references: i === 0 ? [] : [{ refType: 'CHILD_OF', spanID: '0' }],
    }));
    const processes = Object.fromEntries(hostile.map((name) => [name, { serviceName: name }]));
    const json = JSON.stringify({ data: [{ traceID: '__proto__', spans, processes }] });
    const fromJson = await importedFrom(sourceFile('a.json', json));
    expect(fromJson.traces.services).toEqual(['', ...hostile.toSorted()]);
    expect(fromJson.ledger).toEqual([]);
  });
});

describe('a packed file that is cut', () => {
  const rows = Array.from({ length: 400 }, (_, i) => [
    `1,${i},0,1,${1 + i / 7},get,web`,
    `1,${i},1,2,${i / 13},read,db`,
  ]).flat();
  const packed = gzipSync(csv(...rows));

  it('keeps the spans before the cut, and says where it is', async () => {
    const cutAt = Math.round(0.6 * packed.length);
    const imported = await importedFrom(sourceFile('cut.csv.gz', packed.subarray(0, cutAt)));
    const whole = await importedFrom(sourceFile('whole.csv.gz', packed));
    expect(whole.ledger).toEqual([]);
    const kept = imported.traces.structureOf.length;
    expect(kept).toBeGreaterThan(0.4 * whole.traces.structureOf.length);
    const of = (set: typeof whole) => set.traces.latencyUs.slice(0, 2 * (kept - 1));
    expect(of(imported)).toEqual(of(whole));
    expect(imported.ledger.find(({ reason }) => reason === 'cut-archive')).toEqual({
      reason: 'cut-archive',
      count: 1,
      examples: [{ file: 'cut.csv.gz', byte: cutAt }],
    });
    expect(imported.spansRead).toBe(imported.spansKept + lostSpans(imported.ledger));
  });
});

describe('a file that is not traces is one clear failure:', () => {
  const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0);
  const noise = Uint8Array.from(
    { length: 5000 },
    (_, i) => (Math.imul(i + 7, 0x9e3779b9) >>> 13) & 255,
  );
  const whole = gzipSync(csv(...TWO_SPANS, ...Array(200).fill('9,9,0,1,1,a,s')));
  const files: readonly (readonly [string, string | Uint8Array, RegExp])[] = [
    ['empty', '', /an empty file/],
    ['empty, zipped', gzipSync(''), /an empty file/],
    ['blank', ' \n\n ', /an empty file/],
    ['null', 'null', /nothing in it: null/],
    ['a number', '42\n', /nothing in it: 42/],
    ['HTML as JSON', '<!DOCTYPE html><html><body>404</body></html>', /HTML or XML/],
    ['an image', png, /an image \(PNG\)/],
    ['random bytes', noise, /binary data/],
    ['a zip', Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0), /a truncated zip archive/],
    ['zipped twice', gzipSync(whole), /gzip file inside a gzip file/],
    ['two letters in UTF-16', Uint8Array.of(0xff, 0xfe, 0x74, 0, 0x72, 0), /plain text/],
    ['prose', 'Dear all, see below\nfor more', /a table of 2 columns, too few for traces/],
    ['one word', 'hello', /plain text/],
    [
      'a column short',
      `${HEADER.replace(',duration', '')}\n1,2,0,1,a,s\n`,
      /without the column duration$/,
    ],
    ['only a header', csv(), /without a single span/],
    ['no good row', csv('1,2,0,1,x,a,s'), /single usable span \(1 set aside; the duration/],
    ['a gzip cut before its first span', whole.subarray(0, 40), /truncated/],
    ['the first bytes of a gzip', whole.subarray(0, 6), /truncated/],
    ['an empty list', '[]', /^an empty answer: no trace in it$/],
    ['an empty answer', '{"data":[],"errors":null}', /^an empty answer: no trace in it$/],
    [
      'an error',
      '{"error":{"code":5,"message":"no such id"}}',
      /without a trace: no such id \(5\)$/,
    ],
    [
      'a page not found',
      '{"status":404,"title":"Not Found"}',
      /without a trace: Not Found \(404\)$/,
    ],
    ['Chrome’s events', '{"traceEvents":[{"ph":"X","ts":1}]}', /^Chrome trace events/],
    [
      'a search',
      '{"traces":[{"traceID":"1","rootServiceName":"a"}]}',
      /^an answer of Tempo’s search/,
    ],
    ['metrics', '{"resourceMetrics":[{"resource":{}}]}', /^metrics of OpenTelemetry/],
    ['logs', '{"resourceLogs":[{"resource":{}}]}', /^logs of OpenTelemetry/],
    [
      'Prometheus',
      '{"status":"success","data":{"resultType":"vector","result":[]}}',
      /^an answer of Prom/,
    ],
    ['a container log', '2024-05-06T07:08:09.1Z stdout F hello\n', /^a container log/],
    ['a debug exporter', 'x DEBUG ResourceSpans\nSpan #0\n', /^the log of the Collector’s debug/],
    ['a list of numbers', '[1,2,3]', /^JSON, but no trace in it/],
    ['OTLP', '{"resourceSpans":[{"resource":{}}]}', /^OTLP JSON, but no span in it$/],
    ['Zipkin', '[[],[]]', /^an empty answer: no trace in it$/],
    ['a cut JSON', '{"data":[{"traceID":"1","spans":[{"spanID"', /single usable span/],
    ['brackets', '{"data":[}', /brackets that do not match/],
    ['a tail', '[] and more', /something else behind/],
    ['depth', '['.repeat(1e6), /nested more than 128 deep/],
  ];

  it.each(files)('%s', async (_, content, what) => {
    const failure = await failureOf(sourceFile('dropped.json', content));
    expect(failure.kind).toBe('unreadable');
    expect(failure.what).toMatch(what);
    expect(failure.where).toContain('dropped.json');
    expect(failure.advice).not.toBe('');
  });

  it('unreadable on disk', async () => {
    const gone = new ReadableStream<Uint8Array>({
      pull: () => Promise.reject(new Error('the file changed')),
    });
    const failure = await failureOf({ ...sourceFile('gone.csv', csv()), stream: () => gone });
    expect(failure).toMatchObject({ where: 'gone.csv', kind: 'unreadable' });
    expect(failure.advice).toContain('the file changed');
  });

  it('no file at all', async () => {
    expect((await failureOf()).what).toBe('0 files to import');
  });
});

describe('a long import', () => {
  const rows = Array.from(
    { length: 60_000 },
    (_, i) => `${i >> 1},0,${i & 1},${(i & 1) + 1},1,o${i & 1},s`,
  );
  const long = sourceFile('long.csv', csv(...rows), 4096);

  it('stops when it is cancelled, and says so', async () => {
    const controller = new AbortController();
    const result = await importFiles([long], {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    expect(result).toMatchObject({ ok: false, error: { kind: 'cancelled' } });
    const before = await importFiles([long], {
      signal: AbortSignal.abort(),
      onProgress: () => undefined,
    });
    expect(before).toMatchObject({ ok: false, error: { kind: 'cancelled', what: 'cancelled' } });
  });

  it('hears a cancel from outside while it works', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 1);
    const result = await importFiles(Array(50).fill(long), {
      signal: controller.signal,
      onProgress: () => undefined,
    });
    expect(result).toMatchObject({ ok: false, error: { kind: 'cancelled' } });
  });

  it('reports progress, at most ten times a second', async () => {
    const reports: ImportProgress[] = [];
    const imported = await importFiles([long, long, long], {
      signal: new AbortController().signal,
      onProgress: (progress) => reports.push(progress),
    });
    expect(imported.ok && traceCount(imported.value.traces)).toBe(90_000);
    // The first comes at once, so that a short import is seen too.
    expect(reports.length).toBeGreaterThan(0);
    reports.slice(1).forEach((report, i) => {
      const before = reports[i]!;
      expect(report.seconds - before.seconds).toBeGreaterThan(0.099);
      expect(report.bytesRead).toBeGreaterThan(before.bytesRead);
      expect(report.spans).toBeGreaterThan(before.spans);
      expect(report.bytesRead).toBeLessThanOrEqual(report.bytesTotal);
    });
  });
});
