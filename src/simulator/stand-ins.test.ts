import { describe, expect, it } from 'vitest';
import { describeAll } from '../prepare/describe.ts';
import { PAPER_SETTINGS } from '../prepare/settings.ts';
import { prepareTraces } from '../testing/prepare-at-once.ts';
import { assembleTraces } from '../trace/assemble.ts';
import { labelCode } from '../trace/trace-set.ts';
import { validateTraceSet } from '../trace/validate.ts';
import { MIN_STAND_IN_TRACES, STAND_IN_IDS, TABLE_4 } from './stand-in-catalog.ts';
import { simulateStandIn } from './stand-ins.ts';

const assemble = (id: (typeof STAND_IN_IDS)[number], traces: number, seed = 1) => {
  const { files, spans } = simulateStandIn({ id, traces }, seed);
  return assembleTraces(
    spans,
    files.map(({ name }) => name),
  );
};

describe.each(STAND_IN_IDS)('the stand-in of dataset %s', (id) => {
  const table = TABLE_4[id];
  const { traces, ledger } = assemble(id, 40_000);

  it('has the counts of Table 4 before re-sampling, at any number of traces', () => {
    expect(ledger).toEqual([]);
    expect(validateTraceSet(traces)).toMatchObject({ ok: true });
    for (const set of [traces, assemble(id, MIN_STAND_IN_TRACES).traces]) {
      const { operations, rootOperations, maxNodes, maxDepth } = describeAll(set);
      expect({ operations, rootOperations }).toEqual({
        operations: table.operations,
        rootOperations: table.rootOperations,
      });
      expect({ maxNodes, maxDepth }).toEqual({
        maxNodes: table.maxNodes,
        maxDepth: table.maxDepth,
      });
    }
  });

  it('has the sizes and latencies of Table 4 after re-sampling and merging', () => {
    // E is used as it is; the paper's 100 traces of a group are of millions
    const { report } = prepareTraces(traces, {
      ...PAPER_SETTINGS,
      balance: id !== 'E',
      slowestPercent: id === 'E' ? 0 : 1,
      minGroupSize: id === 'E' ? 1 : 60,
      structureShare: 0,
      timeShare: 0,
    });
    const { maxNodes, maxDepth, latencyMs } = report.steps.find(
      ({ step }) => step === 'parts',
    )!.after;
    expect({ maxNodes, maxDepth }).toEqual({ maxNodes: table.maxNodes, maxDepth: table.maxDepth });
    for (const percentile of ['p90', 'p95', 'p99'] as const) {
      expect(latencyMs![percentile] / table.latencyMs[percentile]).toBeGreaterThan(0.9);
      expect(latencyMs![percentile] / table.latencyMs[percentile]).toBeLessThan(1.1);
    }
  });

  it('is the same for the same seed, and another for another', () => {
    const spans = (seed: number) => simulateStandIn({ id, traces: 2000 }, seed).spans.durationUs;
    expect(spans(3)).toEqual(spans(3));
    expect(spans(4)).not.toEqual(spans(3));
  });
});

describe('stand-ins', () => {
  it('of A to D are unlabelled traffic in which small traces are most', () => {
    for (const id of ['A', 'B', 'C', 'D'] as const) {
      const { traces } = assemble(id, 5000);
      expect(traces.label.every((label) => label === labelCode('unlabelled'))).toBe(true);
      const { byNodes, maxNodes, traces: count } = describeAll(traces);
      const small = byNodes.slice(0, maxNodes / 2 + 1).reduce((sum, n) => sum + n, 0);
      expect(small / count).toBeGreaterThan(0.6);
    }
  });

  it('of E has parts and as few anomalies as section 6.1 says', () => {
    const { files, spans } = simulateStandIn({ id: 'E', traces: 20_000 }, 1);
    const { traces } = assembleTraces(spans, ['', '', '']);
    expect(files.map(({ role }) => role)).toEqual(['train', 'val', 'test']);
    const count = (file: number, label: 'normal' | 'structure' | 'time'): number =>
      traces.file.filter((f, t) => f === file && traces.label[t] === labelCode(label)).length;
    expect([0, 1, 2].map((file) => count(file, 'normal'))).toEqual([12_731, 1314, 5955]);
    expect([count(2, 'structure'), count(2, 'time')]).toEqual([34, 43]);
    expect(count(0, 'time') + count(0, 'structure')).toBe(0);
  });
});
