import { describe, expect, it } from 'vitest';
import { createRandom } from '../base/random.ts';
import { simulate } from '../simulator/simulate.ts';
import { assembleTraces } from '../trace/assemble.ts';
import { nodeCount, readTree } from '../trace/trace-set.ts';
import { epochBatches } from './epoch-batches.ts';
import { fitLatencyScale } from './latency-scale.ts';
import { makeBatch } from './trace-batch.ts';

describe('makeBatch', () => {
  const { traces } = assembleTraces(simulate({ seed: 1, traces: 120 }), ['one']);
  const all = Uint32Array.from(traces.structureOf.keys());
  const scale = fitLatencyScale(traces, all, 'authors');

  it('holds each tree, padded', () => {
    const selected = Uint32Array.of(7, 3, 99);
    const batch = makeBatch(traces, scale, selected, 40);
    expect([batch.size, batch.maxNodes]).toEqual([3, 40]);
    selected.forEach((trace, b) => {
      const tree = readTree(traces, trace);
      expect(batch.nodeCount[b]).toBe(tree.length);
      for (let i = 0; i < 40; i++) {
        const at = b * 40 + i;
        const node = tree[i];
        expect(batch.parent[at]).toBe(node?.parent ?? -1);
        expect(batch.operation[at]).toBe(node?.operation ?? 0);
        const op = node?.operation ?? 0;
        const x = node ? (node.latencyUs - scale.meanUs[op]!) / scale.divisorUs[op]! : 0;
        expect(batch.latency[at]).toBeCloseTo(x, 4);
      }
    });
  });

  it('has mean 0 and std 1 for every operation of the training set', () => {
    const { latency, operation } = makeBatch(traces, scale, all, 32);
    const sums = new Map<number, { n: number; sum: number; squares: number }>();
    operation.forEach((op, at) => {
      if (op === 0) return;
      const { n, sum, squares } = sums.get(op) ?? { n: 0, sum: 0, squares: 0 };
      const x = latency[at]!;
      sums.set(op, { n: n + 1, sum: sum + x, squares: squares + x * x });
    });
    for (const { n, sum, squares } of sums.values()) {
      expect(sum / n).toBeCloseTo(0, 4);
      if (n > 1) expect(squares / n).toBeCloseTo(1, 2);
    }
  });

  it('refuses a trace that does not fit', () => {
    const large = all.find((trace) => nodeCount(traces, trace) > 10)!;
    expect(() => makeBatch(traces, scale, Uint32Array.of(large), 10)).toThrow(/holds 10/);
  });
});

describe('epochBatches', () => {
  const selected = Uint32Array.from({ length: 10 }, (_, i) => 100 + i);

  it('meets every trace once, in a seeded order, and keeps the last small batch', () => {
    const batches = epochBatches(selected, 4, createRandom(1, 1));
    expect(batches.map((batch) => batch.length)).toEqual([4, 4, 2]);
    const met = batches.flatMap((batch) => [...batch]);
    expect([...met].sort()).toEqual([...selected]);
    expect(met).not.toEqual([...selected]);
    expect(epochBatches(selected, 4, createRandom(1, 1))).toEqual(batches);
    expect(epochBatches(selected, 4, createRandom(1, 2))).not.toEqual(batches);
  });

  it('leaves the selection as it was', () => {
    epochBatches(selected, 3, createRandom(5));
    expect(selected[0]).toBe(100);
    expect(epochBatches(new Uint32Array(0), 3, createRandom(5))).toEqual([]);
  });
});
