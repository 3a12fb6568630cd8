/**
 * Broken and hostile tables: a report with a place, never an exception, a hang or a NaN.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeUtf8 } from '../base/bytes.ts';
import { failureOf, importedFrom, sourceFile } from '../testing/files.ts';
import { ALIBABA, NEZHA, OTEL_TRACES, SKYWALKING, TABLE_SPANS } from '../testing/table-fixtures.ts';
import { lostSpans } from '../trace/ledger.ts';
import { operationName } from '../trace/trace-set.ts';
import { validateTraceSet } from '../trace/validate.ts';
import type { ImportedTraces } from './import.ts';
import { importFiles } from './import-files.ts';

const OWN = [
  'trace_id,span_id,parent_id,service,name,start_us,duration_us,label',
  't1,1,,web,/home,1000,118000,normal',
  't1,2,1,db,SELECT,1000,10000,normal',
  't2,1,,web,/home,2000,20000,time',
  't2,2,1,db,SELECT,2000,3000,time',
  't2,3,1,cache,GET,2000,1000,time',
  '',
].join('\n');
const OWN_MAPPING = {
  header: OWN.split('\n')[0]!.split(','),
  columns: {
    trace: 0,
    span: 1,
    parent: 2,
    service: 3,
    operation: 4,
    start: 5,
    end: -1,
    duration: 6,
    label: 7,
  },
  clockUnit: 'us',
  durationUnit: 'us',
} as const;

const TABLES = [
  ['SkyWalking', SKYWALKING],
  ['Nezha', NEZHA],
  ['Alibaba', ALIBABA],
  ['otel_traces', OTEL_TRACES],
  ['mapped', OWN],
] as const;

/** Of the first line; no cell of a header or of a cut row above holds a comma. */
const cellsOf = (text: string): number => text.split('\n', 1)[0]!.split(',').length;

const read = (content: string | Uint8Array) =>
  importFiles([sourceFile('t.csv', content)], {
    signal: new AbortController().signal,
    onProgress: () => undefined,
    mappings: [OWN_MAPPING],
  });

function expectSound(imported: ImportedTraces): void {
  expect(validateTraceSet(imported.traces)).toMatchObject({ ok: true });
  expect(imported.spansKept + lostSpans(imported.ledger)).toBe(imported.spansRead);
}

describe.each(TABLES)('a %s table', (_, text) => {
  const bytes = encodeUtf8(text);
  const rowCount = text.trimEnd().split('\n').length - 1;

  it('is read whole', async () => {
    const result = await read(text);
    if (!result.ok) throw new Error(result.error.what);
    expectSound(result.value);
    expect(result.value.spansKept).toBe(TABLE_SPANS);
  });

  it('cut at each percent keeps its complete rows and names the byte of the cut', async () => {
    const header = text.indexOf('\n') + 1;
    for (let percent = 1; percent < 100; percent++) {
      const length = Math.floor((bytes.length * percent) / 100);
      const result = await read(bytes.slice(0, length));
      const place = `${percent} %`;
      if (!result.ok) {
        // Nothing but a header, or not even that.
        expect(result.error.what, place).not.toBe('');
        if (length > header) expect(result.error.what, place).toMatch(/single usable span/);
        continue;
      }
      expectSound(result.value);
      const whole = text.slice(0, length).split('\n').length - 2;
      expect(result.value.spansRead, place).toBeGreaterThanOrEqual(whole);
      expect(result.value.spansRead, place).toBeLessThanOrEqual(Math.min(rowCount, whole + 1));
      if (result.value.spansRead === whole) continue;
      const cut = result.value.ledger
        .filter(({ reason }) => reason !== 'single-node')
        .flatMap(({ examples }) => examples)
        .find(({ byte }) => byte !== undefined);
      // A last cell that nobody reads may be cut without harm.
      if (cut) expect(cut, place).toMatchObject({ file: 't.csv', line: whole + 2, byte: length });
      else expect(cellsOf(text.slice(0, length).split('\n').at(-1)!), place).toBe(cellsOf(text));
    }
  });

  it('with changed bytes is a report', async () => {
    const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), async (changes) => {
        const changed = bytes.slice();
        for (const [at, value] of changes) changed[at] = value;
        const result = await read(changed);
        if (result.ok) expectSound(result.value);
        else expect(result.error.what).not.toBe('');
      }),
      { numRuns: 200 },
    );
  });

  it('reads the same with a byte order mark and CRLF', async () => {
    const plain = await read(text);
    const windows = await read(`\uFEFF${text.replaceAll('\n', '\r\n')}`);
    if (!plain.ok || !windows.ok) throw new Error('not read');
    expect(windows.value.traces).toEqual(plain.value.traces);
    expect(windows.value.ledger).toEqual(plain.value.ledger);
  });
});

it('random bytes are a report', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), async (bytes) => {
      const result = await read(bytes);
      if (result.ok) expectSound(result.value);
      else expect(result.error.what).not.toBe('');
    }),
    { numRuns: 300 },
  );
});

describe('wrong content is told by what it is, under any extension:', () => {
  const files: readonly (readonly [string, string | Uint8Array, string])[] = [
    ['empty', '', 'an empty file'],
    ['null', 'null', 'JSON, but nothing in it: null'],
    ['a number', '123', 'JSON, but nothing in it: 123'],
    ['HTML', '<!doctype html><p>a,b,c,d,e</p>', 'an HTML or XML page, not traces'],
    ['PNG', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10), 'an image (PNG)'],
    [
      'a Git LFS pointer',
      'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n',
      'a Git LFS pointer, without the file it stands for',
    ],
    ['half a Parquet file', 'PAR1', 'a truncated or damaged Parquet file'],
  ];
  const extensions = ['csv', 'parquet', 'zip', 'json', 'zst'];

  it.each(files)('%s', async (_, content, what) => {
    for (const extension of extensions) {
      const failure = await failureOf(sourceFile(`file.${extension}`, content));
      expect(failure.what.startsWith(what), failure.what).toBe(true);
      expect(failure.where).toContain(`file.${extension}`);
    }
  });
});

describe('values', () => {
  const [header = ''] = OWN.split('\n');
  const table = (...rows: readonly string[]): string => [header, ...rows, ''].join('\n');
  const kept = async (text: string): Promise<ImportedTraces> => {
    const result = await read(text);
    if (!result.ok) throw new Error(result.error.what);
    expectSound(result.value);
    return result.value;
  };

  it('that are names of object properties or markup are names', async () => {
    const names = ['__proto__', 'constructor', 'toString', '<img src=x onerror=alert(1)>'];
    const rows = names.flatMap((name, i) => [
      `${name},1,,${name},${name},${i},1,normal`,
      `${name},2,1,${name},${name},${i},1,normal`,
    ]);
    const { traces, ledger } = await kept(table(...rows));
    expect(ledger).toEqual([]);
    expect(traces.operations.slice(1).map((_, i) => operationName(traces, i + 1))).toEqual(
      names.map((name) => `${name}/${name}`).toSorted(),
    );
    const odd = 'constructor,__proto__,toString,hasOwnProperty,valueOf\n1,2,3,4,5\n';
    const failure = await failureOf(sourceFile('odd.csv', odd));
    expect(failure).toMatchObject({
      kind: 'unmapped',
      table: { header: odd.split('\n')[0]!.split(',') },
    });
  });

  it('that are no durations are counted, and no NaN comes through', async () => {
    const bad = ['NaN', 'Infinity', '-1', '', '18446744073709551616', '1e400', 'fast', '0x10'];
    const rows = bad.map((duration, i) => `t1,x${i},1,db,get,1,${duration},normal`);
    const imported = await kept(
      table('t1,1,,web,home,1,5,normal', 't1,2,1,db,get,1,5,normal', ...rows),
    );
    expect(imported.ledger.map(({ reason, count }) => [reason, count])).toEqual([
      ['bad-duration', bad.length],
    ]);
    expect([...imported.traces.latencyUs]).toEqual([5, 5]);
  });

  it('that repeat a span id are counted', async () => {
    const imported = await kept(
      table('t,1,,web,a,1,5,', 't,2,1,db,b,1,5,', 't,2,1,db,c,1,5,', 't,3,3,db,d,1,5,'),
    );
    expect(imported.ledger).toEqual([
      {
        reason: 'duplicate-span-id',
        count: 1,
        examples: [{ file: 't.csv', line: 4, traceId: 't' }],
      },
      {
        reason: 'single-node',
        count: 1,
        examples: [{ file: 't.csv', line: 5, traceId: 't' }],
      },
      {
        reason: 'own-parent',
        count: 1,
        examples: [{ file: 't.csv', line: 5, traceId: 't' }],
      },
    ]);
  });

  it('of clocks an hour apart change neither trees nor latencies', async () => {
    const skewed = OWN.replaceAll('SELECT,1000', 'SELECT,3600001000');
    expect(skewed).not.toBe(OWN);
    const [plain, late] = [await kept(OWN), await kept(skewed)];
    expect(late.traces.structures).toEqual(plain.traces.structures);
    expect(late.traces.latencyUs).toEqual(plain.traces.latencyUs);
    expect(late.traces.startUs).toEqual(plain.traces.startUs);
  });

  it('longer than any name make a malformed row', async () => {
    const imported = await kept(
      table(
        't,1,,web,a,1,5,',
        't,2,1,db,b,1,5,',
        `t,3,1,db,${'x'.repeat(70_000)},1,5,`,
        `t,4,1,db,"${'y'.repeat(2_000_000)}`,
        't,5,1,db,e,1,5,',
      ),
    );
    expect(imported.ledger.map(({ reason, count }) => [reason, count])).toEqual([
      ['malformed-row', 2],
    ]);
    expect(imported.spansKept).toBe(3);
  });
});

describe('a labels file', () => {
  const traces = sourceFile('own.csv', SKYWALKING);
  const labels = (text: string) => sourceFile('labels.csv', text);

  it('labels traces by id, whichever comes first, in words or numbers', async () => {
    const file = labels('traceId,label\nt1,drop\nt2,0\n');
    for (const files of [
      [traces, file],
      [file, traces],
    ]) {
      const imported = await importedFrom(...files);
      expect([...imported.traces.label]).toEqual([2, 1]);
      expect(imported.files.map(({ name }) => name)).toEqual(['own.csv']);
      expect(imported.ledger).toEqual([]);
    }
  });

  it('counts ids that no trace has, and labels that are none', async () => {
    const imported = await importedFrom(
      traces,
      labels('trace_id,anomaly\nt1,1\nt2,perhaps\nt3,time\n__proto__,0\nt1\n'),
    );
    expect([...imported.traces.label]).toEqual([2, 0]);
    expect(imported.ledger).toEqual([
      {
        reason: 'unknown-label',
        count: 2,
        examples: [
          { file: 'labels.csv', line: 3, traceId: 't2' },
          { file: 'labels.csv', line: 6 },
        ],
      },
      {
        reason: 'unmatched-label',
        count: 2,
        examples: [
          { file: 'labels.csv', line: 4, traceId: 't3' },
          { file: 'labels.csv', line: 5, traceId: '__proto__' },
        ],
      },
    ]);
    expect(lostSpans(imported.ledger)).toBe(0);
  });

  it('without traces, or without labels, says so', async () => {
    expect(await failureOf(labels('traceId,label\nt1,0\n'))).toMatchObject({
      kind: 'labels-only',
      what: 'labels without their traces',
    });
    expect(await failureOf(traces, labels('traceId,label\n'))).toMatchObject({
      what: 'a labels file without a single label',
    });
  });
});

it('a line of separators is no stacks of a profiler, and is told so at once', async () => {
  const file = sourceFile(
    'labels.csv',
    `traceId,label\n1,ti${';'.repeat(5000)}l,web\n2,time,web\n`,
  );
  const began = performance.now();
  await importFiles([file], { signal: new AbortController().signal, onProgress: () => undefined });
  expect(performance.now() - began).toBeLessThan(5000);
  const stacks = sourceFile('stacks.txt', 'main;run;read 12\nmain;run;write 3\n');
  expect((await failureOf(stacks)).what).toContain('stacks of a profiler');
});
