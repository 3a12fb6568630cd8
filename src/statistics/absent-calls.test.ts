import { expect, test } from 'vitest';
import { absentCalls } from './absent-calls.ts';

/** 1 calls 2, which calls 3, and 1 calls 4; another root is 5. */
const paths = {
  caller: Int32Array.of(-1, 0, 1, 0, -1),
  operation: Int32Array.of(1, 2, 3, 4, 5),
};
const count = [9, 8, 4, 2, 7];

test('a call is absent where its caller is there, by how rarely it was missing', () => {
  expect(absentCalls(paths, count, Int32Array.of(0), 8)).toEqual([
    // of 9 traces with the caller, one went without
    { operations: [1, 2], surprise: -Math.log(2 / 10) },
    { operations: [1, 4], surprise: -Math.log(8 / 10) },
  ]);
});

test('what is below an absent call is not named, nor another root', () => {
  const named = absentCalls(paths, count, Int32Array.of(0, 1, -2), 8);
  expect(named.map(({ operations }) => operations)).toEqual([
    [1, 2, 3],
    [1, 4],
  ]);
  expect(named[0]!.surprise).toBeCloseTo(-Math.log(5 / 9), 12);
  expect(absentCalls(paths, count, Int32Array.of(0), 1)).toHaveLength(1);
});
