import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeUtf8 } from '../base/bytes.ts';
import { assembleTraces } from '../trace/assemble.ts';
import { decodeString, stringCount } from '../trace/string-column.ts';
import { traceCount } from '../trace/trace-set.ts';
import type { SourceFile } from './import.ts';
import { type StreamOptions, streamFiles } from './stream-files.ts';

interface Span {
  readonly trace: number;
  readonly id: number;
  readonly parent: number;
}

const HEADER =
  'traceIdHigh,traceIdLow,parentSpanId,spanId,duration,DBhash,operationName,serviceName';
const csv = (spans: readonly Span[]): string =>
  [
    HEADER,
    ...spans.map(
      ({ trace, id, parent }) => `1,${trace},${parent},${id},${id + (trace % 7)},0,op${id},shop`,
    ),
    '',
  ].join('\n');
const otlpLines = (spans: readonly Span[]): string =>
  spans
    .map(({ trace, id, parent }) =>
      JSON.stringify({
        resourceSpans: [
          {
            resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
            scopeSpans: [
              {
                spans: [
                  {
                    traceId: trace.toString(16).padStart(32, '0'),
                    spanId: id.toString(16).padStart(16, '0'),
                    parentSpanId: parent === 0 ? '' : parent.toString(16).padStart(16, '0'),
                    name: `op${id}`,
                    startTimeUnixNano: '1700000000000000000',
                    endTimeUnixNano: `17000000000${String(id + (trace % 7)).padStart(2, '0')}000000`,
                  },
                ],
              },
            ],
          },
        ],
      }),
    )
    .join('\n');

/** A call and two below it per trace, one trace after another. */
const inTurn = (traces: number): Span[] =>
  Array.from({ length: traces }, (_, trace): Span[] => [
    { trace: trace + 1, id: 1, parent: 0 },
    { trace: trace + 1, id: 2, parent: 1 },
    { trace: trace + 1, id: 3, parent: 2 },
  ]).flat();

/** @param cut bytes of a chunk @param bytes that it claims to have */
function fileOf(text: string, cut = 4096, bytes?: number): SourceFile {
  const all = encodeUtf8(text);
  const part = (start: number, end: number) => ({
    stream: () =>
      new ReadableStream<Uint8Array>({
        start: (controller) => {
          for (let at = start; at < Math.min(end, all.length); at += cut) {
            controller.enqueue(all.slice(at, Math.min(end, all.length, at + cut)));
          }
          controller.close();
        },
      }),
    arrayBuffer: async () => all.slice(start, end).buffer,
  });
  return {
    name: 'spans',
    size: bytes ?? all.length,
    stream: part(0, all.length).stream,
    slice: part,
  };
}

async function streamed(file: SourceFile, options: Partial<StreamOptions> = {}) {
  const rows: string[] = [];
  const sizes: number[] = [];
  const ended = await streamFiles([file], {
    signal: new AbortController().signal,
    canReadTwice: false,
    quietSpans: 600,
    take: async (columns) => {
      sizes.push(columns.length);
      const { traces } = assembleTraces(columns, []);
      for (let trace = 0; trace < traceCount(traces); trace++) {
        const [from, to] = [traces.nodeOffset[trace]!, traces.nodeOffset[trace + 1]!];
        rows.push(
          `${decodeString(traces.traceIds, trace)}: ${[...traces.latencyUs.subarray(from, to)]}`,
        );
      }
      expect(stringCount(columns.traceIds)).toBeGreaterThan(0);
    },
    ...options,
  });
  if (!ended.ok) throw new Error(ended.error.what);
  return { rows, sizes, ended: ended.value };
}

/** Larger than what is held anyway. */
const LARGE = 1e9;

test('traces leave as soon as enough others came since', async () => {
  const { rows, sizes, ended } = await streamed(fileOf(csv(inTurn(2000))));
  expect(rows).toHaveLength(2000);
  expect(rows[0]).toBe('1:1: 2000,3000,4000');
  expect(new Set(rows).size).toBe(2000);
  // 600 quiet spans, 500 between two looks
  expect(sizes.length).toBeGreaterThan(8);
  expect(Math.max(...sizes)).toBeLessThan(1200);
  expect(ended).toMatchObject({ spansRead: 6000, late: { traces: 0, spans: 0 }, ledger: [] });
});

test('what comes, and in which order, follows from the spans and not from how they are cut', async () => {
  const spans = inTurn(800);
  for (const text of [csv(spans), otlpLines(spans)]) {
    const whole = await streamed(fileOf(text, text.length));
    expect(whole.sizes.length).toBeGreaterThan(2);
    const lengths = fc.integer({ min: 50, max: 9000 });
    await fc.assert(
      fc.asyncProperty(lengths, async (cut) => {
        const other = await streamed(fileOf(text, cut));
        expect(other.rows).toEqual(whole.rows);
        expect(other.sizes).toEqual(whole.sizes);
      }),
      { numRuns: 5, seed: 1 },
    );
  }
});

test('a span that comes after its trace has left is counted, and makes no second row', async () => {
  const spans = [...inTurn(1000), { trace: 1, id: 4, parent: 1 }, { trace: 2, id: 5, parent: 1 }];
  const { rows, ended } = await streamed(fileOf(csv([...spans, { trace: 2, id: 6, parent: 5 }])));
  expect(rows).toHaveLength(1000);
  expect(ended.late).toEqual({ traces: 2, spans: 3 });
  expect(ended.ledger).toMatchObject([{ reason: 'late-span', count: 3 }]);
});

test('a file that can be read twice gives whole traces in any order of its spans', async () => {
  const whole = await streamed(fileOf(csv(inTurn(10_000))));
  const far = inTurn(10_000).sort((a, b) => a.id - b.id);
  const twice = await streamed(fileOf(csv(far), 65_536, LARGE), { canReadTwice: true });
  expect(twice.ended.late.spans).toBe(0);
  expect(twice.sizes.length).toBeGreaterThan(9);
  expect(twice.rows.sort()).toEqual(whole.rows.sort());
  const once = await streamed(fileOf(csv(far)), { quietSpans: 100 });
  expect(once.ended.late.spans).toBeGreaterThan(0);
});

test('what spans carry, and names in another encoding, leave with their traces', async () => {
  const failing = otlpLines(inTurn(900)).replaceAll(
    /"traceId":"0*([0-9a-f]+[05])","spanId":"0*2"/g,
    '$&,"status":{"code":2}',
  );
  expect(failing).toContain('"status"');
  const told = async (file: SourceFile, quietSpans: number) => {
    const rows: string[] = [];
    await streamed(file, {
      quietSpans,
      take: async (columns) => {
        const { traces } = assembleTraces(columns, []);
        for (let trace = 0; trace < traceCount(traces); trace++) {
          const [from, to] = [traces.nodeOffset[trace]!, traces.nodeOffset[trace + 1]!];
          const errors = [...(traces.errorCount?.subarray(from, to) ?? [])];
          const id = decodeString(traces.traceIds, trace);
          rows.push(`${id}: ${errors} ${traces.operations.map(({ name }) => name)}`);
        }
      },
    });
    return rows.sort();
  };
  const whole = await told(fileOf(failing), Number.POSITIVE_INFINITY);
  expect(whole.filter((row) => row.includes('0,1,0')).length).toBeGreaterThan(50);
  expect(await told(fileOf(failing), 600)).toEqual(whole);

  const latin = csv(inTurn(900)).replaceAll('op2', 'lösche');
  const bytes = Uint8Array.from(latin, (letter) => letter.charCodeAt(0));
  const file: SourceFile = { ...fileOf(''), stream: () => new Blob([bytes]).stream() };
  const { ended } = await streamed(file);
  expect(ended.ledger).toMatchObject([{ reason: 'other-encoding', count: 1 }]);
  expect((await told(file, 600)).every((row) => row.includes('lösche'))).toBe(true);
});
