import { expect, test } from 'vitest';
import { createRandom } from '../base/random.ts';
import { toyTraces } from '../testing/toy-traces.ts';
import type { TraceSet } from './trace-set.ts';
import { chooseMaxNodes, maxNodesChoices } from './tree-sizes.ts';

/** Only sizes matter here. */
function tracesOfSizes(sizes: readonly number[]): TraceSet {
  const nodeOffset = new Uint32Array(sizes.length + 1);
  sizes.forEach((size, i) => {
    nodeOffset[i + 1] = nodeOffset[i]! + size;
  });
  return { ...toyTraces(0), structureOf: new Uint32Array(sizes.length), nodeOffset };
}

const repeat = (size: number, times: number): number[] => new Array<number>(times).fill(size);

test('each choice says what it keeps, up to the one that keeps all', () => {
  const traces = tracesOfSizes([...repeat(8, 50), ...repeat(9, 25), ...repeat(40, 25)]);
  expect(maxNodesChoices(traces)).toEqual([
    { maxNodes: 8, share: 0.5 },
    { maxNodes: 16, share: 0.75 },
    { maxNodes: 32, share: 0.75 },
    { maxNodes: 64, share: 1 },
  ]);
});

test('the smallest choice that keeps 99.9 % is taken, never under the 32 of the paper', () => {
  expect(chooseMaxNodes(tracesOfSizes(repeat(3, 10)))).toBe(32);
  expect(chooseMaxNodes(tracesOfSizes([...repeat(32, 999), 33]))).toBe(32);
  expect(chooseMaxNodes(tracesOfSizes([...repeat(32, 998), 33, 33]))).toBe(64);
  expect(chooseMaxNodes(tracesOfSizes([...repeat(64, 998), 65, 65]))).toBe(128);
  expect(chooseMaxNodes(tracesOfSizes([...repeat(65, 995), ...repeat(200, 5)]))).toBe(256);
  expect(chooseMaxNodes(tracesOfSizes([...repeat(65, 999), 200]))).toBe(128);
});

test('whatever the tail of sizes, at least 99.9 % of the traces of up to 512 nodes are kept', () => {
  const random = createRandom(7);
  for (let tail = 1; tail < 60; tail += 3) {
    const sizes = Array.from({ length: 4000 }, () =>
      Math.min(512, 2 + Math.floor(Math.exp(random.normal()) * tail)),
    );
    const chosen = chooseMaxNodes(tracesOfSizes(sizes));
    expect(sizes.filter((size) => size <= chosen).length / sizes.length).toBeGreaterThanOrEqual(
      0.999,
    );
  }
});

test('what no choice keeps does not raise it', () => {
  expect(chooseMaxNodes(tracesOfSizes(repeat(1000, 10)))).toBe(32);
  expect(chooseMaxNodes(tracesOfSizes([...repeat(1000, 10), 200]))).toBe(256);
  expect(chooseMaxNodes(tracesOfSizes([]))).toBe(32);
});
