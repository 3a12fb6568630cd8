import { expect, test } from 'vitest';
import { toyTraces } from '../testing/toy-traces.ts';
import type { Oddity } from './sentence.ts';
import { emptyKinds, groupByKind, kindWords, noteKind, rowsOfKind } from './trace-kinds.ts';

const toy = toyTraces(10);
const traces = {
  ...toy,
  startUs: Float64Array.from(toy.startUs, (_, t) => (t === 9 ? Number.NaN : (100 - t) * 1e6)),
};
const usual = { lowMs: 40, highMs: 210 };
const missing = (...calls: string[]): Oddity => ({ kind: 'missing', calls });
const slow = (call: string, tookMs: number): Oddity => ({ kind: 'slow', call, tookMs, usual });

/** Kinds of the traces 0, 1, 2 …, by their first reasons. */
function kindsOf(...oddities: (readonly Oddity[])[]) {
  const column = emptyKinds(traces.structureOf.length);
  oddities.forEach((of, trace) => {
    noteKind(column, trace, of);
  });
  return column;
}
/** Row r is trace r + 1. */
const traceOf = Uint32Array.from({ length: 9 }, (_, row) => row + 1);

test('rows are grouped by their first reason without its numbers, the most frequent kind first', () => {
  const column = kindsOf(
    [missing('unasked/Call')],
    [slow('pay/Charge', 900)],
    [missing('cart/Get', 'pay/Verify')],
    [slow('pay/Charge', 4000), missing('cart/Get')],
    [],
    [missing('pay/Verify', 'cart/Get')],
    [slow('pay/Charge', 700)],
  );
  const rows = Uint32Array.of(5, 1, 3, 0, 4, 2);
  const { rows: grouped, kinds } = groupByKind(traces, rows, traceOf, column);
  // within a kind the order of the list stays
  expect([...grouped]).toEqual([5, 0, 2, 1, 4, 3]);
  expect(kinds.map(({ oddity, traces: count, start }) => [oddity?.kind, count, start])).toEqual([
    ['slow', 3, 0],
    ['missing', 2, 3],
    [undefined, 1, 5],
  ]);
  // traces 6, 1 and 3: the later the trace, the earlier its start
  expect(kinds[0]).toMatchObject({ firstMs: 94_000, lastMs: 99_000 });
  const took = [6, 1, 3].map((trace) => traces.latencyUs[traces.nodeOffset[trace]!]! / 1e3);
  expect(kinds[0]!.tookMs).toEqual([Math.min(...took), Math.max(...took)]);
  expect(kinds[1]!.tookMs).toBeNull();
  expect([...rowsOfKind(rows, traceOf, column, kinds[1]!.key)]).toEqual([1, 4]);
  expect(rowsOfKind(rows, traceOf, column, 'missing-nobody')).toHaveLength(0);
});

test('keys hold no names, and other calls or another reason are other kinds', () => {
  const heads = kindsOf(
    [missing('a/b')],
    [{ kind: 'new', calls: ['a/b'] }],
    [missing('a/b', 'c/d')],
    [missing('a/b\nc/d')],
    [slow('a/b', 1)],
    [{ kind: 'slow-whole', tookMs: 1, usual, mostIn: ['a/b'], share: 1 }],
    [{ kind: 'error', call: 'a/b', seen: 0, of: 3 }],
    [{ kind: 'error', call: 'a/b', seen: 2, of: 3 }],
    [{ kind: 'combination' }],
    [],
  ).heads;
  // the same error once seen here is the same kind; a name with a line break is not two calls
  expect(heads).toHaveLength(9);
  expect(new Set(heads.map(({ key }) => key)).size).toBe(9);
  for (const { key } of heads) expect(key).toMatch(/^[a-z-]+[0-9a-z]*$/);
});

test('a kind says what its sentences have in common', () => {
  const words = (oddity: Oddity | null, tookMs: readonly [number, number] | null = null) =>
    kindWords({ oddity, tookMs });
  expect(words(missing('cart/Get'))).toBe('Missing: cart/Get.');
  expect(words({ kind: 'error', call: 'pay/Charge', seen: 0, of: 99 })).toBe(
    'Error at pay/Charge, never seen here.',
  );
  expect(words(slow('pay/Charge', 4000), [900, 42_700])).toBe(
    'Slow: pay/Charge; these requests took 900 ms to 43 s.',
  );
  const whole = { kind: 'slow-whole', tookMs: 1, usual } as const;
  expect(words({ ...whole, mostIn: ['a/b', 'c/d'], share: 0.6 }, [2000, 2500])).toBe(
    'Slow as a whole, mostly in a/b, c/d; these requests took 2.0 to 2.5 s.',
  );
  expect(words({ ...whole, mostIn: ['a/b', 'c/d'], share: 0.4 }, [2000, 2000])).toBe(
    'Slow as a whole; these requests took 2.0 s.',
  );
  expect(words(null)).toBe('No single call stands out.');
});

test('starts that nobody knows are no first and last', () => {
  const column = kindsOf(...Array.from({ length: 10 }, () => [missing('a/b')]));
  const { kinds } = groupByKind(traces, Uint32Array.of(8), traceOf, column);
  expect(kinds[0]).toMatchObject({ traces: 1, firstMs: null, lastMs: null });
});
