/** The list of formats, and the way in which another one joins it. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { encodeUtf8 } from '../../base/bytes.ts';
import { exampleFormat } from '../../testing/example-format.ts';
import { sourceFile } from '../../testing/files.ts';
import { treesOf } from '../../testing/imports.ts';
import {
  ALIBABA,
  NEZHA,
  OTEL_TRACES,
  otelParquet,
  SKYWALKING,
} from '../../testing/table-fixtures.ts';
import { writtenBy } from '../format-words.ts';
import { importFiles } from '../import-files.ts';
import { SNIFF_BYTES, sniffFormat } from '../sniff.ts';
import type { TraceFormat } from '../trace-format.ts';
import { FORMATS } from './list.ts';

const corpus = fileURLToPath(new URL('../../testing/corpus/', import.meta.url));
const imports = fileURLToPath(new URL('../../testing/imports/', import.meta.url));
const FILES: readonly (readonly [string, Uint8Array])[] = [
  ...readdirSync(corpus)
    .filter((name) => !/\.(md|zst)$|not-found/.test(name))
    .map((name) => [name, new Uint8Array(readFileSync(corpus + name))] as const),
  ...[
    '07-zipkin/a-v1.json',
    '13-python-console/b-lines.jsonl',
    '14-xray/a-batch-get-traces.json',
    '14-xray/b-segments.jsonl',
  ].map((name) => [name, new Uint8Array(readFileSync(imports + name))] as const),
  ['traces.parquet', otelParquet()],
  ['labels.csv', encodeUtf8('traceId,label\nt1,normal\n')],
  ['TraceVAE', encodeUtf8('traceIdHigh,traceIdLow,parentSpanId,spanId,duration\n')],
  ...Object.entries({ ALIBABA, NEZHA, OTEL_TRACES, SKYWALKING }).map(
    ([name, text]) => [name, encodeUtf8(text)] as const,
  ),
];

const sniffed = (bytes: Uint8Array, formats: readonly TraceFormat[]): string => {
  const whole = bytes.length <= SNIFF_BYTES;
  const result = sniffFormat('f', bytes.subarray(0, SNIFF_BYTES), whole, formats);
  if (!result.ok) return result.error.what;
  if (!('format' in result.value)) return `look at ${result.value.lookAt} bytes`;
  const { format, sign } = result.value;
  return `${format.id} (${sign.sure}, because ${sign.why})`;
};

describe('the list of formats', () => {
  it('has ids that stored datasets and scripts know: none goes, none changes', () => {
    expect(FORMATS.map(({ id }) => id)).toEqual(
      expect.arrayContaining([
        'tracevae-csv',
        'jaeger-json',
        'otlp-json',
        'otlp-protobuf',
        'zipkin-json',
        'skywalking-csv',
        'nezha-csv',
        'alibaba-csv',
        'csv',
        'parquet',
        'labels-csv',
      ]),
    );
    expect(new Set(FORMATS.map(({ id }) => id)).size).toBe(FORMATS.length);
  });

  it.each(FILES)('tells what %s is, in whatever order it stands', (_, bytes) => {
    const found = sniffed(bytes, FORMATS);
    expect(found).toMatch(/^[a-z0-9-]+ \((1|0\.\d+), because .+\)$/);
    expect(sniffed(bytes, FORMATS.toReversed())).toBe(found);
  });

  it('is what a sentence says that can be read', () => {
    const words = writtenBy(FORMATS);
    for (const writer of [
      'Jaeger',
      'OpenTelemetry',
      'Zipkin',
      'SkyWalking',
      'CSV, JSON or Parquet',
    ]) {
      expect(words).toContain(writer);
    }
    expect(writtenBy([...FORMATS, exampleFormat])).toContain('Grafana or Example write, or CSV');
  });
});

describe('a format that somebody adds', () => {
  const formats = [...FORMATS, exampleFormat];
  const text = [
    '#example-spans',
    't1 1 - web /home,index 1000 118000',
    't1 2 1 db SELECT 1000 10000',
    't1 3 1 db',
    't1 4 1 db SELECT 1000 -1',
    '',
  ].join('\n');
  const options = { signal: new AbortController().signal, onProgress: () => undefined };

  it('is surer of its own files than any table, and of no others', () => {
    expect(sniffed(encodeUtf8(text), formats)).toMatch(/^example-lines \(1, because its first/);
    expect(sniffed(encodeUtf8(text), FORMATS)).toMatch(/^plain text, neither CSV nor JSON/);
    for (const [, bytes] of FILES) expect(sniffed(bytes, formats)).toBe(sniffed(bytes, FORMATS));
  });

  it.each([1, 7, 65_536])('is imported, in chunks of %i bytes', async (chunkBytes) => {
    const result = await importFiles([sourceFile('a.txt', text, chunkBytes)], {
      ...options,
      formats,
    });
    if (!result.ok) throw new Error(result.error.what);
    expect(treesOf(result.value)).toEqual(['-1 web//home,index, 0 db/SELECT']);
    expect([...result.value.traces.latencyUs]).toEqual([118_000, 10_000]);
    expect(result.value.ledger).toEqual([
      { reason: 'malformed-row', count: 1, examples: [{ file: 'a.txt', line: 4 }] },
      { reason: 'bad-duration', count: 1, examples: [{ file: 'a.txt', line: 5 }] },
    ]);
    const [file] = result.value.files;
    expect(file?.format).toBe('example-lines');
    expect(result.value.formatLabels).toEqual({ 'example-lines': 'Example lines' });
  });

  it('says what a file without a usable span was taken for, and why', async () => {
    const result = await importFiles([sourceFile('a.txt', '#example-spans\nt1 1\n')], {
      ...options,
      formats,
    });
    expect(result).toMatchObject({
      ok: false,
      error: {
        what: expect.stringContaining('without a single usable span'),
        advice: expect.stringMatching(
          /It was read as Example lines, because its first line is #example-spans\.$/,
        ),
      },
    });
  });
});
