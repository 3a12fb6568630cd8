import { expect, test } from 'vitest';
import { toyTraces } from '../../testing/toy-traces.ts';
import type { TraceSet } from '../../trace/trace-set.ts';
import { cutBatch } from './inputs.ts';

/** Only sizes matter here. */
function tracesOfSize(nodes: number, count: number): TraceSet {
  const nodeOffset = Uint32Array.from({ length: count + 1 }, (_, i) => i * nodes);
  return { ...toyTraces(0), structureOf: new Uint32Array(count), nodeOffset };
}

const sizesOf = (nodes: number, count: number): number[] => {
  const batch = Uint32Array.from({ length: count }, (_, i) => i);
  const parts = cutBatch(tracesOfSize(nodes, count), batch);
  expect(parts.flatMap((part) => [...part])).toEqual([...batch]);
  return parts.map(({ length }) => length);
};

test('a batch stays whole up to 64 trees of 256 nodes, and is cut into even parts beyond', () => {
  expect(sizesOf(44, 64)).toEqual([64]);
  expect(sizesOf(256, 64)).toEqual([64]);
  expect(sizesOf(512, 64)).toEqual([32, 32]);
  expect(sizesOf(600, 64)).toEqual([21, 22, 21]);
  // a part of one trace has no batch statistics
  expect(sizesOf(20_000, 5)).toEqual([3, 2]);
  expect(sizesOf(20_000, 1)).toEqual([1]);
});
