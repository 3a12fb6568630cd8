import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failureOf, importedFrom, sourceFile } from '../testing/files.ts';
import { spanColumns, type TestSpan } from '../testing/spans.ts';
import { assembleTraces } from '../trace/assemble.ts';
import { decodeString } from '../trace/string-column.ts';
import { operationName, readTree, type TraceSet, traceCount } from '../trace/trace-set.ts';
import { mergedSpans } from './merged-spans.ts';
import { traceIdDecimals, traceIdHex } from './span-ids.ts';
import { EXPORT_FORMATS, type ExportFormat, writeSpans } from './write-spans.ts';

const READ_AS: Readonly<Record<ExportFormat, string>> = {
  'otlp-json': 'otlp-json',
  'otlp-jsonl': 'otlp-json',
  'jaeger-json': 'jaeger-json',
  'zipkin-json': 'zipkin-json',
  'tracevae-csv': 'tracevae-csv',
};

/** A random forest: each span's parent is an earlier one of its trace, or none, or one that is gone. */
const aName = fc.constantFrom('a', 'GET /x', '"q", \\ é\n漢', '__proto__', 'constructor', '😀');
const aForest = fc
  .array(
    fc.record({
      trace: fc.nat(4),
      parent: fc.option(fc.nat(), { nil: null, freq: 9 }),
      service: aName,
      operation: aName,
      durationUs: fc.double({ min: 0, max: 1e6, noNaN: true }),
      startUs: fc.double({ min: 1.6e15, max: 1.7e15, noNaN: true }),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((draws) => {
    const spans: TestSpan[] = [];
    for (const [i, { trace, parent, ...rest }] of draws.entries()) {
      const id = `${trace}`.repeat(16);
      const earlier = spans.filter((span) => span.trace === id);
      const above = parent === null ? undefined : earlier[parent % earlier.length]?.id;
      spans.push({
        ...rest,
        trace: id,
        id: `${i}`,
        ...(above === undefined ? (i % 7 === 6 ? { parent: 'gone' } : {}) : { parent: above }),
      });
    }
    return spans;
  });

interface Tree {
  readonly shape: string;
  readonly latencyUs: readonly number[];
  readonly startUs: number;
}

/** Trees without their order, and without ids. */
function forestOf(traces: TraceSet): Tree[] {
  return Array.from({ length: traceCount(traces) }, (_, trace) => {
    const nodes = readTree(traces, trace);
    return {
      shape: JSON.stringify(
        nodes.map(({ parent, operation, spanCount }) => [
          parent,
          operationName(traces, operation),
          spanCount,
        ]),
      ),
      latencyUs: nodes.map(({ latencyUs }) => latencyUs),
      startUs: traces.startUs[trace]!,
    };
  }).sort(
    (a, b) =>
      (a.shape < b.shape ? -1 : a.shape > b.shape ? 1 : 0) ||
      Math.round(a.startUs) - Math.round(b.startUs) ||
      a.latencyUs[0]! - b.latencyUs[0]!,
  );
}

/** Rounding of a float32 beside the microsecond that formats round to. */
const TOLERANCE_US = 1 + 1e6 * 2 ** -23;

function expectSameForest(read: TraceSet, written: TraceSet): void {
  const [found, wanted] = [forestOf(read), forestOf(written)];
  expect(found.map(({ shape }) => shape)).toEqual(wanted.map(({ shape }) => shape));
  found.forEach((tree, i) => {
    expect(Math.abs(tree.startUs - wanted[i]!.startUs)).toBeLessThanOrEqual(1);
    tree.latencyUs.forEach((latency, node) => {
      expect(Math.abs(latency - wanted[i]!.latencyUs[node]!)).toBeLessThanOrEqual(TOLERANCE_US);
    });
  });
}

describe.each(EXPORT_FORMATS)('%s', (format) => {
  it('read back is the same forest within a microsecond', async () => {
    await fc.assert(
      fc.asyncProperty(aForest, async (spans) => {
        const columns = spanColumns(spans);
        const { traces, spansKept, ledger } = assembleTraces(columns, ['']);
        const file = sourceFile('file', [...writeSpans(format, [columns])].join(''));
        fc.pre(spansKept > 0);
        const imported = await importedFrom(file);
        expect(imported.files[0]!.format).toBe(READ_AS[format]);
        expect(imported.spansRead).toBe(spans.length);
        expect(imported.spansKept).toBe(spansKept);
        expect(imported.ledger.map(({ reason, count }) => [reason, count])).toEqual(
          ledger.map(({ reason, count }) => [reason, count]),
        );
        expectSameForest(imported.traces, traces);
      }),
      { numRuns: 60 },
    );
  });

  it('of a dataset, in several chunks, is the same dataset', async () => {
    await fc.assert(
      fc.asyncProperty(aForest, async (spans) => {
        const { traces, spansKept } = assembleTraces(spanColumns(spans), ['']);
        fc.pre(spansKept > 0);
        const text = [...writeSpans(format, mergedSpans(traces))].join('');
        const imported = await importedFrom(sourceFile('file', text));
        expect(imported.spansKept).toBe(spansKept);
        expect(imported.ledger).toEqual([]);
        expectSameForest(imported.traces, traces);
      }),
      { numRuns: 30 },
    );
  });

  it('of no spans is a file without any', async () => {
    const failure = await failureOf(sourceFile('file', [...writeSpans(format, [])].join('')));
    expect(failure.what).toMatch(/without a single|no span in it|no trace in it|an empty file/);
  });

  it('comes in pieces, whatever the number of traces', () => {
    const spans = Array.from({ length: 4000 }, (_, i) => ({
      trace: `${i >> 1}`,
      id: `${i}`,
      operation: 'a',
    }));
    const pieces = [...writeSpans(format, [spanColumns(spans)])];
    expect(pieces.length).toBeGreaterThan(3);
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(70_000);
  });
});

describe('labels and times', () => {
  const columns = spanColumns([
    { trace: '-5:7', id: 'a', operation: 'x', label: 'time', startUs: 0, durationUs: 0 },
    { trace: '-5:7', id: 'b', parent: 'a', operation: 'y', label: 'time', durationUs: 0.5 },
  ]);

  it('stay in the TraceVAE CSV', async () => {
    const text = [...writeSpans('tracevae-csv', [columns])].join('');
    const { traces } = await importedFrom(sourceFile('file', text));
    expect(decodeString(traces.traceIds, 0)).toBe('-5:7');
    expect([...traces.label]).toEqual([3]);
    expect([...traces.latencyUs]).toEqual([0, 0.5]);
    expect(traces.startUs[0]).toBe(0);
  });

  it.each(['otlp-json', 'jaeger-json', 'zipkin-json'] as const)(
    'at or before the epoch are no fault in %s',
    async (format) => {
      const text = [...writeSpans(format, [columns])].join('');
      const imported = await importedFrom(sourceFile('file', text));
      expect(imported.ledger).toEqual([]);
      expect(decodeString(imported.traces.traceIds, 0)).toBe('fffffffffffffffb0000000000000007');
    },
  );
});

describe('ids of a fixed size', () => {
  it('keep what they are where they can', () => {
    expect(traceIdHex('0123456789ABCDEF')).toBe('00000000000000000123456789abcdef');
    expect(traceIdHex('-1:255')).toBe('ffffffffffffffff00000000000000ff');
    expect(traceIdHex('0:0')).not.toMatch(/^0+$/);
    expect(traceIdDecimals('ffffffffffffffff0000000000000007')).toEqual(['-1', '7']);
    expect(traceIdDecimals('9223372036854775807:-9223372036854775808')).toEqual([
      '9223372036854775807',
      '-9223372036854775808',
    ]);
    expect(traceIdHex('some trace')).toMatch(/^[0-9a-f]{32}$/);
  });

  it('are never two traces as one', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ maxLength: 12 }), { minLength: 2 }), (ids) => {
        expect(new Set(ids.map(traceIdHex)).size).toBe(ids.length);
      }),
    );
  });
});
