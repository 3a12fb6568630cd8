/**
 * Bad input for the formats that are trees: JSON and protobuf. Whatever the bytes, the answer is a
 * dataset whose counts add up, or one failure that names the file.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeUtf8 } from '../base/bytes.ts';
import { failureOf, importedFrom, sourceFile } from '../testing/files.ts';
import { latenciesOf, ledgerOf, treesOf } from '../testing/imports.ts';
import { delimited, otlpSpan, tracesData } from '../testing/otlp.ts';
import {
  type Format,
  PLAIN_FORMATS,
  type PlainSpan,
  START_US,
  WRITE,
} from '../testing/plain-spans.ts';
import { lostSpans } from '../trace/ledger.ts';
import { validateTraceSet } from '../trace/validate.ts';
import { importFiles } from './import-files.ts';

/** Of this process, so that a busy machine is no failure. */
const cpuSeconds = (): number => process.cpuUsage().user / 1e6;

const bytesOf = (content: string | Uint8Array): Uint8Array =>
  typeof content === 'string' ? encodeUtf8(content) : content;

const TREE: readonly PlainSpan[] = [
  { id: '1', parent: '', service: 'web', operation: 'get' },
  { id: '2', parent: '1', service: 'cart', operation: 'list' },
  { id: '3', parent: '2', service: 'db', operation: 'query', durationUs: 5 },
  { id: '4', parent: '1', service: 'db', operation: 'query' },
];

/** A report, whatever it says. */
async function expectReport(content: Uint8Array): Promise<void> {
  const started = cpuSeconds();
  const result = await importFiles([sourceFile('file', content)], {
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  expect(cpuSeconds() - started).toBeLessThan(5);
  if (!result.ok) {
    // some changes make a table of it, whose columns nobody knows
    expect(['unreadable', 'unmapped']).toContain(result.error.kind);
    expect(result.error.where).toContain('file');
    return;
  }
  const { traces, ledger, spansKept, spansRead } = result.value;
  expect(spansKept + lostSpans(ledger)).toBe(spansRead);
  expect(validateTraceSet(traces)).toMatchObject({ ok: true });
  expect(traces.latencyUs.every((latency) => latency >= 0 && Number.isFinite(latency))).toBe(true);
}

describe('bytes that are no traces end in a report:', () => {
  it('random ones, also behind a good beginning', async () => {
    const starts = ['', ...PLAIN_FORMATS].map((format) =>
      format === '' ? new Uint8Array(0) : bytesOf(WRITE[format as Format](TREE)).subarray(0, 120),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...starts),
        fc.uint8Array({ maxLength: 400 }),
        async (start, bytes) => {
          await expectReport(Uint8Array.from([...start, ...bytes]));
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each(PLAIN_FORMATS)('a valid %s file with bytes changed, lost or twice', async (format) => {
    const whole = bytesOf(WRITE[format](TREE));
    const mutation = fc.record({
      at: fc.nat(whole.length - 1),
      length: fc.integer({ min: 0, max: 12 }),
      bytes: fc.oneof(
        fc.uint8Array({ maxLength: 4 }),
        fc
          .constantFrom('"', '{', '}', '[', ']', '\\', ',', ':', '\n', '\n{', '1e999', 'NaN')
          .map(encodeUtf8),
      ),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 4 }), async (mutations) => {
        let bytes: Uint8Array = whole;
        for (const { at, length, bytes: inserted } of mutations) {
          bytes = Uint8Array.from([
            ...bytes.subarray(0, at),
            ...inserted,
            ...bytes.subarray(at + length),
          ]);
        }
        await expectReport(bytes);
      }),
      { numRuns: 300 },
    );
  });
});

describe.each(PLAIN_FORMATS)('%s', (format) => {
  const imported = (spans: readonly PlainSpan[]) =>
    importedFrom(sourceFile('file', WRITE[format](spans)));

  it('cut at every byte keeps the complete spans, and says at which byte it ends', async () => {
    const whole = bytesOf(WRITE[format](TREE));
    let most = 0;
    for (let length = Math.floor(whole.length / 2); length < whole.length; length++) {
      const { ledger, spansRead } = await importedFrom(
        sourceFile('file', whole.subarray(0, length)),
      ).catch(() => ({ ledger: [], spansRead: 0 }));
      if (spansRead === 0) continue;
      const cut = ledger.find(({ reason }) => reason === 'truncated-file');
      if (cut) expect([length, cut.count, cut.examples[0]?.byte]).toEqual([length, 1, length]);
      // A protobuf message may end wherever a field of the outermost one does.
      else expect([format, length]).toEqual(['protobuf', expect.any(Number)]);
      most = Math.max(most, spansRead);
    }
    expect(most).toBe(format === 'protobuf' ? 4 : 5);
  });

  it('with a span that is its own parent, and a trace that is one cycle, names them', async () => {
    const cyclic: readonly PlainSpan[] = [
      ...TREE,
      { id: '5', parent: '5', service: 'web', operation: 'self' },
      { id: '6', parent: '7', service: 'web', operation: 'cycle' },
      { id: '7', parent: '6', service: 'web', operation: 'cycle' },
    ];
    const result = await imported(cyclic);
    expect(result.ledger.map(({ reason, count }) => [reason, count])).toEqual([
      ['cyclic-parents', 2],
      ['single-node', 1],
      ['own-parent', 1],
    ]);
    expect(result.spansKept).toBe(4);
    const none = await imported(cyclic.slice(4));
    expect(none.ledger.map(({ reason, count }) => [reason, count])).toEqual([
      ['cyclic-parents', 2],
      ['single-node', 1],
      ['own-parent', 1],
    ]);
    expect(none.spansKept).toBe(0);
  });

  it('with span ids that come twice keeps the first', async () => {
    const result = await imported([...TREE, TREE[1]!, { ...TREE[1]!, operation: 'other' }]);
    expect(result.ledger.map(({ reason, count }) => [reason, count])).toEqual([
      ['duplicate-span-id', 2],
    ]);
    expect(treesOf(result)).toEqual(['-1 web/get, 0 cart/list, 0 db/query, 1 db/query']);
  });

  it('with an hour of clock skew between services has the same trees and latencies', async () => {
    const skewed = TREE.map((span) => ({
      ...span,
      startUs: START_US + (span.service === 'db' ? -3.6e9 : span.service === 'cart' ? 3.6e9 : 0),
    }));
    const [plain, result] = [await imported(TREE), await imported(skewed)];
    expect(treesOf(result)).toEqual(treesOf(plain));
    expect(latenciesOf(result)).toEqual(latenciesOf(plain));
    // both calls of the database: one is seen before its parent, the other before a later one
    expect(result.ledger.map(({ reason, count }) => [reason, count])).toEqual([['clock-skew', 2]]);
  });

  it('with names that every object has, and markup, takes them as text', async () => {
    const names = [
      '__proto__',
      'constructor',
      'toString',
      'hasOwnProperty',
      '<img src=x onerror=alert(1)>',
    ];
    const spans = names.map((name, i) => ({
      id: `${i + 1}`,
      parent: i === 0 ? '' : `${i}`,
      service: name,
      operation: name,
    }));
    // Object literals lose a key "__proto__"; JSON does not.
    const text = WRITE[format](spans);
    const result = await importedFrom(
      sourceFile(
        'file',
        typeof text === 'string'
          ? text.replace('"processes":{', '"processes":{"__proto__":{"serviceName":"__proto__"},')
          : text,
      ),
    );
    expect(result.traces.services).toEqual(['', ...names.toSorted()]);
    expect(result.spansKept).toBe(names.length);
    expect(result.ledger).toEqual([]);
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });

  it('with a chain of 100,000 spans counts it as too large, and stops in time', async () => {
    const chain = Array.from({ length: 100_000 }, (_, i) => ({
      id: (i + 1).toString(16),
      parent: i === 0 ? '' : i.toString(16),
      service: 's',
      operation: `o${i % 2}`,
    }));
    const file = sourceFile('file', WRITE[format](chain));
    const started = cpuSeconds();
    const result = await importedFrom(file);
    expect(cpuSeconds() - started).toBeLessThan(5);
    expect(result.ledger.map(({ reason, count }) => [reason, count])).toEqual([
      ['too-many-nodes', 100_000],
    ]);
  });
});

describe('JSON', () => {
  it.each(['[', '{"a":', '{"data":[{"spans":[{"tags":[', '{"resourceSpans":[{"a":'])(
    'nested 5 million deep is one failure, in time: %s',
    async (text) => {
      const started = cpuSeconds();
      const failure = await failureOf(
        sourceFile('file', text.repeat(5e6 / (text.match(/[[{]/g)?.length ?? 1))),
      );
      expect(failure.what).toBe('JSON nested more than 128 deep');
      expect(failure.where).toMatch(/^file, byte \d+$/);
      expect(cpuSeconds() - started).toBeLessThan(5);
    },
  );

  it.each(['otlp', 'zipkin', 'jaeger'] as const)(
    'of %s with an attribute of 50 MB reads the spans around it, and holds no more than a chunk',
    async (format) => {
      const text = WRITE[format](TREE);
      const key = { otlp: '"kind":', zipkin: '"timestamp":', jaeger: '"startTime":' }[format];
      const at = text.indexOf(key);
      const result = await importedFrom(
        new File(
          [
            Buffer.from(text.slice(0, at)),
            Buffer.from('"x":{"y":"'),
            ...Array(800).fill(Buffer.alloc(64 * 1024, 'x')),
            Buffer.from('"},'),
            Buffer.from(text.slice(at)),
          ],
          'file',
        ),
      );
      expect(result.spansKept).toBe(4);
      expect(result.ledger).toEqual([]);
    },
  );

  it.each(['NaN', 'Infinity', '-1', '1e999', '"a"', 'null', '{}', '18446744073709551616'])(
    'of Jaeger with a duration of %s loses that span',
    async (duration) => {
      const text = WRITE.jaeger(TREE).replace('"duration":5', `"duration":${duration}`);
      const result = await importedFrom(sourceFile('file', text));
      const reason = /^[NI]/.test(duration) ? 'malformed-row' : 'bad-duration';
      expect(ledgerOf(result)).toEqual([[reason, 1, 'data[0].spans[2]']]);
    },
  );

  it('of 200,000 resources is read in time', async () => {
    const one = (i: number): string =>
      `{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"s${i & 1}"}}]},"scopeSpans":[{"spans":[{"traceId":"${(1 + (i >> 1)).toString(16).padStart(32, '0')}","spanId":"${(1 + (i & 1)).toString(16).padStart(16, '0')}","parentSpanId":"${i & 1 ? '0000000000000001' : ''}","name":"o","startTimeUnixNano":"1","endTimeUnixNano":"1001"}]}]}`;
    const text = `{"resourceSpans":[${Array.from({ length: 200_000 }, (_, i) => one(i)).join(',')},{"scopeSpans":[{"spans":[7]}]}]}`;
    const started = cpuSeconds();
    const result = await importedFrom(sourceFile('file', text));
    expect(cpuSeconds() - started).toBeLessThan(5);
    expect(result.spansKept).toBe(200_000);
    expect(ledgerOf(result)).toEqual([
      ['malformed-row', 1, 'resourceSpans[200000].scopeSpans[0].spans[0]'],
    ]);
    expect(result.traces.structures.nodeOffset).toHaveLength(2);
  });
});

describe('protobuf', () => {
  it('with an attribute of 50 MB is read', async () => {
    const [first, last] = [
      tracesData([{ service: 'web', spans: [otlpSpan('1', '', 'a')] }]),
      tracesData([{ service: 'web', spans: [otlpSpan('2', '1', 'b')] }]),
    ];
    // Field 99 of the outermost message: 50 MB that nobody knows.
    const unknown = Uint8Array.of(0x9a, 0x06, 0x80, 0xe1, 0xeb, 0x17);
    const result = await importedFrom(
      new File([first, unknown, new Uint8Array(50_000_000), last], 'file'),
    );
    expect(treesOf(result)).toEqual(['-1 web/a, 0 web/b']);
    expect(result.ledger).toEqual([]);
  });

  it('with a length that reaches beyond its frame loses that frame, and no other', async () => {
    const [one, broken, other] = [1, 2, 3].map((i) =>
      tracesData([
        {
          service: 'web',
          spans: [
            otlpSpan('1', '', 'a', { traceId: `${i}`.repeat(32) }),
            otlpSpan('2', '1', 'b', { traceId: `${i}`.repeat(32) }),
          ],
        },
      ]),
    ) as [Uint8Array, Uint8Array, Uint8Array];
    // A resource of 16,383 bytes.
    broken[1] = 0xff;
    broken[2] = 0x7f;
    for (const framing of ['varint', 'uint32'] as const) {
      const result = await importedFrom(
        sourceFile('file', delimited(framing, [one, broken, other])),
      );
      expect(result.ledger.find(({ reason }) => reason === 'malformed-row')?.count).toBe(1);
      expect(result.spansKept).toBe(4);
    }
  });
});
