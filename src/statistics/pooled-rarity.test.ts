import { expect, test } from 'vitest';
import { createRandom } from '../base/random.ts';
import { runThrough } from '../base/slices.ts';
import { firstTraces, type NodeByHand, tracesByHand } from '../testing/traces-by-hand.ts';
import { learnPooled, openPooled } from './pooled-rarity.ts';

const random = createRandom(11);
const noise = (): number => Math.exp(0.1 * random.normal());

/** 1 calls 2, which calls 3, and 4. */
function request({ of2 = 1 } = {}): readonly NodeByHand[] {
  const host = noise();
  const self = [5, 20 * of2, 50, 2].map((ms) => ms * host * noise());
  const [one, two, three, four] = self as [number, number, number, number];
  return [
    [-1, 1, one + two + three + four],
    [0, 2, two + three],
    [0, 4, four],
    [1, 3, three],
  ];
}

const USUAL = 900;
/** The same call ten times slower in many traces, the same call missing in many others. */
const SLOW = Array.from({ length: 60 }, () => request({ of2: 10 }));
const LACKING = Array.from({ length: 40 }, () => request().slice(0, 3));
const traces = tracesByHand([
  ...Array.from({ length: USUAL }, () => request()),
  ...SLOW,
  ...LACKING,
]);
const pool = firstTraces(traces.structureOf.length);

test('odd traces that are a tenth of all do not hide each other', () => {
  const reader = openPooled(runThrough(learnPooled(traces, pool)))(traces);
  const scores = Array.from(pool, (trace) => reader.read(trace).score);
  const usual = scores.slice(0, USUAL).sort((a, b) => b - a);
  const odd = scores.slice(USUAL);
  // above all but a hundredth of the usual ones
  const high = usual[USUAL / 100]!;
  expect(odd.filter((score) => score > high).length).toBeGreaterThan(0.95 * odd.length);
});

test('what is said of them is what is odd: a call that is slow, a structure that few have', () => {
  const reader = openPooled(runThrough(learnPooled(traces, pool)))(traces);
  const slow = reader.read(USUAL);
  expect(slow.way).not.toBe('structure');
  expect(slow.node).toBe(1);
  expect(reader.read(USUAL + SLOW.length).way).toBe('structure');
});

test('of usual traces few score as -ln p says that few do', () => {
  const usual = firstTraces(USUAL);
  const reader = openPooled(runThrough(learnPooled(traces, usual)))(traces);
  const scores = Array.from(usual, (trace) => reader.read(trace).score);
  const above = (nats: number) => scores.filter((score) => score > nats).length / USUAL;
  expect(above(3)).toBeLessThan(2 * Math.exp(-3));
  expect(above(5)).toBeLessThan(3 * Math.exp(-5));
});
