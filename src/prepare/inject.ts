/** Anomalies in copies of test traces, section A.4, on merged trees. */
import { createRandom } from '../base/random.ts';
import { percentile } from '../base/statistics.ts';
import { createStructureInterner } from '../trace/structure-interner.ts';
import {
  type Label,
  labelCode,
  type StructureTable,
  structureCount,
  structureSize,
  type TraceSet,
} from '../trace/trace-set.ts';
import { drawRemaining, drawUntil, remainingTree, slowNodes } from './anomalies.ts';
import type { PrepareSettings } from './settings.ts';

/** A copy of a trace with another structure or other latencies. */
export interface InjectedTrace {
  /** Trace that it is a copy of. */
  readonly origin: number;
  readonly label: Extract<Label, 'structure' | 'time'>;
  /** In {@link Injection.structures}. */
  readonly structure: number;
  /** [nodes] microseconds */
  readonly latencyUs: Float32Array;
  /** [nodes] */
  readonly spanCount: Uint32Array;
}

export interface Injection {
  readonly injected: readonly InjectedTrace[];
  /** The table of the data, then structures that anomalies alone have. */
  readonly structures: StructureTable;
}

/** Independent streams of the seed. */
const STREAM = { structure: 22, time: 23 } as const;

/**
 * Differs from the paper: what remains of a structure anomaly must be a structure that no normal
 * trace of the data has, else its label would be wrong (an optional call is left out).
 *
 * @param train trace indices that the p99 of each operation is taken over
 * @param test  trace indices that are copied
 * @param wanted numbers of anomalies
 */
export function injectAnomalies(
  traces: TraceSet,
  { train, test }: { readonly train: Uint32Array; readonly test: Uint32Array },
  wanted: { readonly structure: number; readonly time: number },
  { seed, ranges }: Pick<PrepareSettings, 'seed' | 'ranges'>,
): Injection {
  const interner = createStructureInterner();
  const known = structureCount(traces.structures);
  for (let structure = 0; structure < known; structure++) {
    const { parent, operation } = treeOf(traces.structures, structure);
    interner.intern(parent, operation, parent.length);
  }
  const isNormal = normalStructures(traces);
  const draws = createRandom(seed, STREAM.structure);
  const structure = drawUntil(test.length > 0 ? wanted.structure : 0, (): InjectedTrace | null => {
    const origin = test[draws.integer(test.length)]!;
    const tree = treeOf(traces.structures, traces.structureOf[origin]!);
    const alive = drawRemaining(tree.parent, draws, ranges.discardRate);
    if (alive === null) return null;
    // what is left of a breadth-first tree with sorted children is one again
    const { kept, parent } = remainingTree(tree.parent, alive);
    const operation = Uint32Array.from(kept, (node) => tree.operation[node]!);
    const left = interner.intern(parent, operation, kept.length);
    if (left < known && isNormal[left] === 1) return null;
    const first = traces.nodeOffset[origin]!;
    return {
      origin,
      label: 'structure',
      structure: left,
      latencyUs: Float32Array.from(kept, (node) => traces.latencyUs[first + node]!),
      spanCount: Uint32Array.from(kept, (node) => traces.spanCount[first + node]!),
    };
  });

  const p99Us = latencyP99(traces, train);
  const times = createRandom(seed, STREAM.time);
  const time = drawUntil(test.length > 0 ? wanted.time : 0, (): InjectedTrace => {
    const origin = test[times.integer(test.length)]!;
    const tree = treeOf(traces.structures, traces.structureOf[origin]!);
    const [first, end] = [traces.nodeOffset[origin]!, traces.nodeOffset[origin + 1]!];
    const p99UsOf = (node: number): number => p99Us[tree.operation[node]!]!;
    const latencyUs = traces.latencyUs.subarray(first, end);
    return {
      origin,
      label: 'time',
      structure: traces.structureOf[origin]!,
      latencyUs: Float32Array.from(slowNodes(tree.parent, latencyUs, p99UsOf, times, ranges)),
      spanCount: traces.spanCount.slice(first, end),
    };
  });
  return { injected: [...structure, ...time], structures: interner.finish() };
}

function treeOf(
  structures: StructureTable,
  structure: number,
): { readonly parent: Int32Array; readonly operation: Uint32Array } {
  const first = structures.nodeOffset[structure]!;
  const end = first + structureSize(structures, structure);
  return {
    parent: structures.parent.subarray(first, end),
    operation: structures.operation.subarray(first, end),
  };
}

/** [structures] 1 where a trace has it that is not labelled an anomaly. */
function normalStructures({ structures, structureOf, label }: TraceSet): Uint8Array {
  const normal = new Uint8Array(structureCount(structures));
  for (let trace = 0; trace < structureOf.length; trace++) {
    if (!isAnomaly(label[trace]!)) normal[structureOf[trace]!] = 1;
  }
  return normal;
}

export const isAnomaly = (label: number): boolean =>
  label === labelCode('structure') || label === labelCode('time');

/** [operations] 99th percentile of node latency, microseconds; NaN where no trace has it. */
function latencyP99(traces: TraceSet, selected: Uint32Array): Float64Array {
  const { structures, structureOf, nodeOffset, latencyUs, operations } = traces;
  const offset = new Uint32Array(operations.length + 1);
  const visit = (each: (operation: number, latency: number) => void): void => {
    for (const trace of selected) {
      const shape = structures.nodeOffset[structureOf[trace]!]!;
      const first = nodeOffset[trace]!;
      for (let i = first; i < nodeOffset[trace + 1]!; i++) {
        each(structures.operation[shape + i - first]!, latencyUs[i]!);
      }
    }
  };
  visit((operation) => {
    offset[operation + 1]! += 1;
  });
  for (let id = 0; id < operations.length; id++) offset[id + 1]! += offset[id]!;
  const next = offset.slice();
  const sortedByOperation = new Float32Array(offset.at(-1)!);
  visit((operation, latency) => {
    const place = next[operation]!++;
    sortedByOperation[place] = latency;
  });
  return Float64Array.from(operations, (_, id) =>
    percentile(sortedByOperation.subarray(offset[id]!, offset[id + 1]!), 99),
  );
}
