/** A small dataset made by hand: a few trees, latencies by seed. For tests that only need data. */
import { createRandom } from '../base/random.ts';
import type { DetectorData } from '../detectors/detector.ts';
import { fitLatencyScale } from '../features/latency-scale.ts';
import { createStringColumnBuilder } from '../trace/string-column.ts';
import type { TraceSet } from '../trace/trace-set.ts';

/** Parent and operation of each node. */
const TREES: readonly (readonly (readonly [number, number])[])[] = [
  [
    [-1, 1],
    [0, 2],
    [0, 3],
  ],
  [
    [-1, 1],
    [0, 2],
  ],
  [
    [-1, 4],
    [0, 1],
    [1, 2],
    [1, 3],
    [2, 5],
  ],
];
const OPERATIONS = 6;

export function toyTraces(count: number, seed = 1): TraceSet {
  const random = createRandom(seed);
  const structureOf = Uint32Array.from({ length: count }, () => random.integer(TREES.length));
  const nodeOffset = new Uint32Array(count + 1);
  const latencyUs: number[] = [];
  structureOf.forEach((structure, trace) => {
    const tree = TREES[structure]!;
    const load = 1 + random.uniform();
    for (const [, operation] of tree) {
      latencyUs.push(1000 * operation * load + 50 * random.normal());
    }
    nodeOffset[trace + 1] = nodeOffset[trace]! + tree.length;
  });
  const structureOffset = [0];
  for (const tree of TREES) structureOffset.push(structureOffset.at(-1)! + tree.length);
  const nodes = TREES.flat();
  const traceIds = createStringColumnBuilder();
  for (let trace = 0; trace < count; trace++) traceIds.append(`trace-${trace}`);
  return {
    services: ['', 'shop'],
    operations: Array.from({ length: OPERATIONS }, (_, id) => ({
      service: id === 0 ? 0 : 1,
      name: id === 0 ? '' : `operation ${id}`,
    })),
    structures: {
      nodeOffset: Uint32Array.from(structureOffset),
      parent: Int32Array.from(nodes, ([parent]) => parent),
      operation: Uint32Array.from(nodes, ([, operation]) => operation),
    },
    structureOf,
    nodeOffset,
    latencyUs: Float32Array.from(latencyUs),
    spanCount: new Uint32Array(latencyUs.length).fill(1),
    startUs: new Float64Array(count).fill(Number.NaN),
    label: new Uint8Array(count),
    file: new Uint16Array(count),
    traceIds: traceIds.finish(),
  };
}

/** Five of six traces train, the rest validate. */
export function toyData(count: number, seed = 1): DetectorData {
  const traces = toyTraces(count, seed);
  const all = Uint32Array.from({ length: count }, (_, trace) => trace);
  const train = all.subarray(0, Math.ceil((5 * count) / 6));
  return {
    traces,
    train,
    val: all.subarray(train.length),
    scale: fitLatencyScale(traces, train, 'robust'),
  };
}
