import { expect, test } from 'vitest';
import { runThrough } from '../base/slices.ts';
import { toyTraces } from '../testing/toy-traces.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import { setApart } from './set-apart.ts';

/**
 * Structure 0 is 1 → 2, 1 → 3; structure 1 lacks the call of 3; structure 2 is another request. Each
 * trace's latencies are its own.
 */
const toy = toyTraces(400);

function apart(traces: TraceSet, flagged: (trace: number) => boolean) {
  const trace = Uint32Array.from(traces.structureOf.keys());
  return runThrough(setApart(traces, { trace, isFlagged: (row) => flagged(trace[row]!) }));
}
const told = (made: ReturnType<typeof apart>) =>
  made.report.changes
    .slice(0, made.report.found)
    .map(({ kind, path }) => [kind, path.at(-1)!] as const);

test('a call that flagged traces lack is told, with the shares on both sides', () => {
  const made = apart(toy, (t) => toy.structureOf[t] === 1);
  const lost = made.report.changes.find(({ kind }) => kind === 'lost-call')!;
  expect(lost.path).toEqual([1, 3]);
  expect(lost).toMatchObject({ shareBefore: 1, shareAfter: 0 });
  expect(lost.low).toBeGreaterThan(0.8);
  expect(lost.q).toBeLessThan(1e-6);
  expect(made.structures[0]).toMatchObject({ id: 1, others: 0 });
  expect(made.structures[0]!.flagged).toBe(made.report.after);
});

test('a call that is slower is told where it is slow, not in its callers', () => {
  const flagged = (t: number) => toy.structureOf[t] === 0 && t % 3 === 0;
  const latencyUs = toy.latencyUs.slice();
  for (const t of toy.structureOf.keys()) {
    const first = toy.nodeOffset[t]!;
    if (flagged(t)) latencyUs[first + 1]! += 50_000;
    // a caller waits for its calls, one after the other
    if (toy.structureOf[t] === 0)
      latencyUs[first]! += latencyUs[first + 1]! + latencyUs[first + 2]!;
  }
  const made = apart({ ...toy, latencyUs }, flagged);
  const slower = made.report.changes.filter(({ kind }) => kind === 'slower').slice(0, 1);
  expect(slower[0]!.path).toEqual([1, 2]);
  expect(slower[0]!.own!.after.p50 / slower[0]!.own!.before.p50).toBeGreaterThan(10);
  expect(told(made)).not.toContainEqual(['slower', 1]);
});

test('errors are told where they began', () => {
  const flagged = (t: number) => toy.structureOf[t] === 0 && t % 4 === 0;
  const errorCount = new Uint16Array(toy.latencyUs.length);
  for (const t of toy.structureOf.keys()) {
    if (!flagged(t)) continue;
    errorCount[toy.nodeOffset[t]!] = 1;
    errorCount[toy.nodeOffset[t]! + 2] = 1;
  }
  const made = apart({ ...toy, errorCount }, flagged);
  const errors = made.report.changes.filter(({ kind }) => kind === 'more-errors');
  expect(errors.map(({ path }) => path)).toEqual([[1, 3]]);
  expect(errors[0]).toMatchObject({ shareBefore: 0, shareAfter: 1 });
});

test('where flags were thrown by dice nothing has evidence, and what was tested comes folded', () => {
  const made = apart(toy, (t) => (t * 7919) % 13 === 0);
  expect(made.report.found).toBe(0);
  expect(made.report.changes.length).toBeGreaterThan(0);
  expect(made.structures.every(({ q }) => q > 0.05)).toBe(true);
  // no start is known
  expect(made.hours).toEqual([]);
});

test('five flagged traces are enough, fewer are not', () => {
  const first = (n: number) => {
    const lacking = [...toy.structureOf.keys()].filter((t) => toy.structureOf[t] === 1);
    const chosen = new Set(lacking.slice(0, n));
    return apart(toy, (t) => chosen.has(t));
  };
  expect(first(4).report.tests).toBe(0);
  expect(first(12).report.changes[0]).toMatchObject({ kind: 'lost-call' });
});

test('hours of the day are told where starts are known', () => {
  const startUs = Float64Array.from(toy.structureOf, (_, t) => (t % 2 === 0 ? 3 : 15) * 3.6e9);
  const { hours } = apart({ ...toy, startUs }, (t) => t % 2 === 0);
  expect(hours.map(({ id }) => id)).toEqual([3]);
  expect(hours[0]!.odds.low).toBeGreaterThan(1);
});
