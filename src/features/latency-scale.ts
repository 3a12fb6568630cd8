/**
 * Latency is standardised per operation (paper, section 2): x = (latency - mean) / std, with mean
 * and std over the merged nodes of the training set. The authors' formula divides by the bare std
 * (+ 1e-5 ms); the default here has a floor.
 *
 * Why a floor: on TrainTicket (N <= 32) "SELECT ts.train_food_list" has mean 0.5 ms and std 0.19 ms
 * over 168 training nodes. One normal validation trace waits 81 ms there, 432 std out; two more sit
 * 172 and 177 out. Such pauses (a full queue, a garbage collection) last about as long in every
 * operation, so an operation that has not met one yet is not steadier than the others: its std is
 * taken to be at least the typical one of the system. Largest |x| of a normal validation trace,
 * authors -> robust: TrainTicket N <= 32 432 -> 34 (training: 15), N <= 64 432 -> 41 (36), Online
 * Boutique 180 -> 45 (39). A floor of 10 % of the mean alone changes none of the three. The model
 * predicts its own std for each node, so a steady operation stays as sharp as it was.
 */
import { percentile } from '../base/statistics.ts';
import type { TraceSet } from '../trace/trace-set.ts';

/**
 * - `authors`: std + 1e-5 ms, as the authors' code divides; an operation with one constant latency
 *   then divides by almost 0.
 * - `robust` (default): the standard deviation has a floor. Differs from the paper's code.
 */
export type LatencyScaleKind = 'robust' | 'authors';

export interface LatencyScale {
  readonly kind: LatencyScaleKind;
  /** [operations] microseconds */
  readonly meanUs: Float64Array;
  /** [operations] microseconds, what latencies are divided by (floor or epsilon included). */
  readonly divisorUs: Float64Array;
  /** Operation ids whose divisor is the floor. */
  readonly floored: readonly number[];
  /** Where a model predicts another number than the duration; absent: it does not. */
  readonly target?: TargetScale;
}

/** A logarithm as what is predicted of a node, per operation: see latency-target.ts. */
export interface TargetScale {
  /** Of the duration, or of the self time. */
  readonly kind: 'log' | 'log-self';
  /** [operations] microseconds, added before the logarithm */
  readonly offsetUs: Float64Array;
  /** [operations] of the logarithm */
  readonly mean: Float64Array;
  readonly divisor: Float64Array;
}

/** @param selected trace indices of the training set */
export type FitLatencyScale = (
  traces: TraceSet,
  selected: Uint32Array,
  kind: LatencyScaleKind,
) => LatencyScale;

/** Per operation over merged nodes, float64. */
export interface LatencyMoments {
  /** [operations] merged nodes seen */
  readonly count: Uint32Array;
  /** [operations] microseconds; operations never seen have the mean over all nodes. */
  readonly meanUs: Float64Array;
  /** [operations] microseconds, population std; never seen: the std over all nodes. */
  readonly stdUs: Float64Array;
}

/** 1e-5 ms, added to the std by the authors' code. */
const AUTHORS_EPSILON_US = 1e-2;

/** An operation is not taken to be steadier than a tenth of its mean. */
const FLOOR_SHARE_OF_MEAN = 0.1;

/** Trace formats keep microseconds: below that a spread is rounding, not behaviour. */
const RESOLUTION_US = 1;

/** A std from fewer nodes is mixed with the one expected from the operation's mean. */
const ENOUGH_NODES = 10;

export const fitLatencyScale: FitLatencyScale = (traces, selected, kind) => {
  const moments = latencyMoments(traces, selected);
  if (kind === 'authors') {
    const divisorUs = moments.stdUs.map((std) => std + AUTHORS_EPSILON_US);
    return { kind, meanUs: moments.meanUs, divisorUs, floored: [] };
  }
  return { kind, meanUs: moments.meanUs, ...flooredDivisors(moments) };
};

function flooredDivisors({ count, meanUs, stdUs }: LatencyMoments): {
  divisorUs: Float64Array;
  floored: number[];
} {
  const wellSeen = [...count.keys()].filter((op) => count[op]! >= ENOUGH_NODES);
  const typicalStdUs =
    percentile(
      wellSeen.map((op) => stdUs[op]!),
      50,
    ) || 0;
  const typicalRatio =
    percentile(
      wellSeen.map((op) => stdUs[op]! / Math.max(meanUs[op]!, RESOLUTION_US)),
      50,
    ) || 0;

  const divisorUs = new Float64Array(stdUs.length);
  const floored: number[] = [];
  for (let op = 0; op < stdUs.length; op++) {
    const floor = Math.max(typicalStdUs, FLOOR_SHARE_OF_MEAN * meanUs[op]!, RESOLUTION_US);
    const n = count[op]!;
    let std = stdUs[op]!;
    if (n > 0 && n < ENOUGH_NODES) {
      // the variance that the missing nodes would have at the typical std-to-mean ratio
      const expected = typicalRatio * meanUs[op]!;
      std = Math.sqrt((n * std ** 2 + (ENOUGH_NODES - n) * expected ** 2) / ENOUGH_NODES);
    }
    divisorUs[op] = Math.max(std, floor);
    if (n > 0 && std < floor) floored.push(op);
  }
  return { divisorUs, floored };
}

/** @param selected trace indices of the training set */
export function latencyMoments(traces: TraceSet, selected: Uint32Array): LatencyMoments {
  const operations = traces.operations.length;
  const count = new Uint32Array(operations);
  const meanUs = new Float64Array(operations);
  const stdUs = new Float64Array(operations);

  let nodes = 0;
  let total = 0;
  forEachNode(traces, selected, (operation, latencyUs) => {
    count[operation]!++;
    meanUs[operation]! += latencyUs;
    nodes++;
    total += latencyUs;
  });
  const pooledMeanUs = nodes > 0 ? total / nodes : 0;
  for (let op = 0; op < operations; op++) {
    meanUs[op] = count[op]! > 0 ? meanUs[op]! / count[op]! : pooledMeanUs;
  }

  // a second pass over the deviations: squares of whole latencies would cancel
  let pooledSquares = 0;
  forEachNode(traces, selected, (operation, latencyUs) => {
    stdUs[operation]! += (latencyUs - meanUs[operation]!) ** 2;
    pooledSquares += (latencyUs - pooledMeanUs) ** 2;
  });
  const pooledStdUs = nodes > 0 ? Math.sqrt(pooledSquares / nodes) : 0;
  for (let op = 0; op < operations; op++) {
    stdUs[op] = count[op]! > 0 ? Math.sqrt(stdUs[op]! / count[op]!) : pooledStdUs;
  }
  return { count, meanUs, stdUs };
}

function forEachNode(
  traces: TraceSet,
  selected: Uint32Array,
  visit: (operation: number, latencyUs: number) => void,
): void {
  const { structures, structureOf, nodeOffset, latencyUs } = traces;
  for (const trace of selected) {
    const first = nodeOffset[trace]!;
    const shape = structures.nodeOffset[structureOf[trace]!]!;
    for (let i = first; i < nodeOffset[trace + 1]!; i++) {
      visit(structures.operation[shape + i - first]!, latencyUs[i]!);
    }
  }
}
