/**
 * What GTrace takes from the training traces before it trains: which operations there are, and how
 * their latencies are standardised. Plain arrays, stored beside the weights.
 */
import { percentileOfSorted } from '../../base/statistics.ts';
import { nodeCount, type TraceSet } from '../../trace/trace-set.ts';
import type { SavedWeights } from '../detector.ts';

export interface GTraceFacts {
  /** [operations] row of each operation in the embeddings: its id, or 0 where training has none. */
  readonly operationRow: Float32Array;
  /** [operations] row of its service likewise. */
  readonly serviceRow: Float32Array;
  /** [operations] milliseconds */
  readonly meanMs: Float32Array;
  readonly stdMs: Float32Array;
  /** [2] nats that the oddest position and the oddest latency are divided by. */
  readonly units: Float32Array;
}

/** Mean and std of an operation that training has none of, milliseconds. */
const UNSEEN_MS = 50;
/** Latencies from this percentile on play no part in mean and std. */
const TRIM_PERCENT = 99;

/**
 * Mean and population std of what is strictly below an operation's 99th percentile (of all, where
 * nothing is), the std at least `stdFloorMs`.
 *
 * @param train trace indices
 */
export function learnFacts(traces: TraceSet, train: Uint32Array, stdFloorMs: number): GTraceFacts {
  const { operations, structures, structureOf, nodeOffset, latencyUs } = traces;
  const eachNode = (visit: (operation: number, ms: number) => void): void => {
    for (const trace of train) {
      const shape = structures.nodeOffset[structureOf[trace]!]!;
      const first = nodeOffset[trace]!;
      for (let i = 0; i < nodeCount(traces, trace); i++) {
        visit(structures.operation[shape + i]!, latencyUs[first + i]! / 1e3);
      }
    }
  };
  const start = new Uint32Array(operations.length + 1);
  eachNode((operation) => {
    start[operation + 1]!++;
  });
  for (let op = 0; op < operations.length; op++) start[op + 1]! += start[op]!;
  const next = start.slice();
  const values = new Float64Array(start[operations.length]!);
  eachNode((operation, ms) => {
    values[next[operation]!++] = ms;
  });

  const seen = operations.map((_, op) => start[op + 1]! > start[op]!);
  const services = new Set(operations.filter((_, op) => seen[op]).map(({ service }) => service));
  const moments = operations.map((_, op) =>
    trimmedMoments(values.subarray(start[op]!, start[op + 1]!).sort()),
  );
  return {
    operationRow: Float32Array.from(operations, (_, op) => (seen[op] ? op : 0)),
    serviceRow: Float32Array.from(operations, ({ service }) =>
      services.has(service) ? service : 0,
    ),
    meanMs: Float32Array.from(moments, ({ mean }) => mean),
    stdMs: Float32Array.from(moments, ({ std }) => Math.max(std, stdFloorMs)),
    units: Float32Array.of(1, 1),
  };
}

/** @param ascending sorted milliseconds */
function trimmedMoments(ascending: Float64Array): { mean: number; std: number } {
  if (ascending.length === 0) return { mean: UNSEEN_MS, std: UNSEEN_MS };
  const limit = percentileOfSorted(ascending, TRIM_PERCENT);
  const below = ascending.filter((value) => value < limit);
  const kept = below.length > 0 ? below : ascending;
  const mean = kept.reduce((sum, value) => sum + value, 0) / kept.length;
  const variance = kept.reduce((sum, value) => sum + (value - mean) ** 2, 0) / kept.length;
  return { mean, std: Math.sqrt(variance) };
}

const COLUMNS = ['operationRow', 'serviceRow', 'meanMs', 'stdMs', 'units'] as const;

/** The facts are stored beside the parameters. */
export function withFacts({ tensors }: SavedWeights, facts: GTraceFacts): SavedWeights {
  const columns = COLUMNS.map((name) => ({
    name: `facts.${name}`,
    shape: [facts[name].length],
    data: facts[name],
  }));
  return { formatVersion: 1, tensors: [...tensors, ...columns] };
}

export function factsOf({ tensors }: SavedWeights): GTraceFacts {
  const column = (name: (typeof COLUMNS)[number]): Float32Array =>
    tensors.find((tensor) => tensor.name === `facts.${name}`)!.data;
  return {
    operationRow: column('operationRow'),
    serviceRow: column('serviceRow'),
    meanMs: column('meanMs'),
    stdMs: column('stdMs'),
    units: column('units'),
  };
}

/** A latency in the units of its operation. */
export const standardise = (
  { meanMs, stdMs }: GTraceFacts,
  operation: number,
  latencyUs: number,
): number => (latencyUs / 1e3 - meanMs[operation]!) / stdMs[operation]!;
