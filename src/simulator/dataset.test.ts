import { beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../base/random.ts';
import { mean, median } from '../base/statistics.ts';
import { fitLatencyScale, type LatencyScale } from '../features/latency-scale.ts';
import { makeBatch } from '../features/trace-batch.ts';
import { rankingMetrics } from '../testing/ranking.ts';
import { type AssembledTraces, assembleTraces } from '../trace/assemble.ts';
import { labelCode, nodeCount, type TraceSet, traceCount } from '../trace/trace-set.ts';
import { drawBalanced } from './balance.ts';
import { DEMO, type SimulatedDataset, simulateDataset, simulateDemo } from './dataset.ts';

describe('simulateDemo', () => {
  let demo: SimulatedDataset;
  let merged: AssembledTraces;
  let seconds = 0;

  beforeAll(() => {
    const start = performance.now();
    demo = simulateDemo(1);
    seconds = (performance.now() - start) / 1e3;
    merged = assembleTraces(
      demo.spans,
      demo.files.map(({ name }) => name),
    );
  });

  it('is made in under 2 s', () => {
    expect(seconds).toBeLessThan(2);
  });

  it('merges without a loss into trees of 2 to 32 nodes, both ends often', () => {
    const { traces, ledger } = merged;
    expect(ledger).toEqual([]);
    const sizes = Array.from({ length: traceCount(traces) }, (_, t) => nodeCount(traces, t));
    expect(Math.min(...sizes)).toBe(2);
    expect(Math.max(...sizes)).toBe(32);
    const share = (from: number, to: number): number =>
      sizes.filter((n) => n >= from && n <= to).length / sizes.length;
    expect(share(2, 5)).toBeGreaterThan(0.12);
    expect(share(25, 32)).toBeGreaterThan(0.2);
  });

  it('has the parts and the anomalies that section A.4 asks for', () => {
    const { traces } = merged;
    const count = (file: number, label: 'normal' | 'structure' | 'time'): number =>
      traces.file.filter((f, t) => f === file && traces.label[t] === labelCode(label)).length;
    expect(demo.files.map(({ role }) => role)).toEqual(['train', 'val', 'test']);
    expect([0, 1, 2].map((file) => count(file, 'normal'))).toEqual([3000, 600, 1500]);
    expect([0, 1].map((file) => count(file, 'structure') + count(file, 'time'))).toEqual([0, 0]);
    expect([count(2, 'structure'), count(2, 'time')]).toEqual([75, 75]);
  });

  it('gives no structure anomaly a structure that training traces have', () => {
    const { structureOf, label, file } = merged.traces;
    const known = new Set(structureOf.filter((_, t) => file[t] === 0));
    const anomalous = structureOf.filter((_, t) => label[t] === labelCode('structure'));
    expect(anomalous.some((structure) => known.has(structure))).toBe(false);
  });

  it('is the same for the same seed', () => {
    expect(simulateDemo(1).spans.durationUs).toEqual(demo.spans.durationUs);
    expect(simulateDemo(2).spans.durationUs).not.toEqual(demo.spans.durationUs);
  });
});

describe('the entropy gap of the demo (section 5.2)', () => {
  // many anomalies, so that the shares are not chance
  const { files, spans } = simulateDataset('gap', {
    ...DEMO,
    seed: 1,
    structureAnomalies: 0,
    timeAnomalies: 1500,
  });
  const { traces } = assembleTraces(
    spans,
    files.map(({ name }) => name),
  );
  const all = [...traces.structureOf.keys()];
  const train = Uint32Array.from(all.filter((t) => traces.file[t] === 0));
  const nll = gaussianNll(traces, fitLatencyScale(traces, train, 'authors'), train);
  const scored = all
    .filter((t) => files[traces.file[t]!]!.role === 'test')
    .map((t) => ({
      nll: nll(t),
      nodes: nodeCount(traces, t),
      anomaly: traces.label[t] === labelCode('time') ? 1 : 0,
    }));

  it('leaves some slowed small traces below the median of large normal ones', () => {
    const largeNormal = scored.filter(({ nodes, anomaly }) => nodes >= 25 && anomaly === 0);
    const smallSlowed = scored.filter(({ nodes, anomaly }) => nodes <= 5 && anomaly === 1);
    const limit = median(largeNormal.map((trace) => trace.nll));
    const below = smallSlowed.filter((trace) => trace.nll < limit).length;
    expect(smallSlowed.length).toBeGreaterThan(200);
    expect(below / smallSlowed.length).toBeGreaterThan(0.04);
  });

  it('closes with node count normalization', () => {
    const anomaly = scored.map((trace) => trace.anomaly);
    const plain = rankingMetrics(
      scored.map((trace) => trace.nll),
      anomaly,
    );
    const normalized = rankingMetrics(
      scored.map((trace) => (trace.nll * 32) / trace.nodes),
      anomaly,
    );
    expect(normalized.auroc!).toBeGreaterThan(plain.auroc!);
    expect(normalized.bestF!).toBeGreaterThan(plain.bestF!);
  });
});

/**
 * Stands in for a model: an independent Gaussian for each node of each training structure, on
 * standardised latency.
 */
function gaussianNll(
  traces: TraceSet,
  scale: LatencyScale,
  train: Uint32Array,
): (trace: number) => number {
  const latencies = (trace: number): Float32Array => {
    const batch = makeBatch(traces, scale, Uint32Array.of(trace), 32);
    return batch.latency.subarray(0, nodeCount(traces, trace));
  };
  const samples = new Map<number, Float32Array[]>();
  for (const trace of train) {
    const structure = traces.structureOf[trace]!;
    samples.set(structure, [...(samples.get(structure) ?? []), latencies(trace)]);
  }
  const nodes = new Map(
    [...samples].map(([structure, rows]) => [
      structure,
      Array.from(rows[0]!, (_, i) => {
        const values = rows.map((row) => row[i]!);
        const centre = mean(values);
        const std = Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
        return { mean: centre, std: Math.max(std, 1e-3) };
      }),
    ]),
  );
  return (trace) =>
    latencies(trace).reduce((sum, x, i) => {
      const { mean, std } = nodes.get(traces.structureOf[trace]!)![i]!;
      return sum + ((x - mean) / std) ** 2 / 2 + Math.log(std) + Math.log(2 * Math.PI) / 2;
    }, 0);
}

describe('drawBalanced', () => {
  it('takes an equal number of every frequent group', () => {
    const random = createRandom(1);
    const draw = () => {
      const u = random.uniform();
      const group = u < 0.8 ? 'common' : u < 0.99 ? 'less' : 'rare';
      return { item: group, group };
    };
    const drawn = drawBalanced(draw, 101, { census: 1000, minShare: 0.05, random });
    const count = (group: string): number => drawn.filter((item) => item === group).length;
    expect(count('rare')).toBe(0);
    expect([count('common'), count('less')].sort()).toEqual([50, 51]);
  });
});
