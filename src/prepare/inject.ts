/** Anomalies in copies of test traces, section A.4, on merged trees. */
import { createRandom } from '../base/random.ts';
import { type Label, labelCode, type StructureTable, type TraceSet } from '../trace/trace-set.ts';
import { drawRemaining, drawUntil, slowNodes } from './anomalies.ts';
import { latencyP99 } from './latency-p99.ts';
import type { PrepareSettings } from './settings.ts';
import { createTreeBook, treeOf } from './tree-book.ts';

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
  /** [nodes] spans that failed; absent where the dataset does not say */
  readonly errorCount?: Uint16Array;
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
  const normal = Uint32Array.from(traces.label.keys()).filter(
    (trace) => !isAnomaly(traces.label[trace]!),
  );
  const trees = createTreeBook(traces, normal);
  const draws = createRandom(seed, STREAM.structure);
  const structure = drawUntil(test.length > 0 ? wanted.structure : 0, (): InjectedTrace | null => {
    const origin = test[draws.integer(test.length)]!;
    const tree = treeOf(traces.structures, traces.structureOf[origin]!);
    const alive = drawRemaining(tree.parent, draws, ranges.discardRate);
    if (alive === null) return null;
    const left = trees.withoutNodes(tree, alive);
    if (left === null) return null;
    const { kept } = left;
    const first = traces.nodeOffset[origin]!;
    return {
      origin,
      label: 'structure',
      structure: left.structure,
      latencyUs: Float32Array.from(kept, (node) => traces.latencyUs[first + node]!),
      spanCount: Uint32Array.from(kept, (node) => traces.spanCount[first + node]!),
      ...(traces.errorCount && {
        errorCount: Uint16Array.from(kept, (node) => traces.errorCount![first + node]!),
      }),
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
      ...(traces.errorCount && { errorCount: traces.errorCount.slice(first, end) }),
    };
  });
  return { injected: [...structure, ...time], structures: trees.finish() };
}

export const isAnomaly = (label: number): boolean =>
  label === labelCode('structure') || label === labelCode('time');
