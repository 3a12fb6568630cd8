/**
 * N_max from the data. A smaller one leaves traces out. The paper's decoder works on N_max nodes
 * whatever the tree, so that a larger one costs time and memory in every step, up to 64; beyond, the
 * decoder by call paths takes over (detectors/tracevae/meta.ts), whose cost follows the nodes.
 */
import { type TraceSet, traceCount } from './trace-set.ts';

/** Choices of N_max that are offered, powers of two. */
const CHOICES = [8, 16, 32, 64, 128, 256, 512] as const;

/** Not lower by itself: scores scale with N_max (equation 6), and the paper's are made with 32. */
const PAPER_MAX_NODES = 32;

/** A larger N_max is chosen until so many traces fit. */
const ENOUGH = 0.999;

export interface MaxNodesChoice {
  readonly maxNodes: number;
  /** Share of the traces that have 2 to `maxNodes` nodes; 0 without traces. */
  readonly share: number;
}

/** A dataset does not change, and several views ask for its sizes. */
const counted = new WeakMap<TraceSet, Uint32Array>();

/** [largest tree + 1] how many traces have so many nodes */
export function countSizes(traces: TraceSet): Uint32Array {
  const known = counted.get(traces);
  if (known !== undefined) return known;
  const { nodeOffset } = traces;
  let largest = 0;
  for (let trace = 0; trace < traceCount(traces); trace++) {
    largest = Math.max(largest, nodeOffset[trace + 1]! - nodeOffset[trace]!);
  }
  const ofSize = new Uint32Array(largest + 1);
  for (let trace = 0; trace < traceCount(traces); trace++) {
    ofSize[nodeOffset[trace + 1]! - nodeOffset[trace]!]! += 1;
  }
  counted.set(traces, ofSize);
  return ofSize;
}

/** What each choice of N_max keeps, up to the first that keeps all; at least up to 32. */
export function maxNodesChoices(traces: TraceSet): MaxNodesChoice[] {
  const count = traceCount(traces);
  const ofSize = countSizes(traces);
  const choices = CHOICES.map((maxNodes) => {
    const fits = ofSize.subarray(2, maxNodes + 1).reduce((sum, traces) => sum + traces, 0);
    return { maxNodes, share: count === 0 ? 0 : fits / count };
  });
  const most = choices.at(-1)!.share;
  const needed = choices.findIndex(
    ({ maxNodes, share }) => maxNodes >= PAPER_MAX_NODES && share === most,
  );
  return choices.slice(0, needed + 1);
}

/**
 * The smallest power of two that keeps 99.9 % of the traces, at least the paper's 32; the largest
 * choice where none does.
 */
export function chooseMaxNodes(traces: TraceSet): number {
  const choices = maxNodesChoices(traces).filter(({ maxNodes }) => maxNodes >= PAPER_MAX_NODES);
  return (choices.find(({ share }) => share >= ENOUGH) ?? choices.at(-1)!).maxNodes;
}
