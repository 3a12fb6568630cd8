import { describe, expect, it } from 'vitest';
import { spanColumns, type TestSpan } from '../testing/spans.ts';
import { assembleTraces } from './assemble.ts';
import { createLedgerBuilder, lostSpans, mergeLedgers } from './ledger.ts';
import { decodeString, stringColumn } from './string-column.ts';
import { countStructures, meanByStructure } from './structure-statistics.ts';
import type { TraceSet } from './trace-set.ts';
import { trainabilityLedger } from './trainability.ts';
import { validateTraceSet } from './validate.ts';

const trace = (name: string, ...durationsUs: readonly number[]): TestSpan[] =>
  durationsUs.map((durationUs, i) => ({
    trace: name,
    id: `${i}`,
    operation: i === 0 ? 'root' : 'leaf',
    durationUs,
    ...(i === 0 ? {} : { parent: '0' }),
  }));
const chain = (name: string, length: number): TestSpan[] =>
  Array.from({ length }, (_, i) => ({
    trace: name,
    id: `${i}`,
    operation: 'step',
    ...(i === 0 ? {} : { parent: `${i - 1}` }),
  }));
const build = (...traces: readonly TestSpan[][]): TraceSet =>
  assembleTraces(spanColumns(traces.flat()), ['test.csv']).traces;

describe('statistics by structure', () => {
  const traces = build(chain('c', 3), trace('a', 10, 1, 3), trace('b', 20, 4));

  it('puts the most frequent structure first', () => {
    expect(countStructures(traces)).toEqual([
      { structure: 1, traces: 2 },
      { structure: 0, traces: 1 },
    ]);
    expect(countStructures(traces, [0])).toEqual([{ structure: 0, traces: 1 }]);
  });

  it('averages latency and spans per node over traces', () => {
    const { latencyUs, spanCount } = meanByStructure(traces);
    expect([...latencyUs.subarray(3)]).toEqual([15, 3]);
    expect([...spanCount.subarray(3)]).toEqual([1, 1.5]);
    expect([...meanByStructure(traces, [2]).latencyUs]).toEqual([NaN, NaN, NaN, 20, 4]);
  });
});

describe('trainability', () => {
  it('counts in spans what is over N_max, with examples', () => {
    const traces = build(trace('small', 1, 1, 1), chain('long', 5), chain('longer', 6));
    expect(trainabilityLedger(traces, 4, ['test.csv'])).toEqual([
      {
        reason: 'too-many-nodes',
        count: 11,
        examples: [
          { file: 'test.csv', traceId: 'long' },
          { file: 'test.csv', traceId: 'longer' },
        ],
      },
    ]);
    expect(trainabilityLedger(traces, 6, ['test.csv'])).toEqual([]);
  });
});

describe('ledgers', () => {
  it('keep five examples a reason and count the rest', () => {
    const builder = createLedgerBuilder();
    for (let line = 1; line <= 9; line++) {
      builder.add('malformed-row', 2, () => ({ file: 'a', line }));
    }
    const ledger = builder.finish();
    expect(ledger[0]!.count).toBe(18);
    expect(ledger[0]!.examples.map(({ line }) => line)).toEqual([1, 2, 3, 4, 5]);

    const merged = mergeLedgers(ledger, [
      { reason: 'orphan-root', count: 3, examples: [{ file: 'b' }] },
      { reason: 'malformed-row', count: 1, examples: [{ file: 'b' }] },
    ]);
    expect(merged.map(({ reason, count }) => [reason, count])).toEqual([
      ['malformed-row', 19],
      ['orphan-root', 3],
    ]);
    expect(merged[0]!.examples).toHaveLength(5);
    expect(lostSpans(merged)).toBe(19);
  });
});

it('string columns give back any text', () => {
  const texts = ['', 'é', '漢字', '\uFEFFbom', '😀', 'a'.repeat(3000)];
  const column = stringColumn(texts);
  expect(texts.map((_, i) => decodeString(column, i))).toEqual(texts);
  expect(() => decodeString(column, texts.length)).toThrow('string 6 of 6');
});

describe('the invariants of a trace set', () => {
  const traces = build(chain('c', 3), trace('a', 10, 1, 3));
  const { structures } = traces;
  const broken: readonly (readonly [string, Partial<TraceSet>])[] = [
    ['service 0', { services: ['s'] }],
    ['operation 0', { operations: [] }],
    ['has no service', { operations: traces.operations.map((o) => ({ ...o, service: 0 })) }],
    [
      'is there twice',
      { operations: traces.operations.map((o, id) => (id === 0 ? o : traces.operations[1]!)) },
    ],
    ['does not precede', { structures: { ...structures, parent: Int32Array.of(-1, 0, 2, -1, 0) } }],
    ['with its root', { structures: { ...structures, parent: Int32Array.of(-1, 0, 1, 0, 0) } }],
    ['not merged', { structures: { ...structures, parent: Int32Array.of(-1, 0, 0, -1, 0) } }],
    ['no such operation', { structures: { ...structures, operation: new Uint32Array(5) } }],
    ['no such structure', { structureOf: Uint32Array.of(0, 7) }],
    ['another number of nodes', { structureOf: Uint32Array.of(1, 1) }],
    ['unequal length', { label: new Uint8Array(1) }],
    ['no such label', { label: Uint8Array.of(0, 9) }],
    ['bad latency', { latencyUs: traces.latencyUs.map(() => NaN) }],
    ['no spans', { spanCount: new Uint32Array(5) }],
    ['not one per trace', { traceIds: stringColumn(['one']) }],
    ['offsets decrease', { nodeOffset: Uint32Array.of(0, 7, 5) }],
    ['do not end at', { nodeOffset: Uint32Array.of(0, 3, 4) }],
  ];

  it('hold for what is assembled', () => {
    expect(validateTraceSet(traces)).toEqual({ ok: true, value: traces });
    expect(validateTraceSet(build()).ok).toBe(true);
  });

  it.each(broken)('are not met: %s', (message, change) => {
    const result = validateTraceSet({ ...traces, ...change });
    expect(result.ok ? 'no fault' : result.error).toContain(message);
  });
});
