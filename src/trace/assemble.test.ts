import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spanColumns, type TestSpan } from '../testing/spans.ts';
import { type AssembledTraces, assembleTraces } from './assemble.ts';
import { lostSpans } from './ledger.ts';
import { MAX_MERGED_NODES } from './merge-spans.ts';
import { CALLER_NOT_RECORDED, ORPHAN_RULES } from './orphans.ts';
import { decodeString } from './string-column.ts';
import { operationName, readTree, structureCount, traceCount } from './trace-set.ts';
import { validateTraceSet } from './validate.ts';

const assemble = (
  spans: readonly TestSpan[],
  knownOperations?: readonly string[],
): AssembledTraces =>
  assembleTraces(spanColumns(spans), ['test.csv'], knownOperations ? { knownOperations } : {});

/** Trees as text that a person can check: "parent operation spans x latency" by node. */
const drawTrees = ({ traces }: AssembledTraces): string[][] =>
  Array.from({ length: traceCount(traces) }, (_, trace) =>
    readTree(traces, trace).map(
      ({ parent, operation, spanCount, latencyUs }) =>
        `${parent} ${operationName(traces, operation)} ${spanCount}x${latencyUs}`,
    ),
  );

const lossesOf = ({ ledger }: AssembledTraces): Record<string, number> =>
  Object.fromEntries(ledger.map(({ reason, count }) => [reason, count]));

/** The rule of section 2 written the short way, with recursion over groups. */
interface NaiveNode {
  readonly operation: string;
  readonly spans: readonly TestSpan[];
  readonly children: readonly NaiveNode[];
}
function mergeNaively(all: readonly TestSpan[], spans: readonly TestSpan[]): NaiveNode {
  const ids = new Set(spans.map(({ id }) => id));
  const below = all.filter(({ parent }) => parent !== undefined && ids.has(parent));
  const operations = [...new Set(below.map(({ operation }) => operation))].sort();
  return {
    operation: spans[0]!.operation,
    spans,
    children: operations.map((operation) =>
      mergeNaively(
        all,
        below.filter((span) => span.operation === operation),
      ),
    ),
  };
}
function drawNaively(root: NaiveNode): string[] {
  const queue = [{ node: root, parent: -1 }];
  for (let i = 0; i < queue.length; i++) {
    queue.push(...queue[i]!.node.children.map((node) => ({ node, parent: i })));
  }
  return queue.map(({ node: { operation, spans }, parent }) => {
    const sumUs = spans.reduce((sum, { durationUs }) => sum + durationUs!, 0);
    return `${parent} s/${operation} ${spans.length}x${Math.fround(sumUs / spans.length)}`;
  });
}

/** One tree: span i hangs below an earlier one. Whole microseconds, so that sums are exact. */
const aTree = (trace: string): fc.Arbitrary<TestSpan[]> =>
  fc
    .array(
      fc.record({
        above: fc.nat(),
        operation: fc.constantFrom('a', 'b', 'B', 'c/d', 'é', '__proto__'),
        durationUs: fc.integer({ min: 0, max: 1e6 }),
      }),
      { minLength: 2, maxLength: 40 },
    )
    .map((drawn) =>
      drawn.map(({ above, operation, durationUs }, i) => ({
        trace,
        id: `${trace}${i}`,
        operation,
        durationUs,
        ...(i === 0 ? {} : { parent: `${trace}${above % i}` }),
      })),
    );

describe('merging', () => {
  it('joins siblings with the same operation, their children too, and averages over spans', () => {
    const assembled = assemble([
      { id: '1', operation: 'a', durationUs: 80 },
      { id: '2', parent: '1', operation: 'c', durationUs: 10 },
      { id: '3', parent: '1', operation: 'c', durationUs: 40 },
      { id: '4', parent: '1', operation: 'b', durationUs: 7 },
      { id: '5', parent: '2', operation: 'e', durationUs: 3 },
      { id: '6', parent: '3', operation: 'e', durationUs: 9 },
      { id: '7', parent: '3', operation: 'e', durationUs: 6 },
    ]);
    expect(drawTrees(assembled)).toEqual([['-1 s/a 1x80', '0 s/b 1x7', '0 s/c 2x25', '2 s/e 3x6']]);
    expect(assembled.spansKept).toBe(7);
    expect(assembled.ledger).toEqual([]);
  });

  it('does as the rule written with recursion', () => {
    fc.assert(
      fc.property(aTree('t'), (spans) => {
        expect(drawTrees(assemble(spans))).toEqual(
          [drawNaively(mergeNaively(spans, [spans[0]!]))].filter((tree) => tree.length > 1),
        );
      }),
    );
  });

  it('ignores the order of the spans', () => {
    const shuffled = aTree('t').chain((spans) =>
      fc.tuple(fc.constant(spans), fc.shuffledSubarray(spans, { minLength: spans.length })),
    );
    fc.assert(
      fc.property(shuffled, ([spans, others]) => {
        expect(drawTrees(assemble(others))).toEqual(drawTrees(assemble(spans)));
      }),
    );
  });

  it('takes a chain of 20,000 spans and calls it too large', () => {
    const chain = Array.from({ length: 20_000 }, (_, i) => ({
      id: `${i}`,
      operation: 'a',
      ...(i === 0 ? {} : { parent: `${i - 1}` }),
    }));
    const assembled = assemble(chain);
    expect(traceCount(assembled.traces)).toBe(0);
    expect(lossesOf(assembled)).toEqual({ 'too-many-nodes': 20_000 });
  });

  it('keeps trees up to the hard bound, whatever N_max is', () => {
    const chain = Array.from({ length: MAX_MERGED_NODES }, (_, i) => ({
      id: `${i}`,
      operation: 'a',
      ...(i === 0 ? {} : { parent: `${i - 1}` }),
    }));
    expect(assemble(chain).traces.latencyUs).toHaveLength(MAX_MERGED_NODES);
  });

  it('sorts many distinct operations below one node', () => {
    const leaves = Array.from({ length: 500 }, (_, i) => ({
      id: `${i}`,
      parent: 'root',
      operation: `op ${(i * 263) % 500}`,
    }));
    const { traces } = assemble([{ id: 'root', operation: 'a' }, ...leaves]);
    expect(validateTraceSet(traces)).toEqual({ ok: true, value: traces });
    expect(traces.latencyUs).toHaveLength(501);
  });
});

describe('roots', () => {
  it('makes a span whose parent is absent the root of its own tree, and counts it', () => {
    const assembled = assemble([
      { id: '1', operation: 'a' },
      { id: '2', parent: '1', operation: 'b' },
      { id: '3', parent: 'gone', operation: 'c' },
      { id: '4', parent: '3', operation: 'd' },
    ]);
    expect(drawTrees(assembled)).toEqual([
      ['-1 s/a 1x0', '0 s/b 1x0'],
      ['-1 s/c 1x0', '0 s/d 1x0'],
    ]);
    const { traces, ledger, spansKept } = assembled;
    expect([0, 1].map((trace) => decodeString(traces.traceIds, trace))).toEqual(['t', 't']);
    expect(ledger).toEqual([
      { reason: 'orphan-root', count: 1, examples: [{ file: 'test.csv', line: 4, traceId: 't' }] },
    ]);
    expect(spansKept).toBe(4);
  });

  it('attaches such a span below the first root of its trace where that is asked for', () => {
    const spans: TestSpan[] = [
      { id: '3', parent: 'gone', operation: 'c' },
      { id: '4', parent: '3', operation: 'd' },
      { id: '1', operation: 'a' },
      { id: '2', parent: '1', operation: 'b' },
      { id: '5', operation: 'a' },
      { id: '6', parent: '5', operation: 'b' },
      { trace: 'u', id: '7', parent: 'gone', operation: 'a' },
      { trace: 'u', id: '8', parent: 'lost', operation: 'b' },
    ];
    const assembled = assembleTraces(spanColumns(spans), ['test.csv'], { orphans: 'attach' });
    expect(drawTrees(assembled)).toEqual([
      ['-1 s/a 1x0', '0 s/b 1x0', '0 s/c 1x0', '2 s/d 1x0'],
      ['-1 s/a 1x0', '0 s/b 1x0'],
      ['-1 s/a 1x0', '0 s/b 1x0'],
    ]);
    expect(assembled.ledger.map(({ reason, count }) => [reason, count])).toEqual([
      ['orphan-root', 1],
      ['orphan-attached', 2],
    ]);
  });

  it('tells what each rule for such spans keeps, whichever is chosen, and keeps just that', () => {
    const spans: TestSpan[] = [
      { trace: 't', id: '1', operation: 'a' },
      { trace: 't', id: '2', parent: '1', operation: 'b' },
      { trace: 't', id: '3', parent: 'gone', operation: 'c' },
      { trace: 't', id: '4', parent: '3', operation: 'd' },
      { trace: 't', id: '5', parent: '3', operation: 'e' },
      { trace: 't', id: '6', parent: 'gone', operation: 'e' },
      { trace: 'u', id: '7', operation: 'a' },
      { trace: 'u', id: '8', parent: '7', operation: 'b' },
      { trace: 'v', id: '9', parent: 'gone', operation: 'a' },
    ];
    const readAs = ORPHAN_RULES.map((orphans) =>
      assembleTraces(spanColumns(spans), ['test.csv'], { orphans }),
    );
    const kept = { 'own-tree': 3, attach: 2, largest: 2, 'leave-out': 1 };
    for (const [i, assembled] of readAs.entries()) {
      expect(assembled.orphans).toEqual({ traces: 3, withOrphans: 2, orphans: 3, kept });
      expect(traceCount(assembled.traces), ORPHAN_RULES[i]).toBe(kept[ORPHAN_RULES[i]!]);
      const lost = assembled.ledger.reduce(
        (sum, { reason, count }) =>
          sum + (['single-node', 'orphan-left-out'].includes(reason) ? count : 0),
        0,
      );
      expect(assembled.spansKept + lost, ORPHAN_RULES[i]).toBe(spans.length);
    }
    const [ownTree, attach, largest] = readAs;
    const callers = ({ spans: { rows, parent } }: AssembledTraces) =>
      Array.from(rows, (row) => parent[row]);
    expect(callers(ownTree!)).toEqual([-1, 0, CALLER_NOT_RECORDED, 0, 0, -1, 0]);
    expect(callers(attach!)).toEqual([
      -1,
      0,
      CALLER_NOT_RECORDED,
      CALLER_NOT_RECORDED,
      2,
      2,
      -1,
      0,
    ]);
    expect(callers(largest!)).toEqual([CALLER_NOT_RECORDED, 0, 0, -1, 0]);
  });

  it('counts spans that start before their parent, and changes nothing else', () => {
    const assembled = assemble([
      { id: '1', operation: 'a', startUs: 10_000, durationUs: 9 },
      { id: '2', parent: '1', operation: 'b', startUs: 9_500, durationUs: 8 },
      { id: '3', parent: '1', operation: 'c', startUs: 2_000, durationUs: 7 },
    ]);
    expect(drawTrees(assembled)).toEqual([['-1 s/a 1x9', '0 s/b 1x8', '0 s/c 1x7']]);
    expect(assembled.ledger).toEqual([
      { reason: 'clock-skew', count: 1, examples: [{ file: 'test.csv', line: 4, traceId: 't' }] },
    ]);
  });

  it('gives every true root its own tree', () => {
    const assembled = assemble([
      { id: '1', operation: 'a' },
      { id: '2', operation: 'a' },
      { id: '3', parent: '1', operation: 'b' },
      { id: '4', parent: '2', operation: 'b' },
    ]);
    expect(traceCount(assembled.traces)).toBe(2);
    expect(structureCount(assembled.traces.structures)).toBe(1);
    expect(assembled.ledger).toEqual([]);
  });

  it('labels and dates a trace by the row of its root span', () => {
    const { traces } = assemble([
      { id: '2', parent: '1', operation: 'b', label: 'time', startUs: 7 },
      { id: '1', operation: 'a', label: 'structure', startUs: 5 },
    ]);
    expect([traces.label[0], traces.startUs[0]]).toEqual([2, 5]);
  });
});

describe('losses', () => {
  it('keeps the first of two spans with one id and counts the later', () => {
    const assembled = assemble([
      { id: '1', operation: 'a' },
      { id: '2', parent: '1', operation: 'b', durationUs: 1 },
      { id: '2', parent: '1', operation: 'c', durationUs: 2 },
      { trace: 'u', id: '2', operation: 'a' },
    ]);
    expect(drawTrees(assembled)).toEqual([['-1 s/a 1x0', '0 s/b 1x1']]);
    expect(lossesOf(assembled)).toEqual({ 'duplicate-span-id': 1, 'single-node': 1 });
  });

  it('counts spans that no root reaches because they are their own ancestors', () => {
    const assembled = assemble([
      { id: '1', operation: 'a' },
      { id: '2', parent: '1', operation: 'b' },
      { id: '3', parent: '4', operation: 'c' },
      { id: '4', parent: '3', operation: 'c' },
      { id: '5', parent: '5', operation: 'c' },
      { id: '6', parent: '5', operation: 'c' },
    ]);
    expect(lossesOf(assembled)).toEqual({ 'cyclic-parents': 2, 'own-parent': 1 });
    expect(assembled.ledger[0]!.examples.map(({ line }) => line)).toEqual([4, 5]);
    expect(assembled.spansKept).toBe(4);
  });

  it('takes a span that names itself as its parent for a root', () => {
    const assembled = assemble([
      { id: '1', parent: '1', operation: 'a' },
      { id: '2', parent: '1', operation: 'b' },
    ]);
    expect(drawTrees(assembled)).toEqual([['-1 s/a 1x0', '0 s/b 1x0']]);
    expect(lossesOf(assembled)).toEqual({ 'own-parent': 1 });
  });

  it('counts all the spans of a tree of one node', () => {
    expect(lossesOf(assemble([{ id: '1', operation: 'a' }]))).toEqual({ 'single-node': 1 });
  });

  it('adds up whatever the parents are', () => {
    const anything = fc.array(
      fc.record({
        trace: fc.constantFrom('t', 'u'),
        id: fc.nat(12).map(String),
        parent: fc.nat(14).map(String),
        operation: fc.constantFrom('a', 'b'),
        root: fc.boolean(),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(anything, fc.boolean(), (drawn, fixed) => {
        const spans = drawn.map(({ root, parent, ...span }) => (root ? span : { ...span, parent }));
        const { traces, ledger, spansKept } = assemble(spans, fixed ? ['s/a'] : undefined);
        expect(spansKept + lostSpans(ledger)).toBe(spans.length);
        expect(traces.spanCount.reduce((sum, count) => sum + count, 0)).toBe(spansKept);
        expect(validateTraceSet(traces)).toEqual({ ok: true, value: traces });
      }),
    );
  });
});

describe('vocabulary', () => {
  const twoSpans = (service: string, ...operations: readonly [string, string]): TestSpan[] => [
    { trace: service, id: '1', service, operation: operations[0] },
    { trace: service, id: '2', parent: '1', service, operation: operations[1] },
  ];
  const namesOf = ({ traces }: AssembledTraces): string[] =>
    traces.operations.map((_, id) => operationName(traces, id));

  it('ranks service/operation by code unit, after the padding', () => {
    const assembled = assemble([
      ...twoSpans('é', 'x', 'y'),
      ...twoSpans('b', 'x', 'Z'),
      ...twoSpans('B', 'x', 'y'),
    ]);
    expect(namesOf(assembled)).toEqual(['', 'B/x', 'B/y', 'b/Z', 'b/x', 'é/x', 'é/y']);
    expect(assembled.traces.services).toEqual(['', 'B', 'b', 'é']);
  });

  it('holds only the operations of spans that were kept', () => {
    const assembled = assemble([
      { trace: 'alone', id: '1', service: 'a', operation: 'lost' },
      ...twoSpans('b', 'x', 'y'),
    ]);
    expect(namesOf(assembled)).toEqual(['', 'b/x', 'b/y']);
    expect([...assembled.traces.structures.operation]).toEqual([1, 2]);
  });

  it('takes names as they are, even those that mean something to a browser', () => {
    const names = ['__proto__', '<img src=x onerror=alert(1)>', 'constructor'];
    const assembled = assemble(names.flatMap((name) => twoSpans(name, 'toString', '__proto__')));
    expect(assembled.traces.services).toEqual(['', ...names.toSorted()]);
    expect(assembled.spansKept).toBe(6);
  });

  it('treats one "service/operation" as one operation, however it is cut', () => {
    const assembled = assemble([
      { id: '1', service: 'a/b', operation: 'c' },
      { id: '2', parent: '1', service: 'x', operation: 'y' },
      { id: '3', parent: '2', service: 'a', operation: 'b/c' },
    ]);
    expect([...assembled.traces.structures.operation]).toEqual([1, 2, 1]);
    expect(assembled.traces.services).toEqual(['', 'a', 'x']);
  });

  it('keeps to a fixed vocabulary: what is outside is lost, its children are orphans', () => {
    const assembled = assemble(
      [
        { id: '1', operation: 'b' },
        { id: '2', parent: '1', operation: 'strange' },
        { id: '3', parent: '2', operation: 'b' },
        { id: '4', parent: '3', operation: 'd' },
      ],
      ['s/d', 's/a', 's/b'],
    );
    expect(namesOf(assembled)).toEqual(['', 's/a', 's/b', 's/d']);
    expect(drawTrees(assembled)).toEqual([['-1 s/b 1x0', '0 s/d 1x0']]);
    expect(lossesOf(assembled)).toEqual({
      'unknown-operation': 1,
      'single-node': 1,
      'orphan-root': 1,
    });
  });
});

it('interns equal trees once, over many traces', () => {
  const forest = fc
    .array(fc.nat(400), { minLength: 1, maxLength: 30 })
    .chain((names) => fc.tuple(...names.map((name, i) => aTree(`${name}-${i}-`))));
  fc.assert(
    fc.property(forest, (trees) => {
      const { traces } = assemble(trees.flat());
      const shapes = Array.from({ length: traceCount(traces) }, (_, trace) =>
        JSON.stringify(readTree(traces, trace).map(({ parent, operation }) => [parent, operation])),
      );
      expect(structureCount(traces.structures)).toBe(new Set(shapes).size);
      expect(validateTraceSet(traces)).toEqual({ ok: true, value: traces });
    }),
    { numRuns: 30 },
  );
});
