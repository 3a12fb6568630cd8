import { expect, test } from 'vitest';
import { firstTraces, type NodeByHand, tracesByHand } from '../testing/traces-by-hand.ts';
import { createStructureFinder, learnStructures, unseenSurprise } from './known-structures.ts';

const a: readonly NodeByHand[] = [
  [-1, 1, 10],
  [0, 2, 5],
];
const b: readonly NodeByHand[] = [
  [-1, 1, 10],
  [0, 2, 5],
  [0, 3, 5],
];
const c: readonly NodeByHand[] = [
  [-1, 4, 10],
  [0, 2, 5],
];

test('a structure is found again in a set that numbers it otherwise', () => {
  const known = learnStructures(tracesByHand([a, b, a]), firstTraces(3));
  expect(known.count).toEqual(Float32Array.of(2, 1));
  const other = tracesByHand([c, b, a]);
  const find = createStructureFinder(known)(other);
  expect([...other.structureOf].map(find)).toEqual([-1, 1, 0]);
  // and what was unseen stays so, however often it is asked for
  expect([...other.structureOf].map(find)).toEqual([-1, 1, 0]);
});

test('training traces alone are known', () => {
  const traces = tracesByHand([a, b]);
  const find = createStructureFinder(learnStructures(traces, Uint32Array.of(0)))(traces);
  expect([...traces.structureOf].map(find)).toEqual([0, -1]);
});

test('an unseen structure is as surprising as the structures that one trace alone has', () => {
  // of four traces, two have a structure that no other has
  const known = learnStructures(tracesByHand([a, b, c, a]), firstTraces(4));
  expect(unseenSurprise(known)).toBeCloseTo(-Math.log(3 / 5), 12);
  expect(unseenSurprise({ count: Float32Array.of(9) })).toBeCloseTo(Math.log(10), 12);
});
