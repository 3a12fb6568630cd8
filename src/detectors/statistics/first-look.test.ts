/** What the first look flags of made sets: History in folds, and the cut of its scores. */
import { describe, expect, test } from 'vitest';
import { createRandom, shuffle } from '../../base/random.ts';
import { runThrough } from '../../base/slices.ts';
import { oddCut } from '../../scoring/odd-cut.ts';
import { learnPooled, openPooled } from '../../statistics/pooled-rarity.ts';
import { firstTraces, type NodeByHand, tracesByHand } from '../../testing/traces-by-hand.ts';

/** Trees in an order of the seed, since folds follow from it. @returns which of them are flagged */
function flaggedOf(made: readonly (readonly NodeByHand[])[], seed: number): number[] {
  const order = shuffle(createRandom(seed, 2), firstTraces(made.length));
  const traces = tracesByHand(
    Array.from(order, (tree) => made[tree]!),
    16,
  );
  const pool = firstTraces(made.length);
  const reader = openPooled(runThrough(learnPooled(traces, pool)))(traces);
  const scores = Float64Array.from(pool, (trace) => reader.read(trace).score);
  const cut = oddCut(scores);
  return Array.from(pool)
    .filter((trace) => scores[trace]! > cut)
    .map((trace) => order[trace]!)
    .sort((a, b) => a - b);
}

const random = createRandom(5);

/** 1 calls 2, which calls 3, and 4; with `extra` one call more. */
function request({ extra = 0 } = {}): NodeByHand[] {
  const [one, two, three, four] = [5, 20, 50, 2].map(
    (ms) => ms * Math.exp(0.2 * random.normal()),
  ) as [number, number, number, number];
  const usual: NodeByHand[] = [
    [-1, 1, one + two + three + four],
    [0, 2, two + three],
    [0, 4, four],
  ];
  if (extra > 0) usual.push([0, 4 + extra, 1]);
  return [...usual, [1, 3, three]];
}

describe.each([1, 2, 3])('in order %i', (seed) => {
  test('a call that is missing in 10 of 600 traces, and made by all others, is flagged', () => {
    const made = Array.from({ length: 600 }, (_, i) =>
      i < 590 ? request() : request().slice(0, 3),
    );
    expect(flaggedOf(made, seed)).toEqual([590, 591, 592, 593, 594, 595, 596, 597, 598, 599]);
  });

  test('calls that come now and then, each in a hundredth of the traces, are not', () => {
    const made = Array.from({ length: 1500 }, (_, i) =>
      request({ extra: i % 20 === 0 ? 1 + ((i / 20) % 5) : 0 }),
    );
    expect(flaggedOf(made, seed)).toEqual([]);
  });
});
