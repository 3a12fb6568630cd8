import { expect, test } from 'vitest';
import { FIRST_FOUR, fiveTraces } from '../testing/five-traces.ts';
import { criticalNodesOf } from '../trace/critical-path.ts';
import { collectCallPaths, createPathFinder, operationsOfPath } from './call-paths.ts';
import { fitPathScale, makeVectors } from './path-vectors.ts';

const traces = fiveTraces();
const all = () => null;
const rounded = (values: Iterable<number>) =>
  Array.from(values, (value) => Number(value.toFixed(2)));

test('paths are numbered by structure, then by node: a, a/b, a/c', () => {
  const paths = collectCallPaths(traces, FIRST_FOUR);
  expect([...paths.caller]).toEqual([-1, 0, 0]);
  expect([0, 1, 2].map((path) => operationsOfPath(paths, path))).toEqual([[1], [1, 2], [1, 3]]);
  const pathsOf = createPathFinder(traces, paths);
  expect([...pathsOf(2)]).toEqual([0, 2]); // a, a/c
});

test('a path that training did not have is unknown, and so is what lies below it', () => {
  const paths = collectCallPaths(traces, Uint32Array.of(3)); // a ( b ) alone
  expect([...createPathFinder(traces, paths)(0)]).toEqual([0, 1, -2]);
});

test('the vectors of the five traces', () => {
  // Traces 0 to 3. a: 10 12 14 6, mean 10.5, variance (.25 + 2.25 + 12.25 + 20.25) / 4 = 8.75,
  // std 2.95804. b: 4 6 8 4, mean 5.5, variance (2.25 + .25 + 6.25 + 2.25) / 4 = 2.75, std 1.65831.
  // c: 5 5 11, mean 7, variance (4 + 4 + 16) / 3 = 8, std 2.82843.
  const scale = fitPathScale(traces, FIRST_FOUR, all);
  expect(rounded(scale.meanUs)).toEqual([10_500, 5500, 7000]);
  expect(rounded(scale.stdUs.map((std) => std / 1000))).toEqual([2.96, 1.66, 2.83]);
  const vectors = makeVectors(traces, scale, Uint32Array.of(0, 3, 4), all);
  expect(rounded(vectors)).toEqual([
    ...[-0.17, -0.9, -0.71], // (10 - 10.5) / 2.958, (4 - 5.5) / 1.6583, (5 - 7) / 2.8284
    ...[-1.52, -0.9, -1], // c is absent
    ...[30.26, -1, -0.71], // (100 - 10.5) / 2.958; b is absent
  ]);
});

test('the vectors of their critical paths', () => {
  // 0: 5 of 10 for c, then 4 of the 5 that are left for b: both. 1: 6 of 12, then 5 of 6: both.
  // 2: 11 of 14 for c, 8 do not fit into 3: b is hidden. 3: b.
  const vectors = (trace: number) => criticalNodesOf(traces, trace);
  expect([0, 1, 2, 3].map((trace) => [...vectors(trace)])).toEqual([
    [1, 1, 1],
    [1, 1, 1],
    [1, 0, 1],
    [1, 1],
  ]);
  // b on the path: 4 6 4, mean 4.6667, variance (.4444 + 1.7778 + .4444) / 3 = .8889, std .9428
  const scale = fitPathScale(traces, FIRST_FOUR, criticalNodesOf);
  expect(rounded([scale.meanUs[1]! / 1000, scale.stdUs[1]! / 1000])).toEqual([4.67, 0.94]);
  // (14 - 10.5) / 2.958, hidden, (11 - 7) / 2.8284
  expect(rounded(makeVectors(traces, scale, Uint32Array.of(2), criticalNodesOf))).toEqual([
    1.18, -1, 1.41,
  ]);
});
